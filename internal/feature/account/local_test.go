package account_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature/account"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

// admin is a browser in which the founder is signed in.
func (h *house) admin() *browser {
	h.t.Helper()
	b := h.browser()
	b.comesIn("admin", password)
	return b
}

// create makes a local account and gives its first password.
func (b *browser) create(name string) account.FirstPassword {
	b.h.t.Helper()
	var made account.FirstPassword
	b.h.must(json.Unmarshal(b.do("POST", "/api/account/accounts", map[string]string{"name": name}).want(200, "").body, &made))
	return made
}

func (b *browser) change(current, next string) answer {
	b.h.t.Helper()
	return b.do("PUT", "/api/account/password", map[string]string{"current": current, "next": next})
}

// grant gives a local account a role.
func (h *house) grant(a account.LocalAccount, role string) {
	h.t.Helper()
	h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO access_grant (corp_id, account_id, member, role, granted_by, granted_at) VALUES (?, ?, '', ?, '', 0)`,
			corpID, a.ID, role).Exec(ctx)
		return err
	}))
	h.clock.Advance(2 * time.Minute) // the rights in memory are read again
}

func (b *browser) accounts() []account.LocalAccount {
	b.h.t.Helper()
	var list struct {
		Items []account.LocalAccount `json:"items"`
	}
	b.h.must(json.Unmarshal(b.do("GET", "/api/account/accounts", nil).want(200, "").body, &list))
	return list.Items
}

const chosen = "my own long words"

// settled makes a local account with a role whose owner has chosen his password.
func (h *house) settled(admin *browser, name, role string) (account.LocalAccount, *browser) {
	h.t.Helper()
	made := admin.create(name)
	if role != "" {
		h.grant(made.Account, role)
	}
	b := h.browser()
	b.comesIn(name, made.Password)
	b.change(made.Password, chosen).want(204, "")
	return made.Account, b
}

func TestFirstPasswordIsGoodForChoosingAnother(t *testing.T) {
	each(t, func(h *house) {
		made := h.admin().create("wangfang")
		if made.Password == "" || !made.Account.MustChange || made.Account.Founder {
			h.t.Fatalf("%+v", made)
		}
		h.grant(made.Account, "owner")
		b := h.browser()
		b.comesIn("WangFang", made.Password)
		status, me := b.me()
		if status != 200 || me.Must != account.MustPassword {
			h.t.Fatalf("%d must %q", status, me.Must)
		}
		for _, path := range []string{"/api/access/roles", "/api/account/accounts", "/api/account/sessions", "/api/account/security", "/api/test/stream"} {
			b.do("GET", path, nil).want(403, "unfinished")
		}
		b.do("POST", "/api/account/accounts", map[string]string{"name": "other"}).want(403, "unfinished")
		b.do("POST", "/api/account/totp", nil).want(403, "unfinished") // a first password is not his alone
		b.do("POST", "/api/account/totp/finish", map[string]string{"code": "123456"}).want(403, "unfinished")
		for next, why := range map[string]string{
			"short": "至少", "Password@2026": "太常见", made.Password: "上一次", "Wangfang at work": "登录名",
		} {
			if refused := b.change(made.Password, next).want(422, "invalid"); !strings.Contains(string(refused.body), why) {
				h.t.Errorf("%q: %s", next, refused.body)
			}
		}
		b.change(made.Password, chosen).want(204, "")
		if _, me := b.me(); me.Must != account.MustNothing {
			h.t.Errorf("must %q", me.Must)
		}
		b.do("GET", "/api/access/roles", nil).want(200, "")
		b.change(chosen, "another of my words").want(204, "")
		b.change("another of my words", chosen).want(422, "invalid") // the one before
	})
}

func TestLocalAccounts(t *testing.T) {
	each(t, func(h *house) {
		admin := h.admin()
		a, b := h.settled(admin, "wangfang", "owner")
		admin = h.admin()
		admin.do("POST", "/api/account/accounts", map[string]string{"name": " WANGFANG"}).want(422, "invalid")
		admin.do("POST", "/api/account/accounts", map[string]string{"name": "two words"}).want(422, "invalid")
		list := admin.accounts()
		if len(list) != 2 || list[0].Name != "admin" || !list[0].Own || list[0].Manageable || list[1].Name != "wangfang" ||
			!list[1].Manageable || list[1].MustChange || list[1].Roles[0] != "owner" || list[1].SignedInAt == 0 {
			h.t.Fatalf("%+v", list)
		}
		path := "/api/account/accounts/" + a.ID.String()

		// Disabled: out at once, and not in again.
		admin.do("PUT", path+"/state", map[string]bool{"disabled": true}).want(200, "")
		if status, _ := b.me(); status != 401 {
			h.t.Errorf("still signed in: %d", status)
		}
		refused := h.browser().signIn("wangfang", chosen).want(401, "unauthenticated")
		if !strings.Contains(string(refused.body), "停用") {
			h.t.Errorf("%s", refused.body)
		}
		if wrong := h.browser().signIn("wangfang", "wrong").want(401, "unauthenticated"); strings.Contains(string(wrong.body), "停用") {
			h.t.Error("a stranger learns that the account is disabled")
		}
		admin.do("PUT", path+"/state", map[string]bool{"disabled": false}).want(200, "")
		b.comesIn("wangfang", chosen)

		// Reset: out at once, and in by the new first password only.
		var reset account.FirstPassword
		h.must(json.Unmarshal(admin.do("POST", path+"/password", nil).want(200, "").body, &reset))
		if status, _ := b.me(); status != 401 {
			h.t.Errorf("still signed in: %d", status)
		}
		h.browser().signIn("wangfang", chosen).want(401, "unauthenticated")
		b.comesIn("wangfang", reset.Password)
		if _, me := b.me(); me.Must != account.MustPassword {
			h.t.Errorf("must %q", me.Must)
		}

		// Nobody does this to himself, nor to the founder.
		founder := "/api/account/accounts/" + list[0].ID.String()
		admin.do("PUT", founder+"/state", map[string]bool{"disabled": true}).want(409, "conflict")
		admin.do("POST", founder+"/password", nil).want(409, "conflict")
		b.change(reset.Password, "one more of my words").want(204, "")
		b.do("POST", founder+"/password", nil).want(404, "not_found")
		b.do("POST", "/api/account/accounts/000000000000a/password", nil).want(404, "not_found")
	})
}

func TestAccountsOfAnotherCorpAreNotFound(t *testing.T) {
	each(t, func(h *house) {
		admin := h.admin()
		mine, b := h.settled(admin, "wangfang", "owner")
		h.must(h.corps.Save(context.Background(), corp.Corp{ID: "ww2", Name: "另一家", TimeZone: "Asia/Shanghai", Status: corp.Active}))
		theirs := admin.create("lilei")
		h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`UPDATE account_account SET home = 'ww2', corp_id = 'ww2' WHERE id = ?`, theirs.Account.ID).Exec(ctx)
			return err
		}))
		list := b.accounts()
		if len(list) != 1 || list[0].ID != mine.ID {
			h.t.Errorf("%+v", list)
		}
		path := "/api/account/accounts/" + theirs.Account.ID.String()
		b.do("POST", path+"/password", nil).want(404, "not_found")
		b.do("PUT", path+"/state", map[string]bool{"disabled": true}).want(404, "not_found")
		b.do("DELETE", path+"/totp", nil).want(404, "not_found")
		// The account works at home, wherever he tries.
		other := h.browser()
		other.comesIn("lilei", theirs.Password)
		if _, me := other.me(); me.Corp.ID != "ww2" {
			h.t.Errorf("works in %s", me.Corp.ID)
		}
		h.must(h.corps.Save(context.Background(), corp.Corp{ID: "ww2", Name: "另一家", TimeZone: "Asia/Shanghai", Status: corp.Suspended}))
		h.clock.Advance(2 * time.Minute)
		h.browser().signIn("lilei", theirs.Password).want(409, "conflict")
	})
}

func TestPermissionsOfAccounts(t *testing.T) {
	each(t, func(h *house) {
		admin := h.admin()
		a, _ := h.settled(admin, "wangfang", "")
		_, staff := h.settled(h.admin(), "lilei", "")
		before := h.everything()
		for _, call := range [][2]string{
			{"GET", "/accounts"},
			{"POST", "/accounts"},
			{"PUT", "/accounts/" + a.ID.String() + "/state"},
			{"POST", "/accounts/" + a.ID.String() + "/password"},
			{"DELETE", "/accounts/" + a.ID.String() + "/totp"},
			{"GET", "/policy"},
			{"PUT", "/policy"},
			{"GET", "/everybody/sessions"},
			{"DELETE", "/everybody/sessions/" + a.ID.String()},
			{"POST", "/everybody/sessions/" + a.ID.String() + "/all"},
		} {
			staff.do(call[0], "/api/account"+call[1], map[string]any{"name": "x"}).want(403, "forbidden")
		}
		if after := h.everything(); after != before {
			h.t.Errorf("a refused call changed something:\n%s\n%s", before, after)
		}
	})
}

// everything is the state of accounts and sessions in one text.
func (h *house) everything() string {
	h.t.Helper()
	var accounts []struct{ Name, Password, Totp, Previous string }
	var tokens []string
	h.must(h.db.Read().NewRaw(`SELECT name, password, totp, previous FROM account_account ORDER BY id`).Scan(context.Background(), &accounts))
	h.must(h.db.Read().NewRaw(`SELECT token FROM account_session ORDER BY token`).Scan(context.Background(), &tokens))
	text, err := json.Marshal([]any{accounts, tokens})
	h.must(err)
	return string(text)
}

func TestOperatorResetsAPassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, "http://console.test", password)
		admin := h.admin()
		h.enrol(admin)
		reset := h.account.Operator["reset-password"]
		if _, err := reset(context.Background(), []string{"nobody"}); err == nil {
			t.Error("an unknown name is taken")
		}
		lines, err := reset(context.Background(), []string{"Admin", "totp"})
		h.must(err)
		if status, _ := admin.me(); status != 401 {
			t.Errorf("still signed in: %d", status)
		}
		_, rest, _ := strings.Cut(lines[1], "password: ")
		first, _, _ := strings.Cut(rest, "（")
		b := h.browser()
		b.comesIn("admin", first)
		if _, me := b.me(); me.Must != account.MustPassword {
			t.Errorf("must %q", me.Must)
		}
	}, sets()...)
}
