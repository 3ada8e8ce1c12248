package stage

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

type funnelInput struct {
	ID          id.ID     `path:"id" doc:"of the flow"`
	From        time.Time `query:"from" required:"true" doc:"came into the flow at or after"`
	To          time.Time `query:"to" required:"true" doc:"came into the flow before"`
	Members     []string  `query:"member,explode" maxItems:"100" doc:"userids"`
	Departments []int64   `query:"department,explode" maxItems:"50" doc:"with all departments below"`
}

// Funnel is how far those came who came into a flow in a period, and how long each stage
// keeps people. Who left since counts as ended, not as never having come: each figure is the
// number of rows that the list has with Filter.All.
type Funnel struct {
	Joined  int64        `json:"joined" doc:"customers who came into the flow in the period, once for each member"`
	Won     int64        `json:"won" doc:"of these, how many have been in a won stage"`
	Lost    int64        `json:"lost" doc:"of these, how many stand in a stage that ended without success, or left"`
	Stages  []FunnelStep `json:"stages"`
	Members []Conversion `json:"members" doc:"by member, the most won first; at most 200"`
	// Departments sum the members of each main department.
	Departments []Conversion `json:"departments"`
}

// FunnelStep is one stage.
type FunnelStep struct {
	Stage   id.ID `json:"stage"`
	Reached int64 `json:"reached" doc:"have been in this stage or a later one of the order; a stage of class lost counts only itself"`
	Left    int64 `json:"left" doc:"moves out of the stage in the period"`
	Dwell   int64 `json:"dwell" doc:"mean stay of those, in milliseconds"`
}

// Conversion is how many came in and how many were won.
type Conversion struct {
	Key    string `json:"key" doc:"userid, or id of the department, empty for members without one"`
	Name   string `json:"name"`
	Joined int64  `json:"joined"`
	Won    int64  `json:"won"`
	Lost   int64  `json:"lost"`
}

const longestFunnel = 370 * 24 * time.Hour

// Funnel reckons it for the customers in the viewer's scope.
func (s *service) Funnel(ctx context.Context, in *funnelInput) (*Funnel, error) {
	var check fault.Check
	check.That(in.From.Before(in.To), "to", "结束时间须晚于开始时间")
	check.That(in.To.Sub(in.From) <= longestFunnel, "from", "最多统计一年")
	if err := check.Err(); err != nil {
		return nil, err
	}
	q, err := s.ready(ctx, in.ID, Filter{Members: in.Members, Departments: in.Departments, From: in.From, To: in.To})
	if err != nil {
		return nil, err
	}
	out := &Funnel{Stages: []FunnelStep{}, Members: []Conversion{}, Departments: []Conversion{}}
	for _, x := range q.flow.Stages {
		out.Stages = append(out.Stages, FunnelStep{Stage: x.ID})
	}
	if q.nothing() {
		return out, nil
	}
	if err := s.reached(ctx, q, out); err != nil {
		return nil, err
	}
	if err := s.dwell(ctx, q, out); err != nil {
		return nil, err
	}
	return out, s.conversion(ctx, q, out)
}

// cohort are those who came into the flow in the period, as SQL on stage_placement p.
func (q *question) cohort() (string, []any) {
	scope := q.viewer.Where("p.corp_id", "p.member_id")
	args := append(append([]any{}, scope.Args...), q.flow.ID, db.MS(q.From), db.MS(q.To))
	return scope.SQL + " AND p.flow_id = ? AND p.joined_at >= ? AND p.joined_at < ?", args
}

// reached counts, for each stage, who came at least so far.
func (s *service) reached(ctx context.Context, q *question, out *Funnel) error {
	var rows []struct {
		Top   int   `bun:"top"`
		Count int64 `bun:"n"`
	}
	sql, args := q.cohort()
	furthest := s.db.Read().NewSelect().TableExpr("stage_placement AS p").
		Join("JOIN stage_move AS m ON m.placement_id = p.id").
		Join("JOIN stage_stage AS x ON x.id = m.to_id AND x.class <> ?", Lost).
		ColumnExpr("p.id AS id, MAX(x.position) AS top").Where(sql, args...).GroupExpr("p.id")
	standing := s.db.Read().NewSelect().TableExpr("stage_placement AS p").ColumnExpr("p.stage_id AS stage_id, COUNT(*) AS n").Where(sql, args...).GroupExpr("p.stage_id")
	if q.named {
		furthest = furthest.Where("p.member_id IN (?)", bun.List(q.members))
		standing = standing.Where("p.member_id IN (?)", bun.List(q.members))
	}
	if err := s.db.Read().NewRaw("SELECT r.top AS top, COUNT(*) AS n FROM (?) AS r GROUP BY r.top", furthest).Scan(ctx, &rows); err != nil {
		return err
	}
	var now []struct {
		Stage id.ID `bun:"stage_id"`
		Count int64 `bun:"n"`
	}
	if err := standing.Scan(ctx, &now); err != nil {
		return err
	}
	stands := map[id.ID]int64{}
	for _, r := range now {
		stands[r.Stage] = r.Count
		out.Joined += r.Count
	}
	for i, x := range q.flow.Stages {
		if x.Class == Lost {
			out.Stages[i].Reached = stands[x.ID]
			continue
		}
		for _, r := range rows {
			if r.Top >= x.Position {
				out.Stages[i].Reached += r.Count
			}
		}
	}
	return nil
}

