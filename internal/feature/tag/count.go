package tag

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const (
	kindCount  = "count"
	kindRecent = "recount"
	// freshDays is what "new" means in the figures.
	freshDays = 30
)

// countHourly counts a corp's tags once an hour.
func (s *service) countHourly(ctx context.Context, j job.Job[job.Tick]) error {
	return s.countCorp(ctx, j.Corp)
}

// countNow counts when somebody asks.
func (s *service) countNow(ctx context.Context, j job.Job[struct{}]) error {
	return s.countCorp(ctx, j.Corp)
}

// countCorp counts the standing follows of each tag by member. One tag after the other, so
// that no statement reads all marks of the corp. Twice is harmless: it counts again.
func (s *service) countCorp(ctx context.Context, corp string) error {
	library, err := mirror.TagLibrary(ctx, s.db.Read(), corp)
	if err != nil {
		return err
	}
	fresh := db.MS(s.clock.Now().Add(-freshDays * 24 * time.Hour))
	kept := []string{""}
	for _, g := range library {
		for _, t := range g.Tags {
			kept = append(kept, t.ID)
			if err := s.countTag(ctx, corp, t.ID, fresh); err != nil {
				return err
			}
		}
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw("DELETE FROM tag_count WHERE corp_id = ? AND tag NOT IN (?)", corp, bun.List(kept)).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("INSERT INTO tag_counted (corp_id, at) VALUES (?, ?) ON CONFLICT (corp_id) DO UPDATE SET at = excluded.at",
			corp, db.NowMS(s.clock)).Exec(ctx); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, corp, slug)
	})
}

type countRow struct {
	Corp    string `bun:"corp_id"`
	Tag     string `bun:"tag"`
	Member  string `bun:"member_id"`
	Follows int64  `bun:"follows"`
	Fresh   int64  `bun:"fresh"`
}

func (s *service) countTag(ctx context.Context, corp, tag string, fresh int64) error {
	var rows []*countRow
	if err := s.db.Read().NewRaw(`SELECT ft.corp_id, ft.tag_id AS tag, f.member_id, COUNT(*) AS follows,
			CAST(COALESCE(sum(CASE WHEN f.added_at >= ? THEN 1 ELSE 0 END), 0) AS BIGINT) AS fresh
		FROM mirror_follow_tag AS ft JOIN mirror_follow AS f ON f.id = ft.follow_id
		WHERE ft.corp_id = ? AND ft.tag_id = ? AND f.standing = 1 GROUP BY ft.corp_id, ft.tag_id, f.member_id`, fresh, corp, tag).Scan(ctx, &rows); err != nil {
		return err
	}
	var known []*countRow
	if err := s.db.Read().NewRaw("SELECT corp_id, tag, member_id, follows, fresh FROM tag_count WHERE corp_id = ? AND tag = ?", corp, tag).Scan(ctx, &known); err != nil {
		return err
	}
	if same(rows, known) {
		return nil
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw("DELETE FROM tag_count WHERE corp_id = ? AND tag = ?", corp, tag).Exec(ctx); err != nil {
			return err
		}
		if len(rows) == 0 {
			return nil
		}
		_, err := tx.NewInsert().Model(&rows).ModelTableExpr("tag_count").Exec(ctx)
		return err
	})
}

func same(a, b []*countRow) bool {
	if len(a) != len(b) {
		return false
	}
	was := make(map[countRow]bool, len(b))
	for _, x := range b {
		was[*x] = true
	}
	for _, x := range a {
		if !was[*x] {
			return false
		}
	}
	return true
}

// askCount asks for a count soon.
func (s *service) askCount(ctx context.Context, tx db.Tx, corp string) error {
	_, err := s.jobs.Insert(ctx, tx, job.Insert{Kind: kindRecent, Corp: corp, Key: "count", Unique: "count", UniqueFor: job.HoldWaiting})
	return err
}

// countsByTag sums what was counted within the viewer's scope.
func countsByTag(ctx context.Context, q db.Querier, v viewer.Viewer) (map[string]countRow, error) {
	scope := v.Where("corp_id", "member_id")
	var rows []countRow
	err := q.NewRaw(`SELECT tag, CAST(sum(follows) AS BIGINT) AS follows, CAST(sum(fresh) AS BIGINT) AS fresh FROM tag_count
		WHERE `+scope.SQL+` GROUP BY tag`, scope.Args...).Scan(ctx, &rows)
	out := make(map[string]countRow, len(rows))
	for _, r := range rows {
		out[r.Tag] = r
	}
	return out, err
}

func countedAt(ctx context.Context, q db.Querier, corp string) (int64, error) {
	var at int64
	err := q.NewRaw("SELECT at FROM tag_counted WHERE corp_id = ?", corp).Scan(ctx, &at)
	if db.NoRows(err) {
		return 0, nil
	}
	return at, err
}
