package tag

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// RuleForm is what a person says of a rule.
type RuleForm struct {
	Name        string   `json:"name" maxLength:"60"`
	Trigger     string   `json:"trigger" enum:"channel,time,group"`
	Setting     Setting  `json:"setting"`
	Members     []string `json:"members,omitempty" maxItems:"500" doc:"userids; with departments empty too: everybody"`
	Departments []int64  `json:"departments,omitempty" maxItems:"200" doc:"with all departments below"`
	Add         []string `json:"add,omitempty" maxItems:"20" doc:"tag ids"`
	Remove      []string `json:"remove,omitempty" maxItems:"20" doc:"tag ids"`
	Hits        int      `json:"hits,omitempty" minimum:"0" maximum:"100" doc:"acts at the n-th hit within the period; 0 and 1: at each"`
	PeriodDays  int      `json:"periodDays,omitempty" minimum:"0" maximum:"365"`
	MostDay     int      `json:"mostDay,omitempty" minimum:"0" maximum:"1000000" doc:"customers a day; 0: no limit"`
	MostTotal   int      `json:"mostTotal,omitempty" minimum:"0" maximum:"100000000" doc:"customers in all; 0: no limit"`
	Enabled     bool     `json:"enabled"`
	// Version is the one that was read, for edits; a newer one in the database is a conflict.
	Version int64 `json:"version,omitempty"`
}

// Rule is one rule for automatic tags.
type Rule struct {
	ID id.ID `json:"id"`
	RuleForm
	By        string `json:"by"`
	UpdatedAt int64  `json:"updatedAt" doc:"unix ms"`

	Names       map[string]string `json:"names" doc:"of the tags, by id; a deleted tag is absent"`
	MemberNames map[string]string `json:"memberNames"`
	GroupNames  map[string]string `json:"groupNames" doc:"of the customer groups, by chat_id"`
	Problem     string            `json:"problem" enum:",trimmed,stopped" doc:"trimmed: tags that were deleted were taken out of it; stopped: it had no others and is off"`
	Today       int64             `json:"today" doc:"follows tagged today"`
	Total       int64             `json:"total" doc:"follows tagged in all"`
}

// maxRules is how many rules a corp has.
const maxRules = 200

// valid checks a form; what only the mirror knows is checked by the service.
func (f *RuleForm) valid(v viewer.Viewer) error {
	var check fault.Check
	f.Name = strings.TrimSpace(f.Name)
	check.That(f.Name != "" && utf8.RuneCountInString(f.Name) <= 30 && f.Name == db.Clean(f.Name), "name", "请填写 1 至 30 个字的名称")
	t, ok := triggerOf(f.Trigger)
	check.That(ok, "trigger", "没有这样的触发条件")
	if ok {
		t.check(f.Setting, &check)
	}
	check.That(len(f.Add)+len(f.Remove) > 0, "add", "请选择要添加或移除的标签")
	for _, x := range f.Add {
		check.That(!slices.Contains(f.Remove, x), "remove", "同一个标签不能既添加又移除")
	}
	check.That(f.Hits <= 1 || f.PeriodDays > 0, "periodDays", "请填写统计命中次数的天数")
	for _, m := range f.Members {
		check.That(v.Sees(m), "members", "成员 "+m+" 不存在，或不在您的数据范围内")
	}
	// A rule for departments or for everybody reaches beyond a narrow scope.
	check.That(v.Scope.Reach == viewer.All || len(f.Members) > 0 && len(f.Departments) == 0, "members", "您的数据范围有限，请选择具体的成员")
	return check.Err()
}

type ruleRow struct {
	ID          id.ID  `bun:"id"`
	Corp        string `bun:"corp_id"`
	Title       string `bun:"title"`
	Cause       string `bun:"cause"`
	Setting     string `bun:"setting"`
	Members     string `bun:"members"`
	Departments string `bun:"departments"`
	AddTags     string `bun:"add_tags"`
	RemoveTags  string `bun:"remove_tags"`
	Hits        int    `bun:"hits"`
	PeriodDays  int    `bun:"period_days"`
	MostDay     int    `bun:"most_day"`
	MostTotal   int    `bun:"most_total"`
	Place       int64  `bun:"place"`
	Enabled     bool   `bun:"enabled"`
	Version     int64  `bun:"version"`
	ByName      string `bun:"by_name"`
	CreatedAt   int64  `bun:"created_at"`
	UpdatedAt   int64  `bun:"updated_at"`
	DeletedAt   int64  `bun:"deleted_at"`
	Problem     string `bun:"problem"`
	Tagged      int64  `bun:"tagged"`
}

const ruleColumns = `id, corp_id, title, cause, setting, members, departments, add_tags, remove_tags, hits, period_days,
	most_day, most_total, place, enabled, version, by_name, created_at, updated_at, deleted_at, problem, tagged`

func (r ruleRow) form() RuleForm {
	return RuleForm{
		Name: r.Title, Trigger: r.Cause, Setting: read[Setting](r.Setting), Members: read[[]string](r.Members), Departments: read[[]int64](r.Departments),
		Add: read[[]string](r.AddTags), Remove: read[[]string](r.RemoveTags), Hits: r.Hits, PeriodDays: r.PeriodDays,
		MostDay: r.MostDay, MostTotal: r.MostTotal, Enabled: r.Enabled, Version: r.Version,
	}
}

// onto writes a form into a row.
func (f *RuleForm) onto(r ruleRow) ruleRow {
	r.Title, r.Cause, r.Setting = f.Name, f.Trigger, text(f.Setting)
	r.Members, r.Departments = text(append([]string{}, f.Members...)), text(append([]int64{}, f.Departments...))
	r.AddTags, r.RemoveTags = text(append([]string{}, f.Add...)), text(append([]string{}, f.Remove...))
	r.Hits, r.PeriodDays, r.MostDay, r.MostTotal, r.Enabled = max(f.Hits, 1), f.PeriodDays, f.MostDay, f.MostTotal, f.Enabled
	return r
}

// concerns tells whether the rule is for a member who belongs to these departments.
func (f *RuleForm) concerns(member string, departments []int64) bool {
	return len(f.Members)+len(f.Departments) == 0 || slices.Contains(f.Members, member) ||
		slices.ContainsFunc(f.Departments, func(d int64) bool { return slices.Contains(departments, d) })
}

// rules reads a corp's rules in their order.
func rules(ctx context.Context, q db.Querier, corp string) ([]ruleRow, error) {
	var rows []ruleRow
	err := q.NewRaw("SELECT "+ruleColumns+" FROM tag_rule WHERE corp_id = ? AND deleted_at = 0 ORDER BY place, id", corp).Scan(ctx, &rows)
	return rows, err
}

func ruleByID(ctx context.Context, q db.Querier, corp string, rule id.ID) (ruleRow, error) {
	var r ruleRow
	err := q.NewRaw("SELECT "+ruleColumns+" FROM tag_rule WHERE corp_id = ? AND id = ? AND deleted_at = 0", corp, rule).Scan(ctx, &r)
	if db.NoRows(err) {
		return r, fault.Missing("规则")
	}
	return r, err
}
