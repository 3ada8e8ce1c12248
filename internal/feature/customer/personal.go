package customer

import (
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
)

// personal is what is kept of a customer here.
func personal() ask.Personal {
	return ask.Personal{Holdings: []ask.Holding{{
		Key: "customer.history", Tables: []string{"customer_history"}, ZH: "添加与流失的经过", EN: "History of follows",
		Cells: []ask.Cell{ask.MomentCell("at", "时间", "Time"), ask.CodeCell("kind", "变化", "What",
			"added", "添加为客户", "Added as customer", "again", "重新添加为客户", "Added again", "half", "客户请求添加，等待成员通过", "Asked to be added",
			"taken", "接替其他成员跟进", "Taken over", "lost", "客户删除了成员", "The customer deleted the member", "deleted", "成员删除了客户", "The member deleted the customer",
			"gone", "跟进关系已结束，原因未知", "Ended, reason unknown", "handed", "客户已转移给其他成员", "Handed over"), ask.WordsCell("member", "成员", "Member")},
		Read:  "SELECT at, kind, member_id FROM customer_history WHERE corp_id = ?0 AND customer = ?1 ORDER BY at, id",
		Erase: ask.EraseBy("DELETE FROM customer_history WHERE id IN (SELECT id FROM customer_history WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
	}, {
		Key: "customer.groups", Tables: []string{"customer_group"}, ZH: "退出客户群的经过", EN: "Groups left",
		Cells: []ask.Cell{
			ask.MomentCell("at", "时间", "Time"), ask.CodeCell("kind", "变化", "What",
				"joined", "加入客户群", "Joined the group", "left", "退出客户群", "Left the group", "removed", "被移出客户群", "Removed from the group"), ask.WordsCell("group", "客户群", "Group"),
		},
		Read: `SELECT cg.at, cg.kind, COALESCE((SELECT gr.name FROM mirror_group AS gr WHERE gr.corp_id = cg.corp_id AND gr.chat = cg.chat), '')
			FROM customer_group AS cg WHERE cg.corp_id = ?0 AND cg.customer = ?1 ORDER BY cg.at, cg.id`,
		Erase: ask.EraseBy("DELETE FROM customer_group WHERE id IN (SELECT id FROM customer_group WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
	}, {
		Key: "customer.details", Tables: []string{"customer_detail"}, ZH: "备注与描述的变动", EN: "Changes of remarks and descriptions",
		Cells: []ask.Cell{
			ask.MomentCell("at", "时间", "Time"), ask.WordsCell("member", "成员", "Member"), ask.CodeCell("field", "内容", "What",
				"remark", "备注", "Remark", "description", "描述", "Description", "company", "备注的企业", "Remarked company", "mobiles", "备注的手机号", "Remarked numbers"),
			ask.WordsCell("before", "改前", "Before"), ask.WordsCell("after", "改后", "After"),
			ask.CodeCell("how", "来源", "By", mirror.HowWeCom, "企业微信", "WeCom", "page", "后台", "The console", "channel", "渠道活码", "Channel code"), ask.WordsCell("name", "名称", "Name"),
		},
		Read:  "SELECT at, member_id, field, was, became, how, name FROM customer_detail WHERE corp_id = ?0 AND customer = ?1 ORDER BY at, id",
		Goes:  "SELECT id FROM customer_detail WHERE corp_id = ?0 AND customer = ?1",
		Erase: ask.EraseBy("DELETE FROM customer_detail WHERE id IN (SELECT id FROM customer_detail WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
	}}, Terms: []ask.Term{{
		Key: "customer.details", ZH: "备注与描述的变动记录", EN: "History of remarks and descriptions",
		HintZH: "自变动之日起计算；删除的是动态中的记录，现在的备注和描述不变。", HintEN: "Counted from the change; lines of timelines go, what is noted now stays.",
		Find: "SELECT id FROM customer_detail WHERE corp_id = ?0 AND at < ?1 ORDER BY at LIMIT ?2",
		Drop: ask.DropBy("DELETE FROM customer_detail WHERE corp_id = ?0 AND id IN (?1)"),
	}}}
}
