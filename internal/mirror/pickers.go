package mirror

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// MembersInput narrows the members of a picker.
type MembersInput struct {
	web.Paging
	Q          string   `query:"q" maxLength:"64" doc:"part of the name, alias, userid or pinyin"`
	Department string   `query:"department" maxLength:"20" doc:"department id; those below count too"`
	ID         []string `query:"id,explode" maxItems:"200" doc:"exactly these userids, those who left too"`
}

// MemberBrief is a member as a picker shows him.
type MemberBrief struct {
	ID          string   `json:"id" doc:"WeCom userid"`
	Name        string   `json:"name"`
	Avatar      string   `json:"avatar,omitempty"`
	Departments []string `json:"departments" doc:"names of the departments"`
	// Contact tells whether the member can be put on duty (Member.CanServe).
	Contact bool `json:"contact,omitempty" doc:"present, activated and with 客户联系: may serve customers"`
	Left    bool `json:"left,omitempty" doc:"no longer in the contact book"`
}

// pickMembers lists the members whom the viewer may name, by userid.
func (m *Mirror) pickMembers(ctx context.Context, in *MembersInput) (*web.Page[MemberBrief], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, _, err := web.DecodeCursor[string](in.After)
	if err != nil {
		return nil, err
	}
	q := m.db.Read()
	scope := v.WhereKnown("m.corp_id", "m.id")
	list := q.NewSelect().TableExpr("mirror_member AS m").ColumnExpr(memberColumnsOf("m")).Where(scope.SQL, scope.Args...)
	if len(in.ID) > 0 {
		list = list.Where("m.id IN (?)", bun.List(in.ID))
	} else {
		list = list.Where("m.left_at = 0")
	}
	if words := strings.ToLower(strings.TrimSpace(db.Clean(in.Q))); words != "" {
		like := likeEscape(words)
		list = list.Where(`(lower(m.name) LIKE ? ESCAPE '!' OR lower(m.alias) LIKE ? ESCAPE '!' OR lower(m.lookup) LIKE ? ESCAPE '!'
			OR lower(m.pinyin) LIKE ? ESCAPE '!' OR lower(m.pinyin) LIKE ? ESCAPE '!')`,
			"%"+like+"%", "%"+like+"%", "%"+like+"%", like+"%", "% "+like+"%")
	}
	if in.Department != "" {
		department, err := strconv.ParseInt(in.Department, 10, 64)
		if err != nil {
			return nil, &fault.Fault{Code: fault.Invalid, Message: "部门无效", Fields: []fault.Field{{Name: "department", Message: "须为部门 ID"}}}
		}
		members, err := MembersInDepartments(ctx, q, v.Corp, []int64{department})
		if err != nil {
			return nil, err
		}
		list = list.Where("m.id IN (?)", bun.List(append(members, "")))
	}
	if after != "" {
		list = list.Where("m.id > ?", after)
	}
	var rows []Member
	if err := list.OrderExpr("m.id").Limit(int64(in.Limit)+1).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	briefs, err := memberBriefs(ctx, q, v.Corp, rows)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(briefs, in.Limit, func(b MemberBrief) string { return b.ID })
	return &page, nil
}

func memberColumnsOf(alias string) string {
	var b strings.Builder
	for i, c := range strings.Split(memberColumns, ",") {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(alias + "." + strings.TrimSpace(c))
	}
	return b.String()
}

