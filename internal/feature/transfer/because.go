package transfer

import (
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// Reasons that WeCom gives no errcode for, as they are kept.
const (
	reasonRefused  = `{"because":"refused"}`
	reasonFull     = `{"because":"full"}`
	reasonNone     = `{"because":"none"}`
	reasonSilent   = `{"because":"silent"}`
	reasonOther    = `{"because":"other"}`
	reasonGone     = `{"because":"gone"}`
	reasonTomorrow = `{"because":"tomorrow"}`
)

// becauses are the words of the reasons in a file and on a timeline, Chinese and English; the
// pages have the same.
func becauses() map[string][2]string {
	return map[string][2]string{
		"cancelled": {"发出之前由「{by}」取消", "Cancelled by {by} before it was sent"},
		"full":      {"接替成员的客户数已达上限：请更换接替成员，或让其清理客户后重试", "The successor has reached the customer limit: choose another successor, or let them remove customers and retry"},
		"gaveUp":    {"长时间无法继续，已停止自动重试：{said}", "It could not continue for a long time and is not retried any more: {said}"},
		"gone":      {"该群已解散或不可见", "The group was dismissed, or cannot be seen any more"},
		"none":      {"企业微信没有这次转接的记录：客户可能已删除原成员，或接替成员已离职；请同步客户后重试", "WeCom has no record of this hand-over: the customer may have deleted the member, or the successor has left. Sync the customers and retry"},
		"other":     {"该群已由其他成员接替", "Another member has taken over the group"},
		"refused":   {"客户拒绝了转接：可由原成员与客户沟通后重试，或改由其他成员接替", "The customer refused. Talk to the customer and retry, or choose another successor"},
		"said":      {"企业微信：{text}", "WeCom: {text}"},
		"saidCode":  {"企业微信：{text}（{errcode}）", "WeCom: {text} ({errcode})"},
		"silent":    {"企业微信 72 小时内没有给出结果：请同步客户后重试", "WeCom gave no result within 72 hours: sync the customers and retry"},
		"stuck":     {"长时间无法继续，已停止自动重试：请在事件日志中查看后台任务", "It could not continue for a long time and is not retried any more: see the job in the event log"},
		"tomorrow":  {"同一群主每天最多转接 300 个群，今天的额度已用完，明天自动继续", "At most 300 groups of one owner can be handed over a day; today's are used up. It continues by itself tomorrow"},
		"unread":    {"读取待分配列表失败：请稍后再刷新；若持续出现，请在事件日志中查看后台任务", "The list of unassigned customers could not be read: refresh it later. If it lasts, see the job in the event log"},
		"unsaid":    {"企业微信没有说明原因：请同步客户后重试", "WeCom did not say why: sync the customers and retry"},
	}
}

// refusal is why WeCom did not begin, or not finish, a hand-over of one item: its errcode,
// else its own words.
func refusal(code int, text string) web.Because {
	_, known := errcode.Lookup(code)
	switch {
	case code == 0 && text == "":
		return web.Why("unsaid")
	case code == 0:
		return web.Why("said", "text", text)
	case !known && text != "":
		return web.Why("saidCode", "text", text, "errcode", strconv.Itoa(code))
	}
	return corp.WhyRefused(code)
}

// gaveUp is why a hand-over stands still.
func gaveUp(cause error) web.Because {
	if wecom.ClassOf(cause) == "" {
		return web.Why("stuck")
	}
	return corp.WhyAfter("gaveUp", cause)
}

// why is why an item came to nothing, or waits.
func (i Item) why() web.Because {
	b := corp.Told(i.Reason, i.Code)
	if b.Code == "" && b.Text != "" { // kept in words before there were codes
		switch i.State {
		case Refused:
			return web.KeptWhy(reasonRefused)
		case Full:
			return web.KeptWhy(reasonFull)
		default:
		}
	}
	return b
}
