package tag

import (
	"context"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// matcher finds out whom the lines of one page of a file mean, in a few queries for all of
// them.
type matcher struct {
	s       *service
	v       viewer.Viewer
	run     Run
	all     bool
	people  map[string][]mirror.Follow // standing and in scope, by external_userid
	phones  map[string][]mirror.Follow // standing and in scope, by number
	members map[string][]string        // userids by what a line says
	remarks map[who][]mirror.Follow    // standing
	first   map[id.ID]int              // the line that named a follow first
}

// who is a remark of a member.
type who struct{ member, remark string }

func (m *matcher) match(ctx context.Context, lines []line) ([]*itemRow, error) {
	for _, load := range []func(context.Context, []line) error{m.loadPeople, m.loadMembers, m.loadPhones, m.loadRemarks} {
		if err := load(ctx, lines); err != nil {
			return nil, err
		}
	}
	meant := make([][]mirror.Follow, len(lines))
	problems := make([]web.Because, len(lines))
	var ids []id.ID
	for i, l := range lines {
		meant[i], problems[i] = m.one(l)
		for _, f := range meant[i] {
			ids = append(ids, f.ID)
		}
	}
	if err := m.loadFirst(ctx, ids); err != nil {
		return nil, err
	}
	var rows []*itemRow
	for i, l := range lines {
		if len(meant[i]) == 0 {
			rows = append(rows, m.invalid(l, problems[i]))
			continue
		}
		for _, f := range meant[i] {
			if before, twice := m.first[f.ID]; twice {
				rows = append(rows, m.invalid(l, web.Why("twice", "line", strconv.Itoa(before))))
				continue
			}
			m.first[f.ID] = l.number
			it := m.s.newItem(m.run, f.ID, f.CustomerID, f.Customer, f.Member)
			it.Line, it.Words = l.number, l.words()
			rows = append(rows, it)
		}
	}
	return rows, nil
}

func (m *matcher) invalid(l line, why web.Because) *itemRow {
	it := m.s.newItem(m.run, 0, 0, "", "")
	it.Line, it.Words, it.State, it.Reason = l.number, l.words(), itemInvalid, why.Kept()
	return it
}

// loadFirst finds the lines of earlier pages that named the follows already.
func (m *matcher) loadFirst(ctx context.Context, follows []id.ID) error {
	m.first = map[id.ID]int{}
	for part := range slices.Chunk(follows, pageSize) {
		var rows []struct {
			Follow id.ID `bun:"follow_id"`
			Line   int   `bun:"line"`
		}
		if err := m.s.db.Read().NewRaw("SELECT follow_id, line FROM tag_run_item WHERE run_id = ? AND follow_id <> 0 AND follow_id IN (?)",
			m.run.ID, bun.List(part)).Scan(ctx, &rows); err != nil {
			return err
		}
		for _, r := range rows {
			m.first[r.Follow] = r.Line
		}
	}
	return nil
}

// loadPeople reads all customers named by external_userid at once.
func (m *matcher) loadPeople(ctx context.Context, lines []line) error {
	var externals []string
	for _, l := range lines {
		if l.external != "" {
			externals = append(externals, l.external)
		}
	}
	var err error
	m.people, err = m.followsOf(ctx, externals)
	return err
}

// followsOf are the standing follows in scope of some customers, by external_userid.
func (m *matcher) followsOf(ctx context.Context, externals []string) (map[string][]mirror.Follow, error) {
	q := m.s.db.Read()
	people, err := mirror.Customers(ctx, q, m.v.Corp, externals)
	if err != nil {
		return nil, err
	}
	var ids []id.ID
	for _, c := range people {
		ids = append(ids, c.ID)
	}
	follows, err := mirror.FollowsOfCustomers(ctx, q, m.v.Corp, ids)
	found := make(map[string][]mirror.Follow, len(people))
	for external, c := range people {
		found[external] = chosen(m.v, follows[c.ID], true)
	}
	return found, err
}

// loadPhones finds whom the numbers mean: what members noted, and the corp's own fields.
func (m *matcher) loadPhones(ctx context.Context, lines []line) error {
	m.phones = map[string][]mirror.Follow{}
	var numbers []string
	for _, l := range lines {
		if l.external == "" && mirror.Digits(l.phone) != "" {
			numbers = append(numbers, mirror.Digits(l.phone))
		}
	}
	if len(numbers) == 0 || !m.v.Can(viewer.PermissionPhone) {
		return nil
	}
	q := m.s.db.Read()
	noted, err := m.s.mirror.FollowsByPhone(ctx, q, m.v.Corp, numbers)
	if err != nil {
		return err
	}
	for number, follows := range noted {
		m.phones[number] = chosen(m.v, follows, true)
	}
	fields, err := m.s.asks.Fields(ctx, m.v)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if f.Holders == nil {
			continue
		}
		holders, err := f.Holders(ctx, q, numbers)
		if err != nil {
			return err
		}
		var externals []string
		for _, customers := range holders {
			externals = append(externals, customers...)
		}
		follows, err := m.followsOf(ctx, externals)
		if err != nil {
			return err
		}
		for number, customers := range holders {
			for _, c := range customers {
				m.phones[number] = append(m.phones[number], follows[c]...)
			}
		}
	}
	for number, follows := range m.phones { // one that both know, once
		slices.SortFunc(follows, func(a, b mirror.Follow) int { return int(min(1, max(-1, a.ID-b.ID))) })
		m.phones[number] = slices.CompactFunc(follows, func(a, b mirror.Follow) bool { return a.ID == b.ID })
	}
	return nil
}

