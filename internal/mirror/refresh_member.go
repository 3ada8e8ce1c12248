package mirror

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// memberArgs name a member to be read anew.
type memberArgs struct {
	Member string `json:"member"`
	// Doubt: callbacks overtook each other, so a member whom WeCom does not know has left.
	Doubt bool `json:"doubt,omitempty"`
}

// refreshMember reads one member (user/get, doc 90196) and whether he may have customers.
func (m *Mirror) refreshMember(ctx context.Context, j job.Job[memberArgs]) error {
	client, err := m.corps.Client(ctx, j.Corp)
	if err != nil {
		return outcome(err)
	}
	at := db.NowMS(m.clock)
	if j.Args.Member, err = memberKey(ctx, m.db.Read(), j.Corp, j.Args.Member); err != nil {
		return err // he may have got another userid since this was asked for
	}
	answer, err := client.GetMember(ctx, j.Args.Member)
	code := wecom.CodeOf(err)
	unknown := code == errcode.UserIDNotFound || code == errcode.UserNotFound
	switch {
	case unknown && !j.Args.Doubt:
		return job.Cancel(err) // left meanwhile; the callback that says so is on its way
	case err != nil && !unknown:
		return outcome(err)
	}
	rights, err := client.ListFollowUsers(ctx)
	if err != nil {
		return outcome(err)
	}
	may := slices.ContainsFunc(rights.UserIDs, func(u string) bool { return equalMember(u, j.Args.Member) })
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := m.applyMember(ctx, tx, j, at, answer.Member, may, unknown); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

func (m *Mirror) applyMember(ctx context.Context, tx db.Tx, j job.Job[memberArgs], at int64, s wecom.Member, may, gone bool) error {
	row, known, err := m.lockMember(ctx, tx, j.Corp, db.Clean(j.Args.Member))
	if err != nil {
		return err
	}
	before, moved := row, false
	was, err := m.placesBefore(ctx, tx, j.Corp, row.ID)
	if err != nil {
		return err
	}
	if gone {
		row.LeftAt, row.Status = row.ToldAt, wecom.MemberLeft
	} else {
		row.show(s, may)
		if row.Status == wecom.MemberLeft && row.LeftAt == 0 {
			row.LeftAt = at
		} else if row.Status != wecom.MemberLeft && row.ToldAt < at-settleLag {
			row.LeftAt = 0
		}
		if moved, err = placeMember(ctx, tx, j.Corp, row.ID, placesOf(j.Corp, row.ID, s), true); err != nil {
			return err
		}
	}
	row.ReadAt = at
	if err := m.writeMember(ctx, tx, row); err != nil {
		return err
	}
	meta := event.Meta{Event: m.ids.New(), Corp: j.Corp, At: db.FromMS(at)}
	return m.tellMember(ctx, tx, meta, known, before, row, was, moved)
}

// show copies what WeCom shows of a member. Fields that newer apps are not given stay.
func (r *Member) show(s wecom.Member, may bool) {
	r.Name, r.Alias, r.Title = db.Clean(s.Name), db.Clean(s.Alias), db.Clean(s.Position)
	if r.Name == "" {
		r.Name = r.ID
	}
	if s.Avatar != "" {
		r.Avatar = db.Clean(s.Avatar)
	}
	if s.Status != 0 {
		r.Status = s.Status
	}
	r.MainDepartment, r.CanContact = s.MainDepartment, may
	if r.MainDepartment == 0 && len(s.Department) > 0 {
		r.MainDepartment = s.Department[0]
	}
}

// placesOf are a member's departments with his order and lead in each.
func placesOf(corp, member string, s wecom.Member) []place {
	list := make([]place, len(s.Department))
	for i, d := range s.Department {
		list[i] = place{Corp: corp, Member: member, Department: d}
		if i < len(s.IsLeaderInDept) {
			list[i].Leader = s.IsLeaderInDept[i] == 1
		}
		if i < len(s.Order) {
			list[i].Position = int64(s.Order[i])
		}
	}
	return list
}

// readDepartments reads the list of departments (department/list, doc 90208).
func (m *Mirror) readDepartments(ctx context.Context, j job.Job[struct{}]) error {
	client, err := m.corps.Client(ctx, j.Corp)
	if err != nil {
		return outcome(err)
	}
	answer, err := client.ListDepartments(ctx, 0)
	if err != nil {
		return outcome(err)
	}
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := m.applyDepartments(ctx, tx, j.Corp, answer.Departments, false); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// applyDepartments replaces the departments and tells each that differs, unless quiet. It
// says how many.
func (m *Mirror) applyDepartments(ctx context.Context, tx db.Tx, corp string, list []wecom.Department, quiet bool) (int, error) {
	known, err := Departments(ctx, tx, corp)
	if err != nil {
		return 0, err
	}
	before := make(map[int64]Department, len(known))
	for _, d := range known {
		before[d.ID] = d
	}
	var write []*Department
	var differ []int64
	for _, s := range list {
		d := Department{Corp: corp, ID: s.ID, Parent: s.ParentID, Name: db.Clean(s.Name), Position: int64(s.Order)}
		if before[d.ID] != d {
			write, differ = append(write, &d), append(differ, d.ID)
		}
		delete(before, d.ID)
	}
	var gone []int64
	for id := range before {
		gone = append(gone, id)
	}
	slices.Sort(gone)
	differ = append(differ, gone...)
	if len(differ) == 0 {
		return 0, nil
	}
	if err := m.reshape(ctx, tx, corp, write, gone, quiet); err != nil {
		return 0, err
	}
	for _, d := range differ {
		if quiet {
			break
		}
		meta := event.Meta{Event: m.ids.New(), Corp: corp, At: m.clock.Now()}
		if err := m.bus.Publish(ctx, tx, event.DepartmentsChanged{Meta: meta, Department: d}); err != nil {
			return 0, err
		}
	}
	return len(differ), m.live.Publish(ctx, tx, corp, topicMember)
}
