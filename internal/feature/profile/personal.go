package profile

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// sharedBy are the records whose profile a person's is: his own and, when it was merged
// into another, that one; both are the same human being.
const sharedBy = "(SELECT ?1 UNION SELECT main FROM profile_person WHERE corp_id = ?0 AND customer = ?1 AND main <> '')"

// personal is what is kept of a customer here, and for how long.
func personal() ask.Personal {
	return ask.Personal{
		Holdings: []ask.Holding{
			{
				Key: "profile.values", Tables: []string{"profile_value"}, ZH: "客户资料", EN: "Profile fields",
				Cells: []ask.Cell{ask.WordsCell("field", "字段", "Field"), ask.WordsCell("value", "内容", "Value"), ask.MomentCell("at", "修改时间", "Changed")},
				Read: `SELECT f.name, v.text, v.updated_at FROM profile_value AS v JOIN profile_field AS f ON f.id = v.field_id
					WHERE v.corp_id = ?0 AND v.customer IN ` + sharedBy + ` ORDER BY f.place, f.id, v.seq`,
				Erase: ask.EraseBy("DELETE FROM profile_value WHERE corp_id = ?0 AND customer IN " + sharedBy), // as many as there are fields
			},
			{
				Key: "profile.files", Tables: []string{"profile_file"}, ZH: "客户资料的文件", EN: "Files of the profile",
				Cells: []ask.Cell{
					ask.NumberCell("id", "编号", "ID"), ask.WordsCell("name", "文件名", "Name"), ask.WordsCell("type", "类型", "Type"),
					ask.WordsCell("bytes", "字节", "Bytes"), ask.MomentCell("at", "上传时间", "Uploaded"),
				},
				Read:  "SELECT id, name, type, size, created_at FROM profile_file WHERE corp_id = ?0 AND customer IN " + sharedBy + " ORDER BY id",
				Files: personalFiles,
				Erase: ask.EraseBy("DELETE FROM profile_file WHERE id IN (SELECT id FROM profile_file WHERE corp_id = ?0 AND customer IN " + sharedBy + " LIMIT ?3)"),
			},
			{
				Key: "profile.changes", Tables: []string{"profile_change"}, ZH: "资料修改记录", EN: "Changes of the profile",
				Cells: []ask.Cell{
					ask.MomentCell("at", "时间", "Time"), ask.CodeCell("kind", "操作", "What", "edited", "修改", "Edited",
						"blacklisted", "加入黑名单", "Blacklisted", "unblacklisted", "移出黑名单", "Taken off the blacklist", "merged", "合并", "Merged", "unmerged", "取消合并", "Parted again"), ask.WordsCell("by", "操作人", "By"), ask.TreeCell("changes", "修改内容", "Changes"),
				},
				Read:  "SELECT at, kind, who, changes FROM profile_change WHERE corp_id = ?0 AND customer = ?1 ORDER BY at, id",
				Erase: ask.EraseBy("DELETE FROM profile_change WHERE id IN (SELECT id FROM profile_change WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
			},
			{
				Key: "profile.items", Tables: []string{"profile_item"}, ZH: "批量修改与导入的结果", EN: "Results of batch edits and imports",
				Cells: []ask.Cell{ask.WordsCell("line", "行", "Line"), ask.WordsCell("label", "名称", "Name"), ask.CodeCell("state", "结果", "Result", "changed", "已修改", "Changed", "same", "没有变化", "No change", "failed", "失败", "Failed", "kept", "未撤销", "Not undone", "undone", "已撤销", "Undone"), ask.TreeCell("changes", "修改内容", "Changes")},
				Read:  "SELECT seq, label, state, changes FROM profile_item WHERE corp_id = ?0 AND customer = ?1 ORDER BY run_id, seq",
				Goes:  "SELECT seq FROM profile_item WHERE corp_id = ?0 AND customer = ?1",
				// The line stays, so that the run's own figures still add up; nobody is in it any more.
				Erase: ask.EraseBy(`UPDATE profile_item SET customer = '', label = '', reason = '', changes = '[]', state = 'kept'
					WHERE corp_id = ?0 AND customer = ?1`),
			},
			{
				Key: "profile.merges", Tables: []string{"profile_merge"}, ZH: "合并记录", EN: "Merges",
				Cells: []ask.Cell{ask.MomentCell("at", "时间", "Time"), ask.WordsCell("main", "主记录", "Main record"), ask.TreeCell("others", "被合并的记录", "Merged records"), ask.WordsCell("by", "操作人", "By")},
				Read: `SELECT at, main, others, by_name FROM profile_merge WHERE corp_id = ?0
					AND (main IN ` + sharedBy + ` OR lower(others) LIKE '%"' || lower(?1) || '"%') ORDER BY at, id`,
				Erase: ask.EraseBy(`DELETE FROM profile_merge WHERE corp_id = ?0
					AND (main IN ` + sharedBy + ` OR lower(others) LIKE '%"' || lower(?1) || '"%')`), // a corp merges a few people a day
			},
			{
				// The last: the others ask it whose profile this one shares.
				Key: "profile.person", Tables: []string{"profile_person"}, ZH: "黑名单与合并状态", EN: "Blacklist and merge",
				Cells: []ask.Cell{ask.MomentCell("blacklistedAt", "拉黑时间", "Blacklisted"), ask.WordsCell("reason", "拉黑原因", "Reason"), ask.WordsCell("by", "操作人", "By")},
				Read:  "SELECT blacklisted_at, blacklist_reason, blacklist_by FROM profile_person WHERE corp_id = ?0 AND customer = ?1",
				Erase: ask.EraseBy(
					"UPDATE profile_person SET main = '' WHERE corp_id = ?0 AND main = ?1",
					"DELETE FROM profile_person WHERE corp_id = ?0 AND customer = ?1"),
			},
		},
		Terms: []ask.Term{{
			Key: "profile.changes", ZH: "资料修改记录", EN: "Changes of profiles",
			HintZH: "删除客户资料的修改记录（修改前后的内容）；资料本身不受影响。超过期限的修改不能再撤销。", HintEN: "Removes what fields said before and after a change; the profiles stay. Older changes can no longer be undone.",
			Find: "SELECT id FROM profile_change WHERE corp_id = ?0 AND at < ?1 LIMIT ?2",
			Drop: ask.DropBy("DELETE FROM profile_change WHERE corp_id = ?0 AND id IN (?1)"),
		}},
	}
}

func personalFiles(ctx context.Context, q db.Querier, p ask.Person) ([]ask.PersonalFile, error) {
	var rows []FileView
	err := q.NewRaw("SELECT id, name, type, size FROM profile_file WHERE corp_id = ?0 AND customer IN "+sharedBy+" ORDER BY id", p.Corp, p.Customer).Scan(ctx, &rows)
	files := make([]ask.PersonalFile, len(rows))
	for i, r := range rows {
		files[i] = ask.PersonalFile{Name: r.ID.String() + "-" + r.Name, Key: blobKey(p.Corp, r.ID)}
	}
	return files, err
}
