package access

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// standing is what the contact book makes of a member, for the audit log: names, as they
// were then.
type standing struct {
	Active      bool     `json:"active"`
	Departments []string `json:"departments"`
	Leads       []string `json:"leads"`
	Roles       []string `json:"roles"`
}

// placed puts on record that the contact book changed somebody's rights: whether he may work
// at all, which roles he holds through his departments or his lead, or whom those reach.
func (s *service) placed(ctx context.Context, tx db.Tx, corp string, before, now mirror.Placed) error {
	if reflect.DeepEqual(before, now) {
		return nil
	}
	r, err := s.memory.frame(ctx, tx, corp)
	if err != nil {
		return err
	}
	was, is := personOf(before), personOf(now)
	if was.active == is.active && (!is.active || slices.Equal(r.reaching(was), r.reaching(is))) {
		return nil
	}
	s.bookChanged(tx, corp, web.Change{Object: "member:" + now.Member, Name: now.Name, Before: r.standing(was), After: r.standing(is)})
	return nil
}

// bookChanged puts on record what the contact book changed in somebody's rights, or in the
// span of a role that names him.
func (s *service) bookChanged(tx db.Tx, corp string, c web.Change) {
	s.deps.Acted(tx, web.Act{Corp: corp, Operation: "access.bookChanges", Summary: "通讯录变动带来的权限变化", Changes: []web.Change{c}})
}

func personOf(p mirror.Placed) *person {
	return &person{id: p.Member, name: p.Name, active: p.Here && mayWork(p.Status), in: p.Departments, leads: p.Leads}
}

// reaching are a person's roles, why he holds them, and the departments that they reach
// because of how he stands: two that are equal give the same rights.
func (r *rights) reaching(p *person) []string {
	var all []string
	numbers := func(list []int64) string {
		var words []string
		for _, n := range list {
			words = append(words, strconv.FormatInt(n, 10))
		}
		slices.Sort(words)
		return strings.Join(words, ",")
	}
	for _, h := range r.rolesOf(viewer.Who{Member: p.id}, p) {
		all = append(all, h.role.Key)
		for _, why := range h.reasons {
			all = append(all, why.Because+" "+strconv.FormatInt(why.Department, 10))
		}
		for _, span := range []Span{h.role.Scope, h.role.Book} {
			switch {
			case span.Kind == Own, span.Kind == Managed && h.role.Key == Manager && len(p.leads) == 0:
				all = append(all, "own "+numbers(p.in))
			case span.Kind == Managed:
				all = append(all, "leads "+numbers(p.leads))
			}
		}
	}
	return all
}

// standing names what a person's rights came of. Who may not work holds no role.
func (r *rights) standing(p *person) standing {
	names := func(list []int64) []string {
		words := []string{}
		for _, d := range list {
			words = append(words, cmp.Or(r.book.departments[d], strconv.FormatInt(d, 10)))
		}
		return words
	}
	st := standing{Active: p.active, Departments: names(p.in), Leads: names(p.leads), Roles: []string{}}
	if p.active {
		for _, h := range r.rolesOf(viewer.Who{Member: p.id}, p) {
			st.Roles = append(st.Roles, h.role.Name)
		}
	}
	return st
}
