package corp

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// Call is a call to WeCom that failed, once or more often within one minute.
type Call struct {
	ID        id.ID         `bun:"id" json:"id"`
	Corp      string        `bun:"corp_id" json:"-"`
	App       Purpose       `bun:"app" json:"app"`
	Operation string        `bun:"operation" json:"operation"` // path below /cgi-bin/
	ErrCode   int           `bun:"errcode" json:"errcode"`     // 0 when no answer came
	Class     errcode.Class `bun:"class" json:"class"`
	Reason    string        `bun:"reason" json:"reason"` // WeCom's own words, the latest
	Minute    int64         `bun:"minute" json:"-"`
	Times     int64         `bun:"times" json:"times"`
	FirstAt   int64         `bun:"first_at" json:"firstAt"` // unix ms
	LastAt    int64         `bun:"last_at" json:"lastAt"`   // unix ms
	AdviceZH  string        `bun:"-" json:"adviceZh"`
	AdviceEN  string        `bun:"-" json:"adviceEn"`
}

const (
	// maxCalls bounds the failures in memory; what comes beyond is counted in the log only.
	maxCalls = 512
	// maxReason bounds what is kept of WeCom's words, in bytes.
	maxReason = 500
	// callPause collects failures before they are written together.
	callPause = time.Second
)

type callKey struct {
	corp      string
	app       Purpose
	operation string
	code      int
	class     errcode.Class
	minute    int64
}

// callLog collects failed calls and writes them in one statement a second: when WeCom is
// down every call fails, and the log must not add to the trouble.
type callLog struct {
	registry *Registry
	mu       sync.Mutex
	waiting  map[callKey]*Call
	dropped  int
	flushing bool
	closed   bool
	done     sync.WaitGroup
}

// heard is the SDK's observer.
func (r *Registry) heard(ctx context.Context, info wecom.CallInfo) {
	if r.observe != nil {
		r.observe(info)
	}
	if info.Err == nil || errors.Is(ctx.Err(), context.Canceled) {
		return // it worked, or the caller went away: nothing to put right
	}
	r.calls.add(info, db.MS(r.clock.Now()))
}

func (l *callLog) add(info wecom.CallInfo, now int64) {
	key := callKey{info.CorpID, Purpose(info.App), info.Op, info.Code, info.Class, now / 60_000}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting == nil {
		l.waiting = map[callKey]*Call{}
	}
	c := l.waiting[key]
	if c == nil {
		if len(l.waiting) >= maxCalls || l.closed {
			l.dropped++
			return
		}
		c = &Call{
			ID: l.registry.ids.New(), Corp: key.corp, App: key.app, Operation: key.operation, ErrCode: key.code,
			Class: key.class, Minute: key.minute, FirstAt: now,
		}
		l.waiting[key] = c
	}
	c.Times++
	c.LastAt = now
	c.Reason = reason(info.Err)
	if !l.flushing && !l.closed {
		l.flushing = true
		l.done.Go(l.flushSoon)
	}
}

// reason is what WeCom or the transport said, without our own words around it.
func reason(err error) string {
	text := err.Error()
	if e, ok := errors.AsType[*wecom.Error](err); ok {
		switch {
		case e.Msg != "":
			text = e.Msg
		case e.Err != nil:
			text = e.Err.Error()
		}
	}
	text = db.Clean(text)
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "")
	}
	return text
}

// flushSoon writes after a pause of the machine's clock, not the product's: log rows
// must appear under a fake clock as well.
func (l *callLog) flushSoon() {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	_ = clock.Sleep(ctx, clock.System(), callPause) // an early end only means to write earlier
	l.mu.Lock()
	l.flushing = false
	l.mu.Unlock()
	if err := l.flush(ctx); err != nil {
		l.registry.log.Warn("failed calls to WeCom could not be recorded", "error", err)
	}
}

// FlushCalls writes the failed calls that are still in memory.
func (r *Registry) FlushCalls(ctx context.Context) error { return r.calls.flush(ctx) }

