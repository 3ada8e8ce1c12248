package wecomsim

import (
	"maps"
	"slices"
	"strconv"

	"github.com/mozillazg/go-pinyin"

	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file holds the change of a member's userid (账号): WeCom lets it be changed once,
// and only when WeCom itself made it (user/update 90197; update_user with NewUserID
// 90971). Everything that names the member names him by the new one from then on.
//
// That the version of his groups stays, that chats and transfers go along, and that nobody
// may take the userid of somebody who left are unverified.

// ChangeUserID is an administrator giving a member another userid.
type ChangeUserID struct {
	Corp   string `json:"corp,omitempty"`
	Member string `json:"member"`
	UserID string `json:"userid"`
}

// ChangeUserID announces update_user with NewUserID to the apps that see him.
func (s *Sim) ChangeUserID(in ChangeUserID) (MemberView, error) {
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
	switch c.renameBar(m, in.UserID) {
	case 0:
	case errcode.InvalidUserID:
		return MemberView{}, refuse("userid", "must have 1 to 64 of [0-9A-Za-z_-@.] and begin with a letter or digit")
	case errcode.UserIDExists:
		return MemberView{}, refuse("userid", "is taken")
	default:
		return MemberView{}, refuse("member", "only a userid that WeCom made can be changed, and once")
	}
	e := contactEvent("update_user", m.UserID).text("NewUserID", in.UserID)
	s.renameMember(c, m, in.UserID)
	e.member = m.UserID // who is in whose range, WeCom knows by the new one
	s.emit(c, e)
	return c.viewMember(m), nil
}

// renameBar is the errcode that keeps a member from getting another userid, 0 for none.
func (c *Corp) renameBar(m *Member, to string) int {
	k := userKey(to)
	switch {
	case !validUserID(to):
		return errcode.InvalidUserID
	case !m.Generated:
		return errcode.ParameterRule
	case c.Members[k] != nil || c.Left[k] != nil:
		return errcode.UserIDExists
	}
	return 0
}

// renameMember puts the new userid wherever the old one stands.
func (s *Sim) renameMember(c *Corp, m *Member, to string) {
	was, follows := userKey(m.UserID), c.allFollows()
	here := func(id *string) {
		if userKey(*id) == was {
			*id = to
		}
	}
	// Lists may be in the hands of somebody who reads them just now.
	among := func(list *[]string) {
		*list = slices.Clone(*list)
		for i := range *list {
			here(&(*list)[i])
		}
	}
	delete(c.Members, was)
	m.UserID, m.Generated = to, false
	c.Members[userKey(to)] = m
	for _, x := range c.Members {
		among(&x.DirectLead)
	}
	for _, d := range c.Departments {
		among(&d.Leaders)
	}
	for _, a := range c.Apps {
		among(&a.Members)
	}
	for _, t := range c.ContactTags {
		among(&t.Members)
	}
	for _, f := range follows {
		here(&f.UserID)
		here(&f.Oper)
	}
	for i := range c.Unassigned {
		here(&c.Unassigned[i].UserID)
	}
	for _, t := range c.Transfers {
		here(&t.Handover)
		here(&t.Takeover)
	}
	for i := range c.GroupTransfers {
		here(&c.GroupTransfers[i].From)
	}
	for _, w := range c.Ways {
		among(&w.Users)
	}
	for _, g := range c.Groups {
		here(&g.Owner)
		here(&g.Heir)
		among(&g.Admins)
		g.Members = slices.Clone(g.Members)
		for i := range g.Members {
			if g.Members[i].Type == 1 {
				here(&g.Members[i].ID)
			}
			here(&g.Members[i].Invitor)
		}
	}
	c.renameChats(was, to)
	for _, a := range c.AppMessages {
		among(&a.To)
		among(&a.ReadBy)
	}
	for _, w := range c.Welcomes {
		here(&w.UserID)
	}
	for _, t := range c.TempChats {
		here(&t.UserID)
	}
	for _, o := range c.OAuthCodes {
		here(&o.UserID)
	}
	for _, t := range c.UserTickets {
		here(&t.UserID)
	}
	c.reindex(follows)
	for _, kind := range []string{"member", "follow", "group", "chat"} {
		s.tell(Change{Kind: kind, Corp: c.ID, Member: m.UserID, Detail: "update_user"})
	}
}

// renameChats moves the member's conversations and makes what he said his.
func (c *Corp) renameChats(was, to string) {
	for _, chat := range slices.Collect(maps.Values(c.Chats)) {
		chat.Messages = slices.Clone(chat.Messages)
		for i := range chat.Messages {
			if userKey(chat.Messages[i].From) == was {
				chat.Messages[i].From = to
			}
		}
		if chat.Kind == ChatDirect && userKey(chat.UserID) == was {
			delete(c.Chats, chat.ID)
			chat.UserID, chat.ID = to, directChatID(to, chat.ExternalUserID)
			c.Chats[chat.ID] = chat
		}
	}
}

// freeUserID is the userid that WeCom makes of a name: its pinyin, with a number when
// somebody has or had it (unverified).
func (c *Corp) freeUserID(name string) string {
	base := ""
	for _, syllable := range pinyin.LazyPinyin(name, pinyin.NewArgs()) {
		base += syllable
	}
	if base == "" {
		base = "member"
	}
	id := base
	for n := 2; c.Members[userKey(id)] != nil || c.Left[userKey(id)] != nil; n++ {
		id = base + strconv.Itoa(n)
	}
	return id
}