// dwell is the mean stay of those who left each stage in the period.
func (s *service) dwell(ctx context.Context, q *question, out *Funnel) error {
	var rows []struct {
		Stage id.ID `bun:"from_id"`
		Count int64 `bun:"n"`
		Stay  int64 `bun:"stay"`
	}
	scope := q.viewer.Where("m.corp_id", "m.member_id")
	query := s.db.Read().NewSelect().TableExpr("stage_move AS m").
		ColumnExpr("m.from_id AS from_id, COUNT(*) AS n, CAST(sum(m.stayed) AS BIGINT) AS stay").
		Where(scope.SQL, scope.Args...).Where("m.flow_id = ? AND m.at >= ? AND m.at < ?", q.flow.ID, db.MS(q.From), db.MS(q.To)).
		Where("m.from_id <> 0 AND m.from_id <> m.to_id").GroupExpr("m.from_id")
	if q.named {
		query = query.Where("m.member_id IN (?)", bun.List(q.members))
	}
	if err := query.Scan(ctx, &rows); err != nil {
		return err
	}
	for _, r := range rows {
		for i := range out.Stages {
			if out.Stages[i].Stage == r.Stage {
				out.Stages[i].Left, out.Stages[i].Dwell = r.Count, r.Stay/r.Count
			}
		}
	}
	return nil
}

// mostConversions bounds the table of members.
const mostConversions = 200

// conversion counts by member who was won and who was lost, and sums up departments.
func (s *service) conversion(ctx context.Context, q *question, out *Funnel) error {
	var rows []struct {
		Member string `bun:"member_id"`
		Joined int64  `bun:"joined"`
		Won    int64  `bun:"won"`
		Lost   int64  `bun:"lost"`
	}
	sql, args := q.cohort()
	query := s.db.Read().NewSelect().TableExpr("stage_placement AS p").ColumnExpr("p.member_id AS member_id, COUNT(*) AS joined").
		ColumnExpr("CAST(sum(CASE WHEN "+hasBeenIn+" THEN 1 ELSE 0 END) AS BIGINT) AS won", bun.List(q.flow.of(Won))).
		ColumnExpr("CAST(sum(CASE WHEN "+hasEnded+" THEN 1 ELSE 0 END) AS BIGINT) AS lost", bun.List(q.flow.of(Lost))).
		Where(sql, args...).GroupExpr("p.member_id")
	if q.named {
		query = query.Where("p.member_id IN (?)", bun.List(q.members))
	}
	if err := query.Scan(ctx, &rows); err != nil {
		return err
	}
	var members []string
	for _, r := range rows {
		members = append(members, r.Member)
	}
	names, err := mirror.Names(ctx, s.db.Read(), q.viewer.Corp, members)
	if err != nil {
		return err
	}
	departments, err := mirror.MainDepartmentOf(ctx, s.db.Read(), q.viewer.Corp, members)
	if err != nil {
		return err
	}
	sums := map[int64]*Conversion{}
	for _, r := range rows {
		out.Won, out.Lost = out.Won+r.Won, out.Lost+r.Lost
		out.Members = append(out.Members, Conversion{Key: r.Member, Name: names[r.Member], Joined: r.Joined, Won: r.Won, Lost: r.Lost})
		d := departments[r.Member]
		if sums[d.ID] == nil {
			sums[d.ID] = &Conversion{Name: d.Name}
			if d.ID != 0 {
				sums[d.ID].Key = strconv.FormatInt(d.ID, 10)
			}
		}
		sum := sums[d.ID]
		sum.Joined, sum.Won, sum.Lost = sum.Joined+r.Joined, sum.Won+r.Won, sum.Lost+r.Lost
	}
	for _, d := range sums {
		out.Departments = append(out.Departments, *d)
	}
	most := func(a, b Conversion) int {
		return cmp.Or(cmp.Compare(b.Won, a.Won), cmp.Compare(b.Joined, a.Joined), cmp.Compare(a.Key, b.Key))
	}
	slices.SortFunc(out.Members, most)
	slices.SortFunc(out.Departments, most)
	out.Members = out.Members[:min(len(out.Members), mostConversions)]
	return nil
}
