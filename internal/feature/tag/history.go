package tag

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// By what this feature marks (mirror.Cause); others have words of their own.
const (
	byRun      = "run"
	byUndo     = "undo"
	byImport   = "import"
	byRule     = "rule"
	byTransfer = "transfer"
)

// cause is who a run acts for.
func (r Run) cause() mirror.Cause {
	c := mirror.Cause{How: byRun, Ref: r.ID, Name: r.ByName}
	switch {
	case r.Kind == runUndo:
		c.How = byUndo
	case r.Source == fromFile:
		c.How = byImport
	}
	return c
}

// historyRow is a row of tag_history.
type historyRow struct {
	ID       id.ID  `bun:"id"`
	Corp     string `bun:"corp_id"`
	Customer string `bun:"customer"`
	Member   string `bun:"member_id"`
	Keeper   string `bun:"keeper_id"`
	Tag      string `bun:"tag_id"`
	Kind     int    `bun:"kind"`
	Added    bool   `bun:"added"`
	How      string `bun:"how"`
	Ref      id.ID  `bun:"ref_id"`
	Name     string `bun:"name"`
	At       int64  `bun:"at"`
}

// keep is the feature's mirror.MarkHistory: one statement for all changes of a transaction.
func (s *service) keep(ctx context.Context, tx db.Tx, changes []mirror.MarkChange) error {
	rows := make([]*historyRow, 0, len(changes))
	for _, c := range changes {
		if c.Since != 0 {
			if err := claim(ctx, tx, c); err != nil {
				return err
			}
			continue
		}
		if c.Member == "" {
			continue // of a follow that is no more
		}
		rows = append(rows, &historyRow{
			ID: s.ids.New(), Corp: c.Corp, Customer: c.Customer, Member: c.Member, Keeper: c.Member,
			Tag: c.Tag, Kind: c.Kind, Added: c.Added, How: c.By.How, Ref: c.By.Ref, Name: db.Clean(c.By.Name), At: c.At,
		})
	}
	if len(rows) == 0 {
		return nil
	}
	for part := range slices.Chunk(rows, historyStep) {
		if _, err := tx.NewInsert().Model(&part).ModelTableExpr("tag_history").Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// historyStep is how many rows one statement writes; what marks comes in fewer at a time.
const historyStep = 1000

// claim takes back from WeCom's side what a reading noticed between the call and its record.
func claim(ctx context.Context, tx db.Tx, c mirror.MarkChange) error {
	_, err := tx.NewRaw(`UPDATE tag_history SET how = ?, ref_id = ?, name = ? WHERE corp_id = ? AND customer = ? AND at >= ?
		AND member_id = ? AND tag_id = ? AND added = ? AND how = ?`,
		c.By.How, c.By.Ref, db.Clean(c.By.Name), c.Corp, c.Customer, c.Since, c.Member, c.Tag, c.Added, mirror.HowWeCom).Exec(ctx)
	return err
}

// toldRow is a row with the tag's name, of today or its last.
type toldRow struct {
	historyRow
	Word string `bun:"word"`
}

// with tells whether two rows are one entry: of one act on one follow.
func (r toldRow) with(o toldRow) bool {
	return r.At == o.At && r.Member == o.Member && r.Added == o.Added && r.How == o.How && r.Ref == o.Ref && r.Name == o.Name
}

func (r toldRow) word() string {
	switch {
	case r.Word != "":
		return r.Word
	case r.Kind == mirror.TagPersonal:
		return strings.TrimPrefix(r.Tag, "personal:")
	default:
		return "（名称未知的标签）"
	}
}

// timeline tells which tags came onto the follows that the viewer sees and which went, those
// of one act together. Tags of groups that he does not see are left out, deleted ones too.
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	hidden, err := s.mirror.HiddenGroups(ctx, q.Viewer)
	if err != nil {
		return nil, err
	}
	var entries []ask.Entry
	var open []toldRow // of the act that is being gathered
	end := func() {
		if len(open) > 0 {
			if e := entryOf(open); q.Covers(e) {
				entries = append(entries, e)
			}
		}
		open = nil
	}
	var last *toldRow
	for {
		rows, err := s.told(ctx, q, hidden, last)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if len(open) > 0 && !open[0].with(r) {
				end()
			}
			open, last = append(open, r), &r
		}
		if len(rows) <= q.Limit {
			end()
			return entries[:min(len(entries), q.Limit)], nil
		}
		if len(entries) >= q.Limit {
			return entries[:q.Limit], nil
		}
	}
}

