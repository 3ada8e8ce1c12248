package tag

import "github.com/queqiao-scrm/queqiao/internal/ask"

// personal is what is kept of a customer here; the tags on him are the mirror's.
func personal() ask.Personal {
	return ask.Personal{Holdings: []ask.Holding{
		{
			Key: "tag.hits", Tables: []string{"tag_hit"}, ZH: "自动标签的命中记录", EN: "Hits of tag rules",
			Cells: []ask.Cell{ask.MomentCell("at", "时间", "Time"), ask.WordsCell("rule", "规则", "Rule"), ask.WordsCell("member", "成员", "Member"), ask.CodeCell("outcome", "结果", "Outcome", "tagged", "已打标签", "Tagged", "same", "本来就有", "Had it already", "counted", "已计数", "Counted", "limited", "达到上限", "Over the limit")},
			Read: `SELECT h.at, r.title, h.member_id, h.outcome FROM tag_hit AS h JOIN tag_rule AS r ON r.id = h.rule_id
				WHERE h.corp_id = ?0 AND h.customer = ?1 ORDER BY h.at, h.id`,
			Goes:  "SELECT id FROM tag_hit WHERE corp_id = ?0 AND customer = ?1",
			Erase: ask.EraseBy("DELETE FROM tag_hit WHERE id IN (SELECT id FROM tag_hit WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
		},
		{
			Key: "tag.items", Tables: []string{"tag_run_item"}, ZH: "批量打标签的结果", EN: "Results of batch tagging",
			Cells: []ask.Cell{ask.WordsCell("words", "导入的内容", "Imported line"), ask.CodeCell("state", "结果", "Result",
				"waiting", "等待", "Waiting", "calling", "处理中", "At work", "changed", "已改变", "Changed", "same", "无需改变", "Already so",
				"gone", "已不是好友", "No friend any more", "failed", "失败", "Failed", "invalid", "名单无效", "Invalid line"), ask.TreeCell("added", "打上的标签", "Added"), ask.TreeCell("removed", "去掉的标签", "Removed")},
			Read: "SELECT words, state, added, removed FROM tag_run_item WHERE corp_id = ?0 AND customer = ?1 ORDER BY run_id, id",
			// One for each follow and run that he was in.
			Erase: ask.EraseBy("DELETE FROM tag_run_item WHERE corp_id = ?0 AND customer = ?1"),
		},
	}}
}
