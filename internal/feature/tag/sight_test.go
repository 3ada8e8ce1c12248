package tag_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestSight: a group of tags that is for one role or one department is for nobody else,
// wherever tags are shown, chosen or asked by; who may add to it adds to it alone.
func TestSight(t *testing.T) {
	stories(t, func(d *desk) {
		free, price, deal := d.group("意向度", "高", "低"), d.group("报价", "底价"), d.own("成交额", "大单")
		p, inside, elsewhere := d.somebody()
		d.begin([]id.ID{p.Follow}, []string{free[1], price[1], deal[1]}, nil)
		const may = "tag.read,tag.add,tag.batch,customer.read"
		plain, boss := "self:"+p.Member+":"+may, "self:"+p.Member+":"+may+":boss"
		d.sight(price[0], names{"roles": []string{"boss"}}, names{})
		d.sight(deal[0], names{"departments": []int64{elsewhere}}, names{"departments": []int64{inside}})
		d.refuses(plain, "PUT", "tag/groups/"+price[0]+"/sight", names{"seen": names{}, "made": names{}}, http.StatusForbidden, "")

		for who, want := range map[string][]string{plain: {"大单", "高"}, boss: {"大单", "底价", "高"}, "owner": {"大单", "底价", "高"}} {
			d.wants("tags of the library for "+who, among(d.known(who)), want)
			d.wants("tags on the customer for "+who, d.tagsOn(who, p), want)
		}

		// By what is hidden nobody finds anything and nobody marks; columns of lists have none of it.
		hidden := fmt.Sprintf(`{"field":"tag","op":"any","values":[%q]}`, price[1])
		if d.finds(plain, hidden, p) || !d.finds(boss, hidden, p) {
			d.t.Error("the hidden tag finds the customer, or the shown one does not")
		}
		d.refuses(plain, "POST", "tag/runs", names{"selection": names{"follows": []id.ID{p.Follow}}, "pairs": true, "remove": []string{price[1]}}, http.StatusNotFound, "标签")
		member := viewer.Viewer{Corp: d.Corp, Member: p.Member, Permissions: []string{"customer.read"}, Scope: viewer.Scope{Reach: viewer.Self}}
		role := member
		role.Roles = []string{"boss"}
		for name, x := range map[string]struct {
			who   viewer.Viewer
			group string
			want  any
		}{
			"a group for all":     {member, free[0], "高"},
			"one of his role":     {role, price[0], "底价"},
			"one of others":       {member, price[0], nil},
			"platform tags":       {member, deal[0], "大单"},
			"tags of his own":     {member, "personal", nil},
			"one of another corp": {viewer.System(apptest.OtherCorp), free[0], nil},
		} {
			if got := d.cell(x.who, x.group, p); got != x.want {
				d.t.Errorf("column of %s: %v, want %v", name, got, x.want)
			}
		}

		// Whether there are any tags, too, is told of those that the viewer sees.
		d.leaveOnly(p, price[1])
		for _, field := range []string{"tag", "customerTag"} {
			for _, path := range []string{`{"field":%q,"op":"empty"}`, `{"not":{"field":%q,"op":"set"}}`} {
				rule := fmt.Sprintf(path, field)
				if !d.finds(plain, rule, p) || d.finds(boss, rule, p) {
					d.t.Errorf("%s: a tag that is hidden was told of, or one that is shown was not", rule)
				}
			}
		}

		// Who may add to a group adds to it, and to no other.
		as[tag.Change](d, plain, "POST", "tag/groups/"+deal[0]+"/tags", names{"tags": []string{"小单"}})
		d.refuses(plain, "POST", "tag/groups/"+free[0]+"/tags", names{"tags": []string{"中"}}, http.StatusForbidden, "可建范围")
		d.refuses(plain, "POST", "tag/groups/"+price[0]+"/tags", names{"tags": []string{"中"}}, http.StatusNotFound, "标签")

		// A department's group is for those below it and for nobody else.
		for department, want := range map[int64]bool{elsewhere: false, inside: true} {
			d.sight(deal[0], names{"departments": []int64{department}}, names{})
			if got := slices.Contains(d.known(plain), "大单"); got != want {
				d.t.Errorf("department %d: seen %v, want %v", department, got, want)
			}
		}
	})
}

