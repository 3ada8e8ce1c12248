package churn

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Figures are the numbers of a period. Definitions: an ending counts on the day on which it
// happened, in the corp's zone, and stays counted when the two find each other again; what a
// re-sync found counts on the day of the discovery. ByDepartment counts each in the member's
// main department at that time; the filter finds him by any of his.
type Figures struct {
	Total    int64    `json:"total"`
	Before   int64    `json:"before" doc:"of the period of the same length before"`
	Company  int64    `json:"company" doc:"where nobody else in the corp followed the customer any more"`
	Returned int64    `json:"returned" doc:"where the two have found each other again since"`
	Members  int64    `json:"members" doc:"how many members are concerned"`
	DaysKept *float64 `json:"daysKept,omitempty" doc:"mean days kept, of those whose beginning is known; absent when there are none"`

	Days         []DayFigure     `json:"days" doc:"every day of the period, in order"`
	ByMember     []MemberFigure  `json:"byMember" doc:"the 50 with the most"`
	ByDepartment []NamedFigure   `json:"byDepartment" doc:"the 50 with the most"`
	ByChannel    []ChannelFigure `json:"byChannel" doc:"the 50 with the most"`
}

// DayFigure is the number of one day.
type DayFigure struct {
	Day   string `json:"day" doc:"2026-11-23"`
	Count int64  `json:"count"`
}

// MemberFigure is the number of one member.
type MemberFigure struct {
	Member string `json:"member"`
	Name   string `json:"name"`
	Count  int64  `json:"count"`
}

// NamedFigure is the number of one department.
type NamedFigure struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// ChannelFigure is the number of one way by which customers come: a channel code where the
// name is known to the viewer, else WeCom's way of adding.
type ChannelFigure struct {
	State  string `json:"state,omitempty"`
	Name   string `json:"name,omitempty"`
	AddWay int    `json:"addWay"`
	Count  int64  `json:"count"`
}

const (
	figureDays    = 366 // the longest period
	figureDefault = 30  // its length when the filter names none
	figureRows    = 50
	// figureGroups bounds the groups that are read to be named and added up.
	figureGroups = 2000
)

type figuresInput struct{ Filter }

type deletionFiguresInput struct {
	Filter
	Handed bool `query:"handed"`
}

// LossFigures are the numbers behind the list of losses.
func (s *service) LossFigures(ctx context.Context, in *figuresInput) (*Figures, error) {
	return s.figures(ctx, Lost, in.Filter)
}

// DeletionFigures are the numbers behind the list of deletions.
func (s *service) DeletionFigures(ctx context.Context, in *deletionFiguresInput) (*Figures, error) {
	return s.figures(ctx, deletedOr(in.Handed), in.Filter)
}

func (s *service) figures(ctx context.Context, kind Kind, f Filter) (*Figures, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	zone := s.corps.Location(ctx, v.Corp)
	now := s.clock.Now().In(zone)
	if f.To.IsZero() {
		f.To = time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, zone)
	}
	if f.From.IsZero() {
		at := f.To.In(zone)
		f.From = time.Date(at.Year(), at.Month(), at.Day()-figureDefault, 0, 0, 0, 0, zone)
	}
	q, err := s.readyFor(ctx, v, kind, f)
	if err != nil {
		return nil, err
	}
	days := daysOf(f.From.In(zone), f.To)
	if len(days) > figureDays {
		var check fault.Check
		check.That(false, "from", "最多统计 366 天")
		return nil, check.Err()
	}
	out := &Figures{Days: make([]DayFigure, len(days)), ByMember: []MemberFigure{}, ByDepartment: []NamedFigure{}, ByChannel: []ChannelFigure{}}
	for i, d := range days {
		out.Days[i].Day = d.From.In(zone).Format(time.DateOnly)
	}
	if q.nothing() {
		return out, nil
	}
	for _, part := range []func(context.Context, *question, *Figures) error{s.sums, s.byMember, s.byDepartment, s.byChannel} {
		if err := part(ctx, q, out); err != nil {
			return nil, err
		}
	}
	return out, s.byDay(ctx, q, days, out)
}

// daysOf are the days of the corp's calendar that a period touches, cut to it.
func daysOf(from, to time.Time) []ask.Day {
	var days []ask.Day
	for at := from; at.Before(to) && len(days) <= figureDays; {
		next := time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, at.Location())
		end := next
		if to.Before(end) {
			end = to
		}
		days = append(days, ask.Day{From: at, To: end})
		at = next
	}
	return days
}

// sums are the numbers of the whole period, and of that before.
func (s *service) sums(ctx context.Context, q *question, out *Figures) error {
	var rows []row
	var known, kept int64 // milliseconds of those whose beginning is known
	err := q.endings(s.db.Read(), &rows).
		ColumnExpr("COUNT(*), COUNT(CASE WHEN l.company THEN 1 END), COUNT(CASE WHEN l.returned_at > 0 THEN 1 END), COUNT(DISTINCT l.member_id)").
		ColumnExpr("COUNT(CASE WHEN l.added_at > 0 AND l.ended_at >= l.added_at THEN 1 END)").
		ColumnExpr("COALESCE(CAST(SUM(CASE WHEN l.added_at > 0 AND l.ended_at >= l.added_at THEN l.ended_at - l.added_at END) AS BIGINT), 0)").
		Scan(ctx, &out.Total, &out.Company, &out.Returned, &out.Members, &known, &kept)
	if err != nil {
		return err
	}
	if known > 0 {
		days := float64(kept) / float64(known) / float64((24 * time.Hour).Milliseconds())
		out.DaysKept = &days
	}
	before := *q
	before.From, before.To = q.From.Add(q.From.Sub(q.To)), q.From
	return before.endings(s.db.Read(), &rows).ColumnExpr("COUNT(*)").Scan(ctx, &out.Before)
}

