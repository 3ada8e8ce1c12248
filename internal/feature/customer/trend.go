package customer

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// trends are the meetings and partings of each day, counted as the tiles count today's:
// follows begun, and pairs of which the customer left.
func (s *service) trends(ctx context.Context, v viewer.Viewer, days []ask.Day) ([]ask.Trend, error) {
	if !v.Can(permissionRead) || len(days) == 0 {
		return nil, nil
	}
	scope := v.Where("t.corp_id", "t.member_id")
	added, err := s.byDay(ctx, days, `WITH day (n, begin_at, end_at) AS (VALUES ?)
		SELECT day.n AS n, COUNT(*) AS value FROM day
		JOIN mirror_follow AS t ON t.added_at >= day.begin_at AND t.added_at < day.end_at
		WHERE `+scope.SQL+` GROUP BY day.n`, scope.Args)
	if err != nil {
		return nil, err
	}
	lost, err := s.byDay(ctx, days, `WITH day (n, begin_at, end_at) AS (VALUES ?)
		SELECT day.n AS n, COUNT(DISTINCT t.member_id || '/' || t.customer) AS value FROM day
		JOIN customer_history AS t ON t.kind = '`+wasLost+`' AND t.at >= day.begin_at AND t.at < day.end_at
		WHERE `+scope.SQL+` GROUP BY day.n`, scope.Args)
	return []ask.Trend{{Key: "customer.added", Values: added}, {Key: "customer.lost", Values: lost}}, err
}

// byDay runs a query that numbers the days and gives a value for those that have one.
func (s *service) byDay(ctx context.Context, days []ask.Day, query string, args []any) ([]int64, error) {
	bounds := make(db.Rows, len(days))
	for i, d := range days {
		bounds[i] = []any{i, db.MS(d.From), db.MS(d.To)}
	}
	var counted []struct {
		N     int   `bun:"n"`
		Value int64 `bun:"value"`
	}
	if err := s.db.Read().NewRaw(query, append([]any{bounds}, args...)...).Scan(ctx, &counted); err != nil {
		return nil, err
	}
	values := make([]int64, len(days))
	for _, c := range counted {
		values[c.N] = c.Value
	}
	return values, nil
}
