package mirror

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// endedFollows are a person's follows that do not stand any more: what WeCom will not
// show again. Those that stand come back with each reading, so removing them is of no use.
const endedFollows = "(SELECT id FROM mirror_follow WHERE customer_id = ?2 AND corp_id = ?0 AND standing NOT IN (1, 2))"

// endedPairs are the subjects of their callbacks.
const endedPairs = "(SELECT 'customer/' || customer || '/' || lower(member_id) FROM mirror_follow WHERE customer_id = ?2 AND corp_id = ?0 AND standing NOT IN (1, 2))"

// Personal is what the copy of WeCom's data holds of a customer. What he keeps at WeCom, as
// long as a member follows him, stays and is read anew.
func (m *Mirror) Personal() ask.Personal {
	return ask.Personal{Holdings: []ask.Holding{
		{
			Key: "mirror.groups", Tables: []string{"mirror_group_member"}, ZH: "所在客户群", EN: "Customer groups",
			Cells: []ask.Cell{ask.WordsCell("group", "客户群", "Group"), ask.WordsCell("name", "群内名称", "Name there"), ask.MomentCell("joinedAt", "进群时间", "Joined")},
			Read: `SELECT g.name, p.name, p.joined_at FROM mirror_group_member AS p JOIN mirror_group AS g ON g.id = p.group_id
				WHERE p.corp_id = ?0 AND p.who = ?1 ORDER BY p.joined_at`,
			Goes: `SELECT p.group_id FROM mirror_group_member AS p JOIN mirror_group AS g ON g.id = p.group_id
				WHERE p.corp_id = ?0 AND p.who = ?1 AND g.dissolved_at > 0`,
			// One for each group that he was in.
			Erase: ask.EraseBy(`DELETE FROM mirror_group_member WHERE corp_id = ?0 AND who = ?1
				AND group_id IN (SELECT id FROM mirror_group WHERE corp_id = ?0 AND dissolved_at > 0)`),
			StaysZH: "客户仍在的客户群由企业微信读取；请在企业微信中将客户移出群聊。", StaysEN: "Groups that he is still in are read from WeCom; remove him from them there.",
		},
		{
			Key: "mirror.callbacks", Tables: []string{"mirror_inbox"}, ZH: "企业微信的回调", EN: "Callbacks of WeCom",
			Read: "SELECT id FROM mirror_inbox WHERE corp_id = ?0 AND subject IN " + endedPairs,
			Erase: ask.EraseBy("DELETE FROM mirror_inbox WHERE id IN (SELECT id FROM mirror_inbox WHERE corp_id = ?0 AND state <> 'waiting' AND subject IN " +
				endedPairs + " LIMIT ?3)"),
		},
		{
			Key: "mirror.tags", Tables: []string{"mirror_follow_tag"}, ZH: "标签", EN: "Tags",
			Cells: []ask.Cell{ask.WordsCell("member", "成员", "Member"), ask.WordsCell("tag", "标签", "Tag"), ask.MomentCell("at", "添加客户的时间", "Customer added")},
			Read: `SELECT f.member_id, COALESCE(t.name, m.tag_id), m.added_at FROM mirror_follow AS f JOIN mirror_follow_tag AS m ON m.follow_id = f.id
				LEFT JOIN mirror_tag AS t ON t.corp_id = f.corp_id AND t.id = m.tag_id WHERE f.customer_id = ?2 AND f.corp_id = ?0 ORDER BY f.id, m.tag_id`,
			Goes: `SELECT m.tag_id FROM mirror_follow AS f JOIN mirror_follow_tag AS m ON m.follow_id = f.id
				WHERE f.customer_id = ?2 AND f.corp_id = ?0 AND (f.standing NOT IN (1, 2) OR lower(m.tag_id) LIKE 'own:%')`,
			// WeCom bounds the tags of a follow; there are as many as members have followed him.
			Erase: ask.EraseBy(
				"DELETE FROM mirror_follow_tag WHERE follow_id IN "+endedFollows,
				"DELETE FROM mirror_follow_tag WHERE follow_id IN (SELECT id FROM mirror_follow WHERE customer_id = ?2 AND corp_id = ?0) AND lower(tag_id) LIKE 'own:%'"),
			StaysZH: "仍在跟进的成员在企业微信打的标签会随读取回来。", StaysEN: "Tags that members set in WeCom come back as long as they follow him.",
		},
		{
			Key: "mirror.follows", Tables: []string{"mirror_follow"}, ZH: "成员的跟进与备注", EN: "Follows and remarks",
			Cells: []ask.Cell{
				ask.WordsCell("member", "成员", "Member"), ask.WordsCell("remark", "备注", "Remark"), ask.WordsCell("description", "描述", "Description"), ask.WordsCell("company", "备注的企业", "Remarked company"),
				ask.TreeCell("mobiles", "备注的手机号", "Remarked numbers"), ask.MomentCell("addedAt", "添加时间", "Added"), ask.MomentCell("endedAt", "结束时间", "Ended"),
			},
			Read:    "SELECT member_id, remark, description, company, mobiles, added_at, ended_at FROM mirror_follow WHERE customer_id = ?2 AND corp_id = ?0 ORDER BY added_at, id",
			Goes:    "SELECT id FROM mirror_follow WHERE customer_id = ?2 AND corp_id = ?0 AND standing NOT IN (1, 2)",
			Erase:   m.eraseFollows,
			StaysZH: "仍在跟进的成员写的备注会随读取回来；请成员在企业微信中删除客户。", StaysEN: "Remarks of members who follow him come back; they must delete him in WeCom.",
		},
		{
			Key: "mirror.customer", Tables: []string{"mirror_customer"}, ZH: "客户基本信息", EN: "The customer himself",
			Cells: []ask.Cell{
				ask.WordsCell("name", "名称", "Name"), ask.WordsCell("avatar", "头像", "Avatar"), ask.CodeCell("gender", "性别", "Gender", "0", "未知", "Unknown", "1", "男", "Male", "2", "女", "Female"), ask.WordsCell("unionid", "unionid", "unionid"),
				ask.WordsCell("company", "企业", "Company"), ask.WordsCell("title", "职务", "Title"), ask.MomentCell("addedAt", "首次添加", "First added"),
			},
			Read: "SELECT name, avatar, gender, unionid, company, title, added_at FROM mirror_customer WHERE corp_id = ?0 AND id = ?2",
			Goes: `SELECT c.id FROM mirror_customer AS c WHERE c.corp_id = ?0 AND c.id = ?2
				AND NOT EXISTS (SELECT 1 FROM mirror_follow AS f WHERE f.customer_id = c.id AND f.standing IN (1, 2))`,
			Erase:   m.eraseCustomer,
			StaysZH: "只要还有成员跟进，名称、头像等会随读取从企业微信回来。", StaysEN: "Name and avatar come back from WeCom as long as a member follows him.",
		},
	}}
}

