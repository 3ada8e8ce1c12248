package wecomsim

import (
	"slices"
	"strconv"
	"strings"
)

// This file holds what administrators do to members and departments: joining,
// changing, leaving (change_contact, 90970–90974).
//
// A userid that changes is in act_rename.go. Not modelled: import by file.

// JoinMember is a new member of the corp.
type JoinMember struct {
	Corp        string `json:"corp,omitempty"`
	UserID      string `json:"userid"` // empty: he was invited, and WeCom makes one, which may be changed once
	Name        string `json:"name"`
	Departments []int  `json:"departments,omitempty"` // the root when empty
	// Inactive: invited but not yet activated (status 4), without customers.
	Inactive bool `json:"inactive,omitempty"`
}

// JoinMember announces create_user.
func (s *Sim) JoinMember(in JoinMember) (MemberView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return MemberView{}, err
	}
	generated := in.UserID == ""
	if generated {
		in.UserID = c.freeUserID(in.Name)
	}
	if !validUserID(in.UserID) {
		return MemberView{}, refuse("userid", "must have 1 to 64 of [0-9A-Za-z_-@.] and begin with a letter or digit")
	}
	if c.Members[userKey(in.UserID)] != nil {
		return MemberView{}, refuse("userid", "is taken")
	}
	if in.Name == "" {
		return MemberView{}, refuse("name", "a member needs a name")
	}
	if len(in.Departments) == 0 {
		in.Departments = []int{1}
	}
	if err := c.knowDepartments(in.Departments); err != nil {
		return MemberView{}, err
	}
	m := &Member{
		UserID: in.UserID, Name: in.Name, Departments: in.Departments, Orders: make([]int64, len(in.Departments)),
		Leader: make([]int, len(in.Departments)), Main: in.Departments[0], Status: StatusActive, MayContact: true, RealName: true,
		MaxCustomers: 20_000, JoinedAt: s.clock.Now().Unix(), Generated: generated,
	}
	if in.Inactive {
		m.Status, m.MayContact, m.RealName = StatusNotActivated, false, false
	}
	c.Members[userKey(m.UserID)] = m
	delete(c.Left, userKey(m.UserID))
	c.reindexDirectory()
	e := contactEvent("create_user", m.UserID).text("Name", m.Name).text("Department", joinNumbers(m.Departments))
	e.number("MainDepartment", int64(m.Main)).text("IsLeaderInDept", joinNumbers(m.Leader)).number("Status", int64(m.Status))
	s.emit(c, e)
	s.tell(Change{Kind: "member", Corp: c.ID, Member: m.UserID, Detail: "create_user"})
	return c.viewMember(m), nil
}

func (c *Corp) knowDepartments(list []int) error {
	for _, id := range list {
		if c.Departments[id] == nil {
			return missing("departments", "no department %d", id)
		}
	}
	return nil
}

// ChangeMember is an administrator changing a member. Nil fields stay.
type ChangeMember struct {
	Corp        string  `json:"corp,omitempty"`
	Member      string  `json:"member"`
	Name        *string `json:"name,omitempty"`
	Position    *string `json:"position,omitempty"`
	Departments *[]int  `json:"departments,omitempty"`
	Status      *int    `json:"status,omitempty"` // 1 active, 2 disabled, 4 not activated
	// MayContact, RealName, ConsoleWelcome and MaxCustomers are settings without event.
	MayContact     *bool `json:"may_contact,omitempty"`
	RealName       *bool `json:"real_name,omitempty"`
	ConsoleWelcome *bool `json:"console_welcome,omitempty"`
	MaxCustomers   *int  `json:"max_customers,omitempty"`
	// LastUsedAt: he has not used WeCom since, unix seconds; 0 for all the time. Without event.
	LastUsedAt *int64 `json:"last_used_at,omitempty"`
}

