package account_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// twoCorps adds a second corp to the house.
func (h *house) twoCorps() (second string) {
	h.t.Helper()
	second = "ww0000000000000002"
	h.must(h.corps.Save(context.Background(), corp.Corp{ID: second, Name: "另一家", TimeZone: "Asia/Shanghai", Status: corp.Active}))
	return second
}

// into goes to another corp.
func (b *browser) into(corp string) answer {
	b.h.t.Helper()
	return b.do("POST", "/api/account/corp", map[string]string{"corp": corp})
}

// mine lists the corps that one may go to.
func (b *browser) mine() (ids []string) {
	b.h.t.Helper()
	var list struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	b.h.must(json.Unmarshal(b.do("GET", "/api/account/corps", nil).want(200, "").body, &list))
	for _, c := range list.Items {
		ids = append(ids, c.ID)
	}
	return ids
}

// TestALocalAccountWorksInSeveralCorps: with other roles in each, where it was given some.
func TestALocalAccountWorksInSeveralCorps(t *testing.T) {
	each(t, func(h *house) {
		second := h.twoCorps()
		admin := h.admin()
		a, b := h.settled(admin, "wangfang", "admin")
		if ids := b.mine(); len(ids) != 1 {
			h.t.Errorf("without a role there he may go to %q", ids)
		}
		b.into(second).want(404, "not_found")
		admin.into(second).want(204, "")
		admin.do("PUT", "/api/access/grants/accounts/"+a.ID.String(), map[string]any{"roles": []string{"staff"}}).want(200, "")

		if ids := b.mine(); len(ids) != 2 {
			h.t.Errorf("he may go to %q", ids)
		}
		b.into(second).want(204, "")
		if _, me := b.me(); me.Corp.ID != second || len(me.Roles) != 1 || me.Roles[0] != "staff" {
			h.t.Errorf("there he is %+v", me)
		}
		b.do("GET", "/api/account/everybody/sessions", nil).want(403, "forbidden") // his right at home
		b.into(corpID).want(204, "")
		if _, me := b.me(); me.Corp.ID != corpID || me.Roles[0] != "admin" {
			h.t.Errorf("at home he is %+v", me)
		}
		b.do("GET", "/api/account/everybody/sessions", nil).want(200, "")

		// He signs in where he worked last; a role that is taken away ends that at once.
		b.into(second).want(204, "")
		again := h.browser()
		again.comesIn("wangfang", chosen)
		if _, me := again.me(); me.Corp.ID != second {
			h.t.Errorf("signs in to %q", me.Corp.ID)
		}
		admin.do("PUT", "/api/access/grants/accounts/"+a.ID.String(), map[string]any{"roles": []string{}}).want(200, "")
		if _, me := b.me(); len(me.Roles) != 0 || len(me.Permissions) != 0 {
			h.t.Errorf("without a role he still is %+v", me)
		}
		b.into(corpID).want(204, "")
		b.into(second).want(404, "not_found")
		b.into("ww-none").want(404, "not_found")
	})
}

// TestASessionThatWasEndedDoesNotGoOn: somebody ended it while its person was on the way to
// another corp.
func TestASessionThatWasEndedDoesNotGoOn(t *testing.T) {
	each(t, func(h *house) {
		second, admin := h.twoCorps(), h.admin()
		if status, _ := admin.me(); status != 200 { // known by heart for a moment
			h.t.Fatal(status)
		}
		h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`DELETE FROM account_session`).Exec(ctx)
			return err
		}))
		admin.into(second).want(401, "unauthenticated")
		if n := h.sessions(); n != 0 {
			h.t.Errorf("%d sessions came back", n)
		}
	})
}

// TestNobodyReachesAnotherCorpThroughAnAccount: who manages an account at home may not
// reset the password of one that can do more than he in another corp.
func TestNobodyReachesAnotherCorpThroughAnAccount(t *testing.T) {
	each(t, func(h *house) {
		second := h.twoCorps()
		founder := h.admin()
		theirs, _ := h.settled(founder, "lilei", "admin")
		mine, b := h.settled(founder, "wangfang", "owner")
		path := "/api/account/accounts/" + theirs.ID.String()
		b.do("POST", path+"/password", nil).want(200, "")
		founder.into(second).want(204, "")
		give := func(account, role string) {
			founder.do("PUT", "/api/access/grants/accounts/"+account, map[string]any{"roles": []string{role}}).want(200, "")
		}
		give(theirs.ID.String(), "admin")
		b.do("POST", path+"/password", nil).want(403, "forbidden")
		b.do("PUT", path+"/state", map[string]bool{"disabled": true}).want(403, "forbidden")
		b.do("DELETE", path+"/totp", nil).want(403, "forbidden")
		give(mine.ID.String(), "owner")
		b.do("POST", path+"/password", nil).want(200, "")
	})
}
