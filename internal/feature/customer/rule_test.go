package customer_test

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

func leaf(field string, op ask.Op, values ...string) ask.Rule {
	return ask.Rule{Field: field, Op: op, Values: values}
}

func all(rules ...ask.Rule) ask.Rule  { return ask.Rule{All: rules} }
func some(rules ...ask.Rule) ask.Rule { return ask.Rule{Any: rules} }
func not(r ask.Rule) ask.Rule         { return ask.Rule{Not: &r} }

func asFilter(t *testing.T, r ask.Rule) url.Values {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return url.Values{"rule": {string(text)}}
}

// told gives the company of TestFilters what a list can be asked for beyond that.
func (h *house) told() {
	h.t.Helper()
	h.company()
	set := func(column, value, customer string) {
		h.exec("UPDATE mirror_customer SET "+column+" = "+value+" WHERE corp_id = ? AND customer = ?", corpID, customer)
	}
	set("gender", "2", "wmAlice")
	set("gender", "1", "wmBob")
	set("type", "2", "wmCarol")
	set("company", "'晨光公司'", "wmCarol")
	set("unionid", "'o1'", "wmBob")
	h.exec("UPDATE mirror_follow SET company = '远方集团', state = 'ccabc', mobiles = '[\"13812345678\"]' WHERE corp_id = ? AND member_id = 'li' AND customer = 'wmBob'", corpID)
	h.exec("UPDATE mirror_follow SET tagged = 0 WHERE member_id = 'li'") // no sync has counted li's since
	h.exec(`INSERT INTO mirror_follow_tag (corp_id, follow_id, customer_id, tag_id, kind, added_at)
		SELECT corp_id, id, customer_id, 'personal:老同学', 2, added_at FROM mirror_follow WHERE corp_id = ? AND member_id = 'wang' AND customer = 'wmCarol'`, corpID)
	for i, owner := range []string{"zhang", "wang"} {
		chat := "wr" + owner
		h.exec(`INSERT INTO mirror_group (id, corp_id, chat, name, owner_id, notice, status, members, customers, version, created_at, dissolved_at, told_at, read_at, sync_run, updated_at)
			VALUES (?, ?, ?, '群', ?, '', 0, 3, 2, '', 0, 0, 0, 0, 0, 0)`, i+1, corpID, chat, owner)
		for _, who := range []string{"wmAlice", []string{"wmBob", "wmCarol"}[i]} {
			h.exec(`INSERT INTO mirror_group_member (corp_id, group_id, who, external, name, unionid, join_scene, invitor, state, joined_at)
				VALUES (?, ?, ?, TRUE, '', '', 1, '', '', 0)`, corpID, i+1, who)
		}
	}
}

