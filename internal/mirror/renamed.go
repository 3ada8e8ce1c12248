package mirror

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// This file follows a member to another userid: WeCom lets an administrator change one that
// it made, once (doc 90971). Callbacks and answers know no order, so the new userid may be
// heard of before the change, and the old one after it.

const kindRenamed = "renamed"

// strayPause is after how long what was written under the old userid meanwhile is looked for:
// work that found the member under it before the change is over by then.
const strayPause = 30 * time.Second

// renamedArgs name a change of a userid.
type renamedArgs struct {
	Inbox id.ID  `json:"inbox"`
	From  string `json:"from"`
	To    string `json:"to"`
	Told  int64  `json:"told"` // unix ms
}

// renamed follows a member to another userid now, and once more a little later.
func (m *Mirror) renamed(ctx context.Context, tx db.Tx, in Inbox, from, to string) error {
	if err := m.rename(ctx, tx, in.Corp, from, to, in.ToldAt); err != nil {
		return err
	}
	if _, err := m.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindRenamed, Corp: in.Corp, Args: renamedArgs{in.ID, from, to, in.ToldAt}, RunAt: m.clock.Now().Add(strayPause),
	}); err != nil {
		return err
	}
	return m.bus.Publish(ctx, tx, event.MemberChanged{Meta: in.meta(1), Member: to, WasMember: from})
}

