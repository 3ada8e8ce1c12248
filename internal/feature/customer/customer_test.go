package customer_test

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const day = 24 * time.Hour

// company fills a corp: department 1 above 2 (zhang, li) and 3 (wang); the newest pair first.
func (h *house) company() {
	h.t.Helper()
	h.department(1, 0)
	h.department(2, 1, "zhang", "li")
	h.department(3, 1, "wang")
	h.department(4, 3, "zhao")
	for _, p := range []pair{
		{member: "zhang", customer: "wmAlice", name: "爱丽丝", remark: "王总介绍", tags: []string{"vip", "north"}, added: 1 * day, addWay: 1},
		{member: "wang", customer: "wmAlice", name: "爱丽丝", remark: "密友", tags: []string{"secret"}, added: 2 * day, addWay: 3},
		{member: "li", customer: "wmBob", name: "鲍勃", tags: []string{"vip"}, added: 3 * day, addWay: 1},
		{member: "wang", customer: "wmBob", name: "鲍勃", standing: mirror.Lost, added: 4 * day, ended: day, tags: []string{"north"}, addWay: 2},
		{member: "wang", customer: "wmCarol", name: "卡罗尔", added: 5 * day, addWay: 2},
		{member: "zhang", customer: "wmDave", name: "戴夫", standing: mirror.Lost, added: 6 * day, ended: 2 * day, tags: []string{"north"}},
		{member: "li", customer: "wmErin", name: "", standing: mirror.Half, added: 7 * day},
		{member: "zhao", customer: "wmFrank", name: "弗兰克", standing: mirror.Deleted, added: 8 * day, ended: 3 * day},
		{member: "li", customer: "wmGina", name: "吉娜", standing: mirror.Gone, added: 9 * day, ended: 4 * day},
		{corp: another, member: "zhang", customer: "wmTheirs", name: "爱丽丝", tags: []string{"vip"}, added: day},
	} {
		h.follow(p)
	}
}

