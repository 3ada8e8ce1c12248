package mirror

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
	"golang.org/x/sync/errgroup"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// beginGroups lists who may own groups: the members with customers, and those who left
// while they owned one (their groups are only listed by their name). WeCom refuses a
// list without owners when more than 1000 members are in range (81017).
func (m *Mirror) beginGroups(ctx context.Context, run Sync) ([][]string, int64, error) {
	client, err := m.corps.Client(ctx, run.Corp)
	if err != nil {
		return nil, 0, err
	}
	answer, err := client.ListFollowUsers(ctx)
	if err != nil {
		return nil, 0, err
	}
	owners := answer.UserIDs
	var left []string
	if err := m.db.Read().NewRaw(`SELECT DISTINCT g.owner_id FROM mirror_group g
		JOIN mirror_member mm ON mm.corp_id = g.corp_id AND mm.id = g.owner_id
		WHERE g.corp_id = ? AND g.dissolved_at = 0 AND mm.left_at > 0`, run.Corp).Scan(ctx, &left); err != nil {
		return nil, 0, err
	}
	owners = append(owners, left...)
	slices.Sort(owners)
	var known int64
	err = m.db.Read().NewRaw(`SELECT count(*) FROM mirror_group WHERE corp_id = ? AND dissolved_at = 0`, run.Corp).Scan(ctx, &known)
	return slices.Collect(slices.Chunk(slices.Compact(owners), partSize)), known, err
}

const (
	// groupsPage is how many groups are listed, read and written before the cursor moves.
	groupsPage = 100
	// groupReads is how many groups of a part are read at the same time.
	groupReads = 4
)

// groups reads the groups of the part's owners: a list (groupchat/list, doc 92120), and
// each group by a call of its own, because the list tells nothing but ids.
func (w *partWork) groups(ctx context.Context) error {
	owners := w.part.subjects()
	if len(owners) == 0 || w.part.Cursor == listRead {
		return w.m.db.Tx(ctx, w.finish)
	}
	begun := w.m.clock.Now()
	for {
		answer, err := w.client.ListGroupChats(ctx, wecom.ListGroupChatsRequest{
			OwnerFilter: &wecom.OwnerFilter{UserIDs: owners}, Cursor: w.part.Cursor, Limit: groupsPage,
		})
		if err != nil {
			return err
		}
		if answer.NextCursor != "" && answer.NextCursor == w.part.Cursor {
			return wecom.ErrCursor
		}
		if err := w.readGroups(ctx, answer.Groups); err != nil {
			return err
		}
		if err := w.m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			return w.turn(ctx, tx, answer.NextCursor, len(answer.Groups), 0)
		}); err != nil {
			return err
		}
		if w.part.Cursor = answer.NextCursor; w.part.Cursor == "" {
			return w.m.db.Tx(ctx, w.finish)
		}
		if w.m.clock.Now().Sub(begun) > workBudget {
			return job.Snooze(0)
		}
	}
}

// readGroups reads and writes the groups of a page, except those that callbacks are
// telling about just now.
func (w *partWork) readGroups(ctx context.Context, list []wecom.GroupChatStatus) error {
	m, corp := w.m, w.run.Corp
	chats := make([]string, len(list))
	subjects := make([]string, len(list))
	for i, g := range list {
		chats[i] = db.Clean(g.ChatID)
		subjects[i] = aboutGroup + "/" + chats[i]
	}
	known, err := GroupsByChat(ctx, m.db.Read(), corp, chats)
	if err != nil {
		return err
	}
	waiting, err := waitingSubjects(ctx, m.db.Read(), corp, subjects)
	if err != nil {
		return err
	}
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(groupReads)
	for i, s := range list {
		all.Go(func() error {
			at := db.NowMS(m.clock)
			if told := known[chats[i]].ToldAt; waiting[subjects[i]] || told > at-inFlight.Milliseconds() {
				return m.seenGroup(ctx, w.run, known[chats[i]].ID)
			}
			answer, err := w.client.GetGroupChat(ctx, s.ChatID, true)
			if wecom.IsItem(err) {
				return nil // dissolved between list and get: not seen
			}
			if err != nil {
				return err
			}
			g := answer.GroupChat
			g.ChatID = s.ChatID
			return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
				return m.applyGroup(ctx, tx, groupReading{
					corp: corp, at: at, run: w.run.ID, status: s.Status,
					quiet: w.run.Quiet, people: true, repaired: true,
				}, g)
			})
		})
	}
	return all.Wait()
}

func (m *Mirror) seenGroup(ctx context.Context, run Sync, group id.ID) error {
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`UPDATE mirror_group SET sync_run = ? WHERE id = ?`, run.ID, group).Exec(ctx)
		return err
	})
}

// endGroups takes standing groups for dissolved that the run did not see, when their
// owner was among those asked about.
func (m *Mirror) endGroups(ctx context.Context, run Sync) error {
	var rows []part
	if err := m.db.Read().NewRaw(`SELECT run_id, stage, part, subjects, unlicensed, cursor, restarts, done FROM mirror_sync_part
		WHERE run_id = ? AND stage = ? ORDER BY part`, run.ID, ScopeGroups).Scan(ctx, &rows); err != nil {
		return err
	}
	for _, p := range rows {
		known, err := MembersByID(ctx, m.db.Read(), run.Corp, p.subjects())
		if err != nil {
			return err
		}
		owners := p.subjects()
		for i, o := range owners {
			if k, ok := known[o]; ok {
				owners[i] = k.ID
			}
		}
		for more := len(owners) > 0; more; {
			if more, err = m.dissolveUnseen(ctx, run, owners); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Mirror) dissolveUnseen(ctx context.Context, run Sync, owners []string) (more bool, err error) {
	now := db.NowMS(m.clock)
	err = m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var groups []Group
		if err := tx.NewRaw(`SELECT `+groupColumns+` FROM mirror_group
			WHERE corp_id = ? AND owner_id IN (?) AND dissolved_at = 0 AND sync_run <> ? ORDER BY chat LIMIT ?`,
			run.Corp, bun.List(owners), run.ID, sweepRows).Scan(ctx, &groups); err != nil {
			return err
		}
		more = len(groups) == sweepRows
		subjects := make([]string, len(groups))
		for i, g := range groups {
			subjects[i] = aboutGroup + "/" + g.Chat
		}
		waiting, err := waitingSubjects(ctx, tx, run.Corp, subjects)
		if err != nil {
			return err
		}
		for i, g := range groups {
			g.SyncRun = run.ID
			if waiting[subjects[i]] {
				if err := m.writeGroup(ctx, tx, g); err != nil {
					return err
				}
				continue
			}
			g.DissolvedAt = now
			if err := m.writeGroup(ctx, tx, g); err != nil {
				return err
			}
			if run.Quiet {
				continue
			}
			if err := m.bus.Publish(ctx, tx, event.GroupDissolved{Meta: m.repairedMeta(run.Corp, now), Group: g.Chat}); err != nil {
				return err
			}
		}
		return addRepaired(ctx, tx, run, len(groups))
	})
	return more, err
}
