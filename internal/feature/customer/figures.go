package customer

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Figure counts the same twice: people once each, and member–customer pairs.
type Figure struct {
	Customers int64 `json:"customers" doc:"people, each once"`
	Follows   int64 `json:"follows" doc:"member–customer pairs; of losses each loss, as the list of losses has them"`
	// Of the stretch before; absent where there is nothing to compare.
	CustomersBefore *int64 `json:"customersBefore,omitempty"`
	FollowsBefore   *int64 `json:"followsBefore,omitempty"`
}

// Figures are the list's own, within the viewer's scope. One that cannot be counted in time is absent.
type Figures struct {
	Total *Figure `json:"total,omitempty" doc:"that stand now, whenever they began"`
	Begun *Figure `json:"begun,omitempty" doc:"begun in the period, not by a hand-over; without a period since midnight"`
	Lost  *Figure `json:"lost,omitempty" doc:"ended by the customer, or nobody knows by whom, in the period; without a period since midnight"`
	// Members who cannot serve customers, of those whom the viewer may name.
	WithoutContact int64    `json:"withoutContact" doc:"members without 客户联系: WeCom shows none of their customers (errcode 84061)"`
	Names          []string `json:"names" doc:"of up to 20 of them"`
}

// figuresInput is the part of the list's filter that its figures follow.
type figuresInput struct {
	Members     []string  `query:"member,explode" maxItems:"100" doc:"userids: followed by one of them"`
	Departments []int64   `query:"department,explode" maxItems:"50" doc:"or by a member of one of them or below"`
	From        time.Time `query:"from" doc:"the period's beginning; without it the period is today"`
	To          time.Time `query:"to" doc:"its end, exclusive; without it now"`
}

func (in figuresInput) check() error {
	var check fault.Check
	check.That(in.To.IsZero() || !in.From.IsZero() && in.From.Before(in.To), "to", "结束时间须晚于开始时间")
	for i, m := range in.Members {
		check.That(m != "" && len(m) <= 64 && m == db.Clean(m), "member["+strconv.Itoa(i)+"]", "成员账号无效")
	}
	return check.Err()
}

// stretch is a time with the one that it is compared with, from the first moment to the last.
type stretch struct{ from, to, before, beforeTo time.Time }

// sinceMidnight is today beside the same hours of yesterday.
func sinceMidnight(now time.Time) stretch {
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	return stretch{midnight, now, midnight.AddDate(0, 0, -1), now.AddDate(0, 0, -1)}
}

// stretch is the period as far as it has passed, beside as much of the one before.
func (in figuresInput) stretch(now time.Time) stretch {
	if in.From.IsZero() {
		return sinceMidnight(now)
	}
	end, to := in.To, now
	if end.IsZero() {
		end = now
	} else if !end.After(now) {
		to = end.Add(-time.Millisecond)
	}
	long := end.Sub(in.From)
	return stretch{in.From, to, in.From.Add(-long), to.Add(-long)}
}

// key names the period as it was asked for: while it passes, a figure may be as old as it cost.
func (in figuresInput) key() string {
	return fmt.Sprintf("%d-%d", db.MS(in.From), db.MS(in.To))
}

// whom is whose customers are counted: those that the viewer sees, of them the named members'.
type whom struct {
	viewer.Viewer
	named   bool
	members []string
}

func (s *service) whom(ctx context.Context, v viewer.Viewer, in *figuresInput) (whom, error) {
	w := whom{Viewer: v, named: len(in.Members)+len(in.Departments) > 0}
	below, err := mirror.MembersInDepartments(ctx, s.db.Read(), v.Corp, in.Departments)
	w.members = slices.Compact(slices.Sorted(slices.Values(append(below, in.Members...))))
	return w, err
}

func (w whom) everybody() bool { return !w.named && w.Scope.Reach == viewer.All }

func (w whom) where(corpColumn, memberColumn string) viewer.Condition {
	scope := w.Where(corpColumn, memberColumn)
	if w.named {
		scope = scope.And(viewer.Condition{SQL: memberColumn + " IN (?)", Args: []any{list(append(w.members, ""))}}) // nobody is called so: the list is never empty
	}
	return scope
}

