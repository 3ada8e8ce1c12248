package followup

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
)

// personal is what is kept of a customer here, and for how long.
func (s *service) personal() ask.Personal {
	return ask.Personal{
		Holdings: []ask.Holding{
			{
				Key: "followup.notes", Tables: []string{"followup_note"}, ZH: "跟进记录", EN: "Follow-up notes",
				Cells: []ask.Cell{
					ask.MomentCell("at", "时间", "Time"), ask.CodeCell("how", "方式", "How", howWords()...), ask.WordsCell("by", "记录人", "By"),
					ask.WordsCell("text", "内容", "Text"), ask.TreeCell("pictures", "图片", "Pictures"), ask.MomentCell("editedAt", "修改时间", "Edited"),
				},
				Read:  "SELECT created_at, how, name, body, pictures, edited_at FROM followup_note WHERE corp_id = ?0 AND customer = ?1 ORDER BY created_at, id",
				Erase: s.eraseNotes,
			},
			{
				Key: "followup.pictures", Tables: []string{"followup_picture"}, ZH: "跟进记录的图片", EN: "Pictures of notes",
				Cells: []ask.Cell{ask.NumberCell("id", "编号", "ID"), ask.MomentCell("at", "上传时间", "Uploaded"), ask.WordsCell("type", "类型", "Type"), ask.WordsCell("bytes", "字节", "Bytes")},
				Read:  "SELECT id, created_at, kind, size FROM followup_picture WHERE corp_id = ?0 AND customer_id = ?2 ORDER BY id",
				Files: pictureFiles,
				Erase: ask.EraseBy("DELETE FROM followup_picture WHERE id IN (SELECT id FROM followup_picture WHERE corp_id = ?0 AND customer_id = ?2 LIMIT ?3)"),
			},
			{
				Key: "followup.tasks", Tables: []string{"followup_task"}, ZH: "待办", EN: "Tasks",
				Cells: []ask.Cell{
					ask.MomentCell("at", "创建时间", "Created"), ask.WordsCell("title", "内容", "Title"), ask.WordsCell("member", "负责成员", "Member"),
					ask.MomentCell("dueAt", "截止时间", "Due"), ask.MomentCell("doneAt", "完成时间", "Done"),
				},
				Read:  "SELECT created_at, title, member_id, due_at, done_at FROM followup_task WHERE corp_id = ?0 AND customer = ?1 ORDER BY created_at, id",
				Erase: ask.EraseBy("DELETE FROM followup_task WHERE id IN (SELECT id FROM followup_task WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
			},
			{
				Key: "followup.last", Tables: []string{"followup_last"}, ZH: "最近跟进时间", EN: "Last follow-up",
				Cells: []ask.Cell{ask.WordsCell("member", "成员", "Member"), ask.CodeCell("how", "方式", "How", howWords()...), ask.MomentCell("at", "时间", "Time")},
				Read:  "SELECT member_id, how, at FROM followup_last WHERE corp_id = ?0 AND customer = ?1 ORDER BY at",
				Erase: ask.EraseBy("DELETE FROM followup_last WHERE corp_id = ?0 AND customer = ?1"), // one for each member who follows him
			},
		},
		Terms: []ask.Term{{
			Key: "followup.lost", ZH: "流失客户的跟进记录", EN: "Notes on lost customers",
			HintZH: "所有成员都不再跟进该客户之后，写下已久的跟进记录连同图片一起删除。", HintEN: "Old notes, with their pictures, once no member has followed the customer for so long.",
			Find: `SELECT n.id FROM mirror_customer AS c JOIN followup_note AS n ON n.corp_id = c.corp_id AND n.customer = c.customer AND n.created_at < ?1
				WHERE c.corp_id = ?0 AND c.follows = 0 AND c.lost_at > 0 AND c.lost_at < ?1 LIMIT ?2`,
			Files: noteFiles, Drop: s.dropNotes,
		}},
	}
}

func pictureFiles(ctx context.Context, q db.Querier, p ask.Person) ([]ask.PersonalFile, error) {
	var rows []id.ID
	err := q.NewRaw("SELECT id FROM followup_picture WHERE corp_id = ? AND customer_id = ? ORDER BY id", p.Corp, p.ID).Scan(ctx, &rows)
	files := make([]ask.PersonalFile, len(rows))
	for i, r := range rows {
		files[i] = ask.PersonalFile{Name: r.String(), Key: key(p.Corp, r)}
	}
	return files, err
}

// picturesOf are the pictures that notes name.
func picturesOf(ctx context.Context, q db.Querier, corp string, notes []id.ID) ([]id.ID, error) {
	var texts []string
	err := q.NewRaw("SELECT pictures FROM followup_note WHERE corp_id = ? AND id IN (?) AND pictures <> '[]'", corp, bun.List(notes)).Scan(ctx, &texts)
	if err != nil {
		return nil, err
	}
	var all []id.ID
	for _, t := range texts {
		var some []id.ID
		if err := json.Unmarshal([]byte(t), &some); err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func noteFiles(ctx context.Context, q db.Querier, corp string, notes []id.ID) ([]string, error) {
	pictures, err := picturesOf(ctx, q, corp, notes)
	keys := make([]string, len(pictures))
	for i, p := range pictures {
		keys[i] = key(corp, p)
	}
	return keys, err
}

func (s *service) dropNotes(ctx context.Context, tx db.Tx, corp string, notes []id.ID) (int64, error) {
	pictures, err := picturesOf(ctx, tx, corp, notes)
	if err != nil {
		return 0, err
	}
	if len(pictures) > 0 {
		if _, err := tx.NewRaw("DELETE FROM followup_picture WHERE corp_id = ? AND id IN (?)", corp, bun.List(pictures)).Exec(ctx); err != nil {
			return 0, err
		}
	}
	return s.forget(ctx, tx, corp, notes)
}

// eraseNotes removes notes of a person.
func (s *service) eraseNotes(ctx context.Context, tx db.Tx, p ask.Person, most int) (int64, error) {
	var notes []id.ID
	err := tx.NewRaw("SELECT id FROM followup_note WHERE corp_id = ? AND customer = ? LIMIT ?", p.Corp, p.Customer, most).Scan(ctx, &notes)
	if err != nil || len(notes) == 0 {
		return 0, err
	}
	return s.forget(ctx, tx, p.Corp, notes)
}

// forget removes notes, and their words from the search index.
func (s *service) forget(ctx context.Context, tx db.Tx, corp string, notes []id.ID) (int64, error) {
	wordless := make([]search.Document, len(notes))
	for i, n := range notes {
		wordless[i] = search.Document{Corp: corp, Kind: kindNote, Ref: n}
	}
	if err := s.search.Put(ctx, tx, wordless...); err != nil {
		return 0, err
	}
	return ask.DropBy("DELETE FROM followup_note WHERE corp_id = ?0 AND id IN (?1)")(ctx, tx, corp, notes)
}

// howWords are the ways of following up as people call them.
func howWords() []string {
	return []string{"note", "记录", "Note", "call", "电话", "Call", "message", "消息", "Message", "task", "待办", "Task"}
}
