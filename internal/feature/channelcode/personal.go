package channelcode

import "github.com/queqiao-scrm/queqiao/internal/ask"

// personal is what is kept of a customer here. The figures of days count him on: they say
// how many came, not who.
func personal() ask.Personal {
	return ask.Personal{Holdings: []ask.Holding{{
		Key: "channelcode.changes", Tables: []string{"channelcode_change"}, ZH: "扫码来源", EN: "Channel codes",
		Cells: []ask.Cell{ask.MomentCell("at", "时间", "Time"), ask.CodeCell("kind", "变化", "What", "added", "添加", "Added", "lost", "客户删除成员", "Left", "deleted", "成员删除客户", "Deleted by the member"), ask.WordsCell("code", "渠道活码", "Channel code"), ask.WordsCell("member", "成员", "Member")},
		Read: `SELECT h.at, h.kind, c.name, h.member_id FROM channelcode_change AS h JOIN channelcode_code AS c ON c.id = h.code_id
			WHERE h.corp_id = ?0 AND h.customer = ?1 ORDER BY h.at, h.id`,
		Goes:  "SELECT id FROM channelcode_change WHERE corp_id = ?0 AND customer = ?1",
		Erase: ask.EraseBy("DELETE FROM channelcode_change WHERE id IN (SELECT id FROM channelcode_change WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
	}}}
}