func TestRules(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.told()
		admin := everything()
		admin.Permissions = append(admin.Permissions, viewer.PermissionPhone)
		h.viewer = admin
		open := []string{"wmAlice/zhang", "wmAlice/wang", "wmBob/li", "wmCarol/wang", "wmErin/li"}
		but := func(these ...string) []string {
			return slices.DeleteFunc(slices.Clone(open), func(s string) bool { return slices.Contains(these, s) })
		}
		for name, c := range map[string]struct {
			rule    ask.Rule
			follows []string
		}{
			"everybody":          {ask.Rule{}, open},
			"text":               {leaf("text", ask.OpHas, "丽丝"), open[:2]},
			"name":               {leaf("name", ask.OpHas, "鲍"), open[2:3]},
			"name, not remark":   {leaf("name", ask.OpHas, "密友"), nil},
			"name is":            {leaf("name", ask.OpIs, "鲍勃"), open[2:3]},
			"nameless":           {leaf("name", ask.OpEmpty), open[4:]},
			"remark":             {leaf("remark", ask.OpHas, "密友"), open[1:2]},
			"remark noted":       {leaf("remark", ask.OpSet), open[:2]},
			"company noted":      {leaf("company", ask.OpIs, "远方集团"), open[2:3]},
			"company of his own": {leaf("company", ask.OpIs, "晨光公司"), open[3:4]},
			"company unknown":    {leaf("company", ask.OpEmpty), but("wmBob/li", "wmCarol/wang")},
			"phone noted":        {leaf("phone", ask.OpSet), open[2:3]},
			"no phone":           {leaf("phone", ask.OpEmpty), but("wmBob/li")},
			"member":             {leaf("member", ask.OpAny, "li"), []string{open[2], open[4]}},
			"not his":            {leaf("member", ask.OpNone, "li"), but(open[2], open[4])},
			"department":         {leaf("department", ask.OpAny, "2"), []string{open[0], open[2], open[4]}},
			"not of it":          {leaf("department", ask.OpNone, "2"), []string{open[1], open[3]}},
			"two that exclude":   {all(leaf("member", ask.OpAny, "li"), leaf("department", ask.OpAny, "3")), nil},
			"two that overlap":   {all(leaf("member", ask.OpAny, "li", "wang"), leaf("department", ask.OpAny, "3")), []string{open[1], open[3]}},
			"tag":                {leaf("tag", ask.OpAny, "vip", "secret"), open[:3]},
			"every tag":          {leaf("tag", ask.OpEvery, "vip", "north"), open[:1]},
			"no tag of":          {leaf("tag", ask.OpNone, "vip"), but(open[0], open[2])},
			"untagged":           {leaf("tag", ask.OpEmpty), open[3:]},
			"tagged":             {leaf("tag", ask.OpSet), open[:3]},
			"customer's tags":    {leaf("customerTag", ask.OpEvery, "vip", "secret"), open[:2]},
			"customer's, any":    {leaf("customerTag", ask.OpAny, "secret", "nowhere"), open[:2]},
			"customer's, none":   {leaf("customerTag", ask.OpNone, "secret"), open[2:]},
			"customer's, some":   {leaf("customerTag", ask.OpSet), open[:3]},
			"customer's, empty":  {leaf("customerTag", ask.OpEmpty), open[3:]},
			"customer's, below":  {some(leaf("customerTag", ask.OpEvery, "vip", "secret"), leaf("name", ask.OpIs, "卡罗尔")), []string{open[0], open[1], open[3]}},
			"personal tag":       {leaf("personalTag", ask.OpIs, "老同学"), open[3:4]},
			"part of it":         {leaf("personalTag", ask.OpHas, "同学"), open[3:4]},
			"none of his own":    {leaf("personalTag", ask.OpEmpty), but(open[3])},
			"added within":       {leaf("added", ask.OpWithin, "3"), open[:2]},
			"added beyond":       {leaf("added", ask.OpBeyond, "2"), open[2:]},
			"added before":       {leaf("added", ask.OpLess, "2026-11-20"), open[3:]},
			"added after":        {leaf("added", ask.OpMore, "2026-11-20"), open[:2]},
			"added between":      {leaf("added", ask.OpBetween, "2026-11-18", "2026-11-20"), open[2:4]},
			"ended between":      {leaf("ended", ask.OpBetween, "2026-11-20", "2026-11-22"), []string{"wmBob/wang", "wmDave/zhang", "wmFrank/zhao"}},
			"half":               {leaf("standing", ask.OpAny, "half"), open[4:]},
			"lost or deleted":    {leaf("standing", ask.OpAny, "lost", "deleted"), []string{"wmBob/wang", "wmDave/zhang", "wmFrank/zhao"}},
			"not lost":           {leaf("standing", ask.OpNone, "lost", "deleted", "gone"), open},
			"lost to us":         {leaf("lost", ask.OpIs, "true"), []string{"wmDave/zhang", "wmFrank/zhao", "wmGina/li"}},
			"still ours":         {leaf("lost", ask.OpIs, "false"), open},
			"way":                {leaf("addWay", ask.OpAny, "2", "3"), []string{open[1], open[3]}},
			"other ways":         {leaf("addWay", ask.OpNone, "2", "3"), but(open[1], open[3])},
			"state":              {leaf("state", ask.OpIs, "ccabc"), open[2:3]},
			"no state":           {leaf("state", ask.OpEmpty), but(open[2])},
			"group":              {leaf("group", ask.OpAny, "wrzhang"), open[:3]},
			"both groups":        {leaf("group", ask.OpEvery, "wrzhang", "wrwang"), open[:2]},
			"not in it":          {leaf("group", ask.OpNone, "wrzhang"), open[3:]},
			"in no group":        {leaf("group", ask.OpEmpty), open[4:]},
			"women":              {leaf("gender", ask.OpAny, "2"), open[:2]},
			"not men":            {leaf("gender", ask.OpNone, "1"), but(open[2])},
			"of WeCom":           {leaf("type", ask.OpAny, "2"), open[3:4]},
			"two who follow":     {leaf("follows", ask.OpMore, "1"), open[:2]},
			"one who follows":    {leaf("follows", ask.OpIs, "1"), open[2:]},
			"one to three":       {leaf("follows", ask.OpBetween, "1", "3"), open},
			"unionid":            {leaf("unionid", ask.OpIs, "true"), open[2:3]},
			"no unionid":         {leaf("unionid", ask.OpIs, "false"), but(open[2])},
			"not":                {not(leaf("tag", ask.OpAny, "vip")), but(open[0], open[2])},
			"either":             {some(leaf("gender", ask.OpAny, "1"), leaf("remark", ask.OpHas, "密友")), []string{open[1], open[2]}},
			"not either":         {not(some(leaf("gender", ask.OpAny, "1"), leaf("remark", ask.OpHas, "密友"))), but(open[1], open[2])},
			"deep": {
				all(some(all(leaf("tag", ask.OpAny, "vip"), not(leaf("member", ask.OpAny, "li"))), leaf("type", ask.OpAny, "2")), not(leaf("added", ask.OpBeyond, "30"))),
				[]string{open[0], open[3]},
			},
		} {
			t.Run(name, func(t *testing.T) {
				h.t = t
				if got := h.follows(asFilter(t, c.rule)); !slices.Equal(got, append([]string{}, c.follows...)) {
					t.Errorf("follows %v, want %v", got, c.follows)
				}
				var customers []string
				for _, f := range c.follows {
					if name, _, _ := strings.Cut(f, "/"); !slices.Contains(customers, name) {
						customers = append(customers, name)
					}
				}
				if got := h.customers(asFilter(t, c.rule)); !slices.Equal(got, append([]string{}, customers...)) {
					t.Errorf("customers %v, want %v", got, customers)
				}
				h.agree(c.rule, c.follows, customers)
			})
		}
	})
}

