package churn

import (
	"fmt"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// Kind says whose doing an ending was.
type Kind string

// The kinds.
const (
	Lost    Kind = "lost"    // 流失: the customer deleted or blocked the member
	Deleted Kind = "deleted" // 删人: the member deleted the customer
	Handed  Kind = "handed"  // WeCom removed the follow after a hand-over: nobody's deletion
)

// Ending is one time a follow ended.
type Ending struct {
	ID     id.ID
	Corp   string
	Kind   Kind
	Member string
	// Department is the member's main department at that time, 0 when not known, with its name then.
	Department     int64
	DepartmentName string
	Departments    []int64 // all of the member's at that time
	Customer       string  // external_userid
	Name           string  // at that time, "" when never known
	Remark         string
	Tags           []string // names, at that time
	TagIDs         []string // of the corp's tags among them
	State          string   // contact way state by which the customer had come
	AddWay         int
	AddedAt        time.Time // zero when not known: ended before the first sync
	EndedAt        time.Time
	// Unknown is true when a re-sync found the follow gone: EndedAt is then the discovery,
	// and the customer may as well have been deleted by the member.
	Unknown bool
	// Company is true when nobody else in the corp follows the customer any more.
	Company    bool
	ReturnedAt time.Time // zero while ended
	Notice     Notice
	Reason     web.Because // why the notice is off or failed, in the codes of package notice
}

// Notice is what became of the message about an ending.
type Notice string

// The states of a notice: off, or waiting → held | sent | failed. Past is one that was sent
// so long ago that nobody knows any more.
const (
	NoticeOff     Notice = "off"
	NoticeWaiting Notice = "waiting"
	NoticeHeld    Notice = "held"
	NoticeSent    Notice = "sent"
	NoticeFailed  Notice = "failed"
	NoticePast    Notice = "past"
)

// DaysKept is how many whole days the customer stayed; -1 when not known.
func (l Ending) DaysKept() int {
	if l.AddedAt.IsZero() || l.EndedAt.Before(l.AddedAt) {
		return -1
	}
	return int(l.EndedAt.Sub(l.AddedAt) / (24 * time.Hour))
}

// Called is how people know the customer: the member's remark, else the name, else a hint.
func (l Ending) Called() string {
	name, remark := notice.Name(l.Name), notice.Name(l.Remark)
	switch {
	case remark != "" && name != "" && remark != name:
		return remark + "（" + name + "）"
	case remark != "":
		return remark
	case name != "":
		return name
	}
	return "未知客户"
}

// text is what the member reads of a loss, in the corp's time zone.
func (l Ending) text(zone *time.Location) string {
	return fmt.Sprintf("客户 %s 于 %s 将您从联系人中删除%s。", l.Called(), l.EndedAt.In(zone).Format(minutes), l.kept())
}

// report is what others read of a deletion.
func (l Ending) report(member string, zone *time.Location) string {
	text := fmt.Sprintf("成员 %s 于 %s 删除了客户 %s%s。", notice.Name(member), l.EndedAt.In(zone).Format(minutes), l.Called(), l.kept())
	if l.Company {
		text += "\n企业中已没有其他成员跟进该客户。"
	}
	return text
}

const minutes = "2006-01-02 15:04"

func (l Ending) kept() string {
	if d := l.DaysKept(); d >= 0 {
		return fmt.Sprintf("，添加 %d 天", d)
	}
	return ""
}