func likeEscape(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

func memberBriefs(ctx context.Context, q db.Querier, corp string, rows []Member) ([]MemberBrief, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	of := map[string][]string{}
	err := inBatches(ids, func(part []string) error {
		var names []struct {
			Member string `bun:"member_id"`
			Name   string `bun:"name"`
		}
		err := q.NewRaw(`SELECT md.member_id, d.name FROM mirror_member_department md
			JOIN mirror_department d ON d.corp_id = md.corp_id AND d.id = md.department_id
			WHERE md.corp_id = ? AND md.member_id IN (?) ORDER BY md.member_id, md.department_id`, corp, bun.List(part)).Scan(ctx, &names)
		for _, n := range names {
			of[n.Member] = append(of[n.Member], n.Name)
		}
		return err
	})
	briefs := make([]MemberBrief, len(rows))
	for i, r := range rows {
		briefs[i] = MemberBrief{ID: r.ID, Name: r.Name, Avatar: r.Avatar, Departments: of[r.ID], Contact: r.CanServe(), Left: r.LeftAt > 0}
	}
	return briefs, err
}

// DepartmentBrief is a department as a picker shows it.
type DepartmentBrief struct {
	ID      string `json:"id"`
	Parent  string `json:"parent,omitempty" doc:"absent at the root"`
	Name    string `json:"name"`
	Members int    `json:"members" doc:"members in it and below whom the viewer may name"`
}

// DepartmentList is the department tree, parents before children.
type DepartmentList struct {
	Items []DepartmentBrief `json:"items"`
}

// pickDepartments gives the tree. A viewer who may not name everybody sees the departments
// that hold somebody he may name, and what lies above them.
func (m *Mirror) pickDepartments(ctx context.Context, _ *struct{}) (*DepartmentList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	q := m.db.Read()
	all, err := Departments(ctx, q, v.Corp)
	if err != nil {
		return nil, err
	}
	var in []place
	scope := v.WhereKnown("m.corp_id", "m.id")
	if err := q.NewSelect().TableExpr("mirror_member AS m").
		Join("JOIN mirror_member_department AS md ON md.corp_id = m.corp_id AND md.member_id = m.id").
		ColumnExpr("md.corp_id, md.member_id, md.department_id, md.leader, md.position").
		Where(scope.SQL, scope.Args...).Where("m.left_at = 0").Scan(ctx, &in); err != nil {
		return nil, err
	}
	return &DepartmentList{Items: departmentTree(all, in, v.KnowsAll())}, nil
}

// departmentTree orders departments from the top down and counts who is in each and
// below, each once. Empty ones are left out unless whole.
func departmentTree(all []Department, in []place, whole bool) []DepartmentBrief {
	known := make(map[int64]bool, len(all))
	for _, d := range all {
		known[d.ID] = true
	}
	below := map[int64][]Department{}
	var roots []Department
	for _, d := range all {
		if d.ID == d.Parent || !known[d.Parent] {
			roots = append(roots, d)
		} else {
			below[d.Parent] = append(below[d.Parent], d)
		}
	}
	people := map[int64][]string{}
	for _, p := range in {
		people[p.Department] = append(people[p.Department], p.Member)
	}
	var out []DepartmentBrief
	var walk func(d Department) map[string]bool
	walk = func(d Department) map[string]bool {
		at := len(out)
		brief := DepartmentBrief{ID: strconv.FormatInt(d.ID, 10), Name: d.Name}
		if known[d.Parent] && d.Parent != d.ID {
			brief.Parent = strconv.FormatInt(d.Parent, 10)
		}
		out = append(out, brief)
		who := map[string]bool{}
		for _, p := range people[d.ID] {
			who[p] = true
		}
		for _, child := range below[d.ID] {
			for p := range walk(child) {
				who[p] = true
			}
		}
		out[at].Members = len(who)
		return who
	}
	for _, d := range roots {
		walk(d)
	}
	if !whole {
		out = slices.DeleteFunc(out, func(b DepartmentBrief) bool { return b.Members == 0 })
	}
	return out
}

// TagBrief is a tag as a picker shows it.
type TagBrief struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// TagGroupBrief is a group of tags as a picker shows it.
type TagGroupBrief struct {
	ID   string     `json:"id"`
	Name string     `json:"name"`
	Own  bool       `json:"own,omitempty" doc:"platform tags, which WeCom does not know"`
	Tags []TagBrief `json:"tags"`
}

// TagList is the corp's tag library.
type TagList struct {
	Groups []TagGroupBrief `json:"groups"`
}

// pickTags gives the library, without the groups that the viewer may not see.
func (m *Mirror) pickTags(ctx context.Context, _ *struct{}) (*TagList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	library, err := TagLibrary(ctx, m.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	hidden, err := m.hiddenGroups(ctx, v)
	if err != nil {
		return nil, err
	}
	list := &TagList{}
	for _, g := range library {
		if hidden[g.ID] {
			continue
		}
		group := TagGroupBrief{ID: g.ID, Name: g.Name, Own: g.Own()}
		for _, t := range g.Tags {
			group.Tags = append(group.Tags, TagBrief{t.ID, t.Name})
		}
		list.Groups = append(list.Groups, group)
	}
	return list, nil
}