// agree demands that a selection of the rule means the rows that stand.
func (h *house) agree(r ask.Rule, follows, customers []string) {
	h.t.Helper()
	if slices.ContainsFunc(follows, func(f string) bool {
		return slices.Contains([]string{"wmBob/wang", "wmDave/zhang", "wmFrank/zhao", "wmGina/li"}, f)
	}) {
		follows, customers = nil, nil // ended
	}
	for pairs, want := range map[bool][]string{true: follows, false: customers} {
		q := ask.SelectQuery{Viewer: h.viewer, Selection: ask.Selection{Rule: &r}, Pairs: pairs, Limit: 2}
		got := h.selected(q)
		if !pairs {
			for i := range got {
				got[i], _, _ = strings.Cut(got[i], "/")
			}
		}
		slices.Sort(got)
		want = slices.Clone(want)
		slices.Sort(want)
		if !slices.Equal(got, append([]string{}, want...)) {
			h.t.Errorf("pairs %v: selected %v, want %v", pairs, got, want)
		}
		n, err := h.asks.Size(h.t.Context(), q)
		h.must(err)
		if int(n.Follows) != len(want) || int(n.Customers) != len(customers) || n.Capped {
			h.t.Errorf("pairs %v: counted %+v, want %d", pairs, n, len(want))
		}
	}
}

// selected walks a selection to its end.
func (h *house) selected(q ask.SelectQuery) []string {
	h.t.Helper()
	found := []string{}
	for range 100 {
		page, err := h.asks.Select(h.t.Context(), q)
		h.must(err)
		if len(page.Items) > q.Limit {
			h.t.Errorf("a page of %d", len(page.Items))
		}
		for _, x := range page.Items {
			found = append(found, x.Customer+"/"+x.Member)
		}
		if q.After = page.Next; q.After == "" {
			return found
		}
	}
	h.t.Error("the walk does not end")
	return found
}

