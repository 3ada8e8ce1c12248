package customer

import "github.com/queqiao-scrm/queqiao/internal/ask"

// personal is what is kept of a customer here.
func personal() ask.Personal {
	return ask.Personal{Holdings: []ask.Holding{{
		Key: "customer.history", Tables: []string{"customer_history"}, ZH: "添加与流失的经过", EN: "History of follows",
		Cells: []ask.Cell{ask.MomentCell("at", "时间", "Time"), ask.WordsCell("kind", "变化", "What"), ask.WordsCell("member", "成员", "Member")},
		Read:  "SELECT at, kind, member_id FROM customer_history WHERE corp_id = ?0 AND customer = ?1 ORDER BY at, id",
		Erase: ask.EraseBy("DELETE FROM customer_history WHERE id IN (SELECT id FROM customer_history WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
	}}}
}
