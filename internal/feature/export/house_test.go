package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/export"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const (
	owner = "owner"
	zhang = "team:zhang+li:shelf.export"
	clerk = "all:shelf.read"
)

// shelf is a feature with one list of two books, whose reading the test can hold up and
// break, and with the rights that people have when their file is made.
type shelf struct {
	mu     sync.Mutex
	rights map[string]viewer.Viewer // by userid, "" for who has none
	fail   int                      // readings that break after the first row
	gate   chan struct{}            // each reading waits for it before the last row, when set
	at     chan struct{}            // told that a reading waits
}

func (s *shelf) feature(d feature.Deps) feature.Feature {
	return feature.Feature{
		Slug:        "shelf",
		Permissions: []feature.Permission{{Key: "shelf.export"}, {Key: "shelf.read"}},
		Resolver:    s,
		Exports: []feature.Export{{
			Key: "shelf.books", ZH: "书", EN: "Books", Permission: "shelf.export",
			Columns: func(_ context.Context, v viewer.Viewer) ([]feature.ExportColumn, error) {
				columns := []feature.ExportColumn{{Key: "title", ZH: "书名", EN: "Title", Chosen: true}, {Key: "pages", ZH: "页数", EN: "Pages"}}
				if v.Can("shelf.read") {
					columns = append(columns, feature.ExportColumn{Key: "notes", ZH: "眉批", EN: "Notes"})
				}
				return columns, nil
			},
			Check: func(_ context.Context, q feature.ExportQuery) error {
				if strings.Contains(string(q.Filter), "noted") && !q.Viewer.Can("shelf.read") {
					return fault.New(fault.Forbidden, "没有按眉批筛选的权限")
				}
				if strings.Contains(string(q.Filter), "nonsense") {
					return fault.New(fault.Invalid, "没有这样的筛选条件")
				}
				return nil
			},
			Total: func(context.Context, feature.ExportQuery) (int64, error) { return 2, nil },
			Rows:  s.rows,
		}},
	}
}

func (s *shelf) rows(ctx context.Context, q feature.ExportQuery) web.Rows {
	return func(yield func([]any, error) bool) {
		s.mu.Lock()
		broken, gate, at := s.fail > 0, s.gate, s.at
		s.fail--
		s.mu.Unlock()
		row := func(title string, pages int) []any {
			var cells []any
			for _, c := range q.Columns {
				cells = append(cells, map[string]any{"title": title, "pages": pages}[c])
			}
			return cells
		}
		if !yield(row("红楼梦", 1600), nil) {
			return
		}
		if broken {
			yield(nil, errors.New("the disk is away for a moment"))
			return
		}
		if gate != nil {
			at <- struct{}{}
			select {
			case <-gate:
			case <-ctx.Done():
				yield(nil, context.Cause(ctx))
				return
			}
		}
		yield(row("西游记", 1200), nil)
	}
}

// Resolve gives the rights of the moment (viewer.Resolver).
func (s *shelf) Resolve(_ context.Context, who viewer.Who) (viewer.Viewer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.rights[who.Member]
	v.Corp, v.Account, v.Member = who.Corp, who.Account, who.Member
	return v, nil
}

type house struct {
	*apptest.House
	t     *testing.T
	shelf *shelf
	*apptest.Ledger
}

func each(t *testing.T, story func(t *testing.T, h *house)) {
	t.Helper()
	var at *apptest.House
	s := &shelf{}
	door := apptest.Door(func() string { return at.Corp })
	var ledger *apptest.Ledger
	book := func(d feature.Deps) feature.Feature {
		ledger = &apptest.Ledger{} // each engine has its own
		return ledger.New(d)
	}
	features := []feature.New{door, export.New, s.feature, book}
	apptest.Each(t, apptest.Options{Features: features, NoSync: true}, func(t *testing.T, h *apptest.House) {
		at = h
		*s = shelf{rights: map[string]viewer.Viewer{
			"":      {Permissions: []string{"*"}, Scope: viewer.Scope{Reach: viewer.All}},
			"zhang": {Permissions: []string{"shelf.export"}, Scope: viewer.Scope{Reach: viewer.Departments, Members: []string{"zhang", "li"}}},
		}}
		story(t, &house{h, t, s, ledger})
	})
}

// call makes a request as somebody and gives status and body.
func (h *house) call(who, method, path string, body any) (int, []byte, http.Header) {
	h.t.Helper()
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			h.t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.URL+path, &sent)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(apptest.WhoHeader, who)
	answer, err := h.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer.StatusCode, got, answer.Header
}

// start asks for a file and gives its record.
func (h *house) start(who string, body map[string]any) export.View {
	h.t.Helper()
	status, got, _ := h.call(who, http.MethodPost, "/api/export/runs", body)
	if status != http.StatusOK {
		h.t.Fatalf("start: %d %s", status, got)
	}
	return decode[export.View](h.t, got)
}

func decode[T any](t *testing.T, raw []byte) (x T) {
	t.Helper()
	if err := json.Unmarshal(raw, &x); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return x
}

func (h *house) runs(who string) []export.View {
	h.t.Helper()
	_, got, _ := h.call(who, http.MethodGet, "/api/export/runs", nil)
	return decode[web.Page[export.View]](h.t, got).Items
}

func books(more map[string]any) map[string]any {
	body := map[string]any{"list": "shelf.books", "format": "csv"}
	maps.Copy(body, more)
	return body
}

func path(v export.View) string { return "/api/export/runs/" + v.ID.String() }