// What a manager may not see counts in no condition.
func TestRulesKeepToTheScope(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.told()
		h.viewer = manager("wang", "zhao")
		for name, c := range map[string]struct {
			rule ask.Rule
			want []string
		}{
			"tags that others gave":    {leaf("customerTag", ask.OpEvery, "vip", "secret"), nil},
			"without them":             {leaf("customerTag", ask.OpNone, "vip"), []string{"wmAlice/wang", "wmCarol/wang"}},
			"how many follow":          {leaf("follows", ask.OpMore, "1"), nil},
			"lost to him":              {leaf("lost", ask.OpIs, "true"), []string{"wmBob/wang", "wmFrank/zhao"}},
			"others' members":          {leaf("member", ask.OpAny, "zhang"), nil},
			"anybody but one":          {leaf("member", ask.OpNone, "zhao"), []string{"wmAlice/wang", "wmCarol/wang"}},
			"a group that is not his":  {leaf("group", ask.OpAny, "wrzhang"), nil},
			"not in one he cannot see": {leaf("group", ask.OpNone, "wrzhang"), []string{"wmAlice/wang", "wmCarol/wang"}},
			"either":                   {some(leaf("member", ask.OpAny, "zhang"), leaf("name", ask.OpIs, "卡罗尔")), []string{"wmCarol/wang"}},
		} {
			if got := h.follows(asFilter(t, c.rule)); !slices.Equal(got, append([]string{}, c.want...)) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	})
}

func TestSelections(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.told()
		alice, newest := h.follow(pair{member: "li", customer: "wmAlice", name: "爱丽丝"})
		var rows struct {
			Items []struct {
				ID, CustomerID string
			}
		}
		h.get("/follows?q="+url.QueryEscape("鲍勃"), &rows)
		everybody := ask.Rule{}
		for name, c := range map[string]struct {
			viewer    viewer.Viewer
			selection ask.Selection
			pairs     bool
			want      []string
		}{
			"a customer's pairs":      {everything(), ask.Selection{Customers: ids(alice)}, true, []string{"wmAlice/li", "wmAlice/wang", "wmAlice/zhang"}},
			"his newest":              {everything(), ask.Selection{Customers: ids(alice)}, false, []string{"wmAlice/li"}},
			"his newest in scope":     {manager("wang"), ask.Selection{Customers: ids(alice)}, false, []string{"wmAlice/wang"}},
			"not at all":              {self("zhao"), ask.Selection{Customers: ids(alice)}, true, nil},
			"a pair":                  {everything(), ask.Selection{Follows: ids(newest)}, true, []string{"wmAlice/li"}},
			"everybody but one":       {manager("zhang", "li"), ask.Selection{Rule: &everybody, Except: ids(alice)}, true, []string{"wmBob/li", "wmErin/li"}},
			"everybody but one pair":  {manager("zhang", "li"), ask.Selection{Rule: &everybody, Except: ids(newest)}, true, []string{"wmAlice/zhang", "wmBob/li", "wmErin/li"}},
			"everybody, each once":    {everything(), ask.Selection{Rule: &everybody}, false, []string{"wmAlice/li", "wmBob/li", "wmCarol/wang", "wmErin/li"}},
			"what is ended is no one": {everything(), ask.Selection{Rule: new(leaf("standing", ask.OpAny, "lost", "stands"))}, true, []string{"wmAlice/li", "wmAlice/wang", "wmAlice/zhang", "wmBob/li", "wmCarol/wang"}},
		} {
			got := h.selected(ask.SelectQuery{Viewer: c.viewer, Selection: c.selection, Pairs: c.pairs, Limit: 1})
			slices.Sort(got)
			if !slices.Equal(got, append([]string{}, c.want...)) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}

		// A rule asked of one pair.
		vip := leaf("customerTag", ask.OpAny, "vip")
		q := ask.SelectQuery{Viewer: everything(), Selection: ask.Selection{Rule: &vip}, Pairs: true, Among: ids(newest), Limit: 10}
		if got := h.selected(q); !slices.Equal(got, []string{"wmAlice/li"}) {
			t.Errorf("of one pair: %v", got)
		}
		q.Among = ids(1)
		if got := h.selected(q); len(got) != 0 {
			t.Errorf("of another: %v", got)
		}
		if _, err := h.asks.Select(t.Context(), ask.SelectQuery{Viewer: everything(), Selection: ask.Selection{}, Limit: 1}); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("an empty selection: %v", err)
		}
		if _, err := h.asks.Select(t.Context(), ask.SelectQuery{Viewer: everything(), Selection: ask.Selection{Rule: &everybody}, After: "x", Limit: 1}); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("a broken cursor: %v", err)
		}
	})
}

