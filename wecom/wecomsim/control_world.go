package wecomsim

import (
	"net/http"
	"slices"
	"strconv"
)

// This file changes the world's furniture: people, corps, apps.

// NewPerson describes somebody with WeChat.
type NewPerson struct {
	Name     string `json:"name"`
	Gender   int    `json:"gender,omitempty"`
	CorpName string `json:"corp_name,omitempty"` // makes him a WeCom user of that corp (type 2)
}

// AddPerson makes a person whom nobody knows yet.
func (s *Sim) AddPerson(in NewPerson) (PersonView, error) {
	if in.Name == "" {
		return PersonView{}, refuse("name", "a person needs a name")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &Person{ID: "p" + strconv.FormatInt(s.nextSeq(), 10), Name: in.Name, Gender: in.Gender, Type: 1}
	if in.CorpName != "" {
		p.Type, p.CorpName, p.CorpFull, p.Position = 2, in.CorpName, in.CorpName+"有限公司", "采购经理"
	} else {
		p.UnionID = s.randomID("o", 27)
	}
	s.world.People[p.ID] = p
	s.tell(Change{Kind: "person", Person: p.ID})
	return PersonView{ID: p.ID, Name: p.Name, Avatar: avatarPath("person", p.ID), Type: p.Type, UnionID: p.UnionID}, nil
}

// NewCorp describes another corp.
type NewCorp struct {
	Name    string `json:"name"`
	Members int    `json:"members,omitempty"` // 3 when 0
}

// FoundCorp adds a corp with the usual apps and some members.
func (s *Sim) FoundCorp(in NewCorp) (CorpView, error) {
	if in.Name == "" {
		return CorpView{}, refuse("name", "a corp needs a name")
	}
	if in.Members < 0 || in.Members > 100_000 {
		return CorpView{}, refuse("members", "must lie between 0 and 100000")
	}
	if in.Members == 0 {
		in.Members = 3
	}
	s.mu.Lock()
	d := s.newSeeder(SeedOptions{Departments: 2})
	c := d.corp(in.Name)
	d.directory(c, in.Members)
	c.reindex(nil)
	id := c.ID
	s.mu.Unlock()
	s.tell(Change{Kind: "corp", Corp: id})
	for _, v := range s.Describe("").Corps {
		if v.CorpID == id {
			return v, nil
		}
	}
	return CorpView{}, missing("corp", "no corp %q", id)
}

// AppPatch changes an app as an administrator does in the console. Nil fields
// stay as they are.
type AppPatch struct {
	Corp    string  `json:"corp,omitempty"`
	Name    *string `json:"name,omitempty"`
	Enabled *bool   `json:"enabled,omitempty"`
	// Secret is what an administrator gets who resets it: tokens of the old one end.
	Secret          *string   `json:"secret,omitempty"`
	CallbackURL     *string   `json:"callback_url,omitempty"`
	CallbackToken   *string   `json:"callback_token,omitempty"`
	CallbackAESKey  *string   `json:"callback_aes_key,omitempty"`
	Families        *[]string `json:"families,omitempty"`
	Members         *[]string `json:"members,omitempty"`
	Departments     *[]int    `json:"departments,omitempty"`
	CustomerContact *bool     `json:"customer_contact,omitempty"`
	WriteContacts   *bool     `json:"write_contacts,omitempty"`
	ServedContacts  *bool     `json:"served_contacts,omitempty"`
	SensitiveFields *bool     `json:"sensitive_fields,omitempty"`
	TrustedIPs      *[]string `json:"trusted_ips,omitempty"`
	TrustedDomains  *[]string `json:"trusted_domains,omitempty"`
}

func (s *Sim) patchApp(r *http.Request, in AppPatch) (AppView, error) {
	return s.changeApp(in, r.PathValue("agentid"))
}

// ChangeApp changes an app. Members who enter or leave its range get subscribe
// and unsubscribe events, as in WeCom (90240).
func (s *Sim) ChangeApp(agentID int, in AppPatch) (AppView, error) {
	return s.changeApp(in, strconv.Itoa(agentID))
}

// ChangeSystemSecret changes what belongs to a system secret, such as its
// callback URL.
func (s *Sim) ChangeSystemSecret(kind AppKind, in AppPatch) (AppView, error) {
	return s.changeApp(in, string(kind))
}

func (s *Sim) changeApp(in AppPatch, name string) (AppView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return AppView{}, err
	}
	a := c.appNamed(name)
	if a == nil {
		return AppView{}, missing("agentid", "no app %q; give an agent id, contacts_sync or customer_system", name)
	}
	if in.CallbackAESKey != nil {
		if _, err := newEnvelopeKey(*in.CallbackAESKey); err != nil {
			return AppView{}, refuse("callback_aes_key", "%v", err)
		}
	}
	if in.Secret != nil && *in.Secret != a.Secret {
		if *in.Secret == "" || slices.ContainsFunc(c.Apps, func(o *App) bool { return o.Secret == *in.Secret }) {
			return AppView{}, refuse("secret", "must be neither empty nor another app's")
		}
		if token := c.Tokens[a.Secret]; token != nil {
			token.Revoked = true
		}
		a.Secret = *in.Secret
	}
	put(&a.Name, in.Name)
	put(&a.Enabled, in.Enabled)
	put(&a.Callback.URL, in.CallbackURL)
	put(&a.Callback.Token, in.CallbackToken)
	put(&a.Callback.AESKey, in.CallbackAESKey)
	put(&a.Callback.Families, in.Families)
	put(&a.Members, in.Members)
	put(&a.Departments, in.Departments)
	put(&a.CustomerContact, in.CustomerContact)
	put(&a.WriteContacts, in.WriteContacts)
	put(&a.ServedContacts, in.ServedContacts)
	put(&a.SensitiveFields, in.SensitiveFields)
	put(&a.TrustedIPs, in.TrustedIPs)
	put(&a.TrustedDomains, in.TrustedDomains)
	if in.Members != nil || in.Departments != nil {
		before := c.index.visible[a]
		c.indexRange(a)
		s.tellRange(c, a, before)
	}
	s.tell(Change{Kind: "app", Corp: c.ID, Detail: name})
	return viewApp(a), nil
}

// tellRange announces members that entered or left an app's range.
func (s *Sim) tellRange(c *Corp, a *App, before map[string]bool) {
	if a.Kind != SelfBuilt {
		return
	}
	var changed []string
	for _, m := range c.membersInOrder() {
		if k := userKey(m.UserID); before[k] != c.index.visible[a][k] {
			changed = append(changed, m.UserID)
		}
	}
	slices.Sort(changed)
	for _, u := range changed {
		name := "subscribe"
		if before[userKey(u)] {
			name = "unsubscribe"
		}
		s.emit(c, &event{family: FamilyMessage, name: name, agent: a.AgentID, from: u, about: u})
	}
}

// appNamed finds a self-built app by agent id or a system secret by its kind.
func (c *Corp) appNamed(name string) *App {
	for _, a := range c.Apps {
		if a.Kind == SelfBuilt && strconv.Itoa(a.AgentID) == name || a.Kind != SelfBuilt && string(a.Kind) == name {
			return a
		}
	}
	return nil
}

func put[T any](to *T, value *T) {
	if value != nil {
		*to = *value
	}
}
