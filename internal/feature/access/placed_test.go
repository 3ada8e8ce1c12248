package access_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// TestTheContactBookChangesRights: it is on record when departments, lead or status change
// what somebody may do, with how he stood and stands; what changes nothing is not.
func TestTheContactBookChangesRights(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.department(corpID, 1, 0)
		n.department(corpID, 2, 1)
		n.department(corpID, 3, 1)
		n.exec(`INSERT INTO access_department_grant (corp_id, department_id, role, below, granted_by, granted_at) VALUES (?, 3, 'admin', FALSE, '', 0)`, corpID)
		at := func(status int, in []int64, leads ...int64) mirror.Placed {
			return mirror.Placed{Member: "li", Name: "李", Here: true, Status: status, Departments: in, Leads: leads}
		}
		const active, disabled = wecom.MemberActive, wecom.MemberDisabled
		gone := at(active, []int64{2})
		gone.Here = false
		renamed := at(active, []int64{2})
		renamed.Name = "李四"
		for name, x := range map[string]struct {
			before, now mirror.Placed
			roles       string // before and after, "" when nothing is on record
		}{
			"another name":         {at(active, []int64{2}), renamed, ""},
			"leads":                {at(active, []int64{2}), at(active, []int64{2}, 2), "普通员工 部门管理员"},
			"leads another":        {at(active, []int64{1, 2}, 2), at(active, []int64{1, 2}, 1), "部门管理员 部门管理员"},
			"a department's role":  {at(active, []int64{2}), at(active, []int64{2, 3}), "普通员工 管理员"},
			"disabled":             {at(active, []int64{2}), at(disabled, []int64{2}), "普通员工 "},
			"left":                 {at(active, []int64{2}), gone, "普通员工 "},
			"moved while disabled": {at(disabled, []int64{2}), at(disabled, []int64{3}), ""},
		} {
			n.acts = nil
			n.must(n.db.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error { return n.f.PlaceWatch(ctx, tx, corpID, x.before, x.now) }))
			got := ""
			for _, a := range n.acts {
				raw, err := json.Marshal([]any{a.Changes[0].Before, a.Changes[0].After})
				n.must(err)
				var both [2]struct {
					Roles []string `json:"roles"`
				}
				n.must(json.Unmarshal(raw, &both))
				got += strings.Join(both[0].Roles, "、") + " " + strings.Join(both[1].Roles, "、")
			}
			if got != x.roles {
				t.Errorf("%s: %q on record, want %q", name, got, x.roles)
			}
		}
	})
}