func (s *service) byDay(ctx context.Context, q *question, days []ask.Day, out *Figures) error {
	bounds := make(db.Rows, len(days))
	for i, d := range days {
		bounds[i] = []any{i, db.MS(d.From), db.MS(d.To)}
	}
	var rows []row
	one := q.endings(s.db.Read(), &rows).ColumnExpr("COUNT(*)").Where("l.ended_at >= day.begin_at AND l.ended_at < day.end_at")
	var counted []struct {
		N     int   `bun:"n"`
		Value int64 `bun:"value"`
	}
	err := s.db.Read().NewRaw("WITH day (n, begin_at, end_at) AS (VALUES ?) SELECT day.n AS n, (?) AS value FROM day", bounds, one).Scan(ctx, &counted)
	for _, c := range counted {
		out.Days[c.N].Count = c.Value
	}
	return err
}

func (s *service) byMember(ctx context.Context, q *question, out *Figures) error {
	var rows []row
	var counted []struct {
		Member string `bun:"member_id"`
		Count  int64  `bun:"many"`
	}
	err := q.endings(s.db.Read(), &rows).ColumnExpr("l.member_id, COUNT(*) AS many").
		GroupExpr("l.member_id").OrderExpr("COUNT(*) DESC, l.member_id").Limit(figureRows).Scan(ctx, &counted)
	if err != nil {
		return err
	}
	members := make([]string, len(counted))
	for i, c := range counted {
		members[i] = c.Member
	}
	names, err := mirror.Names(ctx, s.db.Read(), q.viewer.Corp, members)
	for _, c := range counted {
		out.ByMember = append(out.ByMember, MemberFigure{c.Member, names[c.Member], c.Count})
	}
	return err
}

func (s *service) byDepartment(ctx context.Context, q *question, out *Figures) error {
	var rows []row
	var counted []struct {
		ID    int64  `bun:"department_id"`
		Name  string `bun:"name"`
		Today string `bun:"today"`
		Count int64  `bun:"many"`
	}
	// A department that was renamed since is one; it is called as today, or as it was at last.
	err := q.endings(s.db.Read(), &rows).Join("LEFT JOIN mirror_department AS d ON d.corp_id = l.corp_id AND d.id = l.department_id").
		ColumnExpr("l.department_id, MAX(l.department) AS name, COALESCE(MAX(d.name), '') AS today, COUNT(*) AS many").
		GroupExpr("l.department_id").OrderExpr("COUNT(*) DESC, l.department_id").Limit(figureRows).Scan(ctx, &counted)
	for _, c := range counted {
		out.ByDepartment = append(out.ByDepartment, NamedFigure{c.ID, cmp.Or(c.Today, c.Name), c.Count})
	}
	return err
}

func (s *service) byChannel(ctx context.Context, q *question, out *Figures) error {
	var rows []row
	var counted []struct {
		State  string `bun:"state"`
		AddWay int    `bun:"add_way"`
		Count  int64  `bun:"many"`
	}
	err := q.endings(s.db.Read(), &rows).ColumnExpr("l.state, l.add_way, COUNT(*) AS many").
		GroupExpr("l.state, l.add_way").OrderExpr("COUNT(*) DESC, l.state, l.add_way").Limit(figureGroups).Scan(ctx, &counted)
	if err != nil {
		return err
	}
	names, err := s.channelNames(ctx, q.viewer)
	if err != nil {
		return err
	}
	for _, c := range counted {
		one := ChannelFigure{AddWay: c.AddWay, Count: c.Count}
		if name := names[c.State]; name != "" {
			one = ChannelFigure{State: c.State, Name: name, Count: c.Count}
		}
		same := func(o ChannelFigure) bool { return o.State == one.State && o.AddWay == one.AddWay }
		if i := slices.IndexFunc(out.ByChannel, same); i >= 0 {
			out.ByChannel[i].Count += one.Count
		} else {
			out.ByChannel = append(out.ByChannel, one)
		}
	}
	slices.SortStableFunc(out.ByChannel, func(a, b ChannelFigure) int { return cmp.Compare(b.Count, a.Count) })
	out.ByChannel = out.ByChannel[:min(len(out.ByChannel), figureRows)]
	return nil
}

// tiles are the figures of the home page: how many members have an unusual day today.
func (s *service) tiles(ctx context.Context, v viewer.Viewer) ([]ask.Tile, error) {
	if !v.Can("churn.deletions") {
		return nil, nil
	}
	today := s.clock.Now().In(s.corps.Location(ctx, v.Corp)).Format(time.DateOnly)
	scope := v.Where("h.corp_id", "h.member_id")
	var n int64
	err := s.db.Read().NewSelect().TableExpr("churn_hint AS h").ColumnExpr("COUNT(DISTINCT h.member_id)").
		Where(scope.SQL, scope.Args...).Where("h.day = ?", today).Scan(ctx, &n)
	return []ask.Tile{{Key: "churn.unusual", Value: n, Href: "/churn?tab=deletions", Level: "warning"}}, err
}
