package profile

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/kept"
)

const (
	kindSweep = "sweep"
	// looseFor is how long a file that no value holds is kept: so long an edit can be undone.
	looseFor = 30 * 24 * time.Hour
	// importsFor is how long the file of an import is kept: so long its failed lines can be tried anew.
	importsFor = 30 * 24 * time.Hour
)

// sweep gives up files that no value has held for thirty days, and uploaded tables of old
// imports. Twice is harmless: what was given up is not found again.
func (s *service) sweep(ctx context.Context, _ job.Job[struct{}]) error {
	if err := kept.Steps(ctx, s.db, s.sweepImports); err != nil {
		return err
	}
	return loose().Sweep(ctx, s.db, s.unlinks, db.MS(s.clock.Now().Add(-looseFor)))
}

// sweepImports gives up the files of old imports, those that were never begun too.
func (s *service) sweepImports(ctx context.Context, tx db.Tx, most int) (int, error) {
	var rows []struct {
		ID   id.ID  `bun:"id"`
		Corp string `bun:"corp_id"`
	}
	now := s.clock.Now()
	err := tx.NewRaw(`UPDATE profile_run SET swept_at = ? WHERE swept_at = 0 AND state NOT IN ('checking', 'running') AND id IN (SELECT id FROM profile_run
		WHERE kind = 'import' AND swept_at = 0 AND created_at < ? AND state NOT IN ('checking', 'running') ORDER BY created_at LIMIT ?) RETURNING id, corp_id`,
		db.MS(now), db.MS(now.Add(-importsFor)), most).Scan(ctx, &rows)
	if err != nil {
		return 0, err
	}
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = importKey(r.Corp, r.ID)
	}
	return len(rows), s.unlinks.LetGo(ctx, tx, keys)
}

type looseFile struct {
	ID    id.ID  `bun:"id"`
	Corp  string `bun:"corp_id"`
	Field id.ID  `bun:"field_id"`
}

// loose is the files that no value holds. One that a value holds all the same, since another
// record had it too when two were taken apart, counts as held again.
func loose() kept.Loose[looseFile] {
	return kept.Loose[looseFile]{
		Take: `UPDATE profile_file SET size = size WHERE loose_at > 0 AND id IN (SELECT id FROM profile_file
			WHERE loose_at > 0 AND loose_at < ? ORDER BY loose_at LIMIT ?) RETURNING id, corp_id, field_id`,
		Keep: "UPDATE profile_file SET loose_at = 0 WHERE id IN (?)",
		Drop: "DELETE FROM profile_file WHERE id IN (?)",
		Held: heldOf,
		Of:   func(f looseFile) (id.ID, string) { return f.ID, blobKey(f.Corp, f.ID) },
	}
}

// heldOf tells which of the files a value names.
func heldOf(ctx context.Context, tx db.Tx, rows []looseFile) (map[id.ID]bool, error) {
	var corps, tokens []string
	var fields []id.ID
	for _, r := range rows {
		tokens = append(tokens, r.ID.String())
		if !slices.Contains(corps, r.Corp) {
			corps = append(corps, r.Corp)
		}
		if !slices.Contains(fields, r.Field) {
			fields = append(fields, r.Field)
		}
	}
	var found []string
	err := tx.NewRaw("SELECT token FROM profile_value WHERE corp_id IN (?) AND field_id IN (?) AND token IN (?)", bun.List(corps), bun.List(fields), bun.List(tokens)).Scan(ctx, &found)
	held := map[id.ID]bool{}
	for _, t := range found {
		if file, named := fileNamed(t); named {
			held[file] = true
		}
	}
	return held, err
}