// gatherStrays is the job that looks once more, and lets the features do so. Twice is
// harmless: the second time nothing stands under the old userid.
func (m *Mirror) gatherStrays(ctx context.Context, j job.Job[renamedArgs]) error {
	a := j.Args
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var now string
		err := tx.NewRaw(`SELECT member_id FROM mirror_renamed WHERE corp_id = ? AND lookup = ?`, j.Corp, strings.ToLower(a.From)).Scan(ctx, &now)
		if err != nil && !db.NoRows(err) {
			return err
		}
		if now != a.To {
			return j.Done(ctx, tx) // somebody else has the userid now
		}
		if err := m.rename(ctx, tx, j.Corp, a.From, a.To, a.Told); err != nil {
			return err
		}
		meta := event.Meta{Event: derived(a.Inbox, 2), Corp: j.Corp, At: db.FromMS(a.Told)}
		if err := m.bus.Publish(ctx, tx, event.MemberChanged{Meta: meta, Member: a.To, WasMember: a.From}); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// rename gives everything of a member another userid, and remembers the old one.
func (m *Mirror) rename(ctx context.Context, tx db.Tx, corp, from, to string, told int64) error {
	if err := m.joinPairs(ctx, tx, corp, from, to); err != nil {
		return err
	}
	for _, r := range []struct {
		sql  string
		args []any
	}{
		// What stands under the new userid while a sync runs counts as seen by it: the sync may
		// have asked for the old one.
		{`UPDATE mirror_follow SET member_id = ?, sync_run = ` + runningOr + ` WHERE corp_id = ? AND member_id = ?`, []any{to, corp, bun.Ident("sync_run"), corp, from}},
		{`UPDATE mirror_follow SET operator = ? WHERE corp_id = ? AND member_id = ? AND operator = ?`, []any{to, corp, to, from}},
		{`UPDATE mirror_group SET owner_id = ?, sync_run = ` + runningOr + ` WHERE corp_id = ? AND owner_id = ?`, []any{to, corp, bun.Ident("sync_run"), corp, from}},
		{`DELETE FROM mirror_group_member WHERE corp_id = ? AND who = ? AND group_id IN
			(SELECT group_id FROM mirror_group_member WHERE corp_id = ? AND who = ?)`, []any{corp, from, corp, to}},
		{`UPDATE mirror_group_member SET who = ? WHERE corp_id = ? AND who = ?`, []any{to, corp, from}},
		{`UPDATE mirror_group_member SET invitor = ? WHERE corp_id = ? AND invitor = ? AND group_id IN
			(SELECT group_id FROM mirror_group_member WHERE corp_id = ? AND who = ?)`, []any{to, corp, from, corp, to}},
		{`UPDATE mirror_group SET members = (SELECT count(*) FROM mirror_group_member x WHERE x.group_id = mirror_group.id)
			WHERE id IN (SELECT group_id FROM mirror_group_member WHERE corp_id = ? AND who = ?)`, []any{corp, to}},
		{`DELETE FROM mirror_member_department WHERE corp_id = ? AND member_id = ? AND EXISTS
			(SELECT 1 FROM mirror_member_department o WHERE o.corp_id = ? AND o.member_id = ?)`, []any{corp, from, corp, to}},
		{`UPDATE mirror_member_department SET member_id = ? WHERE corp_id = ? AND member_id = ?`, []any{to, corp, from}},
		{`DELETE FROM mirror_member WHERE corp_id = ? AND id = ? AND EXISTS
			(SELECT 1 FROM mirror_member o WHERE o.corp_id = ? AND o.id = ?)`, []any{corp, from, corp, to}},
		{
			`UPDATE mirror_member SET id = ?, lookup = ?, sync_run = ` + runningOr + ` WHERE corp_id = ? AND id = ?`,
			[]any{to, strings.ToLower(to), corp, bun.Ident("sync_run"), corp, from},
		},
		{
			`INSERT INTO mirror_renamed (corp_id, lookup, member_id, told_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (corp_id, lookup) DO UPDATE SET member_id = excluded.member_id, told_at = excluded.told_at`,
			[]any{corp, strings.ToLower(from), to, told},
		},
	} {
		if _, err := tx.NewRaw(r.sql, r.args...).Exec(ctx); err != nil {
			return err
		}
	}
	return m.live.Publish(ctx, tx, corp, topicMember, from)
}

// joinPairs makes one follow of two where both userids have the customer already. What a
// callback told of the new one stands; of what only an answer showed, the old one takes the
// standing and keeps the rest. WeCom is asked how it is.
func (m *Mirror) joinPairs(ctx context.Context, tx db.Tx, corp, from, to string) error {
	var rows []Follow
	if err := tx.NewRaw(`SELECT `+followColumns+` FROM mirror_follow WHERE corp_id = ? AND member_id IN (?, ?) AND customer IN
		(SELECT o.customer FROM mirror_follow o JOIN mirror_follow n ON n.corp_id = o.corp_id AND n.customer = o.customer AND n.member_id = ?
			WHERE o.corp_id = ? AND o.member_id = ?) ORDER BY customer, CASE WHEN member_id = ? THEN 0 ELSE 1 END`,
		corp, from, to, to, corp, from, from).Scan(ctx, &rows); err != nil {
		return err
	}
	for i := 0; i+1 < len(rows); i += 2 {
		kept, goes := rows[i+1], rows[i]
		if kept.ToldAt == 0 {
			kept, goes = goes, kept
			kept.Standing, kept.AddedAt, kept.EndedAt = goes.Standing, goes.AddedAt, goes.EndedAt
			kept.ReadAt, kept.SyncRun, kept.UpdatedAt = goes.ReadAt, goes.SyncRun, db.NowMS(m.clock)
		}
		for _, sql := range []string{"DELETE FROM mirror_follow_tag WHERE follow_id = ?", "DELETE FROM mirror_follow WHERE id = ?"} {
			if _, err := tx.NewRaw(sql, goes.ID).Exec(ctx); err != nil {
				return err
			}
		}
		if err := writeFollows(ctx, tx, []*Follow{&kept}); err != nil {
			return err
		}
		if err := moveTags(ctx, tx, kept); err != nil {
			return err
		}
		if err := recount(ctx, tx, []id.ID{kept.CustomerID}); err != nil {
			return err
		}
		if err := m.askInDoubt(ctx, tx, corp, kept.Customer); err != nil {
			return err
		}
	}
	return nil
}

// memberKey finds the userid as the contact book writes it, the one since of who has
// another; a member we do not know is named as WeCom did.
func memberKey(ctx context.Context, q db.Querier, corp, member string) (string, error) {
	member = db.Clean(member)
	var known string
	err := q.NewRaw(`SELECT id FROM mirror_member WHERE corp_id = ? AND lookup = ?`, corp, strings.ToLower(member)).Scan(ctx, &known)
	if db.NoRows(err) {
		err = q.NewRaw(`SELECT member_id FROM mirror_renamed WHERE corp_id = ? AND lookup = ?`, corp, strings.ToLower(member)).Scan(ctx, &known)
	}
	if db.NoRows(err) {
		return member, nil
	}
	return known, err
}

// taken notes that somebody else has the userid that a member had: WeCom said so at a
// moment well after the change.
func taken(ctx context.Context, tx db.Tx, corp, member string, at int64) error {
	_, err := tx.NewRaw(`DELETE FROM mirror_renamed WHERE corp_id = ? AND lookup = ? AND told_at < ?`,
		corp, strings.ToLower(db.Clean(member)), at-settleLag).Exec(ctx)
	return err
}

// formerly are the userids, in lower case, that the member had before.
func formerly(ctx context.Context, q db.Querier, corp, member string) (was []string, err error) {
	err = q.NewRaw(`SELECT lookup FROM mirror_renamed WHERE corp_id = ? AND member_id = ? ORDER BY lookup`, corp, member).Scan(ctx, &was)
	return was, err
}