// eraseFollows removes ended follows and their words from the search.
func (m *Mirror) eraseFollows(ctx context.Context, tx db.Tx, p ask.Person, most int) (int64, error) {
	if p.ID == 0 {
		return 0, nil
	}
	var gone []id.ID
	err := tx.NewRaw("SELECT id FROM mirror_follow WHERE customer_id = ? AND corp_id = ? AND standing NOT IN (1, 2) LIMIT ?", p.ID, p.Corp, most).Scan(ctx, &gone)
	if err != nil || len(gone) == 0 {
		return 0, err
	}
	if err := m.search.Delete(ctx, tx, gone...); err != nil {
		return 0, err
	}
	for _, statement := range []string{"DELETE FROM mirror_follow_tag WHERE follow_id IN (?)", "DELETE FROM mirror_follow WHERE id IN (?)"} {
		if _, err := tx.NewRaw(statement, bun.List(gone)).Exec(ctx); err != nil {
			return 0, err
		}
	}
	if err := recount(ctx, tx, ids(p.ID)); err != nil {
		return 0, err
	}
	return int64(len(gone)), m.tellPages(ctx, tx, p.Corp, ids(p.ID), gone)
}

// eraseCustomer removes who has no follow left; of somebody else WeCom is asked anew, so
// that what is shown of him is what he has there now.
func (m *Mirror) eraseCustomer(ctx context.Context, tx db.Tx, p ask.Person, _ int) (int64, error) {
	c, err := CustomerByID(ctx, tx, p.Corp, p.ID)
	if fault.CodeOf(err) == fault.NotFound {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if _, err := m.lockCustomer(ctx, tx, p.Corp, c.Customer); err != nil {
		return 0, err
	}
	follows, err := FollowsOf(ctx, tx, p.Corp, c.ID)
	if err != nil {
		return 0, err
	}
	if len(follows) > 0 {
		return 0, m.askForDetails(ctx, tx, refreshArgs{Customer: c.Customer}, p.Corp)
	}
	if err := m.search.Delete(ctx, tx, c.ID); err != nil {
		return 0, err
	}
	if _, err := tx.NewRaw("DELETE FROM mirror_customer WHERE corp_id = ? AND id = ?", p.Corp, c.ID).Exec(ctx); err != nil {
		return 0, err
	}
	return 1, m.tellPages(ctx, tx, p.Corp, ids(c.ID), nil)
}
