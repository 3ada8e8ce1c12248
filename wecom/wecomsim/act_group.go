package wecomsim

import (
	"slices"
	"strconv"
	"strings"
)

// This file holds what happens in customer groups (客户群). Every change of
// members gives the group a new member_version and an event with the old and
// the new one (callbacks.md).
//
// Not modelled: admins' rights, invitation by link with consent, full groups,
// join ways (群活码).

// groupMax is the size of a customer group (tiers are unverified).
const groupMax = 500

// CreateGroup is a member making a customer group.
type CreateGroup struct {
	Corp    string   `json:"corp,omitempty"`
	Owner   string   `json:"owner"`
	Name    string   `json:"name,omitempty"`
	Members []string `json:"members,omitempty"` // userids
	People  []string `json:"people,omitempty"`  // person ids or external_userids
}

// GroupRef names a group.
type GroupRef struct {
	ChatID string `json:"chat_id"`
}

// CreateGroup announces change_external_chat/create.
func (s *Sim) CreateGroup(in CreateGroup) (GroupRef, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return GroupRef{}, err
	}
	owner, err := c.actor(in.Owner)
	if err != nil {
		return GroupRef{}, err
	}
	if !owner.MayContact {
		return GroupRef{}, refuse("owner", "%s may not have customer groups", owner.UserID)
	}
	now := s.clock.Now().Unix()
	g := &Group{
		ChatID: s.randomID("wr", 30), OpenGID: s.randomID("o", 27), Name: in.Name, Owner: owner.UserID, CreatedAt: now, Seq: s.nextSeq(),
		Version: s.randomHex(32), Members: []GroupMember{{ID: owner.UserID, Type: 1, JoinedAt: now, Scene: 1}},
	}
	for _, u := range in.Members {
		m, err := c.actor(u)
		if err != nil {
			return GroupRef{}, err
		}
		if m != owner {
			g.Members = append(g.Members, GroupMember{ID: m.UserID, Type: 1, JoinedAt: now, Scene: 1, Invitor: owner.UserID})
		}
	}
	for _, id := range in.People {
		p, err := s.person(c, id)
		if err != nil {
			return GroupRef{}, err
		}
		g.Members = append(g.Members, GroupMember{ID: s.customer(c, p).ExternalUserID, Type: 2, JoinedAt: now, Scene: 1, Invitor: owner.UserID})
	}
	c.Groups[g.ChatID] = g
	c.indexGroup(g)
	s.emit(c, groupEvent("create", g))
	s.tell(Change{Kind: "group", Corp: c.ID, Group: g.ChatID, Detail: "create"})
	return GroupRef{g.ChatID}, nil
}

// liveGroup finds a group for an act.
func (s *Sim) liveGroup(corp, chatID string) (*Corp, *Group, error) {
	c, err := s.corp(corp)
	if err != nil {
		return nil, nil, err
	}
	g := c.Groups[chatID]
	if g == nil || g.Dismissed {
		return nil, nil, missing("group", "no group %q", chatID)
	}
	return c, g, nil
}

// participant finds who an act is about: exactly one of member and person.
func (s *Sim) participant(c *Corp, member, person string) (GroupMember, error) {
	switch {
	case member != "" && person != "" || member == "" && person == "":
		return GroupMember{}, refuse("person", "give either member or person")
	case member != "":
		m := c.Members[userKey(member)]
		if m == nil {
			return GroupMember{}, missing("member", "no member %q", member)
		}
		return GroupMember{ID: m.UserID, Type: 1}, nil
	}
	p, err := s.person(c, person)
	if err != nil {
		return GroupMember{}, err
	}
	return GroupMember{ID: s.customer(c, p).ExternalUserID, Type: 2}, nil
}

func (g *Group) indexOf(m GroupMember) int {
	return slices.IndexFunc(g.Members, func(x GroupMember) bool {
		return participantKey(x.ID, x.Type) == participantKey(m.ID, m.Type) && x.Type == m.Type
	})
}

