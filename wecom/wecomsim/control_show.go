package wecomsim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// This file answers the reads of the control interface. Its JSON is the
// simulator's own and has nothing to do with WeCom's.

// number reads a numeric query parameter, 0 when it is absent.
func number(r *http.Request, name string) (int64, error) {
	v := r.URL.Query().Get(name)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0, refuse(name, "is not a number")
	}
	return n, nil
}

// size reads the limit parameter: default 50, at most 500.
func size(r *http.Request) (int, error) {
	n, err := number(r, "limit")
	if err != nil || n > 500 {
		return 0, refuse("limit", "must lie between 1 and 500")
	}
	return int(cmp.Or(n, 50)), nil
}

// orEmpty makes [] of null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// withCorp runs f under the read lock with the corp of the request.
func (s *Sim) withCorp(r *http.Request, f func(*Corp) (any, error)) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.corp(r.URL.Query().Get("corp"))
	if err != nil {
		return nil, err
	}
	return f(c)
}

// corpOnly is the body of requests about a corp as a whole.
type corpOnly struct {
	Corp string `json:"corp,omitempty"`
}

// AppView is an app with everything a client needs to act for it.
type AppView struct {
	Kind            AppKind  `json:"kind"`
	AgentID         int      `json:"agentid"`
	Name            string   `json:"name"`
	Secret          string   `json:"secret"`
	Enabled         bool     `json:"enabled"`
	Members         []string `json:"members"`
	Departments     []int    `json:"departments"`
	CustomerContact bool     `json:"customer_contact"`
	WriteContacts   bool     `json:"write_contacts"`
	ServedContacts  bool     `json:"served_contacts"`
	SensitiveFields bool     `json:"sensitive_fields"`
	TrustedIPs      []string `json:"trusted_ips"`
	TrustedDomains  []string `json:"trusted_domains"`
	CallbackURL     string   `json:"callback_url"`
	CallbackToken   string   `json:"callback_token"`
	CallbackAESKey  string   `json:"callback_aes_key"`
	Families        []string `json:"families"`
}

// CorpView is a corp as /_sim/world shows it.
type CorpView struct {
	CorpID      string    `json:"corpid"`
	Name        string    `json:"name"`
	Apps        []AppView `json:"apps"`
	Members     int       `json:"members"`
	Departments int       `json:"departments"`
	Customers   int       `json:"customers"`
	Follows     int       `json:"follows"`
	Groups      int       `json:"groups"`
	Ways        int       `json:"contact_ways"`
}

// WorldView is the answer of GET /_sim/world.
type WorldView struct {
	BaseURL string     `json:"base_url"`
	Corps   []CorpView `json:"corps"`
	People  int        `json:"people"`
}

// Describe returns what /_sim/world shows.
func (s *Sim) Describe(base string) WorldView {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := WorldView{BaseURL: base, People: len(s.world.People), Corps: []CorpView{}}
	for _, c := range s.world.Corps {
		v := CorpView{
			CorpID: c.ID, Name: c.Name, Members: len(c.Members), Departments: len(c.Departments),
			Customers: len(c.Customers), Follows: len(c.index.follows), Groups: len(c.Groups), Ways: len(c.Ways),
		}
		for _, a := range c.Apps {
			v.Apps = append(v.Apps, viewApp(a))
		}
		out.Corps = append(out.Corps, v)
	}
	return out
}

func viewApp(a *App) AppView {
	return AppView{
		Kind: a.Kind, AgentID: a.AgentID, Name: a.Name, Secret: a.Secret, Enabled: a.Enabled,
		Members: append([]string{}, a.Members...), Departments: append([]int{}, a.Departments...),
		CustomerContact: a.CustomerContact, WriteContacts: a.WriteContacts, ServedContacts: a.ServedContacts, SensitiveFields: a.SensitiveFields,
		TrustedIPs: append([]string{}, a.TrustedIPs...), TrustedDomains: append([]string{}, a.TrustedDomains...),
		CallbackURL: a.Callback.URL, CallbackToken: a.Callback.Token, CallbackAESKey: a.Callback.AESKey,
		Families: append([]string{}, a.Callback.Families...),
	}
}

