package channelcode

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/message"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Limits. Those of WeCom are from developer.work.weixin.qq.com/document/path/92228.
const (
	maxName     = 30  // ours: the name stands on posters and in lists
	maxRemark   = 30  // WeCom: the contact way's remark
	maxMembers  = 100 // WeCom: members of one contact way
	maxShifts   = 50
	maxTags     = 20
	maxDailyCap = 1000
	minutesADay = 24 * 60
)

// Status is where a code stands with WeCom.
type Status string

// The states of a code: pending → live ⇄ broken → deleted.
const (
	Pending Status = "pending" // wanted, WeCom has not made it yet
	Live    Status = "live"    // can be scanned
	Broken  Status = "broken"  // WeCom refused; Problem says why, a change tries again
	Deleted Status = "deleted" // taken from WeCom; late additions still count
)

// Greeting says who decides the welcome message (欢迎语) of a customer who came by the code.
type Greeting string

// The choices of a greeting.
const (
	GreetDefault Greeting = "default" // the member's or the company's own greeting
	GreetOwn     Greeting = "own"     // the code's content
	GreetNone    Greeting = "none"    // nothing is sent
)

// Code is a channel code (渠道活码): a QR code that can be printed once and whose members,
// shifts, greeting and tags can be changed for ever after.
type Code struct {
	ID     id.ID
	Corp   string
	Name   string
	Remark string // for ourselves; shown at WeCom too

	// Members serve whenever no shift covers the hour.
	Members []string
	// Shifts (排班) take over from Members in their hours, in the corp's time zone.
	Shifts []Shift
	// DailyCap is how many customers one member takes a day by this code; 0 is no cap.
	DailyCap int
	// Backup members serve when everybody on duty has reached the cap.
	Backup []string
	// SkipVerify adds the customer without the member's confirmation.
	SkipVerify bool

	Greeting Greeting
	Content  message.Content
	// Tags are put on every customer who comes by the code.
	Tags []string
	// CustomerRemark is put before the customer's name as remark, "" for none.
	CustomerRemark string

	Status    Status
	Problem   string   // why it is broken, as it is kept
	ConfigID  string   // WeCom's name of the contact way
	QR        string   // URL of the picture at WeCom
	Picture   string   // blob key of our copy of the picture: WeCom does not say how long its own lives
	Published []string // the members WeCom has now, sorted
	// NextChangeAt is when OnDuty may answer otherwise by itself; zero for never.
	NextChangeAt time.Time
	// Version grows with every edit.
	Version int64

	CreatedBy string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Shift is a span of the week in which its own members serve.
type Shift struct {
	Days    []int    `json:"days" minItems:"1" maxItems:"7" doc:"1 Monday to 7 Sunday"`
	From    int      `json:"from" minimum:"0" maximum:"1439" doc:"minute of the day, 540 is 09:00"`
	To      int      `json:"to" minimum:"1" maximum:"1440" doc:"minute of the day, exclusive; not after From means past midnight"`
	Members []string `json:"members" minItems:"1" maxItems:"100"`
}

// State is what WeCom sends back when somebody scans the code: the only link between a
// scan and a code, so it is kept for ever.
func (c Code) State() string { return event.CodeState + c.ID.String() }

// CodeOf reads the code's id out of a state; false when the state is not of this feature.
func CodeOf(state string) (id.ID, bool) {
	text, ok := strings.CutPrefix(state, event.CodeState)
	if !ok {
		return 0, false
	}
	i, err := id.Parse(text)
	return i, err == nil
}

// Validate checks everything a form can get wrong and names each field.
func (c Code) Validate() error {
	var check fault.Check
	name := strings.TrimSpace(c.Name)
	check.That(name != "", "name", "请填写活码名称")
	check.That(utf8.RuneCountInString(name) <= maxName, "name", "名称最多 30 个字")
	check.That(utf8.RuneCountInString(c.Remark) <= maxRemark, "remark", "备注最多 30 个字")
	check.That(len(c.Members) > 0 || c.coversWeek(), "members", "请至少选择一名成员，或让排班覆盖整周")
	c.checkMembers(&check, "members", c.Members)
	c.checkMembers(&check, "backup", c.Backup)
	check.That(len(c.Shifts) <= maxShifts, "shifts", "最多 50 个班次")
	for i, s := range c.Shifts {
		at := fmt.Sprintf("shifts[%d]", i)
		s.validate(&check, at)
		c.checkMembers(&check, at+".members", s.Members)
	}
	check.That(c.DailyCap >= 0 && c.DailyCap <= maxDailyCap, "dailyCap", "每日上限须在 0（不限）到 1000 之间")
	check.That(len(c.Backup) == 0 || c.DailyCap > 0, "backup", "备用成员只在设置了每日上限时起作用，请填写上限或清空备用成员")
	check.That(len(c.Tags) <= maxTags, "tags", "最多 20 个标签")
	check.That(utf8.RuneCountInString(c.CustomerRemark) <= 10, "customerRemark", "备注前缀最多 10 个字（企业微信的备注共 20 个字）")
	switch c.Greeting {
	case GreetOwn:
		check.That(!c.Content.Empty(), "content", "请填写欢迎语内容，或改为不发送")
		c.Content.Validate(&check, "content")
	case GreetDefault, GreetNone:
	default:
		check.That(false, "greeting", "欢迎语须是 default、own 或 none")
	}
	return check.Err()
}

func (c Code) checkMembers(check *fault.Check, field string, members []string) {
	check.That(len(members) <= maxMembers, field, "企业微信限制一个活码最多 100 名成员")
	seen := map[string]bool{}
	for _, m := range members {
		check.That(m != "" && !seen[m], field, "成员重复或为空")
		seen[m] = true
	}
}

func (s Shift) validate(check *fault.Check, at string) {
	check.That(len(s.Days) > 0, at+".days", "请选择星期")
	for _, d := range s.Days {
		check.That(d >= 1 && d <= 7, at+".days", "星期须在 1（周一）到 7（周日）之间")
	}
	check.That(s.From >= 0 && s.From < minutesADay, at+".from", "开始时间须在 00:00 到 23:59 之间")
	check.That(s.To >= 1 && s.To <= minutesADay, at+".to", "结束时间须在 00:01 到 24:00 之间")
	check.That(s.From != s.To, at+".to", "开始与结束时间不能相同")
	check.That(len(s.Members) > 0, at+".members", "请选择当班成员")
}

// Everyone lists every member the code names, sorted and once each.
func (c Code) Everyone() []string {
	all := slices.Concat(c.Members, c.Backup)
	for _, s := range c.Shifts {
		all = append(all, s.Members...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
