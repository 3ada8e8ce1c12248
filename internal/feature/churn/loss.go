package churn

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Loss is one time a customer deleted or blocked a member (流失).
type Loss struct {
	ID       id.ID
	Corp     string
	Member   string
	Customer string // external_userid
	Name     string // at that time, "" when never known
	Remark   string
	Tags     []string // names, at that time
	State    string   // contact way state by which the customer had come
	AddWay   int
	AddedAt  time.Time // zero when not known: lost before the first sync
	LostAt   time.Time
	// Unknown is true when a re-sync found the follow gone: LostAt is then the discovery,
	// and the customer may as well have been deleted by the member.
	Unknown bool
	// Company is true when nobody else in the corp follows the customer any more.
	Company    bool
	ReturnedAt time.Time // zero while lost
	Notice     Notice
	Reason     string // why the notice failed
}

// Notice is what became of the message to the member (被删除通知).
type Notice string

// The states of a notice: off, or waiting → sent | failed.
const (
	NoticeOff     Notice = "off"
	NoticeWaiting Notice = "waiting"
	NoticeSent    Notice = "sent"
	NoticeFailed  Notice = "failed"
)

// DaysKept is how many whole days the customer stayed; -1 when not known.
func (l Loss) DaysKept() int {
	if l.AddedAt.IsZero() || l.LostAt.Before(l.AddedAt) {
		return -1
	}
	return int(l.LostAt.Sub(l.AddedAt) / (24 * time.Hour))
}

// maxCalled is how many characters of a name a card shows: with the rest of its text it
// must stay within 512 bytes (developer.work.weixin.qq.com/document/path/90236), and one
// character may take four.
const maxCalled = 40

// Called is how people know the customer: the member's remark, else the name, else a hint.
func (l Loss) Called() string {
	name, remark := plain(l.Name), plain(l.Remark)
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

// plain makes an outside text fit for a card: one line, no markup (cards understand some
// HTML), not too long.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '<':
			return '＜'
		case r == '>':
			return '＞'
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxCalled {
		return string(r[:maxCalled-1]) + "…"
	}
	return s
}

// text is what the member reads, in the corp's time zone.
func (l Loss) text(zone *time.Location) string {
	kept := ""
	if d := l.DaysKept(); d >= 0 {
		kept = fmt.Sprintf("，添加 %d 天", d)
	}
	return fmt.Sprintf("客户 %s 于 %s 将您从联系人中删除%s。", l.Called(), l.LostAt.In(zone).Format("2006-01-02 15:04"), kept)
}