func (s *Sim) showWorld(r *http.Request) (any, error) { return s.Describe(s.base(r)), nil }

// MemberView is a member as the phones page shows him.
type MemberView struct {
	UserID      string `json:"userid"`
	Name        string `json:"name"`
	Avatar      string `json:"avatar"`
	Departments []int  `json:"departments"`
	Position    string `json:"position"`
	Status      int    `json:"status"`
	MayContact  bool   `json:"may_contact"`
	RealName    bool   `json:"real_name"`
	Left        bool   `json:"left,omitempty"`
	Customers   int    `json:"customers"`
	// UserIDChangeable: WeCom made his userid and nobody has changed it.
	UserIDChangeable bool `json:"userid_changeable,omitempty"`
}

func (c *Corp) viewMember(m *Member) MemberView {
	return MemberView{
		UserID: m.UserID, Name: m.Name, Avatar: avatarPath("member", c.ID+"/"+m.UserID), Departments: append([]int{}, m.Departments...),
		Position: m.Position, Status: m.Status, MayContact: m.MayContact, RealName: m.RealName, Left: m.Status == StatusLeft,
		Customers: c.customersOf(m.UserID), UserIDChangeable: m.Generated && m.Status != StatusLeft,
	}
}

func (s *Sim) showMembers(r *http.Request) (any, error) {
	return s.withCorp(r, func(c *Corp) (any, error) {
		list := []MemberView{}
		for _, m := range c.membersInOrder() {
			list = append(list, c.viewMember(m))
		}
		return map[string]any{"members": list}, nil
	})
}

