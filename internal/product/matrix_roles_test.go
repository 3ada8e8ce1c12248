package product_test

import (
	"encoding/json"
	"net/http"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// roles makes one role of each kind of scope, through the API as an administrator would,
// and gives them to the personas. They hold no permission unless some are named: the matrix
// adds one at a time.
func (w *world) roles(permissions ...string) {
	type span = map[string]any
	same := span{"kind": "same"}
	role := func(c, name string, scope span) string {
		var made struct{ Key string }
		w.put("POST", c, "/api/access/roles", map[string]any{"name": name, "permissions": append([]string{}, permissions...), "scope": scope, "book": same}, &made)
		return made.Key
	}
	give := func(c, path string, roles ...string) {
		w.put("PUT", c, "/api/access/grants/"+path, map[string]any{"roles": roles}, nil)
	}
	self := role(w.Corp, "仅本人", span{"kind": "self"})
	own := role(w.Corp, "所在部门", span{"kind": "own", "below": true})
	managed := role(w.Corp, "负责部门", span{"kind": "managed", "below": true})
	branch := role(w.Corp, "指定部门", span{"kind": "custom", "departments": []span{{"id": 11, "below": true}}})
	named := role(w.Corp, inside+"角色", span{"kind": "custom", "members": []string{"zhang"}})
	all := role(w.Corp, "全部", span{"kind": "all"})
	w.name("role", inside, named)
	w.name("role", foreign, role(neighbour, foreign+"角色", span{"kind": "self"}))
	w.name("account", inside, id.ID(77).String())
	w.name("department", inside, "11")
	for member, held := range map[string][]string{
		"zhang": {self}, "li": {self}, "wei": {own}, "han": {managed}, "qian": {branch}, "sun": {named}, "zhou": {self, named}, "wu": {self}, "zheng": {all},
		"b-owner": {"owner"}, "b-admin": {"admin"}, "b-manager": {"manager"}, "b-staff": {"staff"},
	} {
		give(w.Corp, member, held...)
	}
	w.exec(`INSERT INTO account_account (id, name, lookup, password, founder, corp_id, created_at, changed_at, home) VALUES (77, 'local', 'local', '', FALSE, ?, 0, 0, ?)`, w.Corp, w.Corp)
	give(w.Corp, "accounts/"+w.ids["account"][inside], branch)
	give(w.Corp, "departments/14", branch)
	give(neighbour, "zhang", role(neighbour, "全部", span{"kind": "all"}))
	w.name("selfRole", inside, self)
	w.name("accountRole", inside, branch)
	w.exec(`INSERT INTO tag_sight (corp_id, grp, seen, made, updated_at) VALUES (?, 'own:g', '{}', ?, 0)`, w.Corp, `{"departments":[1],"roles":["`+branch+`"]}`)
}

// put writes as the founder and expects success.
func (w *world) put(method, c, path string, body, out any) {
	w.t.Helper()
	status, answer := w.ask(method, path, body, map[string]string{"X-Corp": c, "X-Account": "1", "X-Founder": "yes", "X-Permissions": "*"})
	if status != http.StatusOK {
		w.t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if out != nil {
		w.must(json.Unmarshal([]byte(answer), out))
	}
}
