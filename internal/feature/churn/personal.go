package churn

import "github.com/queqiao-scrm/queqiao/internal/ask"

// personal is what is kept of a customer here, and for how long.
func personal() ask.Personal {
	return ask.Personal{
		Holdings: []ask.Holding{
			{
				Key: "churn.tags", Tables: []string{"churn_tag"}, ZH: "流失与删除时的标签", EN: "Tags at the loss",
				Read: `SELECT t.tag_id FROM churn_ending AS e JOIN churn_tag AS t ON t.ending_id = e.id WHERE e.corp_id = ?0 AND e.customer = ?1`,
				Erase: ask.EraseBy(`DELETE FROM churn_tag WHERE ending_id IN (SELECT e.id FROM churn_ending AS e
					WHERE e.corp_id = ?0 AND e.customer = ?1 AND EXISTS (SELECT 1 FROM churn_tag AS t WHERE t.ending_id = e.id) LIMIT ?3)`),
			},
			{
				Key: "churn.endings", Tables: []string{"churn_ending", "churn_worked"}, ZH: "流失与删除记录", EN: "Losses and deletions",
				Cells: []ask.Cell{
					ask.MomentCell("at", "时间", "Time"), ask.CodeCell("kind", "类型", "Kind", "lost", "客户删除成员", "The customer deleted the member",
						"deleted", "成员删除客户", "The member deleted the customer", "handed", "转接移除", "Removed by a hand-over"), ask.WordsCell("member", "成员", "Member"), ask.WordsCell("name", "当时的名称", "Name then"),
					ask.WordsCell("remark", "当时的备注", "Remark then"), ask.TreeCell("tags", "当时的标签", "Tags then"), ask.MomentCell("addedAt", "添加时间", "Added"), ask.MomentCell("returnedAt", "再次添加", "Added again"),
				},
				Read: `SELECT ended_at, kind, member_id, name, remark, tags, added_at, returned_at FROM churn_ending
					WHERE corp_id = ?0 AND customer = ?1 ORDER BY ended_at, id`,
				Erase: ask.EraseBy("DELETE FROM churn_ending WHERE id IN (SELECT id FROM churn_ending WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
			},
		},
		Terms: []ask.Term{{
			Key: "churn.names", ZH: "流失与删除记录中的名称与备注", EN: "Names in losses and deletions",
			HintZH: "抹去超过期限的流失与删除记录中客户的名称与备注；记录仍然计入趋势与统计。", HintEN: "Takes name and remark out of old losses and deletions; the records still count in trends and figures.",
			Find: "SELECT id FROM churn_ending WHERE corp_id = ?0 AND ended_at < ?1 AND (name <> '' OR remark <> '') LIMIT ?2",
			Drop: ask.DropBy("UPDATE churn_ending SET name = '', remark = '' WHERE corp_id = ?0 AND id IN (?1)"),
		}},
	}
}
