package transfer

import (
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// Plan is what somebody wants to hand over, and to whom.
type Plan struct {
	From      []string       `json:"from,omitempty" maxItems:"50" doc:"userids of the old members; may be left out with a selection of customers of anybody in scope"`
	Customers string         `json:"customers" enum:"all,selected,none"`
	Selection *ask.Selection `json:"selection,omitempty" doc:"with customers=selected: follows, or customers, or a condition"`
	Groups    string         `json:"groups" enum:"all,selected,none"`
	Chats     []string       `json:"chats,omitempty" maxItems:"5000" doc:"with groups=selected: chat_ids"`

	To          []string  `json:"to,omitempty" maxItems:"100" doc:"userids of the takers"`
	Departments []int64   `json:"departments,omitempty" maxItems:"20" doc:"everybody able in these departments and below takes part"`
	Spread      Spread    `json:"spread" enum:"even,load,tag,department"`
	Tags        []TagRule `json:"tags,omitempty" maxItems:"50" doc:"with spread=tag; the first rule that fits counts"`
	// Friends says what becomes of customers whom a taker has already.
	Friends string `json:"friends,omitempty" enum:"take,skip" default:"take" doc:"take: the taker who has the customer takes over; skip: left out"`
	// Seats are choices for the leavers' seats; those not named go to takers, as the customers do.
	Seats   []SeatChoice `json:"seats,omitempty" maxItems:"2000" doc:"what becomes of leavers' seats in channel codes; those left out go to the takers in proportion to what they take over"`
	Message string       `json:"message,omitempty" maxLength:"200" doc:"on the job only: what the customer reads when it is done; WeCom's own words when empty"`
}

// check refuses what needs no look at the data.
func (p Plan) check() error {
	var check fault.Check
	check.That(p.Customers != "none" || p.Groups != "none", "customers", "请选择要转接的客户或客户群")
	check.That(p.Customers != "selected" || p.Selection != nil, "selection", "请选择要转接的客户")
	check.That(p.Groups != "selected" || len(p.Chats) > 0, "chats", "请选择要转接的客户群")
	check.That(len(p.From) > 0 || p.Customers == "selected" && p.Groups == "none", "from", "请选择原成员")
	check.That(len(p.From) <= maxFrom, "from", "一次最多转接 50 名成员的客户")
	check.That(len(p.To)+len(p.Departments) > 0, "to", "请选择接替成员")
	check.That(utf8.RuneCountInString(p.Message) <= maxMessage, "message", "企业微信限制最多 200 个字")
	check.That(p.Message == db.Clean(p.Message), "message", "含有无效字符")
	check.That(p.Spread != ByTag || len(p.Tags) > 0, "tags", "请至少填写一条标签规则")
	for _, list := range [][]string{p.From, p.To, p.Chats} {
		for _, x := range list {
			check.That(x != "" && len(x) <= 64 && x == db.Clean(x), "from", "成员账号或客户群编号无效")
		}
	}
	return check.Err()
}

// Outline is what a plan comes to: what is handed over, to whom, and what is left out.
type Outline struct {
	Customers int         `json:"customers" doc:"that are handed over"`
	Groups    int         `json:"groups"`
	From      []Share     `json:"from" doc:"by old member"`
	To        []Share     `json:"to" doc:"by taker"`
	Left      []Left      `json:"left" doc:"what is left out, by reason"`
	Seats     []SeatShare `json:"seats" doc:"seats of leavers in channel codes, and who takes them"`
	Calls     int         `json:"calls" doc:"calls to WeCom that it takes"`
	Days      int         `json:"days" doc:"days that the groups take, at 300 of one owner a day; 0 without groups"`
	OnJob     bool        `json:"onJob" doc:"some old members are still with the corp: their customers are told, and each counts against 2 transfers in 90 days"`
}

// Share is what one member gives or takes.
type Share struct {
	Member     string `json:"member"`
	Name       string `json:"name"`
	Department string `json:"department"`
	Resigned   bool   `json:"resigned,omitempty"`
	Customers  int    `json:"customers"`
	Groups     int    `json:"groups"`
	Has        int64  `json:"has" doc:"customers he has today"`
	Friends    int    `json:"friends" doc:"customers among these whom he follows already"`
}

// Left is what is left out for one reason, with a few examples.
type Left struct {
	Why      Why      `json:"why" enum:"busy,often,friends,twice,unlisted,inheriting,gone"`
	Count    int      `json:"count"`
	By       []string `json:"by,omitempty" doc:"busy: who started the other hand-over"`
	Examples []string `json:"examples" doc:"names of a few"`
}

// Why is why something is not handed over.
type Why string

// The reasons.
const (
	Busy       Why = "busy"       // another hand-over of it is on its way
	Often      Why = "often"      // twice in 90 days already, as far as we know
	HasAlready Why = "friends"    // a taker has the customer, and the plan says to skip those
	Twice      Why = "twice"      // another old member of this plan has the customer too
	Unlisted   Why = "unlisted"   // WeCom does not list the customer as unassigned
	Inheriting Why = "inheriting" // the group is on its way to a new owner
	LongGone   Why = "gone"       // the group's owner left more than a year ago: WeCom passes it no more
)

// planned is a plan worked out: an assignment for each candidate.
type planned struct {
	plan       Plan
	candidates []candidate
	to         []string // for each candidate
	takers     []taker
	resigned   map[string]bool // by old member
	longGone   map[string]bool // old members who left more than a year ago
	left       map[Why][]candidate
	seats      []SeatShare
	busyBy     []string
}

func (p *planned) leave(w Why, c candidate) { p.left[w] = append(p.left[w], c) }

// counts are how many customers and groups are handed over.
func (p *planned) counts() (customers, groups int) {
	for _, c := range p.candidates {
		if c.Kind == OfCustomer {
			customers++
		} else {
			groups++
		}
	}
	return customers, groups
}

// calls are how many calls to WeCom the plan takes, and how many days its groups.
func (p *planned) calls() (calls, days int) {
	type pair struct {
		kind     Kind
		from, to string
	}
	pairs, owners := map[pair]int{}, map[string]int{}
	for i, c := range p.candidates {
		pairs[pair{c.Kind, c.From, p.to[i]}]++
		if c.Kind == OfGroup {
			owners[c.From]++
		}
	}
	for _, n := range pairs {
		calls += (n + perCall - 1) / perCall
	}
	for _, n := range owners {
		days = max(days, (n+groupsPerDay-1)/groupsPerDay)
	}
	return calls, days
}