// changeMembers announces a change of members.
func (s *Sim) changeMembers(c *Corp, g *Group, detail string, scene int, id string) {
	last := g.Version
	g.Version = s.randomHex(32)
	e := groupEvent("update", g).text("UpdateDetail", detail)
	if detail == "add_member" {
		// The event knows 0 invited and 3 by code; join_scene of the group knows 1
		// invited directly, 2 by link, 3 by code.
		if scene != 3 {
			scene = 0
		}
		e.number("JoinScene", int64(scene))
	} else {
		e.number("QuitScene", int64(scene))
	}
	e.number("MemChangeCnt", 1).list("MemChangeList", []string{id}).text("LastMemVer", last).text("CurMemVer", g.Version)
	s.emit(c, e)
	s.tell(Change{Kind: "group", Corp: c.ID, Group: g.ChatID, Detail: detail})
}

// JoinGroup is somebody joining a group.
type JoinGroup struct {
	Corp    string `json:"corp,omitempty"`
	Group   string `json:"group"`
	Person  string `json:"person,omitempty"`
	Member  string `json:"member,omitempty"`
	Invitor string `json:"invitor,omitempty"` // userid; without one the code was scanned
	ByLink  bool   `json:"by_link,omitempty"` // with Invitor: through a link
	State   string `json:"state,omitempty"`   // of a join way
}

// JoinGroup announces add_member.
func (s *Sim) JoinGroup(in JoinGroup) (GroupRef, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, g, err := s.liveGroup(in.Corp, in.Group)
	if err != nil {
		return GroupRef{}, err
	}
	m, err := s.participant(c, in.Member, in.Person)
	if err != nil {
		return GroupRef{}, err
	}
	if g.indexOf(m) >= 0 {
		return GroupRef{}, refuse("group", "%s is in the group already", m.ID)
	}
	if len(g.Members) >= groupMax {
		return GroupRef{}, refuse("group", "the group is full")
	}
	m.JoinedAt, m.Scene, m.State = s.clock.Now().Unix(), 3, in.State
	if in.Invitor != "" {
		inviting, err := c.actor(in.Invitor)
		if err != nil {
			return GroupRef{}, err
		}
		m.Scene, m.Invitor = 1, inviting.UserID
		if in.ByLink {
			m.Scene = 2
		}
	}
	g.Members = append(g.Members, m)
	c.indexGroupMember(g, m)
	s.sayInGroup(c, g, Message{Via: "system", Text: s.participantName(c, m) + " 加入了群聊"})
	s.changeMembers(c, g, "add_member", m.Scene, m.ID)
	return GroupRef{g.ChatID}, nil
}

// LeaveGroup is somebody leaving a group or being removed.
type LeaveGroup struct {
	Corp    string `json:"corp,omitempty"`
	Group   string `json:"group"`
	Person  string `json:"person,omitempty"`
	Member  string `json:"member,omitempty"`
	Removed bool   `json:"removed,omitempty"` // by the owner, not by himself
}

// LeaveGroup announces del_member.
func (s *Sim) LeaveGroup(in LeaveGroup) (GroupRef, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, g, err := s.liveGroup(in.Corp, in.Group)
	if err != nil {
		return GroupRef{}, err
	}
	m, err := s.participant(c, in.Member, in.Person)
	if err != nil {
		return GroupRef{}, err
	}
	i := g.indexOf(m)
	if i < 0 {
		return GroupRef{}, refuse("group", "%s is not in the group", m.ID)
	}
	if m.Type == 1 && userKey(m.ID) == userKey(g.Owner) {
		return GroupRef{}, refuse("member", "the owner must hand the group over first")
	}
	m = g.Members[i]
	g.Members = slices.Delete(slices.Clone(g.Members), i, i+1)
	g.Admins = slices.DeleteFunc(slices.Clone(g.Admins), func(u string) bool { return m.Type == 1 && userKey(u) == userKey(m.ID) })
	c.unindexGroupMember(g, m)
	scene := 0
	if in.Removed {
		scene = 1
	}
	s.changeMembers(c, g, "del_member", scene, m.ID)
	return GroupRef{g.ChatID}, nil
}

// RenameGroup changes name or notice.
type RenameGroup struct {
	Corp   string  `json:"corp,omitempty"`
	Group  string  `json:"group"`
	Name   *string `json:"name,omitempty"`
	Notice *string `json:"notice,omitempty"`
}

