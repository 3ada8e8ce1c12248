package welcome

import (
	"strconv"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/message"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Level says for whom a greeting is; the narrowest that exists is sent.
type Level string

// The levels, narrowest first.
const (
	ForMember     Level = "member"
	ForDepartment Level = "department"
	ForCompany    Level = "company"
)

// Greeting is what new customers of a member, a department or the company receive.
type Greeting struct {
	ID      id.ID
	Corp    string
	Level   Level
	Target  string // userid, department id, or "" for the company
	Content message.Content
	Enabled bool
	Version int64

	UpdatedBy string
	UpdatedAt time.Time
}

// Validate checks what a form can get wrong.
func (g Greeting) Validate() error {
	var check fault.Check
	switch g.Level {
	case ForCompany:
		check.That(g.Target == "", "target", "企业默认欢迎语不指定对象")
	case ForDepartment:
		n, err := strconv.ParseInt(g.Target, 10, 64)
		check.That(err == nil && n > 0, "target", "请选择部门")
	case ForMember:
		check.That(g.Target != "", "target", "请选择成员")
	default:
		check.That(false, "level", "级别须是 company、department 或 member")
	}
	check.That(!g.Content.Empty(), "content", "请填写欢迎语内容")
	g.Content.Validate(&check, "content")
	return check.Err()
}

// Choose picks the greeting for a member: his own, else that of the nearest department
// (departments are given nearest first), else the company's; false when there is none.
func Choose(all []Greeting, member string, departments []int64) (Greeting, bool) {
	find := func(l Level, target string) (Greeting, bool) {
		for _, g := range all {
			if g.Enabled && g.Level == l && g.Target == target {
				return g, true
			}
		}
		return Greeting{}, false
	}
	if g, ok := find(ForMember, member); ok {
		return g, true
	}
	for _, d := range departments {
		if g, ok := find(ForDepartment, strconv.FormatInt(d, 10)); ok {
			return g, true
		}
	}
	return find(ForCompany, "")
}

// Outcome is what became of a greeting.
type Outcome string

// The outcomes. All but Sending are final.
const (
	Sending Outcome = "sending" // WeCom is being asked
	Sent    Outcome = "sent"    // WeCom took it
	None    Outcome = "none"    // nothing is to be sent to this customer
	Taken   Outcome = "taken"   // another app or the customer's own message was first (41051)
	Late    Outcome = "late"    // the code's 20 s were over
	Refused Outcome = "refused" // WeCom refuses; Reason says why
)

// Source says whose greeting a delivery is: one of the levels, or FromClaim; "" for none.
type Source string

// FromClaim is a greeting by whoever claimed the customer (ask.Welcome): a channel code.
const FromClaim Source = "claim"

// window is how long after the event we still try: WeCom's code lives 20 s (92137), and
// a call takes a moment.
const window = 18 * time.Second
