package wecomsim

import (
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
)

// This file holds what people do that makes or ends a relation: scan a code,
// add, accept, delete, block. Acts, unlike calls of the API, cause callbacks.
//
// Not modelled: friend requests between members and customers that need the
// customer's consent, the daily limit of additions, WeCom contacts who must
// confirm.

// Relation names what an act was about.
type Relation struct {
	UserID         string `json:"userid"`
	ExternalUserID string `json:"external_userid"`
	// Event is the ChangeType that was announced, "" for none.
	Event string `json:"event,omitempty"`
	// WelcomeCode of the event, when it carried one.
	WelcomeCode string `json:"welcome_code,omitempty"`
}

// corp finds a corp for an act. The caller holds the lock.
func (s *Sim) corp(id string) (*Corp, error) {
	if c := s.world.Corp(id); c != nil {
		return c, nil
	}
	return nil, missing("corp", "no corp %q", id)
}

// person finds a person by his id or by an external_userid of the corp.
func (s *Sim) person(c *Corp, id string) (*Person, error) {
	if p := s.world.People[id]; p != nil {
		return p, nil
	}
	if cu := c.Customers[id]; cu != nil {
		return s.world.People[cu.Person], nil
	}
	return nil, missing("person", "no person %q", id)
}

// actor finds a member for an act.
func (c *Corp) actor(userid string) (*Member, error) {
	if m := c.Members[userKey(userid)]; m != nil {
		return m, nil
	}
	return nil, missing("member", "no member %q", userid)
}

// customer makes the person known to the corp and returns him.
func (s *Sim) customer(c *Corp, p *Person) *Customer {
	if cu := c.index.customerByPerson[p.ID]; cu != nil {
		return cu
	}
	prefix := "wm"
	if p.Type == wecom.ExternalWeCom {
		prefix = "wo"
	}
	cu := &Customer{ExternalUserID: s.randomID(prefix, 30), Person: p.ID, OpenID: s.randomID("o", 27)}
	c.Customers[cu.ExternalUserID] = cu
	c.index.customerByPerson[p.ID] = cu
	return cu
}

// pairOf finds the relation of a person and a member.
func (s *Sim) pairOf(corp, person, member string) (*Corp, *Person, *Member, *Follow, error) {
	c, err := s.corp(corp)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	p, err := s.person(c, person)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	m, err := c.actor(member)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	var f *Follow
	if cu := c.index.customerByPerson[p.ID]; cu != nil {
		f = c.follow(m.UserID, cu.ExternalUserID)
	}
	return c, p, m, f, nil
}

// Scan is a person scanning the code of a contact way.
type Scan struct {
	Corp   string `json:"corp,omitempty"`
	Person string `json:"person"`
	Way    string `json:"way"` // config_id
	// Member, when set, is the one of the way's members who is picked; otherwise
	// WeCom picks. Real WeCom decides alone; this is for tests.
	Member string `json:"member,omitempty"`
}

// Scan plays a customer scanning a 渠道活码. WeCom picks one of the way's
// members (in turn; the real rule is unverified). A friend of any of them is
// led to that chat and nothing happens (contact-ways.md). Without verification
// (skip_verify) the relation exists at once; otherwise an
// add_half_external_contact is announced and a member must Accept.
func (s *Sim) Scan(in Scan) (Relation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return Relation{}, err
	}
	p, err := s.person(c, in.Person)
	if err != nil {
		return Relation{}, err
	}
	w := c.Ways[in.Way]
	if w == nil {
		return Relation{}, missing("way", "the code is no longer valid")
	}
	now := s.clock.Now()
	w.Scans++
	candidates := c.wayMembers(w, false)
	if in.Member != "" {
		candidates = slices.DeleteFunc(candidates, func(m *Member) bool { return userKey(m.UserID) != userKey(in.Member) })
	}
	if len(candidates) == 0 {
		return Relation{}, refuse("way", "no member of the code can be added")
	}
	if w.Temp {
		return s.openTempChat(c, p, w, candidates[0], now)
	}
	cu := s.customer(c, p)
	for _, m := range candidates {
		if f := c.follow(m.UserID, cu.ExternalUserID); f != nil && f.ByMember && f.ByCustomer {
			return Relation{UserID: m.UserID, ExternalUserID: cu.ExternalUserID}, nil
		}
	}
	m := candidates[w.Next%len(candidates)]
	w.Next++
	if w.Exclusive && p.CorpName != "" {
		m = s.exclusiveMember(c, w, p, candidates, m)
	}
	if n := c.customersOf(m.UserID); m.MaxCustomers > 0 && n >= m.MaxCustomers {
		return Relation{}, refuse("member", "%s reached the limit of %d customers", m.UserID, m.MaxCustomers)
	}
	return s.befriend(c, p, m, addition{way: wecom.AddWayQRCode, state: w.State, oper: cu.ExternalUserID, half: !w.SkipVerify}), nil
}