func TestFilters(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		at := func(before time.Duration) string { return h.clock.Now().Add(-before).Format(time.RFC3339) }
		for name, c := range map[string]struct {
			filter             url.Values
			customers, follows []string
		}{
			"those that stand": {
				url.Values{},
				[]string{"wmAlice", "wmBob", "wmCarol", "wmErin"},
				[]string{"wmAlice/zhang", "wmAlice/wang", "wmBob/li", "wmCarol/wang", "wmErin/li"},
			},
			"all": {
				url.Values{"standing": {"all"}},
				[]string{"wmAlice", "wmBob", "wmCarol", "wmDave", "wmErin", "wmFrank", "wmGina"},
				[]string{"wmAlice/zhang", "wmAlice/wang", "wmBob/li", "wmBob/wang", "wmCarol/wang", "wmDave/zhang", "wmErin/li", "wmFrank/zhao", "wmGina/li"},
			},
			"lost":             {url.Values{"standing": {"lost"}}, []string{"wmBob", "wmDave"}, []string{"wmBob/wang", "wmDave/zhang"}},
			"half":             {url.Values{"standing": {"half"}}, []string{"wmErin"}, []string{"wmErin/li"}},
			"deleted":          {url.Values{"standing": {"deleted"}}, []string{"wmFrank"}, []string{"wmFrank/zhao"}},
			"gone":             {url.Values{"standing": {"gone"}}, []string{"wmGina"}, []string{"wmGina/li"}},
			"handed over":      {url.Values{"standing": {"handed"}}, nil, nil},
			"a member":         {url.Values{"member": {"li"}}, []string{"wmBob", "wmErin"}, []string{"wmBob/li", "wmErin/li"}},
			"two members":      {url.Values{"member": {"li", "zhang"}}, []string{"wmAlice", "wmBob", "wmErin"}, []string{"wmAlice/zhang", "wmBob/li", "wmErin/li"}},
			"an unknown one":   {url.Values{"member": {"nobody"}}, nil, nil},
			"a department":     {url.Values{"department": {"2"}}, []string{"wmAlice", "wmBob", "wmErin"}, []string{"wmAlice/zhang", "wmBob/li", "wmErin/li"}},
			"and those below":  {url.Values{"department": {"3"}, "standing": {"all"}}, []string{"wmAlice", "wmBob", "wmCarol", "wmFrank"}, []string{"wmAlice/wang", "wmBob/wang", "wmCarol/wang", "wmFrank/zhao"}},
			"the root":         {url.Values{"department": {"1"}, "standing": {"lost"}}, []string{"wmBob", "wmDave"}, []string{"wmBob/wang", "wmDave/zhang"}},
			"no department":    {url.Values{"department": {"99"}}, nil, nil},
			"two, one above":   {url.Values{"department": {"4", "3"}, "standing": {"deleted"}}, []string{"wmFrank"}, []string{"wmFrank/zhao"}},
			"or a member":      {url.Values{"department": {"4"}, "member": {"li"}, "standing": {"all"}}, []string{"wmBob", "wmErin", "wmFrank", "wmGina"}, []string{"wmBob/li", "wmErin/li", "wmFrank/zhao", "wmGina/li"}},
			"a tag":            {url.Values{"tag": {"vip"}}, []string{"wmAlice", "wmBob"}, []string{"wmAlice/zhang", "wmBob/li"}},
			"any tag":          {url.Values{"tag": {"vip", "secret"}}, []string{"wmAlice", "wmBob"}, []string{"wmAlice/zhang", "wmAlice/wang", "wmBob/li"}},
			"a tag twice":      {url.Values{"tag": {"vip", "vip"}, "tagMode": {"all"}}, []string{"wmAlice", "wmBob"}, []string{"wmAlice/zhang", "wmBob/li"}},
			"all tags":         {url.Values{"tag": {"vip", "north"}, "tagMode": {"all"}}, []string{"wmAlice"}, []string{"wmAlice/zhang"}},
			"all, of two":      {url.Values{"tag": {"vip", "secret"}, "tagMode": {"all"}}, []string{"wmAlice"}, nil},
			"all, one ended":   {url.Values{"tag": {"vip", "north", "secret"}, "tagMode": {"all"}, "standing": {"all"}}, []string{"wmAlice"}, nil},
			"all, one nowhere": {url.Values{"tag": {"vip", "nowhere"}, "tagMode": {"all"}}, nil, nil},
			"no tag of these":  {url.Values{"tag": {"secret"}, "tagMode": {"none"}}, []string{"wmBob", "wmCarol", "wmErin"}, []string{"wmAlice/zhang", "wmBob/li", "wmCarol/wang", "wmErin/li"}},
			"an unknown tag":   {url.Values{"tag": {"nowhere"}}, nil, nil},
			"since":            {url.Values{"from": {at(3 * day)}}, []string{"wmAlice", "wmBob"}, []string{"wmAlice/zhang", "wmAlice/wang", "wmBob/li"}},
			"before":           {url.Values{"to": {at(3 * day)}}, []string{"wmCarol", "wmErin"}, []string{"wmCarol/wang", "wmErin/li"}},
			"between":          {url.Values{"from": {at(3 * day)}, "to": {at(1 * day)}}, []string{"wmAlice", "wmBob"}, []string{"wmAlice/wang", "wmBob/li"}},
			"a way":            {url.Values{"addWay": {"3"}}, []string{"wmAlice"}, []string{"wmAlice/wang"}},
			"the unknown way":  {url.Values{"addWay": {"0"}}, []string{"wmErin"}, []string{"wmErin/li"}},
			"a name":           {url.Values{"q": {"丽丝"}}, []string{"wmAlice"}, []string{"wmAlice/zhang", "wmAlice/wang"}},
			"a remark":         {url.Values{"q": {"密友"}}, []string{"wmAlice"}, []string{"wmAlice/wang"}},
			"name and member":  {url.Values{"q": {"爱丽丝"}, "member": {"wang"}}, []string{"wmAlice"}, []string{"wmAlice/wang"}},
			"name and tag":     {url.Values{"q": {"爱丽丝"}, "tag": {"vip"}}, []string{"wmAlice"}, []string{"wmAlice/zhang"}},
			"no such name":     {url.Values{"q": {"无此人"}}, nil, nil},
			"nothing to find":  {url.Values{"q": {"!!"}}, nil, nil},
			"only spaces":      {url.Values{"q": {"  "}, "member": {"li"}}, []string{"wmBob", "wmErin"}, []string{"wmBob/li", "wmErin/li"}},
			"a pattern":        {url.Values{"q": {"%_"}}, nil, nil},
			"several at once": {
				url.Values{"member": {"zhang", "wang"}, "tag": {"north"}, "standing": {"lost"}, "from": {at(5 * day)}, "addWay": {"2"}},
				[]string{"wmBob"},
				[]string{"wmBob/wang"},
			},
		} {
			t.Run(name, func(t *testing.T) {
				h.t = t
				if got := h.customers(c.filter); !slices.Equal(got, append([]string{}, c.customers...)) {
					t.Errorf("customers %v, want %v", got, c.customers)
				}
				if got := h.follows(c.filter); !slices.Equal(got, append([]string{}, c.follows...)) {
					t.Errorf("follows %v, want %v", got, c.follows)
				}
			})
		}
	})
}

