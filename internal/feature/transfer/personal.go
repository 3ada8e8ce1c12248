package transfer

import "github.com/queqiao-scrm/queqiao/internal/ask"

// personal is what is kept of a customer here.
func personal() ask.Personal {
	return ask.Personal{Holdings: []ask.Holding{
		{
			Key: "transfer.items", Tables: []string{"transfer_item"}, ZH: "交接记录", EN: "Transfers",
			Cells: []ask.Cell{
				ask.MomentCell("at", "时间", "Time"), ask.WordsCell("from", "原成员", "From"), ask.WordsCell("to", "接替成员", "To"), ask.CodeCell("state", "状态", "State",
					"planned", "待发出", "Planned", "sent", "发出中", "Being sent", "waiting", "等待接替", "Waiting", "accepted", "接替完毕", "Taken over",
					"refused", "客户拒绝", "Refused", "full", "接替成员已满", "Taker is full", "failed", "转接失败", "Failed", "cancelled", "已取消", "Cancelled"),
			},
			Read: `SELECT i.sent_at, i.from_member, i.to_member, i.state FROM transfer_item AS i
				WHERE i.corp_id = ?0 AND i.kind = 'customer' AND i.subject = ?1 ORDER BY i.id`,
			Goes: "SELECT id FROM transfer_item WHERE corp_id = ?0 AND kind = 'customer' AND subject = ?1 AND state NOT IN ('planned', 'sent', 'waiting')",
			Erase: ask.EraseBy(`DELETE FROM transfer_item WHERE id IN (SELECT id FROM transfer_item
				WHERE corp_id = ?0 AND kind = 'customer' AND subject = ?1 AND state NOT IN ('planned', 'sent', 'waiting') LIMIT ?3)`),
			StaysZH: "尚未结束的交接会继续，结束后可再次删除。", StaysEN: "A transfer that is under way goes on; erase again once it is over.",
		},
		{
			Key: "transfer.unassigned", Tables: []string{"transfer_unassigned"}, ZH: "待分配名单", EN: "Waiting to be assigned",
			Cells:   []ask.Cell{ask.WordsCell("member", "离职成员", "Who left"), ask.MomentCell("at", "时间", "Time")},
			Read:    "SELECT member_id, seen_at FROM transfer_unassigned WHERE corp_id = ?0 AND customer = ?1",
			Erase:   ask.EraseBy("DELETE FROM transfer_unassigned WHERE corp_id = ?0 AND customer = ?1"), // one for each member who left
			StaysZH: "企业微信仍列为待分配的，下次读取时会再次出现。", StaysEN: "Comes back with the next reading as long as WeCom lists him.",
		},
		{
			Key: "transfer.console", Tables: []string{"transfer_console"}, ZH: "企业微信后台的交接", EN: "Transfers in WeCom's console",
			Cells: []ask.Cell{ask.MomentCell("at", "时间", "Time"), ask.WordsCell("from", "原成员", "From"), ask.WordsCell("to", "接替成员", "To")},
			Read:  "SELECT began_at, from_member, to_member FROM transfer_console WHERE corp_id = ?0 AND customer = ?1 ORDER BY began_at",
			Erase: ask.EraseBy("DELETE FROM transfer_console WHERE corp_id = ?0 AND customer = ?1"), // one for each time he passed
		},
	}}
}