// nobody says that a line fits no customer in sight.
func nobody() web.Because { return web.Why("nobody") }

// one finds the follows that a line means, or says what is wrong with it.
func (m *matcher) one(l line) (found []mirror.Follow, problem web.Because) {
	switch {
	case l.external != "":
		return m.narrowed(l, m.people[l.external])
	case l.phone != "":
		if !m.v.Can(viewer.PermissionPhone) {
			return nil, web.Why("phones")
		}
		found := m.phones[mirror.Digits(l.phone)]
		if customersIn(found) > 1 {
			return nil, web.Why("manyPhones")
		}
		return m.narrowed(l, found)
	case l.remark != "" && l.member == "":
		return nil, web.Why("needsMember")
	case l.remark != "":
		member, problem := m.member(l.member)
		if !problem.None() {
			return nil, problem
		}
		found := m.remarks[who{member, l.remark}]
		if len(found) > 1 {
			return nil, web.Why("manyRemarks")
		}
		return found, nobody()
	}
	return nil, web.Why("empty")
}

// narrowed keeps the follows of the member whom the line names, else the newest or all.
func (m *matcher) narrowed(l line, found []mirror.Follow) (kept []mirror.Follow, problem web.Because) {
	if l.member == "" {
		return chosen(m.v, found, m.all), nobody()
	}
	member, wrong := m.member(l.member)
	if !wrong.None() {
		return nil, wrong
	}
	return slices.DeleteFunc(slices.Clone(found), func(f mirror.Follow) bool { return f.Member != member }), nobody()
}

// loadMembers reads all members that the lines name, by userid or by name, at once.
func (m *matcher) loadMembers(ctx context.Context, lines []line) error {
	m.members = map[string][]string{}
	var said []string
	for _, l := range lines {
		if _, known := m.members[l.member]; l.member != "" && !known {
			m.members[l.member] = nil
			said = append(said, l.member)
		}
	}
	known, err := mirror.MembersByID(ctx, m.s.db.Read(), m.v.Corp, said)
	if err != nil {
		return err
	}
	var names []string
	for _, x := range said {
		if of, ok := known[x]; ok && m.v.Sees(of.ID) {
			m.members[x] = []string{of.ID}
		} else {
			names = append(names, x)
		}
	}
	for part := range slices.Chunk(names, pageSize) {
		var rows []struct {
			ID   string `bun:"id"`
			Name string `bun:"name"`
		}
		if err := m.s.db.Read().NewRaw("SELECT id, name FROM mirror_member WHERE corp_id = ? AND name IN (?) AND left_at = 0", m.v.Corp, bun.List(part)).Scan(ctx, &rows); err != nil {
			return err
		}
		for _, r := range rows {
			if m.v.Sees(r.ID) {
				m.members[r.Name] = append(m.members[r.Name], r.ID)
			}
		}
	}
	return nil
}

// member finds a member by userid, or by a name that only one has.
func (m *matcher) member(said string) (userid string, problem web.Because) {
	switch found := m.members[said]; len(found) {
	case 0:
		return "", web.Why("noMember", "member", said)
	case 1:
		return found[0], web.Because{}
	}
	return "", web.Why("manyMembers", "member", said)
}

func customersIn(follows []mirror.Follow) int {
	seen := map[id.ID]bool{}
	for _, f := range follows {
		seen[f.CustomerID] = true
	}
	return len(seen)
}

// loadRemarks finds the standing follows of members with exactly these remarks.
func (m *matcher) loadRemarks(ctx context.Context, lines []line) error {
	m.remarks = map[who][]mirror.Follow{}
	asked := map[who]bool{}
	var pairs []bun.TupleValues
	for _, l := range lines {
		if l.external != "" || l.phone != "" || l.remark == "" || l.member == "" {
			continue
		}
		if member, problem := m.member(l.member); problem.None() && !asked[who{member, l.remark}] {
			asked[who{member, l.remark}] = true
			pairs = append(pairs, bun.Tuple([]any{member, l.remark}))
		}
	}
	q := m.s.db.Read()
	for part := range slices.Chunk(pairs, 100) {
		var ids []id.ID
		if err := q.NewRaw("SELECT id FROM mirror_follow WHERE corp_id = ? AND (member_id, remark) IN (?) AND standing = 1 AND remark <> ''",
			m.v.Corp, bun.List(part)).Scan(ctx, &ids); err != nil {
			return err
		}
		follows, err := mirror.FollowsByID(ctx, q, m.v.Corp, ids)
		if err != nil {
			return err
		}
		for _, f := range follows {
			m.remarks[who{f.Member, f.Remark}] = append(m.remarks[who{f.Member, f.Remark}], f)
		}
	}
	return nil
}
