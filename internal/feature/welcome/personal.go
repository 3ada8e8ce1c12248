package welcome

import "github.com/queqiao-scrm/queqiao/internal/ask"

// personal is what is kept of a customer here, and for how long.
func personal() ask.Personal {
	return ask.Personal{
		Holdings: []ask.Holding{{
			Key: "welcome.deliveries", Tables: []string{"welcome_delivery"}, ZH: "欢迎语发送记录", EN: "Greetings sent",
			Cells: []ask.Cell{ask.MomentCell("at", "添加时间", "Added"), ask.WordsCell("member", "成员", "Member"), ask.CodeCell("outcome", "结果", "Outcome",
				"sent", "已送达", "Sent", "sending", "发送中", "Sending", "none", "未设置", "None", "late", "超时", "Too late", "taken", "已被占用", "Taken", "refused", "被拒绝", "Refused")},
			Read:  "SELECT added_at, member_id, outcome FROM welcome_delivery WHERE corp_id = ?0 AND customer = ?1 ORDER BY added_at, id",
			Erase: ask.EraseBy("DELETE FROM welcome_delivery WHERE id IN (SELECT id FROM welcome_delivery WHERE corp_id = ?0 AND customer = ?1 LIMIT ?3)"),
		}},
		Terms: []ask.Term{{
			Key: "welcome.deliveries", ZH: "欢迎语发送记录", EN: "Greetings sent",
			HintZH: "删除超过期限的欢迎语发送记录。", HintEN: "Removes old records of greetings.",
			Find: "SELECT id FROM welcome_delivery WHERE corp_id = ?0 AND added_at < ?1 LIMIT ?2",
			Drop: ask.DropBy("DELETE FROM welcome_delivery WHERE corp_id = ?0 AND id IN (?1)"),
		}},
	}
}
