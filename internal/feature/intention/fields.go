package intention

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// fields tells customers apart by their intention. Each comparison is a stretch of the
// stored score, looked up by the customer's id.
func (s *service) fields(ctx context.Context, v viewer.Viewer) ([]ask.Field, error) {
	st, err := settingOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	type test = func(ctx context.Context, t ask.Test) (viewer.Condition, error)
	always := func(sql func(t ask.Test) viewer.Condition) test {
		return func(_ context.Context, t ask.Test) (viewer.Condition, error) { return sql(t), nil }
	}
	m := st.model
	level := ask.Field{Key: "intention.level", Kind: ask.KindChoice, Permission: permissionRead, Where: always(m.levelIs), Among: always(m.levelAmong)}
	for _, l := range Levels() {
		level.Options = append(level.Options, ask.Choice{Value: l.Word()})
	}
	return []ask.Field{
		{
			Key: "intention.score", Kind: ask.KindNumber, Permission: permissionRead,
			Where: always(func(t ask.Test) viewer.Condition { return m.scored(t).where(t) }),
			Among: always(func(t ask.Test) viewer.Condition { return m.scored(t).among(t) }),
		},
		level,
		{Key: "intention.moved", Kind: ask.KindDate, Permission: permissionRead, Where: movedIs},
	}, nil
}

// columns are what other lists of customers can show of intention.
func (s *service) columns(context.Context, viewer.Viewer) ([]ask.Column, error) {
	cells := func(cell func(m Model, r *score, at int64, q ask.CellsQuery) any) func(context.Context, ask.CellsQuery) (map[id.ID]any, error) {
		return func(ctx context.Context, q ask.CellsQuery) (map[id.ID]any, error) {
			st, err := settingOf(ctx, q.Read, q.Viewer.Corp)
			if err != nil || len(q.Pairs) == 0 {
				return nil, err
			}
			ids := make([]id.ID, len(q.Pairs))
			for i, p := range q.Pairs {
				ids[i] = p.CustomerID
			}
			var rows []*score
			if err := q.Read.NewRaw("SELECT "+scoreColumns+" FROM intention_score WHERE customer_id IN (?)", bun.List(ids)).Scan(ctx, &rows); err != nil {
				return nil, err
			}
			by := map[id.ID]any{}
			for _, r := range rows {
				by[r.ID] = cell(st.model, r, db.NowMS(s.clock), q)
			}
			found := map[id.ID]any{}
			for _, p := range q.Pairs {
				if c, ok := by[p.CustomerID]; ok {
					found[p.Follow] = c
				}
			}
			return found, nil
		}
	}
	return []ask.Column{
		{
			Key: "intention.score", ZH: "意向分", EN: "Intention score", Permission: permissionRead,
			Cells: cells(func(m Model, r *score, at int64, _ ask.CellsQuery) any { return m.shown(r.OneAt, at) }),
		},
		{
			Key: "intention.level", ZH: "意向等级", EN: "Intention level", Permission: permissionRead,
			Cells: cells(func(m Model, r *score, at int64, q ask.CellsQuery) any {
				if q.English {
					return m.level(r.OneAt, at).EN()
				}
				return m.level(r.OneAt, at).ZH()
			}),
		},
	}, nil
}

// oneAt is the stored score of the customer of a follow; who has none has no points.
const oneAt = "COALESCE((SELECT s.one_at FROM intention_score AS s WHERE s.customer_id = {f}.customer_id), 0)"

// stretch is a span of stored scores: from the first, below the second.
type stretch struct{ from, below Moment }

const top = Moment(math.MaxInt64)

func (p stretch) where(t ask.Test) viewer.Condition {
	value := strings.ReplaceAll(oneAt, "{f}", t.Follow)
	return viewer.Condition{SQL: value + " >= ? AND " + value + " < ?", Args: []any{p.from, p.below}}
}

// among names the follows of the customers in a stretch, by the index of scores; those who
// may have no score at all are not in it.
func (p stretch) among(t ask.Test) viewer.Condition {
	if p.from <= 0 {
		return viewer.Condition{}
	}
	return t.SQL(`SELECT a.id FROM intention_score AS s CROSS JOIN mirror_follow AS a
		WHERE s.corp_id = ? AND s.one_at >= ? AND s.one_at < ? AND a.customer_id = s.customer_id`, t.Viewer.Corp, p.from, p.below)
}

// scored is a comparison of points as they are shown: whole numbers.
func (m Model) scored(t ask.Test) stretch {
	at, n := db.MS(t.Now), numbers(t.Values)
	lowest := Moment(math.MinInt64)
	from := func(x float64) Moment { return m.bound(int(math.Ceil(min(x, 1e6))), at) } // at least x
	over := func(x float64) Moment { return m.bound(int(math.Floor(min(x, 1e6)))+1, at) }
	switch t.Op {
	case ask.OpIs:
		return stretch{from(n[0]), over(n[0])}
	case ask.OpLess:
		return stretch{lowest, from(n[0])}
	case ask.OpMore:
		return stretch{over(n[0]), top}
	case ask.OpBetween:
		return stretch{from(n[0]), over(n[1])}
	case ask.OpSet:
		return stretch{from(1), top}
	default:
		return stretch{lowest, from(1)}
	}
}

func numbers(values []string) [2]float64 {
	var n [2]float64
	for i, v := range values[:min(len(values), 2)] {
		n[i], _ = strconv.ParseFloat(v, 64) // only numbers are let in
	}
	return n
}

// levelIs compares the level; everybody has one.
func (m Model) levelIs(t ask.Test) viewer.Condition {
	never, always := viewer.Condition{SQL: "1 = 0"}, viewer.Condition{SQL: "1 = 1"}
	var one viewer.Condition
	for _, word := range t.Values {
		l, known := levelOf(word)
		if !known {
			continue
		}
		c := m.stretchOf(l, db.MS(t.Now)).where(t)
		if one.SQL != "" {
			one.SQL += " OR "
		}
		one.SQL, one.Args = one.SQL+"("+c.SQL+")", append(one.Args, c.Args...)
	}
	none := one.SQL == ""
	switch {
	case t.Op == ask.OpSet, t.Op == ask.OpNone && none:
		return always
	case t.Op == ask.OpEmpty, none:
		return never
	case t.Op == ask.OpNone:
		one.SQL = "NOT (" + one.SQL + ")"
	default:
		one.SQL = "(" + one.SQL + ")"
	}
	return one
}

// levelAmong is for one level, the usual question; more are asked of every follow.
func (m Model) levelAmong(t ask.Test) viewer.Condition {
	if t.Op != ask.OpAny || len(t.Values) != 1 {
		return viewer.Condition{}
	}
	l, _ := levelOf(t.Values[0])
	return m.stretchOf(l, db.MS(t.Now)).among(t)
}

// stretchOf is the span of a level.
func (m Model) stretchOf(l Level, at int64) stretch {
	p := stretch{math.MinInt64, top}
	if l > Asleep {
		p.from = m.bound(m.threshold(l), at)
	}
	if l < High {
		p.below = m.bound(m.threshold(l+1), at)
	}
	return p
}

// movedIs compares the day on which the level last changed.
func movedIs(_ context.Context, t ask.Test) (viewer.Condition, error) {
	return t.IsDate("(SELECT s.moved_at FROM intention_score AS s WHERE s.customer_id = {f}.customer_id)"), nil
}
