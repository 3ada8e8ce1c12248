package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

const (
	// walMost is how long SQLite's log may grow before it is made to begin anew, in bytes.
	walMost = 32 << 20
	// walPatience bounds how long writers wait for readers when it is, walPause from one try
	// to the next. Waits of the machine, not of the product: the system's clock counts them.
	walPatience = time.Second
	walPause    = 2 * time.Millisecond
)

// wal keeps SQLite's write-ahead log short.
//
// A commit carries what it can over into the file by itself, but the log begins anew only at
// a moment when nobody reads in it. Where lists are read all the time there is none: it
// would grow as long as people work, and each page that anybody reads is first looked for in
// it. So the writer waits for those who read now, once in a while; who begins meanwhile
// reads the file alone. One who reads for longer than walPatience is let be: the log then
// has to grow as much again before the next try.
type wal struct {
	file  string
	write *bun.DB // the one connection that writes
	most  int64

	mu      sync.Mutex
	next    int64 // the size that is too much
	running bool
	closed  bool
	done    sync.WaitGroup
}

func newWAL(path string, write *bun.DB, most int64) *wal {
	return &wal{file: path + "-wal", write: write, most: most, next: most}
}

// grown looks at the log after a commit, and has it begin anew behind the caller's back.
func (w *wal) grown(log *slog.Logger) {
	info, err := os.Stat(w.file)
	if err != nil {
		return // there is no log yet
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if info.Size() < w.next || w.running || w.closed {
		return
	}
	w.running = true
	w.done.Go(func() {
		anew, err := w.checkpoint(context.Background())
		if err != nil {
			log.Warn("the log of SQLite could not begin anew", "size", info.Size(), "err", err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.running, w.next = false, w.most
		if err != nil || !anew {
			w.next = info.Size() + w.most
		}
	})
}

// checkpoint has the log begin anew, and tells whether it did.
func (w *wal) checkpoint(ctx context.Context) (anew bool, err error) {
	conn, err := w.write.DB.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	var blocked, frames, carried int
	// Tries that do not wait, with a pause in which readers come and go: one that waits inside
	// SQLite keeps its locks meanwhile, and readers who overlap can keep it waiting for ever.
	if err := patience(ctx, conn, 0); err != nil {
		return false, err
	}
	for waited := time.Duration(0); waited < walPatience; waited += walPause {
		err = conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&blocked, &frames, &carried)
		if err != nil || blocked == 0 || clock.Sleep(ctx, clock.System(), walPause) != nil {
			break
		}
	}
	return blocked == 0, errors.Join(err, patience(ctx, conn, busyTimeout))
}

// close waits for what is under way.
func (w *wal) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.done.Wait()
}

// patience sets how long a connection waits for others.
func patience(ctx context.Context, conn *sql.Conn, long time.Duration) error {
	_, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", long.Milliseconds()))
	return err
}
