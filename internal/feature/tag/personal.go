package tag

import (
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
)

// howWords are the causes of mirror.Cause for people.
func howWords() []string {
	return []string{
		byRun, "批量打标签", "Batch act", byUndo, "撤销批量打标签", "Undo of a batch act", byImport, "导入名单", "Imported list", byRule, "自动标签规则", "Rule",
		byTransfer, "客户继承", "Hand-over", "channel", "渠道活码", "Channel code", "stage", "客户阶段", "Stage",
		mirror.HowWeCom, "企业微信", "WeCom", mirror.HowDeleted, "标签被删除", "The tag was deleted",
	}
}

// personal is what is kept of a customer here; the tags on him are the mirror's.
func personal() ask.Personal {
	return ask.Personal{Holdings: []ask.Holding{
		{
			Key: "tag.hits", Tables: []string{"tag_hit"}, ZH: "自动标签的命中记录", EN: "Hits of tag rules",
			Cells: []ask.Cell{ask.MomentCell("at", "时间", "Time"), ask.WordsCell("rule", "规则", "Rule"), ask.WordsCell("member", "成员", "Member"), ask.CodeCell("outcome", "结果", "Outcome", "waiting", "等待企业微信", "Waiting", "tagged", "已打标签", "Tagged", "refused", "企业微信拒绝", "Refused", "same", "本来就有", "Had it already", "counted", "已计数", "Counted", "limited", "达到上限", "Over the limit")},
			Read: `SELECT h.at, r.title, h.member_id, h.outcome FROM tag_hit AS h JOIN tag_rule AS r ON r.id = h.rule_id
				WHERE h.corp_id = ?0 AND h.customer = ?1 ORDER BY h.at, h.id`,
			Goes:  "SELECT id FROM tag_hit WHERE corp_id = ?0 AND customer = ?1",
			Erase: ask.EraseBy("DELETE FROM tag_hit WHERE id IN (SELECT id FROM tag_hit WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
		},
		{
			Key: "tag.history", Tables: []string{"tag_history"}, ZH: "标签的变动", EN: "Changes of tags",
			Cells: []ask.Cell{
				ask.MomentCell("at", "时间", "Time"), ask.WordsCell("member", "成员", "Member"), ask.WordsCell("tag", "标签", "Tag"),
				ask.CodeCell("what", "变化", "What", "added", "打上", "Added", "removed", "移除", "Removed"), ask.CodeCell("how", "来源", "By", howWords()...), ask.WordsCell("name", "名称", "Name"),
			},
			Read: `SELECT h.at, h.member_id, COALESCE(t.name, g.name, h.tag_id), CASE WHEN h.added THEN 'added' ELSE 'removed' END, h.how, h.name FROM tag_history AS h
				LEFT JOIN mirror_tag AS t ON t.corp_id = h.corp_id AND t.id = h.tag_id LEFT JOIN mirror_tag_gone AS g ON g.corp_id = h.corp_id AND g.id = h.tag_id
				WHERE h.corp_id = ?0 AND h.customer = ?1 ORDER BY h.at, h.id`,
			Goes:  "SELECT id FROM tag_history WHERE corp_id = ?0 AND customer = ?1",
			Erase: ask.EraseBy("DELETE FROM tag_history WHERE id IN (SELECT id FROM tag_history WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
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
	}, Terms: []ask.Term{{
		Key: "tag.history", ZH: "标签的变动记录", EN: "History of tags",
		HintZH: "自变动之日起计算；删除的是动态中的记录，客户身上的标签不变。", HintEN: "Counted from the change; lines of timelines go, the tags themselves stay.",
		Find: "SELECT id FROM tag_history WHERE corp_id = ?0 AND at < ?1 ORDER BY at LIMIT ?2",
		Drop: ask.DropBy("DELETE FROM tag_history WHERE corp_id = ?0 AND id IN (?1)"),
	}}}
}