// key names what is counted: two with the same key count the same rows.
func (w whom) key() string {
	if !w.named {
		return scopeKey(w.Viewer)
	}
	return scopeKey(w.Viewer) + "\n\n" + strings.Join(w.members, "\n")
}

// mostNamed is how many members without 客户联系 are named.
const mostNamed = 20

// figureTime bounds the counting of one figure.
const figureTime = 3 * time.Second

// FiguresOf counts what the list shows above its rows.
func (s *service) FiguresOf(ctx context.Context, in *figuresInput) (*Figures, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	w, err := s.whom(ctx, v, in)
	if err != nil {
		return nil, err
	}
	t := in.stretch(s.clock.Now().In(s.corps.Location(ctx, v.Corp)))
	out := &Figures{Names: []string{}}
	for _, one := range []struct {
		into  **Figure
		key   string
		count func(ctx context.Context) (Figure, error)
	}{
		{&out.Total, "total", func(ctx context.Context) (Figure, error) { return s.countStanding(ctx, w) }},
		{&out.Begun, "begun" + in.key(), func(ctx context.Context) (Figure, error) { return s.countBegun(ctx, w, t) }},
		{&out.Lost, "lost" + in.key(), func(ctx context.Context) (Figure, error) { return s.countLost(ctx, w, t) }},
	} {
		bounded, cancel := context.WithTimeout(ctx, figureTime)
		f, err := s.figures.of(one.key+"\n"+w.key(), func() (Figure, error) { return one.count(bounded) })
		late := ctx.Err() == nil && bounded.Err() != nil
		cancel()
		switch {
		case err == nil:
			*one.into = &f
		case !late:
			return nil, err
		}
	}
	return out, s.contactless(ctx, v, out)
}

// countStanding counts who is followed now.
func (s *service) countStanding(ctx context.Context, w whom) (f Figure, err error) {
	if f.Customers, err = s.totals.of(w.key(), func() (int64, error) { return s.total(ctx, w) }); err != nil {
		return f, err
	}
	if w.everybody() {
		// The mirror keeps the number of follows with each customer.
		err := s.db.Read().NewRaw("SELECT CAST(COALESCE(SUM(follows), 0) AS BIGINT) FROM mirror_customer WHERE corp_id = ? AND follows > 0", w.Corp).Scan(ctx, &f.Follows)
		return f, err
	}
	scope := w.where("corp_id", "member_id")
	err = s.db.Read().NewRaw("SELECT COUNT(*) FROM mirror_follow WHERE standing IN (?) AND "+scope.SQL,
		append([]any{list(standings("open"))}, scope.Args...)...).Scan(ctx, &f.Follows)
	return f, err
}

type counting = func(ctx context.Context, w whom, t stretch) (Figure, error)

// compared counts a stretch and the one before it by a statement that numbers them.
func (s *service) compared(ctx context.Context, t stretch, query statement) (Figure, error) {
	var f Figure
	counted, err := s.counted(ctx, []ask.Day{{From: t.from, To: t.to.Add(time.Millisecond)}, {From: t.before, To: t.beforeTo.Add(time.Millisecond)}}, query)
	if err != nil {
		return f, err
	}
	f.Customers, f.Follows = counted[0].Customers, counted[0].Follows
	f.CustomersBefore, f.FollowsBefore = &counted[1].Customers, &counted[1].Follows
	return f, nil
}

func (s *service) countBegun(ctx context.Context, w whom, t stretch) (Figure, error) {
	return s.compared(ctx, t, begunBy(w))
}

func (s *service) countLost(ctx context.Context, w whom, t stretch) (Figure, error) {
	return s.compared(ctx, t, lostBy(w))
}

// contactless names members whose customers WeCom does not show.
func (s *service) contactless(ctx context.Context, v viewer.Viewer, out *Figures) error {
	scope := v.WhereKnown("m.corp_id", "m.id")
	q := s.db.Read().NewSelect().TableExpr("mirror_member AS m").Where(scope.SQL, scope.Args...).Where("m.left_at = 0 AND NOT m.can_contact AND m.status = 1")
	n, err := q.Count(ctx)
	if err != nil || n == 0 {
		return err
	}
	out.WithoutContact = n
	return q.ColumnExpr("m.name").OrderExpr("m.id").Limit(mostNamed).Scan(ctx, &out.Names)
}