// RenameGroup announces change_name and change_notice.
func (s *Sim) RenameGroup(in RenameGroup) (GroupRef, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, g, err := s.liveGroup(in.Corp, in.Group)
	if err != nil {
		return GroupRef{}, err
	}
	if in.Name == nil && in.Notice == nil {
		return GroupRef{}, refuse("name", "give a name or a notice")
	}
	if in.Name != nil {
		g.Name = *in.Name
		s.emit(c, groupEvent("update", g).text("UpdateDetail", "change_name"))
	}
	if in.Notice != nil {
		g.Notice = *in.Notice
		s.emit(c, groupEvent("update", g).text("UpdateDetail", "change_notice"))
	}
	s.tell(Change{Kind: "group", Corp: c.ID, Group: g.ChatID, Detail: "rename"})
	return GroupRef{g.ChatID}, nil
}

// ChangeOwner hands a group to another member.
type ChangeOwner struct {
	Corp  string `json:"corp,omitempty"`
	Group string `json:"group"`
	Owner string `json:"owner"`
}

// ChangeOwner announces change_owner. A new owner who is not in the group joins
// it first, with its own event.
func (s *Sim) ChangeOwner(in ChangeOwner) (GroupRef, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, g, err := s.liveGroup(in.Corp, in.Group)
	if err != nil {
		return GroupRef{}, err
	}
	owner, err := c.actor(in.Owner)
	if err != nil {
		return GroupRef{}, err
	}
	m := GroupMember{ID: owner.UserID, Type: 1, JoinedAt: s.clock.Now().Unix(), Scene: 1, Invitor: g.Owner}
	if g.indexOf(m) < 0 {
		g.Members = append(g.Members, m)
		c.indexGroupMember(g, m)
		s.changeMembers(c, g, "add_member", 1, m.ID)
	}
	c.moveGroup(g, owner.UserID)
	g.Status = GroupNormal
	s.emit(c, groupEvent("update", g).text("UpdateDetail", "change_owner"))
	s.tell(Change{Kind: "group", Corp: c.ID, Group: g.ChatID, Detail: "change_owner"})
	return GroupRef{g.ChatID}, nil
}

// DismissGroup ends a group.
type DismissGroup struct {
	Corp  string `json:"corp,omitempty"`
	Group string `json:"group"`
}

// DismissGroup announces dismiss.
func (s *Sim) DismissGroup(in DismissGroup) (GroupRef, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, g, err := s.liveGroup(in.Corp, in.Group)
	if err != nil {
		return GroupRef{}, err
	}
	g.Dismissed = true
	for _, m := range g.Members {
		c.unindexGroupMember(g, m)
	}
	s.emit(c, groupEvent("dismiss", g))
	s.tell(Change{Kind: "group", Corp: c.ID, Group: g.ChatID, Detail: "dismiss"})
	return GroupRef{g.ChatID}, nil
}

// SayInGroup is a message in a group.
type SayInGroup struct {
	Corp   string `json:"corp,omitempty"`
	Group  string `json:"group"`
	Person string `json:"person,omitempty"`
	Member string `json:"member,omitempty"`
	Text   string `json:"text"`
}

// SayInGroup puts a message into the group's chat. It causes no event.
func (s *Sim) SayInGroup(in SayInGroup) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, g, err := s.liveGroup(in.Corp, in.Group)
	if err != nil {
		return Message{}, err
	}
	m, err := s.participant(c, in.Member, in.Person)
	if err != nil {
		return Message{}, err
	}
	if g.indexOf(m) < 0 {
		return Message{}, refuse("group", "%s is not in the group", m.ID)
	}
	if in.Text == "" {
		return Message{}, refuse("text", "nothing to say")
	}
	return s.sayInGroup(c, g, Message{From: m.ID, Via: "person", Text: in.Text}), nil
}

// joinNumbers writes numbers the way events do: "1,2,3".
func joinNumbers[T int | int64](list []T) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.FormatInt(int64(n), 10)
	}
	return strings.Join(texts, ",")
}
