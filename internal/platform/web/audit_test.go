package web_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

var auditTables = db.Migrations{Set: "web", FS: fstest.MapFS{
	"0001_thing.sql": {Data: []byte("-- +goose Up\nCREATE TABLE thing (text TEXT NOT NULL);\nCREATE TABLE entry (text TEXT NOT NULL);\n")},
}}

// book is an auditor that writes to a table, in the transaction of the act where there is one.
type book struct {
	ledger
	db     *db.DB
	within []web.Entry // those written in the transaction of the act
	refuse error
}

func (b *book) RecordIn(ctx context.Context, tx db.Tx, e web.Entry) error {
	b.within = append(b.within, e)
	if b.refuse != nil {
		return b.refuse
	}
	_, err := tx.NewRaw("INSERT INTO entry (text) VALUES (?)", e.Operation).Exec(ctx)
	return err
}

func (b *book) Record(ctx context.Context, e web.Entry) error {
	if b.refuse != nil {
		return b.refuse
	}
	return b.ledger.Record(ctx, e)
}

func (b *book) rows(t *testing.T, table string) (n int) {
	t.Helper()
	query := map[string]string{"thing": "SELECT count(*) FROM thing", "entry": "SELECT count(*) FROM entry"}[table]
	if err := b.db.Read().NewRaw(query).Scan(context.Background(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

type thingInput struct {
	ID string `path:"id"`
}

// write is an operation that stores a thing and notes it, after what before does.
func write(b *book, before func(ctx context.Context, run int) error) func(context.Context, *empty) (*web.None, error) {
	return func(ctx context.Context, _ *empty) (*web.None, error) {
		run := 0
		return &web.None{}, b.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			run++
			if _, err := tx.NewRaw("INSERT INTO thing (text) VALUES ('x')").Exec(ctx); err != nil {
				return err
			}
			web.Note(ctx, web.Change{Object: "thing:1", Before: run, After: "after"})
			return before(ctx, run)
		})
	}
}

func TestAnEntryIsWrittenWithItsAct(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &book{db: d}
		plain := func(context.Context, int) error { return nil }
		routes := []web.Route{
			web.Post("/write", "code.write", "写", write(b, plain)),
			web.Post("/undone", "code.write", "写不成", write(b, func(context.Context, int) error { return fault.New(fault.Conflict, "不行") })),
			web.Post("/later", "code.write", "写成后出错", func(ctx context.Context, in *empty) (*web.None, error) {
				if _, err := write(b, plain)(ctx, in); err != nil {
					return nil, err
				}
				return nil, errors.New("broken")
			}),
			web.Post("/silent", "code.write", "不说", func(ctx context.Context, _ *empty) (*web.None, error) {
				return &web.None{}, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
					_, err := tx.NewRaw("INSERT INTO thing (text) VALUES ('x')").Exec(ctx)
					return err
				})
			}),
			web.Get("/peek", "code.read", "看电话", func(ctx context.Context, _ *empty) (*named, error) {
				web.Note(ctx, web.Change{Object: "customer:1"})
				return &named{}, nil
			}),
			web.Get("/look", "code.read", "看", greet),
			web.Get("/things/{id}", "code.read", "看一个", func(context.Context, *thingInput) (*named, error) { return nil, fault.Missing("东西") }),
			web.Raw(http.MethodGet, "/file", "code.read", "导出", func(w http.ResponseWriter, _ *http.Request) error {
				_, err := w.Write([]byte(strings.Repeat("secret", 1000)))
				return err
			}, web.Audited("code.export")),
			web.Raw(http.MethodPost, "/mute", "code.read", "无声", func(http.ResponseWriter, *http.Request) error { return nil }),
			web.Raw(http.MethodPost, "/panic", "code.read", "恐慌", func(http.ResponseWriter, *http.Request) error { panic("oh") }),
			web.Raw(http.MethodGet, "/half", "code.read", "半个文件", func(w http.ResponseWriter, _ *http.Request) error {
				if _, err := w.Write([]byte(strings.Repeat("half", 1000))); err != nil {
					return err
				}
				panic(http.ErrAbortHandler)
			}, web.Audited("code.half")),
		}
		rows := []struct {
			name, who, method, path string
			refuse                  error

			status, things, within int
			outcomes               []web.Outcome // of the entries written apart
			kept                   int           // rows written with an act
		}{
			{"an act", "writer", "POST", "/write", nil, 204, 1, 1, nil, 1},
			{"an act that cannot be recorded does not happen", "writer", "POST", "/write", errors.New("full"), 500, 0, 1, nil, 0},
			{"an act undone", "writer", "POST", "/undone", nil, 409, 0, 0, []web.Outcome{web.Failed}, 0},
			{"an act, and then an error", "writer", "POST", "/later", nil, 500, 1, 1, []web.Outcome{web.Failed}, 1},
			{"an act without a note", "writer", "POST", "/silent", nil, 204, 1, 0, []web.Outcome{web.Done}, 0},
			{"a refusal", "reader", "POST", "/write", nil, 403, 0, 0, []web.Outcome{web.Refused}, 0},
			{"nobody", "", "POST", "/write", nil, 401, 0, 0, []web.Outcome{web.Refused}, 0},
			{"a read that notes", "reader", "GET", "/peek", nil, 200, 0, 0, []web.Outcome{web.Done}, 0},
			{"a read", "reader", "GET", "/look", nil, 200, 0, 0, nil, 0},
			{"a read that is refused", "nobody", "GET", "/look", nil, 403, 0, 0, []web.Outcome{web.Refused}, 0},
			{"a read by nobody", "", "GET", "/look", nil, 401, 0, 0, []web.Outcome{web.Refused}, 0},
			{"a read of what is not there for him", "reader", "GET", "/things/7", nil, 404, 0, 0, []web.Outcome{web.Failed}, 0},
			{"an address that is none", "reader", "GET", "/nothing", nil, 404, 0, 0, nil, 0},
			{"an export", "reader", "GET", "/file", nil, 200, 0, 0, []web.Outcome{web.Done}, 0},
			{"an export that cannot be recorded hands nothing out", "reader", "GET", "/file", errors.New("full"), 500, 0, 0, nil, 0},
			{"a read that cannot be recorded", "reader", "GET", "/peek", errors.New("full"), 500, 0, 0, nil, 0},
			{"no answer at all", "reader", "POST", "/mute", nil, 200, 0, 0, []web.Outcome{web.Done}, 0},
			{"a panic", "reader", "POST", "/panic", nil, 500, 0, 0, []web.Outcome{web.Failed}, 0},
		}
		for _, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				f := newFixture(func(o *web.Options) { o.Auditor = b }, routes...)
				things, entries := b.rows(t, "thing"), b.rows(t, "entry")
				b.refuse, b.within = row.refuse, nil
				w := f.call(row.method, "/api/code"+row.path, "", "X-Who", row.who)
				if w.Code != row.status {
					t.Errorf("status %d: %s", w.Code, w.Body)
				}
				if w.Code == 500 && row.refuse != nil && strings.Contains(w.Body.String(), "secret") {
					t.Error("it was handed out")
				}
				if got := b.rows(t, "thing") - things; got != row.things {
					t.Errorf("%d things", got)
				}
				if got := b.rows(t, "entry") - entries; got != row.kept || len(b.within) != row.within {
					t.Errorf("%d entries kept, %d written with the act", got, len(b.within))
				}
				var outcomes []web.Outcome
				for _, e := range b.take() {
					outcomes = append(outcomes, e.Outcome)
					if refusedRead := e.Outcome != web.Done && row.method == "GET"; e.Read != refusedRead {
						t.Errorf("a refused read: %v", e.Read)
					}
					for _, c := range e.Changes {
						if e.Outcome != web.Done && (c.Before != nil || c.After != nil) {
							t.Errorf("an entry says what did not happen: %+v", c)
						}
					}
				}
				if len(outcomes) != len(row.outcomes) || len(outcomes) == 1 && outcomes[0] != row.outcomes[0] {
					t.Errorf("apart: %v, want %v", outcomes, row.outcomes)
				}
			})
		}
		t.Run("half a file", func(t *testing.T) {
			f := newFixture(func(o *web.Options) { o.Auditor = b }, routes...)
			b.refuse = nil
			func() {
				defer func() { _ = recover() }() // net/http's business
				f.call("GET", "/api/code/half", "", "X-Who", "reader")
			}()
			if got := b.take(); len(got) != 2 || got[0].Outcome != web.Done || got[1].Outcome != web.Failed {
				t.Errorf("%+v", got)
			}
		})
	}, auditTables)
}

func TestATransactionThatRunsAgainIsRecordedOnce(t *testing.T) {
	d := dbtest.Open(t, db.Postgres, auditTables)
	b := &book{db: d}
	again := func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$").Exec(ctx)
		return err
	}
	f := newFixture(func(o *web.Options) { o.Auditor = b }, web.Post("/act", "code.write", "写", func(ctx context.Context, _ *empty) (*web.None, error) {
		run := 0
		return &web.None{}, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			run++
			web.Note(ctx, web.Change{Object: "thing:" + string(rune('0'+run)), After: run})
			if run == 1 {
				return again(ctx, tx)
			}
			return nil
		})
	}))
	if w := f.call("POST", "/api/code/act", "", "X-Who", "writer"); w.Code != 204 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if len(b.within) != 1 || len(b.within[0].Changes) != 1 || b.within[0].Changes[0].Object != "thing:2" || b.rows(t, "entry") != 1 || len(b.take()) != 0 {
		t.Errorf("%+v", b.within)
	}
}