func (s *Sim) showMember(r *http.Request) (any, error) {
	return s.withCorp(r, func(c *Corp) (any, error) {
		m, err := c.actor(r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		return c.viewMember(m), nil
	})
}

// FollowView is one relation as either phone shows it.
type FollowView struct {
	UserID         string   `json:"userid"`
	MemberName     string   `json:"member_name"`
	ExternalUserID string   `json:"external_userid"`
	Person         string   `json:"person"`
	Name           string   `json:"name"`
	Avatar         string   `json:"avatar"`
	Remark         string   `json:"remark,omitempty"`
	Description    string   `json:"description,omitempty"`
	Tags           []string `json:"tags"` // names
	State          string   `json:"state,omitempty"`
	AddWay         int      `json:"add_way"`
	CreatedAt      int64    `json:"created_at"` // unix seconds
	ByMember       bool     `json:"by_member"`
	ByCustomer     bool     `json:"by_customer"`
	Half           bool     `json:"half,omitempty"`
	Blocked        bool     `json:"blocked,omitempty"`
	Seq            int64    `json:"seq"`
}

func (s *Sim) viewFollow(c *Corp, f *Follow) FollowView {
	p := s.world.People[c.Customers[f.ExternalUserID].Person]
	v := FollowView{
		UserID: f.UserID, ExternalUserID: f.ExternalUserID, Person: p.ID, Name: p.Name, Avatar: avatarPath("person", p.ID),
		Remark: f.Remark, Description: f.Description, Tags: []string{}, State: f.State, AddWay: f.AddWay, CreatedAt: f.CreatedAt,
		ByMember: f.ByMember, ByCustomer: f.ByCustomer, Half: f.Half, Blocked: f.Blocked, Seq: f.Seq,
	}
	if m := c.Members[userKey(f.UserID)]; m != nil {
		v.MemberName = m.Name
	} else if m := c.Left[userKey(f.UserID)]; m != nil {
		v.MemberName = m.Name
	}
	for _, id := range f.Tags {
		if t := c.index.tags[id]; t != nil && !t.Deleted {
			v.Tags = append(v.Tags, t.Name)
		}
	}
	v.Tags = append(v.Tags, f.PersonalTags...)
	return v
}

func (s *Sim) showContacts(r *http.Request) (any, error) {
	limit, err := size(r)
	if err != nil {
		return nil, err
	}
	before, err := number(r, "before")
	if err != nil {
		return nil, err
	}
	return s.withCorp(r, func(c *Corp) (any, error) {
		m, err := c.actor(r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		list, next := []FollowView{}, int64(0)
		all := c.index.followsOf[userKey(m.UserID)]
		for _, f := range slices.Backward(all) {
			if before > 0 && f.Seq >= before || !f.ByMember {
				continue
			}
			if len(list) == limit {
				next = list[limit-1].Seq
				break
			}
			list = append(list, s.viewFollow(c, f))
		}
		return map[string]any{"contacts": list, "next_before": next}, nil
	})
}

func (s *Sim) showDepartments(r *http.Request) (any, error) {
	return s.withCorp(r, func(c *Corp) (any, error) {
		type view struct {
			ID       int    `json:"id"`
			Name     string `json:"name"`
			ParentID int    `json:"parentid"`
			Members  int    `json:"members"`
		}
		list := []view{}
		for _, d := range c.subtree(1) {
			list = append(list, view{d.ID, d.Name, d.ParentID, len(c.index.membersIn[d.ID])})
		}
		return map[string]any{"departments": list}, nil
	})
}

// PersonView is a person with WeChat.
type PersonView struct {
	ID             string       `json:"id"`
	Name           string       `json:"name"`
	Avatar         string       `json:"avatar"`
	Type           int          `json:"type"`
	UnionID        string       `json:"unionid,omitempty"`
	ExternalUserID string       `json:"external_userid,omitempty"` // in the asked corp, once it knows him
	Follows        []FollowView `json:"follows,omitempty"`
	// Transfer is the one that he has to decide about.
	Transfer *TransferView `json:"transfer,omitempty"`
}

func (s *Sim) viewPerson(c *Corp, p *Person, follows bool) PersonView {
	v := PersonView{ID: p.ID, Name: p.Name, Avatar: avatarPath("person", p.ID), Type: p.Type, UnionID: p.UnionID}
	if cu := c.index.customerByPerson[p.ID]; cu != nil {
		v.ExternalUserID = cu.ExternalUserID
		if follows {
			for _, f := range c.index.followersOf[cu.ExternalUserID] {
				v.Follows = append(v.Follows, s.viewFollow(c, f))
			}
			if t := c.waitingTransfer(cu.ExternalUserID); t != nil {
				waiting := c.viewTransfer(t)
				v.Transfer = &waiting
			}
		}
	}
	return v
}

// showPeople pages through people in the order in which they were made.
func (s *Sim) showPeople(r *http.Request) (any, error) {
	limit, err := size(r)
	if err != nil {
		return nil, err
	}
	after, err := number(r, "after")
	if err != nil {
		return nil, err
	}
	q, strangers := strings.ToLower(r.URL.Query().Get("q")), r.URL.Query().Get("strangers") == "1"
	return s.withCorp(r, func(c *Corp) (any, error) {
		var found []*Person
		for _, p := range s.world.People {
			if personNumber(p) <= after || q != "" && !strings.Contains(strings.ToLower(p.Name), q) && p.ID != q {
				continue
			}
			if strangers && c.index.customerByPerson[p.ID] != nil {
				continue
			}
			found = append(found, p)
		}
		slices.SortFunc(found, func(a, b *Person) int { return cmp.Compare(personNumber(a), personNumber(b)) })
		next := int64(0)
		if len(found) > limit {
			found = found[:limit]
			next = personNumber(found[limit-1])
		}
		list := []PersonView{}
		for _, p := range found {
			list = append(list, s.viewPerson(c, p, false))
		}
		return map[string]any{"people": list, "next_after": next}, nil
	})
}

func personNumber(p *Person) int64 {
	n, _ := strconv.ParseInt(strings.TrimPrefix(p.ID, "p"), 10, 64) // ids are made by AddPerson and seeds only
	return n
}

func (s *Sim) showPerson(r *http.Request) (any, error) {
	return s.withCorp(r, func(c *Corp) (any, error) {
		p, err := s.person(c, r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		return s.viewPerson(c, p, true), nil
	})
}
