package notice

import (
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
)

// Personal is what was told about a customer: notices that lead to him name him. All of
// them go after Keep anyway.
func Personal() ask.Personal {
	return ask.Personal{Holdings: []ask.Holding{{
		Key: "notice.messages", Tables: []string{"notice_message"}, ZH: "发给成员的通知", EN: "Notices to members",
		Cells: []ask.Cell{ask.MomentCell("at", "时间", "Time"), ask.WordsCell("member", "成员", "Member"), ask.WordsCell("title", "标题", "Title"), ask.WordsCell("text", "内容", "Text")},
		Read:  "SELECT created_at, member_id, title, text FROM notice_message WHERE corp_id = ?0 AND href = '/customer/' || ?4 ORDER BY created_at, id",
		Erase: ask.EraseBy(`DELETE FROM notice_message WHERE id IN (SELECT id FROM notice_message
			WHERE corp_id = ?0 AND href = '/customer/' || ?4 LIMIT ?3)`),
		StaysZH: "已经发到成员企业微信里的消息不受影响。", StaysEN: "Messages that members have received in WeCom stay there.",
	}}}
}

// Named are the columns in which members are named. A message of the same fact that stands
// under both userids is kept once.
func Named() []mirror.Named {
	return []mirror.Named{
		{Table: "notice_message", Column: "member_id", Pages: mirror.ByPrimaryID, Beside: []string{"kind", "once"}},
		{Table: "notice_choice", Column: "member_id", Beside: []string{"kind"}},
		{Table: "notice_kind", Column: "updated_by", Form: mirror.AsActor},
		{Table: "notice_setting", Column: "updated_by", Form: mirror.AsActor},
	}
}