// Whoever adds a customer while a walk goes on makes nobody come twice.
func TestAWalkGoesOnWhereItWas(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang", "li")
		h.bulk(20, []string{"zhang"})
		everybody := ask.Rule{}
		q := ask.SelectQuery{Viewer: everything(), Selection: ask.Selection{Rule: &everybody}, Limit: 7}
		seen := map[string]int{}
		for i := 0; ; i++ {
			page, err := h.asks.Select(t.Context(), q)
			h.must(err)
			for _, x := range page.Items {
				seen[x.Customer]++
			}
			h.follow(pair{member: "li", customer: "wm3"}) // newer than the one that was met
			h.follow(pair{member: "li", customer: "wmnew" + string(rune('a'+i))})
			h.exec("DELETE FROM mirror_follow WHERE member_id = 'li' AND customer = 'wm3'")
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		if len(seen) != 20 || seen["wm3"] != 1 {
			t.Errorf("met %v", seen)
		}
	})
}

func ids(all ...id.ID) []id.ID { return all }

func TestFieldsAndTheirFaults(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.told()
		h.asks.Register("other", ask.Answers{Fields: func(context.Context, viewer.Viewer) ([]ask.Field, error) {
			return []ask.Field{{
				Key: "other.half", Kind: ask.KindFlag,
				Where: func(_ context.Context, t ask.Test) (viewer.Condition, error) {
					return t.IsFlag("{f}.standing = 2"), nil
				},
			}}, nil
		}})
		keys := func() (keys []string) {
			var got struct{ Items []ask.Field }
			h.get("/fields", &got)
			for _, f := range got.Items {
				keys = append(keys, f.Key)
				if len(f.Ops) == 0 || f.Kind == ask.KindChoice && f.Key != "segment" && len(f.Options) == 0 {
					t.Errorf("%s: %+v", f.Key, f)
				}
			}
			return keys
		}
		if got := keys(); slices.Contains(got, "phone") || got[len(got)-1] != "other.half" {
			t.Errorf("fields %v", got)
		}
		if got := h.follows(asFilter(t, leaf("other.half", ask.OpIs, "true"))); !slices.Equal(got, []string{"wmErin/li"}) {
			t.Errorf("another feature's field: %v", got)
		}
		if got := h.follows(asFilter(t, not(leaf("other.half", ask.OpIs, "true")))); len(got) != 4 {
			t.Errorf("its opposite: %v", got)
		}
		for text, field := range map[string]string{
			`{"field":"phone","op":"set"}`:                    "rule.field",
			`{"all":[{"field":"shoe","op":"set"}]}`:           "rule.all[0].field",
			`{"field":"tag","op":"any"}`:                      "rule.values",
			`{"field":"tag","op":"any","values":["a"],"x":1}`: `"field":"rule"`,
			`nonsense`: `"field":"rule"`,
		} {
			if status, body := h.call("GET", "/customers?rule="+url.QueryEscape(text)); status != 422 && status != 400 || !strings.Contains(body, field) {
				t.Errorf("%s: %d %s", text, status, body)
			}
		}
		h.viewer.Permissions = append(h.viewer.Permissions, viewer.PermissionPhone)
		if got := keys(); !slices.Contains(got, "phone") {
			t.Errorf("fields %v", got)
		}
	})
}
