package wecomsim

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// This file shows chats, groups, tags and codes on the control interface.

// ChatView is a line in a list of chats.
type ChatView struct {
	ID             string   `json:"id"`
	Kind           string   `json:"kind"` // direct or group
	Title          string   `json:"title"`
	Avatar         string   `json:"avatar"`
	UserID         string   `json:"userid,omitempty"`
	ExternalUserID string   `json:"external_userid,omitempty"`
	Person         string   `json:"person,omitempty"`
	ChatID         string   `json:"chat_id,omitempty"`
	Last           *Message `json:"last,omitempty"`
}

// viewChat shows a chat as the member or the customer sees it.
func (s *Sim) viewChat(c *Corp, ch *Chat, byMember bool) ChatView {
	v := ChatView{ID: ch.ID, Kind: ch.Kind, UserID: ch.UserID, ExternalUserID: ch.ExternalUserID, ChatID: ch.ChatID}
	if n := len(ch.Messages); n > 0 {
		last := ch.Messages[n-1]
		v.Last = &last
	}
	if ch.Kind == ChatGroup {
		if g := c.Groups[ch.ChatID]; g != nil {
			v.Title, v.Avatar = cmp.Or(g.Name, "群聊"), avatarPath("group", g.ChatID)
		}
		return v
	}
	p := s.world.People[c.Customers[ch.ExternalUserID].Person]
	v.Person = p.ID
	if byMember {
		v.Title, v.Avatar = p.Name, avatarPath("person", p.ID)
		if f := c.follow(ch.UserID, ch.ExternalUserID); f != nil && f.Remark != "" {
			v.Title = f.Remark
		}
		return v
	}
	v.Title, v.Avatar = ch.UserID, avatarPath("member", c.ID+"/"+ch.UserID)
	if m := c.Members[userKey(ch.UserID)]; m != nil {
		v.Title = m.Name + "@" + c.Name
	}
	return v
}

// listChats collects direct chats and the chats of groups, newest first.
func (s *Sim) listChats(c *Corp, direct []*Chat, participant string, byMember bool) map[string]any {
	list := []ChatView{}
	for _, ch := range direct {
		list = append(list, s.viewChat(c, ch, byMember))
	}
	for _, g := range c.index.groupsOf[participant] {
		ch := c.Chats["group:"+g.ChatID]
		if ch == nil {
			ch = &Chat{ID: "group:" + g.ChatID, Kind: ChatGroup, ChatID: g.ChatID}
		}
		list = append(list, s.viewChat(c, ch, byMember))
	}
	slices.SortFunc(list, func(a, b ChatView) int {
		return cmp.Or(cmp.Compare(lastAt(b), lastAt(a)), cmp.Compare(a.ID, b.ID))
	})
	return map[string]any{"chats": list}
}

func lastAt(v ChatView) int64 {
	if v.Last == nil {
		return 0
	}
	return v.Last.At
}

func (s *Sim) showMemberChats(r *http.Request) (any, error) {
	return s.withCorp(r, func(c *Corp) (any, error) {
		m, err := c.actor(r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		return s.listChats(c, c.index.chatsOfMember[userKey(m.UserID)], userKey(m.UserID), true), nil
	})
}

func (s *Sim) showPersonChats(r *http.Request) (any, error) {
	return s.withCorp(r, func(c *Corp) (any, error) {
		p, err := s.person(c, r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		cu := c.index.customerByPerson[p.ID]
		if cu == nil {
			return map[string]any{"chats": []ChatView{}}, nil
		}
		return s.listChats(c, c.index.chatsOfCustomer[cu.ExternalUserID], cu.ExternalUserID, false), nil
	})
}

func (s *Sim) showChat(r *http.Request) (any, error) {
	after, err := number(r, "after")
	if err != nil {
		return nil, err
	}
	return s.withCorp(r, func(c *Corp) (any, error) {
		id := r.PathValue("id")
		ch := c.Chats[id]
		if ch == nil {
			if g := c.Groups[strings.TrimPrefix(id, "group:")]; g != nil {
				return Chat{ID: id, Kind: ChatGroup, ChatID: g.ChatID, Messages: []Message{}}, nil
			}
			return nil, missing("id", "no chat %q", id)
		}
		out := *ch
		out.Messages = []Message{}
		for _, m := range ch.Messages {
			if m.Seq > after {
				out.Messages = append(out.Messages, m)
			}
		}
		return out, nil
	})
}

// ChatWith returns the messages of a person and a member, oldest first.
func (s *Sim) ChatWith(in Pair) ([]Message, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return nil, err
	}
	p, err := s.person(c, in.Person)
	if err != nil {
		return nil, err
	}
	if cu := c.index.customerByPerson[p.ID]; cu != nil {
		if ch := c.Chats[directChatID(in.Member, cu.ExternalUserID)]; ch != nil {
			return slices.Clone(ch.Messages), nil
		}
	}
	return nil, nil
}

func (s *Sim) showAppMessages(r *http.Request) (any, error) {
	list, err := s.AppMessages(r.URL.Query().Get("corp"), r.PathValue("id"))
	return map[string]any{"messages": orEmpty(list)}, err
}

// AppMessages returns what apps sent to a member, newest first, recalled ones
// included with their mark.
func (s *Sim) AppMessages(corp, member string) ([]AppMessage, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.corp(corp)
	if err != nil {
		return nil, err
	}
	m, err := c.actor(member)
	if err != nil {
		return nil, err
	}
	list := c.index.messagesOf[userKey(m.UserID)]
	var out []AppMessage
	for i := len(list) - 1; i >= 0 && len(out) < 200; i-- {
		view := *list[i]
		view.To, view.ReadBy = slices.Clone(view.To), slices.Clone(view.ReadBy)
		out = append(out, view)
	}
	return out, nil
}

// GroupView is a group as the phones page shows it.
type GroupView struct {
	ChatID    string            `json:"chat_id"`
	OpenGID   string            `json:"opengid"`
	Name      string            `json:"name"`
	Owner     string            `json:"owner"`
	Notice    string            `json:"notice,omitempty"`
	Status    int               `json:"status"`
	CreatedAt int64             `json:"created_at"`
	Version   string            `json:"member_version"`
	Members   []GroupMemberView `json:"members"`
}

// GroupMemberView is one participant.
type GroupMemberView struct {
	ID     string `json:"id"`
	Type   int    `json:"type"`
	Name   string `json:"name"`
	Person string `json:"person,omitempty"`
}

func (s *Sim) viewGroup(c *Corp, g *Group) GroupView {
	v := GroupView{
		ChatID: g.ChatID, OpenGID: g.OpenGID, Name: g.Name, Owner: g.Owner, Notice: g.Notice, Status: g.Status,
		CreatedAt: g.CreatedAt, Version: g.Version, Members: []GroupMemberView{},
	}
	for _, m := range g.Members {
		gm := GroupMemberView{ID: m.ID, Type: m.Type, Name: s.participantName(c, m)}
		if m.Type == 2 {
			gm.Person = c.Customers[m.ID].Person
		}
		v.Members = append(v.Members, gm)
	}
	return v
}

// participantName is how a participant is called.
func (s *Sim) participantName(c *Corp, m GroupMember) string {
	if m.Type == 2 {
		return s.world.People[c.Customers[m.ID].Person].Name
	}
	if x := cmp.Or(c.Members[userKey(m.ID)], c.Left[userKey(m.ID)]); x != nil {
		return x.Name
	}
	return m.ID
}

func (s *Sim) showGroups(r *http.Request) (any, error) {
	return s.withCorp(r, func(c *Corp) (any, error) {
		list := []GroupView{}
		for _, g := range c.groupsInOrder() {
			if !g.Dismissed {
				list = append(list, s.viewGroup(c, g))
			}
		}
		return map[string]any{"groups": list}, nil
	})
}

func (s *Sim) showTags(r *http.Request) (any, error) {
	type tag struct {
		ID      string `json:"id"`
		Name    string `json:"name"`
		Creator int    `json:"creator"`
	}
	type group struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Tags []tag  `json:"tags"`
	}
	return s.withCorp(r, func(c *Corp) (any, error) {
		list := []group{}
		for _, g := range c.liveTagGroups() {
			v := group{ID: g.ID, Name: g.Name, Tags: []tag{}}
			for _, t := range g.liveTags() {
				v.Tags = append(v.Tags, tag{t.ID, t.Name, t.Creator})
			}
			list = append(list, v)
		}
		return map[string]any{"groups": list}, nil
	})
}

