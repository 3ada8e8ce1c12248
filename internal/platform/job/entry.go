package job

import (
	"embed"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Tx is the transaction that jobs are asked for in.
type Tx = db.Tx

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the queue's tables.
func Migrations() db.Migrations {
	return db.Migrations{Set: "job", FS: db.Folder(migrations, "migrations")}
}

// entry is a row of job_job as the queue works with it.
type entry struct {
	ID          id.ID
	Corp        string `bun:"corp_id"`
	Kind        string
	Lane        Lane
	State       State
	Priority    int
	Delayed     bool
	RunAt       int64
	LaneKey     *string
	Place       int64
	UniqueKey   *string
	UniqueHold  Hold
	Args        string
	Attempt     int
	MaxAttempts int
	Holder      int64
	Fence       int64
	CancelAsked bool
	Error       string
	CreatedAt   int64
	StartedAt   int64
	FinishedAt  int64

	ProgressDone  int64
	ProgressTotal int64
	ProgressNote  string
}

const entryColumns = `id, corp_id, kind, lane, state, priority, delayed, run_at, lane_key, place, unique_key, unique_hold,
 args, attempt, max_attempts, holder, fence, cancel_asked, error, created_at, started_at, finished_at,
 progress_done, progress_total, progress_note`

// key is the lane key as the caller gave it.
func (e *entry) key() string {
	if e.LaneKey == nil {
		return ""
	}
	_, key, _ := strings.Cut(*e.LaneKey, "/")
	return key
}

// unique is the unique key as the caller gave it.
func (e *entry) unique() string {
	if e.UniqueKey == nil {
		return ""
	}
	parts := strings.SplitN(*e.UniqueKey, "/", 3)
	return parts[len(parts)-1]
}

func fromMS(ms int64) time.Time { return db.FromMS(ms) }
