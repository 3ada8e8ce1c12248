package mirror_test

import (
	"context"
	"slices"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// seedRead writes two corps with equal ids, so that a query that forgets the corp shows.
func seedRead(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		for n, corp := range []string{"ww1", "ww2"} {
			shift := n * 1000
			for _, stmt := range []struct {
				sql  string
				args []any
			}{
				{`INSERT INTO mirror_department (corp_id, id, parent_id, name, position) VALUES
					(?, 1, 0, '总部', 0), (?, 2, 1, '销售', 5), (?, 3, 2, '华东', 1), (?, 4, 1, '客服', 9)`, []any{corp, corp, corp, corp}},
				{`INSERT INTO mirror_member (` + "corp_id, id, lookup, name, pinyin, alias, title, avatar, status, main_department, can_contact, left_at, told_at, read_at, sync_run, updated_at" + `) VALUES
					(?, 'ZhangSan', 'zhangsan', ?, '', '', '', '', 1, 3, TRUE, 0, 0, 0, 0, 0),
					(?, 'lisi', 'lisi', '李四', '', '', '', '', 1, 4, FALSE, 0, 0, 0, 0, 0),
					(?, 'gone', 'gone', '走了', '', '', '', '', 5, 3, TRUE, 9, 0, 0, 0, 0)`, []any{corp, "张三" + corp, corp, corp}},
				{`INSERT INTO mirror_member_department (corp_id, member_id, department_id, leader, position) VALUES
					(?, 'ZhangSan', 3, TRUE, 0), (?, 'lisi', 4, FALSE, 0), (?, 'gone', 3, FALSE, 0)`, []any{corp, corp, corp}},
				{`INSERT INTO mirror_customer (id, corp_id, customer, name, type, avatar, gender, unionid, company, title, follows, added_at, lost_at, updated_at, read_at)
					VALUES (?, ?, 'wm1', ?, 1, '', 2, 'u', '', '', 1, 100, 0, 100, 100)`, []any{shift + 1, corp, "王芳" + corp}},
				{`INSERT INTO mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles, add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at)
					VALUES (?, ?, 'ZhangSan', 'wm1', ?, 1, '', '', '', '["138"]', 1, '', 's', 100, 0, 0, 0, 0, 0, 0)`, []any{shift + 10, corp, shift + 1}},
				{`INSERT INTO mirror_tag_group (corp_id, id, name, position, created_at) VALUES (?, 'g1', '等级', 1, 1), (?, 'g2', '来源', 2, 1)`, []any{corp, corp}},
				{`INSERT INTO mirror_tag (corp_id, id, group_id, name, position, created_at) VALUES (?, 't1', 'g1', ?, 1, 1), (?, 't2', 'g1', '普通', 3, 1)`, []any{corp, "重要" + corp, corp}},
				{`INSERT INTO mirror_follow_tag (corp_id, follow_id, tag_id, kind, added_at) VALUES (?, ?, 't1', 1, 100), (?, ?, 'personal:爱茶', 2, 100)`, []any{corp, shift + 10, corp, shift + 10}},
				{`INSERT INTO mirror_group (id, corp_id, chat, name, owner_id, notice, status, members, customers, version, created_at, dissolved_at, told_at, read_at, sync_run, updated_at)
					VALUES (?, ?, 'wr1', ?, 'ZhangSan', '', 0, 2, 1, '', 1, 0, 0, 0, 0, 0)`, []any{shift + 20, corp, "茶友" + corp}},
				{`INSERT INTO mirror_group_member (corp_id, group_id, who, external, name, unionid, join_scene, invitor, state, joined_at)
					VALUES (?, ?, 'wm1', TRUE, '', '', 3, '', '', 2), (?, ?, 'ZhangSan', FALSE, '', '', 1, '', '', 1)`, []any{corp, shift + 20, corp, shift + 20}},
			} {
				if _, err := tx.NewRaw(stmt.sql, stmt.args...).Exec(ctx); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// check fails the test on an error or on a difference.
func check[T comparable](t *testing.T, what string, got T, err error, want T) {
	t.Helper()
	if err != nil || got != want {
		t.Errorf("%s = %v, %v; want %v", what, got, err, want)
	}
}

func TestReads(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seedRead(t, d)
		ctx, q := context.Background(), d.Read()

		c, err := mirror.CustomerByExternal(ctx, q, "ww1", "wm1")
		check(t, "customer", c.Name, err, "王芳ww1")
		c, err = mirror.CustomerByID(ctx, q, "ww2", 1001)
		check(t, "customer by id", c.Name, err, "王芳ww2")
		if _, err = mirror.CustomerByID(ctx, q, "ww1", 1001); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("another corp's customer: %v, want not_found", err)
		}
		names, err := mirror.CustomerNames(ctx, q, "ww2", []string{"wm1", "wmX"})
		check(t, "customer names", names["wm1"], err, "王芳ww2")

		f, err := mirror.FollowOf(ctx, q, "ww1", "ZhangSan", "wm1")
		check(t, "follow", f.ID, err, 10)
		check(t, "mobiles", slices.Equal(f.Mobiles(), []string{"138"}), nil, true)
		follows, err := mirror.FollowsOf(ctx, q, "ww1", 1)
		check(t, "follows", len(follows), err, 1)
		byID, err := mirror.FollowsByID(ctx, q, "ww1", []id.ID{10, 1010})
		check(t, "follows by id", len(byID), err, 1)
		of, err := mirror.FollowsOfCustomers(ctx, q, "ww1", []id.ID{1, 1001})
		check(t, "follows of customers", len(of[1])*10+len(of[1001]), err, 10)

		m, err := mirror.MemberByID(ctx, q, "ww1", "ZHANGSAN")
		check(t, "member without regard to case", m.Name, err, "张三ww1")
		named, err := mirror.Names(ctx, q, "ww2", []string{"zhangsan", "nobody"})
		check(t, "names", named["zhangsan"]+named["nobody"], err, "张三ww2nobody")
		below, err := mirror.MembersInDepartments(ctx, q, "ww1", []int64{2})
		check(t, "members below 销售", slices.Equal(below, []string{"ZhangSan"}), err, true)
		below, err = mirror.MembersInDepartments(ctx, q, "ww1", []int64{1, 3})
		check(t, "members below the root", slices.Equal(below, []string{"ZhangSan", "lisi"}), err, true)
		led, err := mirror.DepartmentsLedBy(ctx, q, "ww1", "ZhangSan")
		check(t, "led", slices.Equal(led, []int64{3}), err, true)
		duty, err := mirror.ContactMembers(ctx, q, "ww1")
		check(t, "contact members", len(duty) == 1 && duty[0].ID == "ZhangSan" && duty[0].CanServe(), err, true)
		mains, err := mirror.MainDepartments(ctx, q, "ww1", []string{"ZhangSan", "lisi"})
		check(t, "main departments", mains["ZhangSan"]+mains["lisi"], err, "华东客服")
		departments, err := mirror.Departments(ctx, q, "ww1")
		check(t, "departments", len(departments) == 4 && departments[1].Name == "客服", err, true)

		library, err := mirror.TagLibrary(ctx, q, "ww1")
		check(t, "library", len(library) == 2 && library[0].Name == "来源" && len(library[1].Tags) == 2 && library[1].Tags[0].Name == "普通", err, true)
		tags, err := mirror.TagsByID(ctx, q, "ww2", []string{"t1"})
		check(t, "tags by id", tags["t1"].Name, err, "重要ww2")
		tagged, err := mirror.TagsOfFollows(ctx, q, "ww1", []id.ID{10, 1010})
		want := []mirror.FollowTag{
			{Follow: 10, ID: "t1", Kind: mirror.TagCorp, Name: "重要ww1", Group: "等级", GroupID: "g1"},
			{Follow: 10, ID: "personal:爱茶", Kind: mirror.TagPersonal, Name: "爱茶"},
		}
		check(t, "tags of follows", slices.Equal(tagged[10], want) && len(tagged) == 1, err, true)

		g, err := mirror.GroupByChat(ctx, q, "ww2", "wr1")
		check(t, "group", g.Name, err, "茶友ww2")
		in, err := mirror.GroupMembers(ctx, q, "ww1", 20)
		check(t, "group members", len(in) == 2 && in[0].Who == "ZhangSan" && in[1].External, err, true)
		with, err := mirror.GroupsWith(ctx, q, "ww1", "wm1")
		check(t, "groups with", len(with) == 1 && with[0].ID == 20, err, true)
		groups, err := mirror.GroupsByChat(ctx, q, "ww1", []string{"wr1"})
		check(t, "groups by chat", groups["wr1"].ID, err, 20)
	}, mirror.Migrations())
}
