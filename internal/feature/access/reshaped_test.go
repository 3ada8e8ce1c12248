package access_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature/access"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// recorded tells of whom something is on record, with his roles before and after; of a role
// whom its data scope names.
func (n *node) recorded() []string {
	n.t.Helper()
	var lines []string
	for _, a := range n.acts {
		raw, err := json.Marshal([]any{a.Changes[0].Before, a.Changes[0].After})
		n.must(err)
		var both [2]struct {
			Member string      `json:"member"`
			Roles  []string    `json:"roles"`
			Scope  access.Span `json:"scope"`
		}
		n.must(json.Unmarshal(raw, &both))
		if role := a.Changes[0]; strings.HasPrefix(role.Object, "role:") {
			lines = append(lines, role.Name+" "+strings.Join(both[0].Scope.Members, "、")+" → "+strings.Join(both[1].Scope.Members, "、"))
			continue
		}
		lines = append(lines, strings.TrimPrefix(a.Changes[0].Object, "member:")+" "+strings.Join(both[0].Roles, "、")+" → "+strings.Join(both[1].Roles, "、"))
	}
	n.acts = nil
	return lines
}

// TestRolesFollowTheUserid: whom WeCom gives another userid keeps what he was given, at once
// and on record; the old userid holds nothing, and a span that named it names the new one.
func TestRolesFollowTheUserid(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.department(corpID, 1, 0)
		n.member(corpID, "WangRandom", false, 1)
		n.member(corpID, "li", false, 1)
		if status, body := n.grant("", "WangRandom", access.Admin); status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		status, body := n.call("", "POST", "/api/access/roles", `{"name":"看王","permissions":["customer.read"],"scope":{"kind":"custom","members":["WangRandom","li"]},"book":{"kind":"same"}}`)
		var role access.Role
		n.must(json.Unmarshal([]byte(body), &role))
		if status >= 300 || role.Key == "" {
			t.Fatalf("%d %s", status, body)
		}
		if status, body := n.grant("", "li", role.Key); status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		if v := n.resolve(corpID, "wangrandom"); !slices.Equal(v.Roles, []string{access.Admin}) {
			t.Fatalf("%+v", v)
		}

		n.exec(`UPDATE mirror_member_department SET member_id = 'wang' WHERE member_id = 'WangRandom'`)
		n.exec(`UPDATE mirror_member SET id = 'wang', lookup = 'wang' WHERE id = 'WangRandom'`)
		for range 2 { // news may come twice
			n.tell(event.MemberChanged{Meta: n.meta(), Member: "wang", WasMember: "WangRandom"})
		}
		if v := n.resolve(corpID, "wang"); !slices.Equal(v.Roles, []string{access.Admin}) {
			t.Errorf("his roles were lost with the userid: %v", v.Roles)
		}
		if v := n.resolve(corpID, "li"); !v.Sees("wang") {
			t.Errorf("the span lost him: %+v", v.Scope)
		}
		if got := n.recorded(); !slices.Equal(got, []string{"看王 WangRandom、li → li、wang", "wang admin → admin"}) {
			t.Errorf("on record: %q", got)
		}
		n.member(corpID, "WangRandom", false, 1)
		n.tell(event.MemberJoined{Meta: n.meta(), Member: "WangRandom"})
		if v := n.resolve(corpID, "WangRandom"); !slices.Equal(v.Roles, []string{access.Staff}) {
			t.Errorf("the old userid holds %v", v.Roles)
		}
	})
}

// TestMovedDepartmentsChangeRights: it is on record whose roles change when a department
// moves below one that was given a role, comes out from there, or goes.
func TestMovedDepartmentsChangeRights(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		for _, d := range [][2]int64{{1, 0}, {2, 1}, {3, 1}, {4, 3}} {
			n.department(corpID, d[0], d[1])
		}
		n.member(corpID, "li", false, 4)
		n.member(corpID, "zhang", false, 1)
		n.member(corpID, "wang", true, 4)
		n.exec(`INSERT INTO access_department_grant (corp_id, department_id, role, below, granted_by, granted_at) VALUES (?, 2, 'admin', TRUE, '', 0)`, corpID)
		reshape := func(going []int64, change string) []string {
			t.Helper()
			n.must(n.db.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
				done, err := n.f.TreeWatch(ctx, tx, corpID, going)
				if err != nil {
					return err
				}
				for one := range strings.SplitSeq(change, ";") {
					if _, err := tx.NewRaw(one).Exec(ctx); err != nil {
						return err
					}
				}
				return done()
			}))
			return n.recorded()
		}
		for _, x := range []struct {
			what   string
			going  []int64
			change string
			want   []string
		}{
			{"another name", nil, "UPDATE mirror_department SET name = '新' WHERE id = 3", nil},
			{"moves below", nil, "UPDATE mirror_department SET parent_id = 2 WHERE id = 3", []string{"li 普通员工 → 管理员", "wang 部门管理员 → 管理员"}},
			{"moves within", nil, "UPDATE mirror_department SET parent_id = 2 WHERE id = 4", nil},
			{"comes out", nil, "UPDATE mirror_department SET parent_id = 1 WHERE id = 4", []string{"li 管理员 → 普通员工", "wang 管理员 → 部门管理员"}},
			{"goes", []int64{4}, "DELETE FROM mirror_department WHERE id = 4;DELETE FROM mirror_member_department WHERE department_id = 4", []string{"wang 部门管理员 → 普通员工"}},
		} {
			if got := reshape(x.going, x.change); !slices.Equal(got, x.want) {
				t.Errorf("%s: on record %q, want %q", x.what, got, x.want)
			}
		}
	})
}