// TestPlansAgree sends the same questions down each of the ways a list may be read: a text
// that names rows, one that is too common, tags rarer and commoner than the limit, scopes
// of few and of many members; with the costs that decide as they are, and so small that the
// ways meant for a million rows are gone.
func TestPlansAgree(t *testing.T) {
	t.Run("as it is", func(t *testing.T) { each(t, plansAgree) })
	t.Run("as with a million", func(t *testing.T) {
		for _, e := range []db.Engine{db.SQLite, db.Postgres} {
			t.Run(string(e), func(t *testing.T) { plansAgree(t, openWith(t, dbtest.Open(t, e, sets(e)...), customer.NewCheap)) })
		}
	})
}

func plansAgree(t *testing.T, h *house) {
	t.Helper()
	h.department(1, 0)
	var many []string
	for i := range 300 {
		many = append(many, "m"+strconv.Itoa(i))
	}
	h.bulk(4200, many)
	h.exec("UPDATE mirror_customer SET type = 2 WHERE CAST(substr(customer, 3) AS INTEGER) % 6 = 0")
	h.exec("UPDATE mirror_follow SET add_way = 3 WHERE CAST(substr(customer, 3) AS INTEGER) % 4 = 0")
	h.exec("UPDATE mirror_follow SET standing = 3, ended_at = added_at + 1 WHERE CAST(substr(customer, 3) AS INTEGER) % 5 = 0")
	h.exec("UPDATE mirror_customer SET follows = 0 WHERE CAST(substr(customer, 3) AS INTEGER) % 5 = 0")
	rule := func(r string) url.Values { return url.Values{"rule": {r}} }
	newest := h.clock.Now().Add(-1200 * time.Second).Format(time.RFC3339) // each is a second older than the next
	last := "wm" + strconv.Itoa(4199)
	for name, c := range map[string]struct {
		filter url.Values
		want   int // rows at follow level
	}{
		"everything":             {url.Values{}, 3360},
		"a common name":          {url.Values{"q": {"客户"}}, 3360},
		"a common tag":           {url.Values{"tag": {"every"}}, 3360},
		"a tag of half":          {url.Values{"tag": {"even"}}, 1680},
		"two common tags":        {url.Values{"tag": {"even", "third"}}, 2240},
		"all of two common tags": {url.Values{"tag": {"even", "third"}, "tagMode": {"all"}}, 560},
		"none of two":            {url.Values{"tag": {"even", "third"}, "tagMode": {"none"}}, 1120},
		"a common name and tag":  {url.Values{"q": {"客户"}, "tag": {"third"}}, 1120},
		"lost":                   {url.Values{"standing": {"lost"}}, 840},
		"WeCom users":            {rule(`{"field":"type","op":"any","values":["2"]}`), 560},
		"a way":                  {url.Values{"addWay": {"3"}}, 840},
		"a way and a type":       {rule(`{"all":[{"field":"type","op":"any","values":["2"]},{"field":"addWay","op":"any","values":["3"]}]}`), 280},
		"the newest":             {url.Values{"from": {newest}}, 960},
		"the newest with a tag":  {url.Values{"from": {newest}, "tag": {"even"}}, 480},
		"the newest of a way":    {url.Values{"from": {newest}, "addWay": {"3"}}, 240},
	} {
		t.Run(name, func(t *testing.T) {
			h.t = t
			for who, v := range map[string]struct {
				viewer viewer.Viewer
				want   int
			}{
				"the corp":             {everything(), c.want},
				"half, as a long list": {manager("", many[:150]...), c.want / 2},
				"a fifth, merged":      {manager("", many[:60]...), c.want / 5},
			} {
				h.viewer = v.viewer
				if got := len(h.allFollows(c.filter)); got != v.want {
					t.Errorf("%s: %d follows, want %d", who, got, v.want)
				}
				if got := len(h.allCustomers(c.filter)); got != v.want {
					t.Errorf("%s: %d customers, want %d", who, got, v.want)
				}
			}
		})
	}
	h.viewer = everything()
	if got := h.customers(url.Values{"q": {"客户4199"}}); !slices.Equal(got, []string{last}) {
		t.Errorf("found %v", got)
	}
}