// WayView is a contact way with the addresses of its code.
type WayView struct {
	ConfigID  string   `json:"config_id"`
	State     string   `json:"state"`
	Remark    string   `json:"remark"`
	Users     []string `json:"users"`
	Parties   []int    `json:"parties"`
	AgentID   int      `json:"agentid"`
	Scans     int64    `json:"scans"`
	Temp      bool     `json:"temp,omitempty"`
	SkipCheck bool     `json:"skip_verify"`
	Image     string   `json:"image"` // PNG with the QR code
	Page      string   `json:"page"`  // what the QR code says: a page to scan with
}

func (s *Sim) showWays(r *http.Request) (any, error) {
	base := s.base(r)
	return s.withCorp(r, func(c *Corp) (any, error) {
		list := []WayView{}
		for _, w := range c.index.waysInOrder {
			list = append(list, WayView{
				w.ConfigID, w.State, w.Remark, append([]string{}, w.Users...), append([]int{}, w.Parties...), w.Creator, w.Scans,
				w.Temp, w.SkipVerify, base + "/qr/way/" + w.ConfigID + ".png", base + "/q/" + w.ConfigID,
			})
		}
		return map[string]any{"contact_ways": list}, nil
	})
}

// ClockView is the clock as the control interface shows it.
type ClockView struct {
	Now   string  `json:"now"` // RFC 3339
	Unix  int64   `json:"unix"`
	Speed float64 `json:"speed"` // 0 stands still
}

// MoveClock changes the clock; several fields may be given.
type MoveClock struct {
	Advance string   `json:"advance,omitempty"` // a Go duration: "20s", "72h"
	Set     string   `json:"set,omitempty"`     // RFC 3339
	Speed   *float64 `json:"speed,omitempty"`   // simulated seconds in a real one, 0 stops
}

func (s *Sim) showClock() ClockView {
	now := s.clock.Now()
	return ClockView{Now: now.Format(time.RFC3339Nano), Unix: now.Unix(), Speed: s.clock.Speed()}
}

func (s *Sim) moveClock(in MoveClock) (ClockView, error) {
	if in.Speed != nil {
		if *in.Speed < 0 || *in.Speed > 100_000 {
			return ClockView{}, refuse("speed", "must lie between 0 and 100000")
		}
		s.clock.SetSpeed(*in.Speed)
	}
	if in.Set != "" {
		t, err := time.Parse(time.RFC3339, in.Set)
		if err != nil {
			return ClockView{}, refuse("set", "is no RFC 3339 time such as 2026-11-22T08:00:00+08:00")
		}
		s.clock.Set(t)
	}
	if in.Advance != "" {
		d, err := time.ParseDuration(in.Advance)
		if err != nil || d < 0 {
			return ClockView{}, refuse("advance", "is no duration such as 20s, 5m or 72h")
		}
		s.clock.Advance(d)
	}
	s.tell(Change{Kind: "clock"})
	return s.showClock(), nil
}
