package customer

import "github.com/queqiao-scrm/queqiao/internal/ask"

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
	}}}
}
