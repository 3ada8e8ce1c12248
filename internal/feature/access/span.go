package access

import (
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Kind says how a span is measured.
type Kind string

// The kinds. All but Whole and Custom depend on who holds the role.
const (
	Whole   Kind = "all"     // 全部
	Managed Kind = "managed" // 负责的部门: those he leads in the contact book
	Own     Kind = "own"     // 所在部门: those he belongs to
	Custom  Kind = "custom"  // 指定部门或成员
	Self    Kind = "self"    // 仅本人
	Same    Kind = "same"    // of the contact book only: 与数据范围相同
)

// Span is how far a role reaches among the members of the corp. The holder himself is
// always within.
type Span struct {
	Kind Kind `json:"kind" enum:"all,managed,own,custom,self,same"`
	// Below takes in what lies below the departments of managed and own.
	Below bool `json:"below,omitempty" doc:"managed, own: the departments below too"`
	// Departments and Members are what custom names.
	Departments []Branch `json:"departments,omitempty" maxItems:"200"`
	Members     []string `json:"members,omitempty" maxItems:"500" doc:"userids"`
	// Others is only told, never taken: see told.
	Others int `json:"others,omitempty" doc:"how many more members there are whom the viewer may not name; nothing when sent"`
}

// Branch is a department, alone or with all below it.
type Branch struct {
	ID    int64 `json:"id"`
	Below bool  `json:"below,omitempty"`
}

// plain drops what the kind makes no use of, so that equal spans look equal.
func (s Span) plain() Span {
	p := Span{Kind: s.Kind}
	switch s.Kind {
	case Managed, Own:
		p.Below = s.Below
	case Custom:
		p.Members = slices.Compact(slices.Sorted(slices.Values(s.Members)))
		p.Departments = slices.Clone(s.Departments)
		slices.SortFunc(p.Departments, func(a, b Branch) int {
			if a.ID != b.ID {
				return int(a.ID - b.ID)
			}
			if a.Below == b.Below {
				return 0
			}
			if a.Below {
				return -1 // with all below first: it is the one kept
			}
			return 1
		})
		p.Departments = slices.CompactFunc(p.Departments, func(a, b Branch) bool { return a.ID == b.ID })
	case Whole, Self, Same:
	}
	return p
}

// word is the span in viewer's words.
func (s Span) word() viewer.Reach {
	switch s.Kind {
	case Whole:
		return viewer.All
	case Managed, Own, Custom:
		return viewer.Departments
	case Self, Same:
	}
	return viewer.Self
}

// check refuses a span that names what the corp does not have.
func (b *book) check(check *fault.Check, field string, s Span) {
	kinds := []Kind{Whole, Managed, Own, Custom, Self, Same}
	check.That(slices.Contains(kinds, s.Kind), field, "没有这样的范围")
	if s.Kind != Custom {
		return
	}
	check.That(len(s.Departments)+len(s.Members) > 0, field, "请至少选择一个部门或一名成员")
	for _, d := range s.Departments {
		check.That(b.departments[d.ID] != "", field, "部门不存在")
	}
	for _, m := range s.Members {
		check.That(b.people[strings.ToLower(m)] != nil, field, "成员不存在："+m)
	}
}

// reach is the span seen by one holder; p is nil for a local account that is no member.
func (b *book) reach(s Span, p *person) viewer.Scope {
	var members []string
	take := func(departments []int64, below bool) {
		if below {
			members = append(members, b.below(departments)...)
			return
		}
		for _, d := range departments {
			members = append(members, b.members[d]...)
		}
	}
	switch s.Kind {
	case Whole:
		return viewer.Scope{Reach: viewer.All}
	case Managed:
		if p != nil {
			take(p.leads, s.Below)
		}
	case Own:
		if p != nil {
			take(p.in, s.Below)
		}
	case Custom:
		for _, d := range s.Departments {
			take([]int64{d.ID}, d.Below)
		}
		for _, m := range s.Members {
			if known := b.people[strings.ToLower(m)]; known != nil {
				members = append(members, known.id)
			}
		}
	case Self, Same:
		return viewer.Scope{Reach: viewer.Self}
	}
	slices.Sort(members)
	return viewer.Scope{Reach: viewer.Departments, Members: slices.Compact(members)}
}

// data is the span of a data scope: with it goes what those left who were in the departments
// when they left the corp.
func (b *book) data(s Span, p *person) viewer.Scope {
	scope := b.reach(s, p)
	if scope.Reach != viewer.Departments || len(b.gone) == 0 {
		return scope
	}
	past := book{children: b.children, members: b.gone, people: map[string]*person{}}
	scope.Members = append(scope.Members, past.reach(s, p).Members...)
	slices.Sort(scope.Members)
	scope.Members = slices.Compact(scope.Members)
	return scope
}

// together adds two scopes up: whoever is in one of them is in the sum.
func together(a, b viewer.Scope) viewer.Scope {
	switch {
	case a.Reach == viewer.All || b.Reach == viewer.All:
		return viewer.Scope{Reach: viewer.All}
	case a.Reach != viewer.Departments:
		return b
	case b.Reach != viewer.Departments:
		return a
	}
	members := slices.Concat(a.Members, b.Members)
	slices.Sort(members)
	return viewer.Scope{Reach: viewer.Departments, Members: slices.Compact(members)}
}

// inside tells whether everybody in the scope s of a person lies in the viewer's scope.
func inside(v viewer.Viewer, person string, s viewer.Scope) bool {
	switch s.Reach {
	case viewer.All:
		return v.Scope.Reach == viewer.All
	case viewer.Departments:
		for _, m := range s.Members {
			if !v.Sees(m) {
				return false
			}
		}
	case viewer.Self:
	}
	return v.Sees(person)
}
