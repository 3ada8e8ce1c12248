package mirror

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// departmentsPerPart is how many departments one job reads, a call each.
const departmentsPerPart = 50

// beginContacts reads the departments (department/list, doc 90208).
func (m *Mirror) beginContacts(ctx context.Context, run Sync) ([][]string, int64, error) {
	client, err := m.corps.Client(ctx, run.Corp)
	if err != nil {
		return nil, 0, err
	}
	answer, err := client.ListDepartments(ctx, 0)
	if err != nil {
		return nil, 0, err
	}
	before, err := LastSync(ctx, m.db.Read(), run.Corp, ScopeContacts)
	if err != nil {
		return nil, 0, err
	}
	err = m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		differ, err := m.applyDepartments(ctx, tx, run.Corp, answer.Departments, before == 0)
		if err != nil {
			return err
		}
		return addRepaired(ctx, tx, run, differ)
	})
	if err != nil {
		return nil, 0, err
	}
	ids := make([]string, len(answer.Departments))
	for i, d := range answer.Departments {
		ids[i] = strconv.FormatInt(d.ID, 10)
	}
	var known int64
	err = m.db.Read().NewRaw(`SELECT count(*) FROM mirror_member WHERE corp_id = ? AND left_at = 0`, run.Corp).Scan(ctx, &known)
	return slices.Collect(slices.Chunk(ids, departmentsPerPart)), known, err
}

func addRepaired(ctx context.Context, tx db.Tx, run Sync, n int) error {
	if n == 0 {
		return nil
	}
	_, err := tx.NewRaw(`UPDATE mirror_sync SET repaired = repaired + ? WHERE id = ?`, n, run.ID).Exec(ctx)
	return err
}

// contacts reads the members of the part's departments (user/list, doc 90201), one
// department a page; the cursor counts departments.
func (w *partWork) contacts(ctx context.Context) error {
	departments := w.part.subjects()
	done, err := strconv.Atoi("0" + w.part.Cursor)
	if err != nil {
		return err
	}
	rights, err := w.client.ListFollowUsers(ctx)
	if err != nil {
		return err
	}
	may := make(map[string]bool, len(rights.UserIDs))
	for _, u := range rights.UserIDs {
		may[strings.ToLower(u)] = true
	}
	for ; done < len(departments); done++ {
		department, err := strconv.ParseInt(departments[done], 10, 64)
		if err != nil {
			return err
		}
		at := db.NowMS(w.m.clock)
		answer, err := w.client.ListMembers(ctx, department, false)
		if err != nil {
			return err
		}
		members := answer.Members
		for len(members) > partSize { // a large department is several transactions
			if err := w.m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
				return w.applyMembers(ctx, tx, at, members[:partSize], may)
			}); err != nil {
				return err
			}
			members = members[partSize:]
		}
		cursor := strconv.Itoa(done + 1)
		if err := w.m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := w.applyMembers(ctx, tx, at, members, may); err != nil {
				return err
			}
			return w.turn(ctx, tx, cursor, len(answer.Members), 0)
		}); err != nil {
			return err
		}
		w.part.Cursor = cursor
	}
	return w.m.db.Tx(ctx, w.finish)
}

// applyMembers writes members that differ, and marks the others as seen.
func (w *partWork) applyMembers(ctx context.Context, tx db.Tx, at int64, list []wecom.Member, may map[string]bool) error {
	corp := w.run.Corp
	ids := make([]string, len(list))
	for i, s := range list {
		ids[i] = db.Clean(s.UserID)
	}
	known, err := MembersByID(ctx, tx, corp, ids)
	if err != nil {
		return err
	}
	places, err := placesByMember(ctx, tx, corp, ids)
	if err != nil {
		return err
	}
	var same []string
	repaired := 0
	for i, s := range list {
		row, ok := known[ids[i]]
		now := row
		if ok {
			now.show(s, may[row.Lookup])
			if now.Status != wecom.MemberLeft {
				now.LeftAt = 0
			}
			want := onePlaceEach(placesOf(corp, row.ID, s))
			if now == row && slices.Equal(want, places[row.ID]) {
				same = append(same, row.ID)
				continue
			}
		}
		if ok && row.ToldAt > at-settleLag && row.LeftAt > 0 {
			continue // deleted just now; the answer is older
		}
		repaired++
		if err := w.writeShownMember(ctx, tx, at, s, may[strings.ToLower(ids[i])]); err != nil {
			return err
		}
	}
	if !w.run.Quiet {
		if err := addRepaired(ctx, tx, w.run, repaired); err != nil {
			return err
		}
	}
	return inBatches(same, func(part []string) error {
		_, err := tx.NewRaw(`UPDATE mirror_member SET sync_run = ?, read_at = ? WHERE corp_id = ? AND id IN (?)`,
			w.run.ID, at, corp, bun.List(part)).Exec(ctx)
		return err
	})
}