func (l *callLog) flush(ctx context.Context) error {
	l.mu.Lock()
	waiting, dropped := l.waiting, l.dropped
	l.waiting, l.dropped = nil, 0
	l.mu.Unlock()
	if dropped > 0 {
		l.registry.log.Warn("failed calls to WeCom were not recorded one by one", "count", dropped)
	}
	if len(waiting) == 0 {
		return nil
	}
	rows := make([]*Call, 0, len(waiting))
	for _, c := range waiting {
		rows = append(rows, c)
	}
	return l.registry.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewInsert().Model(&rows).ModelTableExpr("corp_call").
			On(`CONFLICT (corp_id, app, operation, errcode, class, minute) DO UPDATE`).
			Set(`times = corp_call.times + excluded.times, last_at = excluded.last_at, reason = excluded.reason`).
			Exec(ctx)
		if err != nil || l.registry.recorded == nil {
			return err
		}
		for corp := range corpsOf(rows) {
			if err := l.registry.recorded(ctx, tx, corp); err != nil {
				return err
			}
		}
		return nil
	})
}

func corpsOf(rows []*Call) map[string]bool {
	corps := map[string]bool{}
	for _, c := range rows {
		corps[c.Corp] = true
	}
	return corps
}

func (l *callLog) close(ctx context.Context) error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	err := l.flush(ctx)
	l.done.Wait()
	return errors.Join(err, l.flush(ctx))
}

// CallFilter narrows the list of failed calls. Zero values do not narrow.
type CallFilter struct {
	Operation string
	ErrCode   int
	// Before continues a list: only calls older than this key.
	Before CallKey
	Limit  int // 1 to 200, 50 when 0
}

// CallKey is the place of a call in the list, which runs from the newest to the oldest.
type CallKey struct {
	At int64 `json:"at"` // Call.LastAt
	ID id.ID `json:"id"`
}

// Key is the call's place in the list.
func (c Call) Key() CallKey { return CallKey{c.LastAt, c.ID} }

// Calls lists failed calls of a corp, the newest first, each with advice. One row more
// than Limit is given when there are more.
func (r *Registry) Calls(ctx context.Context, corp string, f CallFilter) ([]Call, error) {
	if err := r.calls.flush(ctx); err != nil {
		return nil, err
	}
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = 50
	}
	query := r.db.Read().NewSelect().TableExpr("corp_call").Where("corp_id = ?", corp)
	if f.Operation != "" {
		query = query.Where("operation = ?", f.Operation)
	}
	if f.ErrCode != 0 {
		query = query.Where("errcode = ?", f.ErrCode)
	}
	if f.Before.ID != 0 {
		query = query.Where("(last_at, id) < (?, ?)", f.Before.At, f.Before.ID)
	}
	var rows []Call
	err := query.Column("id", "corp_id", "app", "operation", "errcode", "class", "reason", "minute", "times", "first_at", "last_at").
		OrderExpr("last_at DESC, id DESC").Limit(int64(f.Limit)+1).Scan(ctx, &rows)
	for i := range rows {
		e := wecom.Error{Op: rows[i].Operation, Code: rows[i].ErrCode, Class: rows[i].Class}
		rows[i].AdviceZH, rows[i].AdviceEN = e.Advice()
	}
	return rows, err
}

// pruneRows bounds one deletion, so that it never holds the writer for long.
const pruneRows = 1000

// Prune removes failed calls older than keep and tokens that expired a day ago. It says
// how many rows went; call it until it says 0.
func (r *Registry) Prune(ctx context.Context, keep time.Duration) (int64, error) {
	now := r.clock.Now()
	var removed int64
	err := r.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		removed = 0
		for _, p := range []struct {
			table, key, age string
			before          time.Time
		}{{"corp_call", "id", "last_at", now.Add(-keep)}, {"corp_token", "name", "expires_at", now.Add(-24 * time.Hour)}} {
			table, key, age := bun.Ident(p.table), bun.Ident(p.key), bun.Ident(p.age)
			res, err := tx.NewRaw(`DELETE FROM ? WHERE ? IN (SELECT ? FROM ? WHERE ? < ? AND ? > 0 LIMIT ?)`,
				table, key, key, table, age, db.MS(p.before), age, pruneRows).Exec(ctx)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			removed += n
		}
		return nil
	})
	return removed, err
}
