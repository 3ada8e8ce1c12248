// Package kept is files that the program makes for somebody and keeps for a while: a list
// taken away, a person's data. Whose file it is and how far it is says a row of the feature's
// own; this package says in which order row and file come and go, whatever breaks between:
// a file is whole before its row says so, it goes before its row does, and one that nobody
// wants any more by the time it is whole goes at once. What people bring is the other way
// round: whoever keeps it decides, so the row goes first and its file after it; see Loose.
package kept

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// Files makes, hands out and removes the files of one feature.
type Files struct {
	DB    *db.DB
	Blob  blob.Store
	Queue *job.Queue
	Log   *slog.Logger
}

// Make streams a file into the store; memory holds a piece of it. Twice is harmless: it is
// there whole under its key, or as it was before.
func (f Files) Make(ctx context.Context, key, contentType string, write func(w io.Writer) error) (blob.Info, error) {
	in, out := io.Pipe()
	made := make(chan error, 1)
	go func() {
		var err error
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("making %s panicked: %v", key, p)
			}
			out.CloseWithError(err)
			made <- err
		}()
		err = write(out)
	}()
	info, err := f.Blob.Put(ctx, key, in, -1, contentType)
	in.CloseWithError(err) // a writer that still writes must not wait for ever
	if cause := <-made; cause != nil {
		err = cause // the reason, not what the store made of it
	}
	return info, err
}

// Record writes to the row that the file of a job is whole. The row may say that nobody
// wants it any more, and so may whoever cancelled the job in this moment: then it goes.
func (f Files) Record(ctx context.Context, key string, record func(ctx context.Context, tx db.Tx) (wanted bool, err error)) error {
	wanted := true
	err := f.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		wanted, err = record(ctx, tx)
		return err
	})
	if err == nil && !wanted || errors.Is(context.Cause(ctx), job.ErrCancelled) {
		f.Drop(context.WithoutCancel(ctx), key)
	}
	return err
}

// Drop removes a file that no row speaks of.
func (f Files) Drop(ctx context.Context, key string) {
	if err := f.Blob.Delete(ctx, key); err != nil {
		f.Log.WarnContext(ctx, "a file that nobody wants was not removed", "key", key, "error", err.Error())
	}
}

// Discard takes a file from its owner: the job that may still be making it is cancelled,
// the file removed, and settle writes that to the row. The job may have ended meanwhile:
// settle must find the row in either state.
func (f Files) Discard(ctx context.Context, corp string, making id.ID, key string, settle func(ctx context.Context, tx db.Tx) error) error {
	if making != 0 {
		// First the job: while it could still write, the file would come back.
		if err := f.Queue.Cancel(ctx, corp, making); err != nil && fault.CodeOf(err) != fault.Conflict && fault.CodeOf(err) != fault.NotFound {
			return err
		}
	}
	if err := f.Blob.Delete(ctx, key); err != nil {
		return err
	}
	return f.DB.Tx(ctx, settle)
}

// Send hands a file out under a name for people.
func (f Files) Send(ctx context.Context, w http.ResponseWriter, key, name string) error {
	content, info, err := f.Blob.Get(ctx, key)
	if errors.Is(err, blob.ErrNotFound) {
		return fault.New(fault.NotFound, "文件已不在存储中").WithAdvice("请重新导出").Because(err)
	}
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // only read from
	web.Attach(w, name, info.Type)
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size, 10))
	_, err = io.Copy(w, content)
	return err
}

// sweepStep is how many files are looked up, or given up in one transaction, at a time.
const sweepStep = 100

// Sweep removes files whose time is over, each before its row says so. Due finds at most so
// many rows whose file is to go, over no longer finds. Twice is harmless: what is gone
// stays gone.
func Sweep[R any](ctx context.Context, f Files, due func(ctx context.Context, q db.Querier, most int) ([]R, error), key func(R) string, over func(ctx context.Context, tx db.Tx, r R) error) error {
	for {
		rows, err := due(ctx, f.DB.Read(), sweepStep)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := f.Blob.Delete(ctx, key(r)); err != nil {
				return err
			}
			if err := f.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return over(ctx, tx, r) }); err != nil {
				return err
			}
		}
		if len(rows) < sweepStep {
			return nil
		}
	}
}