// told reads rows, newest first, that come after one.
func (s *service) told(ctx context.Context, q ask.TimelineQuery, hidden []string, last *toldRow) ([]toldRow, error) {
	scope := seenHistory(q.Viewer)
	query := s.db.Read().NewSelect().TableExpr("tag_history AS h").
		ColumnExpr("h.id, h.member_id, h.tag_id, h.kind, h.added, h.how, h.ref_id, h.name, h.at, COALESCE(t.name, g.name, '') AS word").
		Join("LEFT JOIN mirror_tag AS t ON t.corp_id = h.corp_id AND t.id = h.tag_id").
		Join("LEFT JOIN mirror_tag_gone AS g ON g.corp_id = h.corp_id AND g.id = h.tag_id").
		Where("h.corp_id = ? AND h.customer = ?", q.Viewer.Corp, q.Customer).Where(scope.SQL, scope.Args...).
		OrderExpr("h.at DESC, h.id DESC").Limit(int64(q.Limit + 1))
	if len(hidden) > 0 {
		query = query.Where("COALESCE(t.group_id, g.group_id, '') NOT IN (?)", bun.List(hidden))
	}
	switch {
	case last != nil:
		query = query.Where("h.at <= ? AND (h.at < ? OR h.id < ?)", last.At, last.At, last.ID)
	case !q.Before.IsZero():
		query = query.Where("h.at <= ?", db.MS(q.Before))
	}
	var rows []toldRow
	err := query.Scan(ctx, &rows)
	return rows, err
}

// seenHistory is a viewer's scope over rows called h: of follows that he sees, and what came
// to a member whom he sees by a hand-over.
func seenHistory(v viewer.Viewer) viewer.Condition {
	own := v.Where("h.corp_id", "h.member_id")
	if v.Scope.Reach == viewer.All {
		return own
	}
	kept := v.Where("h.corp_id", "h.keeper_id")
	return viewer.Condition{SQL: "(" + own.SQL + " OR " + kept.SQL + ")", Args: slices.Concat(own.Args, kept.Args)}
}

// entryOf makes one entry of rows that belong together, whose key is the newest's.
func entryOf(rows []toldRow) ask.Entry {
	first, words := rows[0], make([]string, len(rows))
	for i, r := range rows {
		words[len(rows)-1-i] = r.word() // as they were written
	}
	kind := "tag.removed"
	if first.Added {
		kind = "tag.added"
	}
	if slices.Contains(howWords(), first.How) {
		kind += "." + first.How
	}
	return ask.Entry{
		At: db.FromMS(first.At), Key: "tag." + first.ID.String(), Kind: kind, Member: first.Member,
		Values: map[string]string{"tags": strings.Join(words, "、"), "by": first.Name},
	}
}

// handOver lets the taker read what happened with the customer before.
func handOver(ctx context.Context, tx db.Tx, e event.TransferSettled) error {
	_, err := tx.NewRaw("UPDATE tag_history SET keeper_id = ? WHERE corp_id = ? AND customer = ? AND keeper_id = ?", e.To, e.Corp, e.Customer, e.From).Exec(ctx)
	return err
}

// named are the columns beside the history in which members are named. What is counted is
// counted anew in time.
func named() []mirror.Named {
	return []mirror.Named{
		{Table: "tag_rule", Column: "members", Form: mirror.AsList},
		{Table: "tag_sight", Column: "seen", Form: mirror.AsJSON},
		{Table: "tag_sight", Column: "made", Form: mirror.AsJSON},
		{Table: "tag_run", Column: "actor", Form: mirror.AsActor},
		{Table: "tag_run", Column: "member_id"},
		{Table: "tag_run", Column: "who", Form: mirror.AsJSON},
		{Table: "tag_run", Column: "plan", Form: mirror.AsJSON},
		{Table: "tag_hit", Column: "member_id", Pages: mirror.ByCustomer, Beside: []string{"rule_id", "fact"}},
		{Table: "tag_run_item", Column: "member_id", Pages: mirror.ByCustomer},
		{Table: "tag_count", Column: "member_id", Beside: []string{"tag"}},
	}
}

// memberRenamed follows a member to his new userid, by way of the customers he has, some at a
// time. Twice is harmless.
func (s *service) memberRenamed(ctx context.Context, e event.MemberChanged) error {
	if e.WasMember == "" || e.WasMember == e.Member {
		return nil
	}
	if err := mirror.Renamed(s.db, named()...)(ctx, e); err != nil {
		return err
	}
	return mirror.ByCustomers(ctx, s.db, e.Corp, []string{e.Member, e.WasMember}, func(ctx context.Context, tx db.Tx, customers []string) error {
		for _, statement := range []string{
			"UPDATE tag_history SET member_id = ? WHERE corp_id = ? AND member_id = ? AND customer IN (?)",
			"UPDATE tag_history SET keeper_id = ? WHERE corp_id = ? AND keeper_id = ? AND customer IN (?)",
		} {
			if _, err := tx.NewRaw(statement, e.Member, e.Corp, e.WasMember, bun.List(customers)).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}