// ChangeMember announces update_user with the changed fields only.
func (s *Sim) ChangeMember(in ChangeMember) (MemberView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return MemberView{}, err
	}
	m, err := c.actor(in.Member)
	if err != nil {
		return MemberView{}, err
	}
	if in.Status != nil && !slices.Contains([]int{StatusActive, StatusDisabled, StatusNotActivated}, *in.Status) {
		return MemberView{}, refuse("status", "must be 1, 2 or 4; use resign for a member who leaves")
	}
	if in.Departments != nil {
		if len(*in.Departments) == 0 {
			return MemberView{}, refuse("departments", "a member is in one department at least")
		}
		if err := c.knowDepartments(*in.Departments); err != nil {
			return MemberView{}, err
		}
	}
	before := s.visibleNow(c, m.UserID)
	e := contactEvent("update_user", m.UserID)
	if in.Name != nil {
		m.Name = *in.Name
		e.text("Name", m.Name)
	}
	if in.Position != nil {
		m.Position = *in.Position
		e.text("Position", m.Position)
	}
	if in.Departments != nil {
		m.Departments = slices.Clone(*in.Departments)
		m.Orders, m.Leader, m.Main = make([]int64, len(m.Departments)), make([]int, len(m.Departments)), m.Departments[0]
		e.text("Department", joinNumbers(m.Departments)).number("MainDepartment", int64(m.Main)).text("IsLeaderInDept", joinNumbers(m.Leader))
	}
	if in.Status != nil {
		m.Status = *in.Status
		e.number("Status", int64(m.Status))
	}
	put(&m.MayContact, in.MayContact)
	put(&m.RealName, in.RealName)
	put(&m.ConsoleWelcome, in.ConsoleWelcome)
	put(&m.MaxCustomers, in.MaxCustomers)
	put(&m.LastUsedAt, in.LastUsedAt)
	c.reindexDirectory()
	if len(e.fields) > 1 {
		s.emit(c, e)
	}
	s.tellVisibility(c, m.UserID, before)
	s.tell(Change{Kind: "member", Corp: c.ID, Member: m.UserID, Detail: "update_user"})
	return c.viewMember(m), nil
}

// visibleNow tells which apps see a member.
func (s *Sim) visibleNow(c *Corp, userid string) map[*App]bool {
	out := map[*App]bool{}
	for _, a := range c.Apps {
		out[a] = c.sees(a, userid)
	}
	return out
}

// tellVisibility announces subscribe and unsubscribe to apps whose range a
// member entered or left.
func (s *Sim) tellVisibility(c *Corp, userid string, before map[*App]bool) {
	for _, a := range c.Apps {
		if now := c.sees(a, userid); a.Kind == SelfBuilt && now != before[a] {
			name := "subscribe"
			if !now {
				name = "unsubscribe"
			}
			s.emit(c, &event{family: FamilyMessage, name: name, agent: a.AgentID, from: userid, about: userid})
		}
	}
}

// Resign is a member leaving the corp.
type Resign struct {
	Corp   string `json:"corp,omitempty"`
	Member string `json:"member"`
}

// Resign announces delete_user. The customers of the member become unassigned
// and are no longer shown under him; his groups wait for a new owner. No event
// tells of either (transfer.md).
func (s *Sim) Resign(in Resign) (MemberView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return MemberView{}, err
	}
	m, err := c.actor(in.Member)
	if err != nil {
		return MemberView{}, err
	}
	s.emit(c, contactEvent("delete_user", m.UserID))
	s.removeMember(c, m)
	return c.viewMember(m), nil
}