// Of fifty lists that are merged one has nearly everything, in stretches: no page may end
// early or leave rows out because only the beginning of each list is read at first.
func TestOneOfManyHasMost(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0)
		var all, turn []string
		for i := range 50 {
			all = append(all, "m"+strconv.Itoa(i))
			turn = append(turn, all[i])
		}
		for range 250 {
			turn = append(turn, "m7")
		}
		h.bulk(1200, turn)
		h.viewer = manager("", all...)
		for name, c := range map[string]struct {
			filter url.Values
			want   int
		}{
			"everything": {url.Values{}, 1200},
			"a tag":      {url.Values{"tag": {"third"}}, 400},
			"a name":     {url.Values{"q": {"客户"}}, 1200},
		} {
			if got := len(h.allFollows(c.filter)); got != c.want {
				t.Errorf("%s: %d follows, want %d", name, got, c.want)
			}
			if got := len(h.allCustomers(c.filter)); got != c.want {
				t.Errorf("%s: %d customers, want %d", name, got, c.want)
			}
		}
	})
}

func TestCompanyRowsAreOfTheScope(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		for name, c := range map[string]struct {
			as      func() // who looks
			members []string
			tags    []string
			follows int
		}{
			"the corp":   {func() { h.viewer = everything() }, []string{"zhang", "wang"}, []string{"vip", "north", "secret"}, 2},
			"a member":   {func() { h.viewer = self("zhang") }, []string{"zhang"}, []string{"vip", "north"}, 1},
			"a manager":  {func() { h.viewer = manager("wang", "zhao") }, []string{"wang"}, []string{"secret"}, 1},
			"of himself": {func() { h.viewer = manager("wang") }, []string{"wang"}, []string{"secret"}, 1},
		} {
			t.Run(name, func(t *testing.T) {
				h.t = t
				c.as()
				var page struct{ Items []customer.CustomerView }
				h.get("/customers?q="+url.QueryEscape("爱丽丝"), &page)
				if len(page.Items) != 1 {
					t.Fatalf("%d rows", len(page.Items))
				}
				row := page.Items[0]
				var members, tags []string
				for _, m := range row.Members {
					members = append(members, m.Member)
				}
				for _, x := range row.Tags {
					tags = append(tags, x.ID)
				}
				slices.Sort(tags)
				slices.Sort(c.tags)
				if !slices.Equal(members, c.members) || !slices.Equal(tags, c.tags) || row.Follows != c.follows {
					t.Errorf("members %v, tags %v, %d follows", members, tags, row.Follows)
				}
			})
		}
		h.viewer = self("wang")
		var page struct{ Items []customer.CustomerView }
		h.get("/customers?standing=lost", &page)
		if len(page.Items) != 1 || page.Items[0].Follows != 0 || page.Items[0].LostAt == 0 || len(page.Items[0].Tags) != 1 {
			t.Errorf("who lost him sees %+v", page.Items)
		}
	})
}

// TestNothingLeaks looks as people who must not see Alice's other half.
func TestNothingLeaks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		alice, _ := h.follow(pair{member: "zhang", customer: "wmOnly", name: "只属于张", remark: "机密备注", tags: []string{"own"}})
		h.viewer = everything()
		shared, err := mirror.CustomerByExternal(t.Context(), h.db.Read(), corpID, "wmAlice")
		h.must(err)
		h.viewer = manager("wang", "zhao")
		for _, path := range []string{
			"/customers", "/customers?standing=all", "/follows", "/follows?standing=all", "/follows?member=zhang", "/customers?member=zhang",
			"/customers?department=2", "/customers?tag=vip", "/customers?tag=vip&tagMode=all", "/follows?tag=own", "/customers?tag=nowhere&tagMode=none",
			"/customers?q=" + url.QueryEscape("王总"), "/follows?q=" + url.QueryEscape("机密"), "/customers?q=" + url.QueryEscape("爱丽丝"),
			"/customers/" + shared.ID.String(), "/customers/" + shared.ID.String() + "/timeline",
		} {
			status, body := h.call("GET", path)
			if status != 200 {
				t.Errorf("%s: %d %s", path, status, body)
			}
			for _, secret := range []string{"zhang", "成员zhang", "王总介绍", "wmOnly", "只属于张", "机密备注", "标签vip", "wmDave", "wmTheirs"} {
				if strings.Contains(body, secret) {
					t.Errorf("%s tells %q: %s", path, secret, body)
				}
			}
		}
		for _, path := range []string{"/customers/" + alice.String(), "/customers/" + alice.String() + "/timeline"} {
			if status, body := h.call("GET", path); status != 404 || strings.Contains(body, "张") {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
		if got := h.customers(url.Values{"tag": {"vip"}, "tagMode": {"none"}}); !slices.Equal(got, []string{"wmAlice", "wmCarol"}) {
			t.Errorf("without a tag that others gave: %v", got)
		}
		h.viewer = self("")
		if got := h.customers(url.Values{"standing": {"all"}}); len(got) != 0 {
			t.Errorf("somebody without a userid sees %v", got)
		}
	})
}
