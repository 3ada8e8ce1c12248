package wecomsim

import (
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"time"
)

// This file builds a plausible corp: the same options and the same time make
// the same world.
//
// Not modelled in seeds: media, contact ways, app messages, tokens.

// SeedOptions says how large the world is at its start.
type SeedOptions struct {
	// CorpName of the first corp; 鹊桥示例科技 when empty.
	CorpName string `json:"corp_name,omitempty"`
	// Members with accounts, spread over Departments (at least the root exists).
	Members     int `json:"members"`
	Departments int `json:"departments"`
	// Customers have 1.0 to 1.5 relations each, begun within the last Days.
	Customers int `json:"customers"`
	Groups    int `json:"groups"`
	Days      int `json:"days"`
	// People with WeChat whom nobody knows yet, to scan codes with.
	People int `json:"people"`
	// RandSeed makes different worlds of the same size.
	RandSeed uint64 `json:"rand_seed"`
	// Corps beyond the first, each with three members and the same kinds of apps.
	MoreCorps int `json:"more_corps,omitempty"`
}

// DemoSeed is the world of "queqiao demo".
func DemoSeed() SeedOptions {
	return SeedOptions{Members: 30, Departments: 6, Customers: 2000, Groups: 60, Days: 30, People: 20, RandSeed: 1}
}

// The agent ids of a seeded corp's apps.
const (
	DefaultAgentID = 1000002 // the self-built app an SCRM uses
	SecondAgentID  = 1000003 // another app of the corp, for objects of other apps
)

// seeder fills a world. The caller of seed holds the lock.
type seeder struct {
	sim   *Sim
	rand  *mathrand.Rand
	opt   SeedOptions
	now   time.Time
	words vocabulary
}

func (s *Sim) newSeeder(opt SeedOptions) *seeder {
	opt.Departments, opt.Days = max(opt.Departments, 1), max(opt.Days, 1)
	return &seeder{sim: s, rand: mathrand.New(s.rng), opt: opt, now: s.clock.Now(), words: newVocabulary()}
}

func (s *Sim) seed(opt SeedOptions) {
	d := s.newSeeder(opt)
	name := opt.CorpName
	if name == "" {
		name = "鹊桥示例科技"
	}
	c := d.corp(name)
	d.directory(c, opt.Members)
	d.tags(c)
	follows := d.customers(c)
	c.reindex(follows)
	d.groups(c)
	d.chats(c, follows)
	for range opt.People {
		d.person()
	}
	for i := range opt.MoreCorps {
		other := d.corp(fmt.Sprintf("第%d家示例企业", i+2))
		d.opt.Departments = 2
		d.directory(other, 3)
		other.reindex(nil)
	}
}

// corp makes an empty corp with its apps and secrets.
func (d *seeder) corp(name string) *Corp {
	s := d.sim
	c := &Corp{
		ID: "ww" + s.randomHex(16), Name: name,
		Departments: map[int]*Department{1: {ID: 1, Name: name}},
		Members:     map[string]*Member{}, Left: map[string]*Member{}, ContactTags: map[int]*ContactTag{},
		Customers: map[string]*Customer{}, Ways: map[string]*ContactWay{}, Groups: map[string]*Group{},
		Chats: map[string]*Chat{}, AppMessages: map[string]*AppMessage{}, Media: map[string]*Media{}, Images: map[string]*Media{},
		Welcomes: map[string]*Welcome{}, Tokens: map[string]*Token{}, Tickets: map[string]*Ticket{},
		OAuthCodes: map[string]*OAuthCode{}, UserTickets: map[string]*UserTicket{},
		DeveloperAccount: true, Medical: true,
	}
	local := []string{"127.0.0.1", "::1"}
	domains := []string{"127.0.0.1:*", "localhost:*"}
	app := func(a App) {
		a.Secret, a.Enabled = s.randomAlnum(43), true
		a.Callback.Token, a.Callback.AESKey = s.randomAlnum(24), d.aesKey()
		c.Apps = append(c.Apps, &a)
	}
	customer := []string{FamilyContact, FamilyCustomer, FamilyGroup, FamilyTag, FamilyMessage, FamilyAudit, FamilyAppStatus}
	app(App{
		Kind: SelfBuilt, AgentID: DefaultAgentID, Name: "鹊桥", Description: "私域运营", Departments: []int{1},
		CustomerContact: true, ServedContacts: true, WriteContacts: false, TrustedIPs: local, TrustedDomains: domains,
		Callback: Callback{Families: customer},
	})
	app(App{
		Kind: SelfBuilt, AgentID: SecondAgentID, Name: "另一个应用", Description: "同一企业的另一个应用", Departments: []int{1},
		CustomerContact: true, TrustedIPs: local, TrustedDomains: domains, Callback: Callback{Families: customer},
	})
	app(App{Kind: ContactsSync, Name: "通讯录同步", WriteContacts: true, Callback: Callback{Families: []string{FamilyContact}}})
	app(App{
		Kind: CustomerSystem, Name: "客户联系", CustomerContact: true,
		Callback: Callback{Families: []string{FamilyCustomer, FamilyGroup, FamilyTag}},
	})
	s.world.Corps = append(s.world.Corps, c)
	c.reindex(nil)
	return c
}

// aesKey makes an EncodingAESKey: 43 characters of base64 without the two
// characters that are no letters or digits. Its last character carries only
// four bits, so it must be one of those whose surplus bits are zero.
func (d *seeder) aesKey() string {
	const last = "AEIMQUYcgkosw048"
	return d.sim.randomAlnum(42) + string(last[d.rand.IntN(len(last))])
}

// pick chooses one of a list.
func pick[T any](d *seeder, list []T) T { return list[d.rand.IntN(len(list))] }

// chance is true in p of 100 cases.
func (d *seeder) chance(p int) bool { return d.rand.IntN(100) < p }

// growth makes later moments likelier: a corp that wins a little more customers each week.
// 1 would spread them evenly, 2 would put a fifth of a month into its last day.
const growth = 1.15

// before returns a moment within the last days, later ones more likely.
func (d *seeder) before(days int) time.Time {
	span := time.Duration(days) * 24 * time.Hour
	x := d.rand.Float64()
	return d.now.Add(-time.Duration(math.Pow(x, growth) * float64(span)))
}
