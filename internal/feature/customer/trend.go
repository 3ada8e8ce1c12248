package customer

import (
	"context"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// What a day brought and took is counted in one way wherever it is shown: on the home page,
// in its trend and above the list.

// statement counts by numbered days: columns n, customers, follows.
type statement struct {
	sql  string
	args []any
}

// begunBy counts the pairs that began, each once a day. Who came by a hand-over (在职继承,
// 离职继承) is not new to the corp.
//
// The mirror knows those of before the first sync too, but of each pair only the present
// follow: who comes back would be missing on the day on which he came first. The history
// tells of those days, but for a confirmation, which begins nothing: that did the request. A
// pair is in one of the two only, so nothing has to be sorted to tell them apart.
func begunBy(w whom) statement {
	f, h := w.where("f.corp_id", "f.member_id"), w.where("h.corp_id", "h.member_id")
	sql := strings.NewReplacer("{f}", f.SQL, "{h}", h.SQL).Replace(`SELECT b.n AS n, COUNT(DISTINCT b.customer) AS customers, COUNT(*) AS follows FROM (
			SELECT day.n, f.member_id, f.customer FROM day JOIN mirror_follow AS f ON f.added_at >= day.begin_at AND f.added_at < day.end_at
			WHERE f.add_way <> 202 AND {f}
			UNION ALL
			SELECT DISTINCT day.n, h.member_id, h.customer FROM day JOIN customer_history AS h
				ON h.kind IN ('` + wasAdded + `', '` + wasAgain + `', '` + wasHalf + `') AND h.at >= day.begin_at AND h.at < day.end_at
			WHERE {h}
				AND (SELECT COUNT(*) FROM mirror_follow AS g WHERE g.corp_id = h.corp_id AND g.member_id = h.member_id AND g.customer = h.customer
					AND (g.added_at >= day.begin_at AND g.added_at < day.end_at OR g.added_at >= h.at - 60000 AND g.added_at <= h.at + 60000)) = 0
				AND (h.kind <> '` + wasAdded + `' OR COALESCE((SELECT k.kind FROM customer_history AS k
					WHERE k.corp_id = h.corp_id AND k.customer = h.customer AND k.member_id = h.member_id AND k.at < h.at
					ORDER BY k.at DESC, k.id DESC LIMIT 1), '') <> '` + wasHalf + `')
		) AS b GROUP BY b.n`)
	return statement{sql, append(f.Args, h.Args...)}
}

// lostBy counts losses, each time the same two part, as the list of losses has them: also
// those of which nobody knows who ended them.
func lostBy(w whom) statement {
	scope := w.where("h.corp_id", "h.member_id")
	return statement{`SELECT day.n AS n, COUNT(DISTINCT h.customer) AS customers, COUNT(*) AS follows FROM day
		JOIN customer_history AS h ON h.kind IN ('` + wasLost + `', '` + wasGone + `') AND h.at >= day.begin_at AND h.at < day.end_at
		WHERE ` + scope.SQL + ` GROUP BY day.n`, scope.Args}
}

// counted runs a statement over days; those without anything are zero.
func (s *service) counted(ctx context.Context, days []ask.Day, query statement) ([]Figure, error) {
	bounds := make(db.Rows, len(days))
	for i, d := range days {
		bounds[i] = []any{i, db.MS(d.From), db.MS(d.To)}
	}
	var found []struct {
		N         int   `bun:"n"`
		Customers int64 `bun:"customers"`
		Follows   int64 `bun:"follows"`
	}
	err := s.db.Read().NewRaw("WITH day (n, begin_at, end_at) AS (VALUES ?) "+query.sql, append([]any{bounds}, query.args...)...).Scan(ctx, &found)
	if err != nil {
		return nil, err
	}
	figures := make([]Figure, len(days))
	for _, c := range found {
		figures[c.N] = Figure{Customers: c.Customers, Follows: c.Follows}
	}
	return figures, nil
}

// trends are the meetings and partings of each day, counted as the tiles count today's.
func (s *service) trends(ctx context.Context, v viewer.Viewer, days []ask.Day) ([]ask.Trend, error) {
	if !v.Can(permissionRead) || len(days) == 0 {
		return nil, nil
	}
	var trends []ask.Trend
	for _, t := range []struct {
		key   string
		query statement
	}{{"customer.added", begunBy(whom{Viewer: v})}, {"customer.lost", lostBy(whom{Viewer: v})}} {
		counted, err := s.counted(ctx, days, t.query)
		if err != nil {
			return nil, err
		}
		values := make([]int64, len(counted))
		for i, c := range counted {
			values[i] = c.Follows
		}
		trends = append(trends, ask.Trend{Key: t.key, Values: values})
	}
	return trends, nil
}