// removeMember takes a member out of the corp.
func (s *Sim) removeMember(c *Corp, m *Member) {
	now := s.clock.Now().Unix()
	k := userKey(m.UserID)
	for _, f := range slices.Clone(c.index.followsOf[k]) {
		if f.inList() {
			if i := c.pooled(m.UserID, f.ExternalUserID); i >= 0 { // he left once before
				c.Unassigned = slices.Delete(c.Unassigned, i, i+1)
			}
			c.Unassigned = append(c.Unassigned, Unassigned{UserID: m.UserID, ExternalUserID: f.ExternalUserID, LeftAt: now, Seq: s.nextSeq(), Tags: f.Tags})
		}
		c.dropFollow(f)
	}
	for _, g := range c.index.groupsOwned[k] {
		g.Status = GroupOwnerLeft
	}
	m.Status, m.LeftAt = StatusLeft, now
	c.Left[k] = m
	delete(c.Members, k)
	for _, d := range c.Departments {
		d.Leaders = slices.DeleteFunc(slices.Clone(d.Leaders), func(u string) bool { return userKey(u) == k })
	}
	c.reindexDirectory()
	s.tell(Change{Kind: "member", Corp: c.ID, Member: m.UserID, Detail: "delete_user"})
}

// ChangeDepartment is an administrator changing the tree.
type ChangeDepartment struct {
	Corp     string  `json:"corp,omitempty"`
	Action   string  `json:"action"` // create, update, delete
	ID       int     `json:"id,omitempty"`
	Name     *string `json:"name,omitempty"`
	ParentID *int    `json:"parentid,omitempty"`
}

// ChangeDepartment announces create_party, update_party or delete_party.
func (s *Sim) ChangeDepartment(in ChangeDepartment) (Department, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return Department{}, err
	}
	d := c.Departments[in.ID]
	if in.Action != "create" && d == nil {
		return Department{}, missing("id", "no department %d", in.ID)
	}
	if in.ParentID != nil && c.Departments[*in.ParentID] == nil {
		return Department{}, missing("parentid", "no department %d", *in.ParentID)
	}
	var e *event
	switch in.Action {
	case "create":
		if in.Name == nil || strings.TrimSpace(*in.Name) == "" {
			return Department{}, refuse("name", "a department needs a name")
		}
		d = &Department{ID: c.nextDepartment(), Name: *in.Name, ParentID: 1}
		put(&d.ParentID, in.ParentID)
		c.Departments[d.ID] = d
		c.reindexDirectory()
		e = partyEvent("create_party", d.ID).text("Name", d.Name).text("ParentId", strconv.Itoa(d.ParentID)).number("Order", d.Order)
	case "update":
		e = partyEvent("update_party", d.ID)
		if in.Name != nil {
			d.Name = *in.Name
			e.text("Name", d.Name)
		}
		if in.ParentID != nil && d.ID != 1 {
			if slices.ContainsFunc(c.subtree(d.ID), func(x *Department) bool { return x.ID == *in.ParentID }) {
				return Department{}, refuse("parentid", "lies below the department")
			}
			d.ParentID = *in.ParentID
			e.text("ParentId", strconv.Itoa(d.ParentID))
		}
		c.reindexDirectory()
	case "delete":
		if d.ID == 1 || len(c.index.children[d.ID]) > 0 || len(c.index.membersIn[d.ID]) > 0 {
			return Department{}, refuse("id", "the root and departments that are not empty cannot be deleted")
		}
		e = partyEvent("delete_party", d.ID)
		delete(c.Departments, d.ID)
		e.party = 0 // it is in nobody's range any more
		c.reindexDirectory()
	default:
		return Department{}, refuse("action", "must be create, update or delete")
	}
	s.emit(c, e)
	s.tell(Change{Kind: "department", Corp: c.ID, Detail: e.change})
	return *d, nil
}

func partyEvent(change string, id int) *event {
	e := &event{family: FamilyContact, name: "change_contact", change: change, party: id, about: "party " + strconv.Itoa(id)}
	return e.number("Id", int64(id))
}

// validUserID checks the form of a userid (contacts.md).
func validUserID(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for i, r := range id {
		letter := r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !strings.ContainsRune("_-@.", r)) {
			return false
		}
	}
	return true
}
