package stage

import (
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Filter narrows a flow's customers; all parts are joined by "and".
type Filter struct {
	Text        string    `json:"q,omitempty" query:"q" maxLength:"50" doc:"part of the customer's name, remark, company or, with the permission customer.phone, phone"`
	Members     []string  `json:"member,omitempty" query:"member,explode" maxItems:"100" doc:"userids"`
	Departments []int64   `json:"department,omitempty" query:"department,explode" maxItems:"50" doc:"with all departments below"`
	Stages      []string  `json:"stage,omitempty" query:"stage,explode" maxItems:"10" doc:"ids"`
	Overdue     bool      `json:"overdue,omitempty" query:"overdue" doc:"only those whose follow-up is overdue, the longest first"`
	From        time.Time `json:"from,omitzero" query:"from" doc:"came into the flow at or after"`
	To          time.Time `json:"to,omitzero" query:"to" doc:"came into the flow before"`
	Reached     id.ID     `json:"reached,omitzero" query:"reached" doc:"has been in this stage or a later one of the order, those that ended without success left out"`
	Gone        bool      `json:"gone,omitempty" query:"gone" doc:"only those whose follow has ended"`
	All         bool      `json:"all,omitempty" query:"all" doc:"also those whose follow has ended and who stand on no board any more, as the funnel counts them"`
	Outcome     string    `json:"outcome,omitempty" query:"outcome" enum:"won,lost" doc:"won: has been in a won stage; lost: stands in a stage that ended without success, or left"`
	Main        []int64   `json:"main,omitempty" query:"main,explode" maxItems:"50" doc:"only of members whose main department is one of these, without departments below"`
}

func (f Filter) check() error {
	var check fault.Check
	check.That(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "to", "结束时间须晚于开始时间")
	check.That(f.Text == db.Clean(f.Text), "q", "含有无效字符")
	for i, m := range f.Members {
		check.That(m != "" && len(m) <= 64 && m == db.Clean(m), "member["+strconv.Itoa(i)+"]", "成员账号无效")
	}
	for i, x := range f.Stages {
		_, err := id.Parse(x)
		check.That(err == nil, "stage["+strconv.Itoa(i)+"]", "没有这个阶段")
	}
	return check.Err()
}

// stages are the ids of the stages named.
func (f Filter) stages() []id.ID {
	var ids []id.ID
	for _, x := range f.Stages {
		if one, err := id.Parse(x); err == nil {
			ids = append(ids, one)
		}
	}
	return ids
}

// What the figures of the funnel count is what the list shows: both ask with these, on
// stage_placement p.
const (
	hasBeenIn = "EXISTS (SELECT 1 FROM stage_move AS m WHERE m.placement_id = p.id AND m.to_id IN (?))"
	hasEnded  = "(p.stage_id IN (?) OR p.gone_at > 0)"
)

// rows is the query within the viewer's scope, without order.
func (q *question) rows(r db.Querier, rows *[]placement) *bun.SelectQuery {
	scope := q.viewer.Where("p.corp_id", "p.member_id")
	query := r.NewSelect().Model(rows).Where(scope.SQL, scope.Args...).Where("p.flow_id = ?", q.flow.ID)
	switch {
	case q.Gone:
		query = query.Where("p.gone_at > 0")
	case !q.All && q.Outcome != "lost":
		query = query.Where("p.shown = ?", true)
	}
	if q.open {
		query = query.Where("p.gone_at = 0")
	}
	switch q.Outcome {
	case "won":
		query = query.Where(hasBeenIn, bun.List(q.flow.of(Won)))
	case "lost":
		query = query.Where(hasEnded, bun.List(q.flow.of(Lost)))
	}
	if len(q.Main) > 0 {
		main := r.NewSelect().TableExpr("mirror_member AS mm").Join("JOIN mirror_department AS md ON md.corp_id = mm.corp_id AND md.id = mm.main_department").
			ColumnExpr("mm.id").Where("mm.corp_id = ? AND md.id IN (?)", q.viewer.Corp, bun.List(q.Main))
		query = query.Where("p.member_id IN (?)", main)
	}
	if len(q.Stages) > 0 {
		query = query.Where("p.stage_id IN (?)", bun.List(q.stages()))
	}
	if q.named {
		query = query.Where("p.member_id IN (?)", bun.List(q.members))
	}
	if q.Overdue {
		query = query.Where("p.due_at > 0 AND p.due_at <= ?", q.now)
	}
	if !q.From.IsZero() {
		query = query.Where("p.joined_at >= ?", db.MS(q.From))
	}
	if !q.To.IsZero() {
		query = query.Where("p.joined_at < ?", db.MS(q.To))
	}
	if q.Reached != 0 {
		query = query.Where(hasBeenIn, bun.List(q.flow.from(q.Reached)))
	}
	if !q.searched || q.match.Everything() {
		return query
	}
	sql, args := q.match.Condition("p.follow_id")
	query = query.Where(sql, args...)
	if c := mirror.WithoutPhones(q.viewer, "f", q.Text); c.SQL != "" {
		narrow := r.NewSelect().TableExpr("mirror_follow AS f").ColumnExpr("COUNT(*)").Where("f.id = p.follow_id").Where(c.SQL, c.Args...)
		query = query.Where("(?) > 0", narrow)
	}
	return query
}

// from are the stages from one on in the order, those that ended without success left out.
func (f Flow) from(which id.ID) []id.ID {
	ids := []id.ID{0}
	first := stageIn([]Flow{f}, which)
	for _, s := range f.Stages {
		if first.ID != 0 && s.Position >= first.Position && s.Class != Lost {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// of are the stages of a class.
func (f Flow) of(c Class) []id.ID {
	ids := []id.ID{0} // SQL knows no empty list
	for _, s := range f.Stages {
		if s.Class == c {
			ids = append(ids, s.ID)
		}
	}
	return ids
}
