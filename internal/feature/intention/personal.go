package intention

import "github.com/queqiao-scrm/queqiao/internal/ask"

// personal is what is kept of a customer here.
func personal() ask.Personal {
	return ask.Personal{Holdings: []ask.Holding{
		{
			Key: "intention.entries", Tables: []string{"intention_entry"}, ZH: "意向的依据", EN: "Signals of intention",
			Cells: []ask.Cell{ask.MomentCell("at", "时间", "Time"), ask.CodeCell("signal", "行为", "Signal", signalWords()...), ask.WordsCell("member", "成员", "Member")},
			Read:  "SELECT at, signal, member_id FROM intention_entry WHERE corp_id = ?0 AND customer = ?1 ORDER BY at, id",
			Erase: ask.EraseBy("DELETE FROM intention_entry WHERE id IN (SELECT id FROM intention_entry WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
		},
		{
			Key: "intention.moves", Tables: []string{"intention_move"}, ZH: "意向等级的变化", EN: "Changes of intention",
			Cells: []ask.Cell{ask.MomentCell("at", "时间", "Time"), ask.CodeCell("from", "原等级", "From", levelWords()...), ask.CodeCell("to", "新等级", "To", levelWords()...), ask.WordsCell("points", "分数", "Points")},
			Read:  "SELECT at, from_level, to_level, points FROM intention_move WHERE corp_id = ?0 AND customer = ?1 ORDER BY at, id",
			Erase: ask.EraseBy("DELETE FROM intention_move WHERE id IN (SELECT id FROM intention_move WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
		},
		{
			Key: "intention.score", Tables: []string{"intention_score"}, ZH: "意向等级", EN: "Intention",
			Cells: []ask.Cell{ask.CodeCell("level", "等级", "Level", levelWords()...), ask.MomentCell("movedAt", "变化时间", "Changed")},
			Read:  "SELECT level, moved_at FROM intention_score WHERE corp_id = ?0 AND customer = ?1",
			Erase: ask.EraseBy("DELETE FROM intention_score WHERE corp_id = ?0 AND customer = ?1"),
		},
	}}
}

// levelWords are the levels as people call them.
func levelWords() []string {
	return []string{"0", "沉睡", "Asleep", "1", "低意向", "Low", "2", "中意向", "Medium", "3", "高意向", "High"}
}

// signalWords are the signals as people call them.
func signalWords() (words []string) {
	for _, s := range Signals() {
		words = append(words, s.Key, s.ZH, s.EN)
	}
	return words
}