func (w *partWork) writeShownMember(ctx context.Context, tx db.Tx, at int64, s wecom.Member, may bool) error {
	m := w.m
	if err := taken(ctx, tx, w.run.Corp, s.UserID, at); err != nil {
		return err
	}
	row, known, err := m.lockMember(ctx, tx, w.run.Corp, db.Clean(s.UserID))
	if err != nil {
		return err
	}
	before := row
	row.show(s, may)
	row.LeftAt = 0
	if row.Status == wecom.MemberLeft {
		row.LeftAt = at
	}
	row.ReadAt, row.SyncRun = at, w.run.ID
	var was []place
	if !w.run.Quiet {
		if was, err = m.placesBefore(ctx, tx, w.run.Corp, row.ID); err != nil {
			return err
		}
	}
	moved, err := placeMember(ctx, tx, w.run.Corp, row.ID, placesOf(w.run.Corp, row.ID, s), true)
	if err != nil {
		return err
	}
	if err := m.writeMember(ctx, tx, row); err != nil || w.run.Quiet {
		return err
	}
	return m.tellMember(ctx, tx, m.repairedMeta(w.run.Corp, at), known, before, row, was, moved)
}

func (m *Mirror) repairedMeta(corp string, at int64) event.Meta {
	return event.Meta{Event: m.ids.New(), Corp: corp, At: db.FromMS(at), Repaired: true}
}

func placesByMember(ctx context.Context, tx db.Tx, corp string, members []string) (map[string][]place, error) {
	found := map[string][]place{}
	return found, inBatches(members, func(part []string) error {
		var rows []place
		err := tx.NewRaw(`SELECT corp_id, member_id, department_id, leader, position FROM mirror_member_department
			WHERE corp_id = ? AND member_id IN (?) ORDER BY member_id, department_id`, corp, bun.List(part)).Scan(ctx, &rows)
		for _, p := range rows {
			found[p.Member] = append(found[p.Member], p)
		}
		return err
	})
}

// endContacts takes those for gone who are in no department that we see, and whom no
// callback brought while the sync ran. Who moved out of the app's range counts as gone
// too: nothing of theirs can be read any more.
func (m *Mirror) endContacts(ctx context.Context, run Sync) error {
	for {
		var rows []Member
		at := db.NowMS(m.clock)
		err := m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			rows = nil
			if err := tx.NewRaw(`SELECT `+memberColumns+` FROM mirror_member
				WHERE corp_id = ? AND left_at = 0 AND sync_run <> ? ORDER BY id LIMIT ?`, run.Corp, run.ID, sweepRows).Scan(ctx, &rows); err != nil {
				return err
			}
			for _, row := range rows {
				before := row
				row.LeftAt, row.Status, row.SyncRun = at, wecom.MemberLeft, run.ID
				if err := m.writeMember(ctx, tx, row); err != nil {
					return err
				}
				if run.Quiet {
					continue
				}
				if err := m.tellMember(ctx, tx, m.repairedMeta(run.Corp, at), true, before, row, nil, false); err != nil {
					return err
				}
			}
			return addRepaired(ctx, tx, run, len(rows))
		})
		if err != nil || len(rows) < sweepRows {
			return err
		}
	}
}

// syncTags reads the tag library; it is one call.
func (m *Mirror) syncTags(ctx context.Context, run Sync) error {
	client, err := m.corps.Client(ctx, run.Corp)
	if err != nil {
		return err
	}
	library, err := m.shownLibrary(ctx, client, run.Corp)
	if err != nil {
		return err
	}
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		differs, err := m.applyLibrary(ctx, tx, run.Corp, library)
		if err != nil {
			return err
		}
		return addRepaired(ctx, tx, run, differs)
	})
}
