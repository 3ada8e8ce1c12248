package access_test

import (
	"context"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature/access"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// list is a directory of accounts.
type list []viewer.Local

func (l list) Local(_ context.Context, account id.ID) (viewer.Local, error) {
	for _, a := range l {
		if a.ID == account {
			return a, nil
		}
	}
	return viewer.Local{}, fault.Missing("账号")
}

func (l list) Locals(_ context.Context, corp string) (of []viewer.Local, _ error) {
	for _, a := range l {
		if corp == "" || a.Home == corp {
			of = append(of, a)
		}
	}
	return of, nil
}

// locals are the founder, one account here, one that is disabled, and one of another corp.
var locals = list{
	{ID: 1, Name: "admin", Founder: true},
	{ID: 70, Name: "here", Home: corpID},
	{ID: 71, Name: "gone", Home: corpID, Disabled: true},
	{ID: 72, Name: "guest", Home: another},
}

// TestLocalAccountsAreGivenRoles: those that exist, by those who may know them.
func TestLocalAccountsAreGivenRoles(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.house()
		n.do("", "PUT", "/api/access/grants/zhao", map[string]any{"roles": []string{access.Owner}}, 200, nil)
		give := func(as, account string, status int, roles ...string) {
			t.Helper()
			n.do(as, "PUT", "/api/access/grants/accounts/"+account, map[string]any{"roles": append([]string{}, roles...)}, status, nil)
		}
		choices := func(as string) (names []string) {
			t.Helper()
			var list struct {
				Items []access.LocalChoice `json:"items"`
			}
			n.do(as, "GET", "/api/access/accounts", nil, 200, &list)
			for _, a := range list.Items {
				names = append(names, a.Name)
			}
			return names
		}
		here, guest, founder, nobody := locals[1].ID.String(), locals[3].ID.String(), locals[0].ID.String(), "06y66vc000400"
		same(t, choices("zhao"), "here", "gone")
		same(t, choices(""), "here", "gone", "guest")
		n.do("zhang", "GET", "/api/access/accounts", nil, 403, nil)
		give("zhao", nobody, 404, access.Admin)
		give("zhao", founder, 404, access.Admin)
		give("zhao", guest, 404, access.Admin) // another corp's, and nobody has let it in
		give("zhao", here, 200, access.Admin)
		give("", guest, 200, access.Staff)
		same(t, choices("zhao"), "here", "gone", "guest")
		give("zhao", guest, 200, access.Admin) // known here now
		var list struct {
			Accounts []access.AccountGrant `json:"accounts"`
		}
		n.do("zhao", "GET", "/api/access/grants", nil, 200, &list)
		names := []string{}
		for _, a := range list.Accounts {
			names = append(names, a.Name)
		}
		if len(names) != 2 {
			t.Errorf("%+v", list.Accounts)
		}
		give("zhao", guest, 200)
		give("zhao", guest, 404, access.Admin) // and unknown again

		var why access.Effective
		n.do("zhao", "GET", "/api/access/effective?account="+here, nil, 200, &why)
		if why.Name != "here" || len(why.Roles) != 1 || why.Roles[0].Key != access.Admin {
			t.Errorf("%+v", why)
		}
		n.do("zhao", "GET", "/api/access/effective?account="+locals[2].ID.String(), nil, 200, &why)
		if why.Refused != "disabled" {
			t.Errorf("%+v", why)
		}
		n.do("zhao", "GET", "/api/access/effective?account="+guest, nil, 404, nil)
		n.do("zhao", "GET", "/api/access/effective?account="+nobody, nil, 404, nil)
	})
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("got %q, want %q", got, want)
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
