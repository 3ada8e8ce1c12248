package stage

import "github.com/queqiao-scrm/queqiao/internal/ask"

// personal is what is kept of a customer here.
func personal() ask.Personal {
	return ask.Personal{Holdings: []ask.Holding{
		{
			Key: "stage.moves", Tables: []string{"stage_move"}, ZH: "阶段变化", EN: "Stage moves",
			Cells: []ask.Cell{
				ask.MomentCell("at", "时间", "Time"), ask.WordsCell("flow", "流程", "Flow"), ask.WordsCell("from", "原阶段", "From"), ask.WordsCell("to", "新阶段", "To"),
				ask.WordsCell("by", "操作人", "By"), ask.WordsCell("note", "备注", "Note"),
			},
			Read:  "SELECT at, flow_name, from_name, to_name, by_name, note FROM stage_move WHERE corp_id = ?0 AND customer = ?1 ORDER BY at, id",
			Erase: ask.EraseBy("DELETE FROM stage_move WHERE id IN (SELECT id FROM stage_move WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
		},
		{
			Key: "stage.places", Tables: []string{"stage_placement"}, ZH: "所在阶段", EN: "Stages",
			Cells: []ask.Cell{
				ask.WordsCell("stage", "阶段", "Stage"), ask.WordsCell("member", "成员", "Member"), ask.MomentCell("enteredAt", "进入时间", "Entered"), ask.MomentCell("dueAt", "应跟进时间", "Due"),
			},
			Read: `SELECT g.name, p.member_id, p.entered_at, p.due_at FROM stage_placement AS p JOIN stage_stage AS g ON g.id = p.stage_id
				WHERE p.corp_id = ?0 AND p.customer = ?1 ORDER BY p.id`,
			Goes:  "SELECT id FROM stage_placement WHERE corp_id = ?0 AND customer = ?1",
			Erase: ask.EraseBy("DELETE FROM stage_placement WHERE id IN (SELECT id FROM stage_placement WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
		},
		{
			Key: "stage.items", Tables: []string{"stage_item"}, ZH: "批量移动阶段的结果", EN: "Results of bulk moves",
			Read: "SELECT batch_id FROM stage_item WHERE corp_id = ?0 AND customer = ?1",
			// One for each follow and bulk move that he was in.
			Erase: ask.EraseBy("DELETE FROM stage_item WHERE corp_id = ?0 AND customer = ?1"),
		},
	}}
}
