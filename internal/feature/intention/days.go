package intention

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// LevelCount is how many customers are in a level now.
type LevelCount struct {
	Level string `json:"level" enum:"high,medium,low,asleep"`
	From  int    `json:"from" doc:"points with which it begins"`
	Count int64  `json:"count"`
	Exact bool   `json:"exact" doc:"false: at least so many"`
}

// LevelsView are all levels, the highest first.
type LevelsView struct {
	Levels   []LevelCount `json:"levels"`
	HalfLife int          `json:"halfLife" doc:"days after which an event is worth half"`
	Progress *Progress    `json:"progress,omitempty" doc:"while scores are reckoned by new rules"`
}

// Progress is how far new rules are carried out.
type Progress struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
}

func (st setting) running() *Progress {
	if st.Applied == st.Version {
		return nil
	}
	return &Progress{st.Done, max(st.Total, st.Done)}
}

// Levels counts the customers of each level within the viewer's scope, exactly up to 10 000.
func (s *service) Levels(ctx context.Context, _ *struct{}) (*LevelsView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	st, err := settingOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	view := &LevelsView{HalfLife: st.model.HalfLife, Progress: st.running()}
	q, err := s.ready(ctx, v, Filter{Max: -1})
	if err != nil {
		return nil, err
	}
	for _, l := range Levels() {
		q.Levels = []string{l.Word()}
		var n web.Total
		if n, err = q.count(ctx); err != nil {
			return nil, err
		}
		view.Levels = append(view.Levels, LevelCount{l.Word(), st.model.threshold(l), n.Count, n.Exact})
	}
	return view, nil
}

// dayNumber is a day as 20261122.
func dayNumber(t time.Time) int {
	y, m, d := t.Date()
	return y*10000 + int(m)*100 + d
}

// dayCount is how many customers were in each level at the end of a day.
type dayCount struct {
	bun.BaseModel `bun:"table:intention_day,alias:d"`

	Corp   string `bun:"corp_id,pk"`
	Member string `bun:"member_id,pk"`
	Day    int    `bun:"day,pk"`
	High   int64  `bun:"high"`
	Medium int64  `bun:"medium"`
	Low    int64  `bun:"low"`
	Asleep int64  `bun:"asleep"`
}

// membersAtOnce is how many members' customers one statement counts.
const membersAtOnce = 50

// levelSums counts the levels of the scores s; its places are the bounds, from high to low.
const levelSums = `CAST(COALESCE(SUM(CASE WHEN s.one_at >= ? THEN 1 ELSE 0 END), 0) AS BIGINT) AS high,
	CAST(COALESCE(SUM(CASE WHEN s.one_at < ? AND s.one_at >= ? THEN 1 ELSE 0 END), 0) AS BIGINT) AS medium,
	CAST(COALESCE(SUM(CASE WHEN s.one_at < ? AND s.one_at >= ? THEN 1 ELSE 0 END), 0) AS BIGINT) AS low,
	CAST(COALESCE(SUM(CASE WHEN s.one_at < ? THEN 1 ELSE 0 END), 0) AS BIGINT) AS asleep`

