package customer

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// exactUpTo is where counting stops: a number beyond it helps nobody and costs a walk.
const exactUpTo = 10_000

// CountFollows counts the rows of Follows, exactly up to 10 000.
func (s *service) CountFollows(ctx context.Context, in *CountInput) (*web.Total, error) {
	return s.count(ctx, in.Filter, perFollow)
}

// CountCustomers counts the rows of Customers, exactly up to 10 000.
func (s *service) CountCustomers(ctx context.Context, in *CountInput) (*web.Total, error) {
	return s.count(ctx, in.Filter, perCompany)
}

func (s *service) count(ctx context.Context, f Filter, l level) (*web.Total, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.prepare(ctx, v, f, l)
	if err != nil || p.nothing {
		return &web.Total{Exact: true}, err
	}
	n, all, err := inTime(ctx, exactUpTo, countTime, func(ctx context.Context, limit int) (n int64, all bool, err error) {
		query := p.counted(limit + 1)
		if f.unfiltered() && v.Scope.Reach == viewer.All {
			// The mirror keeps the number of follows with each customer, and has it in an index.
			some := s.db.Read().NewSelect().TableExpr("mirror_customer").ColumnExpr("follows").Where("corp_id = ? AND follows > 0", v.Corp).Limit(int64(limit) + 1)
			number := map[level]string{perCompany: "COUNT(*)", perFollow: "COALESCE(SUM(r.follows), 0)"}[l]
			query = s.db.Read().NewSelect().TableExpr("(?) AS r", some).ColumnExpr(number)
		}
		err = query.Scan(ctx, &n)
		return min(n, int64(limit)), n <= int64(limit), err
	})
	return &web.Total{Count: n, Exact: all}, err
}

// tiles are the figures of R03: customers now, new today, and those who deleted a member
// today, the latter two beside the same hours of yesterday.
func (s *service) tiles(ctx context.Context, v viewer.Viewer) ([]ask.Tile, error) {
	if !v.Can(permissionRead) {
		return nil, nil
	}
	now := s.clock.Now().In(s.corps.Location(ctx, v.Corp))
	w := whom{Viewer: v}
	total, err := s.totals.of(w.key(), func() (int64, error) { return s.total(ctx, w) })
	if err != nil {
		return nil, err
	}
	tiles := []ask.Tile{{Key: "customer.total", Value: total, Href: "/customer"}}
	for _, t := range []struct {
		key, href string
		count     counting
	}{
		{"customer.newToday", "/customer?level=follow&added=today&standing=all&came=new", s.countBegun},
		{"customer.lostToday", "/churn?lost=today", s.countLost},
	} {
		value, err := t.count(ctx, w, sinceMidnight(now))
		if err != nil {
			return nil, err
		}
		tiles = append(tiles, ask.Tile{Key: t.key, Value: value.Follows, Before: value.FollowsBefore, Href: t.href})
	}
	return tiles, nil
}

// total counts the customers whom somebody of them follows now.
func (s *service) total(ctx context.Context, w whom) (int64, error) {
	var n int64
	if w.everybody() {
		err := s.db.Read().NewRaw("SELECT COUNT(*) FROM mirror_customer WHERE corp_id = ? AND follows > 0", w.Corp).Scan(ctx, &n)
		return n, err
	}
	scope := w.where("corp_id", "member_id")
	err := s.db.Read().NewRaw("SELECT COUNT(DISTINCT customer_id) FROM mirror_follow WHERE standing IN (?) AND "+scope.SQL,
		append([]any{list(standings("open"))}, scope.Args...)...).Scan(ctx, &n)
	return n, err
}

// totals keeps exact totals for a while, because counting a million rows takes a good part
// of a second and open home pages ask at every change. A figure is kept twenty times as
// long as it took: one that costs a few milliseconds is as good as always fresh, and no
// corp spends more than a twentieth of a processor on it.
type totals[T any] struct {
	clock clock.Clock
	mu    sync.Mutex
	kept  map[string]kept[T]
}

func newTotals[T any](c clock.Clock) *totals[T] {
	return &totals[T]{clock: c, kept: map[string]kept[T]{}}
}

type kept[T any] struct {
	value T
	until time.Time
}

const (
	keepFactor = 20
	maxKept    = 1000 // scopes; beyond that all are counted anew
)

func (t *totals[T]) of(key string, count func() (T, error)) (T, error) {
	begun := t.clock.Now()
	t.mu.Lock()
	k, ok := t.kept[key]
	t.mu.Unlock()
	if ok && begun.Before(k.until) {
		return k.value, nil
	}
	n, err := count()
	if err != nil {
		return n, err
	}
	now := t.clock.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.kept) >= maxKept {
		clear(t.kept)
	}
	t.kept[key] = kept[T]{value: n, until: now.Add(keepFactor * now.Sub(begun))}
	return n, nil
}

// scopeKey names what a viewer sees: two with the same key see the same rows.
func scopeKey(v viewer.Viewer) string {
	if v.Scope.Reach == viewer.All {
		return v.Corp
	}
	members := append(slices.Clone(v.Scope.Members), v.Member)
	if v.Scope.Reach != viewer.Departments {
		members = []string{v.Member}
	}
	slices.Sort(members)
	return v.Corp + "\n" + strings.Join(slices.Compact(members), "\n")
}
