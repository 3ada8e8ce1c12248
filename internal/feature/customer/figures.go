package customer

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Figure counts the same twice: people once each, and member–customer pairs.
type Figure struct {
	Customers int64 `json:"customers" doc:"people, each once"`
	Follows   int64 `json:"follows" doc:"member–customer pairs"`
	// The same hours of yesterday; absent where there is nothing to compare.
	CustomersBefore *int64 `json:"customersBefore,omitempty"`
	FollowsBefore   *int64 `json:"followsBefore,omitempty"`
}

// Figures are the list's own, within the viewer's scope.
type Figures struct {
	Total     Figure `json:"total" doc:"that stand now"`
	NewToday  Figure `json:"newToday" doc:"begun since midnight"`
	LostToday Figure `json:"lostToday" doc:"ended by the customer since midnight"`
	// Members who cannot serve customers, of those whom the viewer may name.
	WithoutContact int64    `json:"withoutContact" doc:"members without 客户联系: WeCom shows none of their customers (errcode 84061)"`
	Names          []string `json:"names" doc:"of up to 20 of them"`
}

// mostNamed is how many members without 客户联系 are named.
const mostNamed = 20

// FiguresOf counts what the list shows above its rows.
func (s *service) FiguresOf(ctx context.Context, _ *struct{}) (*Figures, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now().In(s.corps.Location(ctx, v.Corp))
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	out := &Figures{Names: []string{}}
	if out.Total.Customers, err = s.totals.of(v, func() (int64, error) { return s.total(ctx, v) }); err != nil {
		return nil, err
	}
	if out.Total.Follows, err = s.follows.of(v, func() (int64, error) { return s.standing(ctx, v) }); err != nil {
		return nil, err
	}
	if out.NewToday, err = compared(ctx, v, midnight, now, s.countBegun); err != nil {
		return nil, err
	}
	if out.LostToday, err = compared(ctx, v, midnight, now, s.countLost); err != nil {
		return nil, err
	}
	return out, s.contactless(ctx, v, out)
}

// standing counts the pairs that stand now.
func (s *service) standing(ctx context.Context, v viewer.Viewer) (int64, error) {
	var n int64
	if v.Scope.Reach == viewer.All {
		// The mirror keeps the number of follows with each customer.
		err := s.db.Read().NewRaw("SELECT CAST(COALESCE(SUM(follows), 0) AS BIGINT) FROM mirror_customer WHERE corp_id = ? AND follows > 0", v.Corp).Scan(ctx, &n)
		return n, err
	}
	scope := v.Where("corp_id", "member_id")
	err := s.db.Read().NewRaw("SELECT COUNT(*) FROM mirror_follow WHERE standing IN (?) AND "+scope.SQL,
		append([]any{list(standings("open"))}, scope.Args...)...).Scan(ctx, &n)
	return n, err
}

type counting = func(ctx context.Context, v viewer.Viewer, from, to time.Time) (Figure, error)

// compared counts a period and the same hours of the day before.
func compared(ctx context.Context, v viewer.Viewer, from, to time.Time, count counting) (Figure, error) {
	f, err := count(ctx, v, from, to)
	if err != nil {
		return f, err
	}
	before, err := count(ctx, v, from.AddDate(0, 0, -1), to.AddDate(0, 0, -1))
	f.CustomersBefore, f.FollowsBefore = &before.Customers, &before.Follows
	return f, err
}

// countBegun counts follows by the mirror, which knows those of before the first sync too.
func (s *service) countBegun(ctx context.Context, v viewer.Viewer, from, to time.Time) (Figure, error) {
	scope := v.Where("corp_id", "member_id")
	var f Figure
	err := s.db.Read().NewRaw("SELECT COUNT(DISTINCT customer_id) AS customers, COUNT(*) AS follows FROM mirror_follow WHERE added_at >= ? AND added_at <= ? AND "+scope.SQL,
		append([]any{db.MS(from), db.MS(to)}, scope.Args...)...).Scan(ctx, &f.Customers, &f.Follows)
	return f, err
}

// countLost counts losses; a repeated coming and going of the same two counts once.
func (s *service) countLost(ctx context.Context, v viewer.Viewer, from, to time.Time) (Figure, error) {
	scope := v.Where("corp_id", "member_id")
	pairs := s.db.Read().NewSelect().TableExpr("customer_history").ColumnExpr("DISTINCT member_id, customer").
		Where("kind = ? AND at >= ? AND at <= ?", wasLost, db.MS(from), db.MS(to)).Where(scope.SQL, scope.Args...)
	var f Figure
	err := s.db.Read().NewSelect().TableExpr("(?) AS h", pairs).ColumnExpr("COUNT(DISTINCT h.customer), COUNT(*)").Scan(ctx, &f.Customers, &f.Follows)
	return f, err
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