// countDay writes the figures of a day: of the whole corp, where each customer counts once,
// and of each member. It reads all scores, a part at a time.
func (s *service) countDay(ctx context.Context, corp string, day time.Time) error {
	read := s.db.Read()
	st, err := settingOf(ctx, read, corp)
	if err != nil {
		return err
	}
	now := db.NowMS(s.clock)
	high, medium, low := st.model.bound(st.model.High, now), st.model.bound(st.model.Medium, now), st.model.bound(st.model.Low, now)
	bounds := []any{high, high, medium, medium, low, low}
	whole := dayCount{}
	err = read.NewRaw("SELECT "+levelSums+` FROM intention_score AS s JOIN mirror_customer AS c ON c.id = s.customer_id
		WHERE s.corp_id = ? AND c.follows > 0`, append(bounds, corp)...).Scan(ctx, &whole)
	if err != nil {
		return err
	}
	rows := []dayCount{whole}
	var members []string
	if err := read.NewRaw("SELECT id FROM mirror_member WHERE corp_id = ? AND left_at = 0 ORDER BY id", corp).Scan(ctx, &members); err != nil {
		return err
	}
	for from := 0; from < len(members); from += membersAtOnce {
		var some []dayCount
		err := read.NewRaw("SELECT f.member_id, "+levelSums+` FROM mirror_follow AS f CROSS JOIN intention_score AS s
			WHERE f.corp_id = ? AND f.member_id IN (?) AND f.standing IN (1, 2) AND s.customer_id = f.customer_id GROUP BY f.member_id`,
			append(bounds, corp, bun.List(members[from:min(from+membersAtOnce, len(members))]))...).Scan(ctx, &some)
		if err != nil {
			return err
		}
		rows = append(rows, some...)
	}
	for i := range rows {
		rows[i].Corp, rows[i].Day = corp, dayNumber(day)
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewInsert().Model(&rows).On("CONFLICT (corp_id, member_id, day) DO UPDATE").
			Set("high = excluded.high, medium = excluded.medium, low = excluded.low, asleep = excluded.asleep").Exec(ctx)
		return err
	})
}

// counted tells whether a day has its figures.
func (s *service) counted(ctx context.Context, corp string, day time.Time) (bool, error) {
	var n int
	err := s.db.Read().NewRaw("SELECT COUNT(*) FROM intention_day WHERE corp_id = ? AND member_id = '' AND day = ?", corp, dayNumber(day)).Scan(ctx, &n)
	return n > 0, err
}

type trendInput struct {
	Days int `query:"days" minimum:"7" maximum:"365" default:"30"`
}

// TrendView is how many customers were in each level, by day.
type TrendView struct {
	Days []TrendDay `json:"days" doc:"those that were counted, in order"`
	// Shared is true when the figures are added up of members: who follows with two counts twice.
	Shared bool `json:"shared" doc:"added up of the members in scope: a customer whom two of them follow counts twice"`
}

// TrendDay is one day.
type TrendDay struct {
	Day    string `json:"day" doc:"2026-11-22"`
	High   int64  `json:"high"`
	Medium int64  `json:"medium"`
	Low    int64  `json:"low"`
	Asleep int64  `json:"asleep"`
}

// Trend shows the figures of the last days within the viewer's scope.
func (s *service) Trend(ctx context.Context, in *trendInput) (*TrendView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	today := s.clock.Now().In(s.corps.Location(ctx, v.Corp))
	scope := viewer.Condition{SQL: "d.corp_id = ? AND d.member_id = ''", Args: []any{v.Corp}}
	view := &TrendView{Days: []TrendDay{}, Shared: v.Scope.Reach == viewer.Departments}
	if v.Scope.Reach != viewer.All {
		scope = v.Where("d.corp_id", "d.member_id")
		scope.SQL += " AND d.member_id <> ''"
	}
	var rows []dayCount
	err = s.db.Read().NewSelect().Model(&rows).ColumnExpr("d.day").
		ColumnExpr("CAST(SUM(d.high) AS BIGINT) AS high, CAST(SUM(d.medium) AS BIGINT) AS medium, CAST(SUM(d.low) AS BIGINT) AS low, CAST(SUM(d.asleep) AS BIGINT) AS asleep").
		Where(scope.SQL, scope.Args...).Where("d.day > ?", dayNumber(today.AddDate(0, 0, -in.Days))).
		GroupExpr("d.day").OrderExpr("d.day").Scan(ctx)
	for _, r := range rows {
		date := time.Date(r.Day/10000, time.Month(r.Day/100%100), r.Day%100, 0, 0, 0, 0, time.UTC)
		view.Days = append(view.Days, TrendDay{date.Format(time.DateOnly), r.High, r.Medium, r.Low, r.Asleep})
	}
	return view, err
}