func (d *desk) sight(group string, seen, made names) {
	d.t.Helper()
	do[tag.Sight](d, "PUT", "tag/groups/"+group+"/sight", names{"seen": seen, "made": made})
}

// somebody is a follow, the topmost department of its member, and one in which he is not.
func (d *desk) somebody() (p pair, inside, elsewhere int64) {
	d.t.Helper()
	departments, err := mirror.Departments(d.t.Context(), d.App.DB.Read(), d.Corp)
	d.must(err)
	for _, p := range d.pairs() {
		var own []int64
		d.must(d.App.DB.Read().NewRaw("SELECT department_id FROM mirror_member_department WHERE corp_id = ? AND member_id = ?", d.Corp, p.Member).Scan(d.t.Context(), &own))
		root := slices.IndexFunc(departments, func(x mirror.Department) bool { return x.Parent == 0 })
		for _, x := range departments {
			if x.Parent != 0 && !slices.Contains(own, x.ID) && !slices.ContainsFunc(departments, func(y mirror.Department) bool { return y.Parent == x.ID }) {
				return p, departments[root].ID, x.ID
			}
		}
	}
	d.t.Fatal("everybody is everywhere")
	return pair{}, 0, 0
}

// known are the names of the tags in the library as somebody sees it.
func (d *desk) known(who string) []string {
	d.t.Helper()
	var all []string
	for _, g := range d.library(who).Groups {
		for _, t := range g.Tags {
			all = append(all, t.Name)
		}
	}
	return all
}

// among are those of the story's tags, sorted.
func among(got []string) []string {
	found := []string{}
	for _, name := range []string{"大单", "底价", "高"} {
		if slices.Contains(got, name) {
			found = append(found, name)
		}
	}
	return found
}

// row is the pair's row in somebody's list.
func (d *desk) row(who, query string, p pair) *customer.FollowView {
	d.t.Helper()
	page := as[web.Page[customer.FollowView]](d, who, "GET", "customer/follows?limit=200&"+query, nil)
	i := slices.IndexFunc(page.Items, func(f customer.FollowView) bool { return f.ID == p.Follow })
	if i < 0 {
		return nil
	}
	return &page.Items[i]
}

// tagsOn are the story's tags on the pair in somebody's list.
func (d *desk) tagsOn(who string, p pair) []string {
	d.t.Helper()
	row, names := d.row(who, "", p), []string{}
	if row == nil {
		d.t.Fatalf("%s does not see the customer", who)
	}
	for _, t := range row.Tags {
		names = append(names, t.Name)
	}
	return among(names)
}

func (d *desk) finds(who, rule string, p pair) bool {
	d.t.Helper()
	return d.row(who, "rule="+url.QueryEscape(rule), p) != nil
}

// cell is what a column of a tag group holds for the pair.
func (d *desk) cell(who viewer.Viewer, group string, p pair) any {
	d.t.Helper()
	q := ask.CellsQuery{Viewer: who, Read: d.App.DB.Read()}
	for _, x := range d.pairs() {
		q.Pairs = append(q.Pairs, ask.Pair{Follow: x.Follow, CustomerID: x.CustomerID, Customer: x.Customer, Member: x.Member})
	}
	return apptest.Cells(d.t, d.App.Asks, "tag."+group, q)[p.Follow]
}

// leaveOnly takes all other tags off all follows of the customer, here alone.
func (d *desk) leaveOnly(p pair, tagID string) {
	d.t.Helper()
	d.must(d.App.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("DELETE FROM mirror_follow_tag WHERE tag_id <> ? AND follow_id IN (SELECT id FROM mirror_follow WHERE customer_id = ?)", tagID, p.CustomerID).Exec(ctx)
		return err
	}))
}