// exclusiveMember keeps customers of one outside corp with one member.
func (s *Sim) exclusiveMember(c *Corp, w *ContactWay, p *Person, candidates []*Member, otherwise *Member) *Member {
	for _, m := range candidates {
		for _, f := range c.index.followsOf[userKey(m.UserID)] {
			if f.State == w.State && f.inList() && s.world.People[c.Customers[f.ExternalUserID].Person].CorpName == p.CorpName {
				return m
			}
		}
	}
	return otherwise
}

// customersOf counts the customers a member has.
func (c *Corp) customersOf(userid string) int {
	n := 0
	for _, f := range c.index.followsOf[userKey(userid)] {
		if f.inList() {
			n++
		}
	}
	return n
}

// addition says how a relation begins.
type addition struct {
	way   int
	state string
	oper  string
	half  bool
}

// befriend makes or renews a relation and announces it. When only the customer
// had deleted the member, remark and tags of the member stay; after a deletion
// by the member everything is new (unverified).
func (s *Sim) befriend(c *Corp, p *Person, m *Member, how addition) Relation {
	cu := s.customer(c, p)
	f := c.follow(m.UserID, cu.ExternalUserID)
	if f == nil || !f.ByMember {
		if f != nil {
			c.dropFollow(f)
		}
		f = &Follow{UserID: m.UserID, ExternalUserID: cu.ExternalUserID, Seq: s.nextSeq(), ByMember: true}
		c.addFollow(f)
	}
	f.CreatedAt = s.clock.Now().Unix()
	f.AddWay, f.State, f.Oper = how.way, how.state, how.oper
	f.ByCustomer, f.Half, f.Blocked, f.ChatOpen, f.Greeted = true, how.half, false, false, false
	s.say(c, m.UserID, cu.ExternalUserID, Message{Via: "system", Text: "你已添加了" + m.Name + "，现在可以开始聊天了。"})
	name := "add_external_contact"
	if how.half {
		name = "add_half_external_contact"
	}
	out := Relation{UserID: m.UserID, ExternalUserID: cu.ExternalUserID, Event: name}
	out.WelcomeCode = s.welcomeCode(c, f)
	s.emit(c, customerEvent(name, f.UserID, f.ExternalUserID).text("State", f.State).text("WelcomeCode", out.WelcomeCode))
	s.tell(Change{Kind: "follow", Corp: c.ID, Member: f.UserID, Customer: f.ExternalUserID, Person: p.ID, Detail: name})
	return out
}

// welcomeCode issues a code, unless WeCom would not (callbacks.md): the chat
// has started, a welcome was delivered already, the console greets for the
// member, or the contact uses WeCom.
func (s *Sim) welcomeCode(c *Corp, f *Follow) string {
	m := c.Members[userKey(f.UserID)]
	p := s.world.People[c.Customers[f.ExternalUserID].Person]
	if f.ChatOpen || f.Greeted || m.ConsoleWelcome || p.Type == wecom.ExternalWeCom {
		return ""
	}
	now := s.clock.Now()
	queue := c.index.welcomes
	for len(queue) > 0 && now.Sub(queue[0].IssuedAt) > time.Hour { // dead for long
		delete(c.Welcomes, queue[0].Code)
		queue = queue[1:]
	}
	w := &Welcome{Code: s.randomID("", 43), UserID: f.UserID, ExternalUserID: f.ExternalUserID, IssuedAt: now}
	queue = append(queue, w)
	c.Welcomes[w.Code], c.index.welcomes = w, queue
	return w.Code
}

