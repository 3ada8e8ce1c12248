package notice

import (
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// Why a message is off or held, as it is kept.
const (
	offByCorp   = `{"because":"offByCorp"}`
	offByMember = `{"because":"offByMember"}`
	heldByQuiet = `{"because":"quiet"}`
	heldByPace  = `{"because":"pace"}`
	heldByKind  = `{"because":"alike"}`
)

// Becauses are the words of why a message is off, held or failed, for files; the pages have
// the same.
func Becauses() map[string][2]string {
	return map[string][2]string{
		"alike":       {"一小时内同类通知过多，整点汇总发送", "Too many notifications of this kind within an hour: they come as one digest at the full hour"},
		"broke":       {"发送时发生内部错误，请在事件日志的后台任务中查看", "An internal error came up while sending: see the job in the event log"},
		"offByCorp":   {"企业已关闭这类通知", "The company has switched off notifications of this kind"},
		"offByMember": {"成员已关闭这类通知", "The member has switched off notifications of this kind"},
		"outOfRange":  {"成员不在应用的可见范围内，收不到应用消息；请在企业微信管理后台把该成员加入应用的可见范围", "The member is outside the app's visible range and cannot get its messages: add the member to it in WeCom's admin console"},
		"pace":        {"一分钟内通知过多，稍后汇总发送", "Too many notifications within a minute: they come as one digest shortly"},
		"quiet":       {"免打扰时段，结束后汇总发送", "Quiet hours: they come as one digest afterwards"},
	}
}

// whyOf is why WeCom did not take a message.
func whyOf(err error) string {
	if why := corp.Why(err); !why.None() {
		return why.Kept()
	}
	return web.Why("broke").Kept()
}