// Add is a person and a member becoming friends without a contact way.
type Add struct {
	Corp   string `json:"corp,omitempty"`
	Person string `json:"person"`
	Member string `json:"member"`
	// AddWay is how (external-contacts.md), 2 mobile search when 0.
	AddWay int `json:"add_way,omitempty"`
	// ByMember: the member added the customer; otherwise it was the customer.
	ByMember bool `json:"by_member,omitempty"`
}

// Add makes a friendship by search, card, group and the like. Both have agreed.
func (s *Sim) Add(in Add) (Relation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, p, m, f, err := s.pairOf(in.Corp, in.Person, in.Member)
	if err != nil {
		return Relation{}, err
	}
	if f != nil && f.ByMember && f.ByCustomer && !f.Half {
		return Relation{UserID: m.UserID, ExternalUserID: f.ExternalUserID}, nil
	}
	if m.Status != StatusActive || !m.MayContact {
		return Relation{}, refuse("member", "%s may not have customers", m.UserID)
	}
	if in.AddWay == 0 {
		in.AddWay = wecom.AddWayMobileSearch
	}
	oper := m.UserID
	if !in.ByMember {
		oper = s.customer(c, p).ExternalUserID
	}
	return s.befriend(c, p, m, addition{way: in.AddWay, oper: oper}), nil
}

// Pair names a person and a member for acts between the two.
type Pair struct {
	Corp   string `json:"corp,omitempty"`
	Person string `json:"person"` // id or external_userid
	Member string `json:"member"`
}

// existing finds the relation of a pair for an act that needs one.
func (s *Sim) existing(in Pair) (*Corp, *Follow, error) {
	c, _, m, f, err := s.pairOf(in.Corp, in.Person, in.Member)
	if err != nil {
		return nil, nil, err
	}
	if f == nil {
		return nil, nil, refuse("person", "%s and %s do not know each other", in.Person, m.UserID)
	}
	return c, f, nil
}

// Accept is a member accepting a half-added customer: add_external_contact
// follows, with a new welcome code unless the half event's was used.
func (s *Sim) Accept(in Pair) (Relation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, f, err := s.existing(in)
	if err != nil {
		return Relation{}, err
	}
	if !f.Half {
		return Relation{}, refuse("person", "there is no request to accept")
	}
	f.Half = false
	out := Relation{UserID: f.UserID, ExternalUserID: f.ExternalUserID, Event: "add_external_contact"}
	out.WelcomeCode = s.welcomeCode(c, f)
	s.emit(c, customerEvent(out.Event, f.UserID, f.ExternalUserID).text("State", f.State).text("WelcomeCode", out.WelcomeCode))
	s.tell(Change{Kind: "follow", Corp: c.ID, Member: f.UserID, Customer: f.ExternalUserID, Detail: out.Event})
	return out, nil
}

// DeleteMember is a customer deleting a member (流失): del_follow_user. The
// member keeps the customer in his list; calls still work (84061 does not come).
func (s *Sim) DeleteMember(in Pair) (Relation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, f, err := s.existing(in)
	if err != nil {
		return Relation{}, err
	}
	if !f.ByCustomer {
		return Relation{}, refuse("member", "the customer does not have the member any more")
	}
	f.ByCustomer = false
	return s.part(c, f, "del_follow_user"), nil
}

// DeleteCustomer is a member deleting a customer: del_external_contact. From
// then on calls about the pair get 84061.
func (s *Sim) DeleteCustomer(in Pair) (Relation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, f, err := s.existing(in)
	if err != nil {
		return Relation{}, err
	}
	if !f.ByMember {
		return Relation{}, refuse("person", "the member does not have the customer any more")
	}
	f.ByMember, f.Half = false, false
	return s.part(c, f, "del_external_contact"), nil
}

func (s *Sim) part(c *Corp, f *Follow, name string) Relation {
	if !f.ByMember && !f.ByCustomer {
		c.dropFollow(f)
	}
	s.emit(c, customerEvent(name, f.UserID, f.ExternalUserID))
	s.tell(Change{Kind: "follow", Corp: c.ID, Member: f.UserID, Customer: f.ExternalUserID, Detail: name})
	return Relation{UserID: f.UserID, ExternalUserID: f.ExternalUserID, Event: name}
}
