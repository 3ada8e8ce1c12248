package home_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/home"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const corpID = "ww0000000000000001"

// desk is home behind a real server, asked by whoever viewer names; nil for nobody.
type desk struct {
	t      *testing.T
	url    string
	viewer *viewer.Viewer
	asks   *ask.Asks
	db     *db.DB
	queue  *job.Queue
}

func open(t *testing.T, d *db.DB) *desk {
	t.Helper()
	now := clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
	log := slog.New(slog.DiscardHandler)
	s := &desk{t: t, db: d, asks: &ask.Asks{}, viewer: &viewer.Viewer{Corp: corpID, Account: 1, Scope: viewer.Scope{Reach: viewer.All}}}
	s.queue = job.New(d, now, id.NewSource(now, 1), log, job.Options{})
	box, err := secret.Load(filepath.Join(t.TempDir(), "keys"), true)
	if err != nil {
		t.Fatal(err)
	}
	corps := corp.New(corp.Deps{DB: d, Secrets: box, Clock: now, IDs: id.NewSource(now, 2), BaseURL: "https://qyapi.test"})
	t.Cleanup(func() {
		if err := corps.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := corps.Save(t.Context(), corp.Corp{ID: corpID, Name: "一号企业", TimeZone: "America/New_York", Status: corp.Active}); err != nil {
		t.Fatal(err)
	}
	f := home.New(feature.Deps{DB: d, Asks: s.asks, Queue: s.queue, Corps: corps, Clock: now, Log: log})
	server := web.New(web.Options{Guard: s, Clock: now, Log: log})
	server.Mount("home", f.Routes...)
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	s.url = listening.URL
	return s
}

// Identify lets the desk's viewer in (web.Guard).
func (s *desk) Identify(ctx context.Context, _ *http.Request) (context.Context, web.Subject, error) {
	if s.viewer == nil {
		return ctx, nil, fault.New(fault.Unauthenticated, "请先登录")
	}
	return viewer.With(ctx, *s.viewer), *s.viewer, nil
}

func (s *desk) get(path string, into any) (int, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+"/api/home"+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	raw, err := io.ReadAll(response.Body)
	if closed := response.Body.Close(); err != nil || closed != nil {
		s.t.Fatal(err, closed)
	}
	if response.StatusCode == http.StatusOK && into != nil {
		if err := json.Unmarshal(raw, into); err != nil {
			s.t.Fatal(err)
		}
	}
	return response.StatusCode, string(raw)
}

func (s *desk) insert(kind, corp string) {
	s.t.Helper()
	err := s.db.Tx(s.t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := s.queue.Insert(ctx, tx, job.Insert{Kind: kind, Corp: corp})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func each(t *testing.T, body func(t *testing.T, s *desk)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { body(t, open(t, d)) }, job.Migrations(), corp.Migrations())
}

func TestNobodySeesAnything(t *testing.T) {
	each(t, func(t *testing.T, s *desk) {
		s.viewer = nil
		for _, path := range []string{"/tiles", "/trend", "/search?q=a", "/jobs"} {
			if status, body := s.get(path, nil); status != 401 {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
	})
}

func TestTilesAreAskedForTheViewer(t *testing.T) {
	each(t, func(t *testing.T, s *desk) {
		var tiles home.Tiles
		if s.get("/tiles", &tiles); len(tiles.Tiles) != 0 || tiles.AsOf == 0 {
			t.Errorf("without features: %+v", tiles)
		}
		s.asks.Register("first", ask.Answers{Tiles: func(_ context.Context, v viewer.Viewer) ([]ask.Tile, error) {
			return []ask.Tile{{Key: "first.of." + v.Member, Value: 1, Href: "/first"}}, nil
		}})
		s.asks.Register("second", ask.Answers{Tiles: func(context.Context, viewer.Viewer) ([]ask.Tile, error) {
			return []ask.Tile{{Key: "second.alarm", Value: 2, Href: "/second", Level: "error"}}, nil
		}})
		s.viewer.Member = "zhang"
		_, body := s.get("/tiles", &tiles)
		if len(tiles.Tiles) != 2 || tiles.Tiles[0].Key != "first.of.zhang" || tiles.Tiles[1].Level != "error" {
			t.Errorf("%s", body)
		}
		s.asks.Register("broken", ask.Answers{Tiles: func(context.Context, viewer.Viewer) ([]ask.Tile, error) {
			return nil, errors.New("the secret reason")
		}})
		if status, body := s.get("/tiles", nil); status != 500 || strings.Contains(body, "secret") {
			t.Errorf("a failing answer: %d %s", status, body)
		}
	})
}

func TestTheDaysOfATrendAreTheCorps(t *testing.T) {
	each(t, func(t *testing.T, s *desk) {
		var asked []ask.Day
		s.asks.Register("first", ask.Answers{Trends: func(_ context.Context, v viewer.Viewer, days []ask.Day) ([]ask.Trend, error) {
			asked = days
			return []ask.Trend{{Key: "first.of." + v.Member, Values: make([]int64, len(days))}}, nil
		}})
		s.viewer.Member = "zhang"
		var trend home.Trend
		// 22 November 2026, three in the morning in New York, where summer ended on the 1st.
		if status, body := s.get("/trend?days=30", &trend); status != 200 || len(trend.Days) != 30 || len(asked) != 30 {
			t.Fatalf("%d %s", status, body)
		}
		if trend.Days[29] != "2026-11-22" || trend.Days[0] != "2026-10-24" || trend.Trends[0].Key != "first.of.zhang" {
			t.Errorf("%+v", trend)
		}
		for i, d := range asked {
			want := 24 * time.Hour
			if trend.Days[i] == "2026-11-01" {
				want = 25 * time.Hour
			}
			if d.To.Sub(d.From) != want || i > 0 && !d.From.Equal(asked[i-1].To) {
				t.Errorf("%s: %v", trend.Days[i], d)
			}
		}
		for query, days := range map[string]int{"": 30, "?days=7": 7, "?days=90": 90} {
			if s.get("/trend"+query, &trend); len(trend.Days) != days {
				t.Errorf("%q: %d days", query, len(trend.Days))
			}
		}
		if status, _ := s.get("/trend?days=100000", nil); status != 422 {
			t.Errorf("any number of days: %d", status)
		}
	})
}

func TestSearch(t *testing.T) {
	each(t, func(t *testing.T, s *desk) {
		var asked []ask.FindQuery
		s.asks.Register("customer", ask.Answers{Find: func(_ context.Context, q ask.FindQuery) (*ask.Found, error) {
			asked = append(asked, q)
			if q.Text != "王芳" {
				return nil, nil
			}
			return &ask.Found{Kind: "customer", Hits: []ask.Hit{{Title: "王芳", Href: "/customer/1"}}}, nil
		}})
		for text, c := range map[string]struct {
			status, groups, questions int
		}{
			"":                        {200, 0, 0},
			"   ":                     {200, 0, 0},
			" 王芳 ":                    {200, 1, 1},
			"李":                       {200, 0, 1},
			"王\x00芳":                  {200, 1, 1},
			strings.Repeat("长", 50):   {200, 0, 1},
			strings.Repeat("长", 51):   {422, 0, 0},
			strings.Repeat("x", 1000): {422, 0, 0},
		} {
			asked = nil
			var hits home.Hits
			status, body := s.get("/search?q="+url.QueryEscape(text), &hits)
			if status != c.status || len(hits.Groups) != c.groups || len(asked) != c.questions {
				t.Errorf("%.20q: %d, %d questions: %s", text, status, len(asked), body)
			}
			for _, q := range asked {
				if q.Viewer.Corp != corpID || q.Limit != 5 || q.Text != strings.TrimSpace(q.Text) {
					t.Errorf("%.20q was asked as %+v", text, q)
				}
			}
		}
	})
}

func TestJobsAreThoseThatShowProgress(t *testing.T) {
	each(t, func(t *testing.T, s *desk) {
		type none struct{}
		started, finish := make(chan struct{}, 3), make(chan struct{})
		work := func(report bool) func(ctx context.Context, j job.Job[none]) error {
			return func(ctx context.Context, j job.Job[none]) error {
				if report {
					if err := j.Report(ctx, 40, 100, "某客户的备注"); err != nil {
						return err
					}
				}
				started <- struct{}{}
				<-finish
				return nil
			}
		}
		s.queue.Register(job.Define("long", work(true)), job.Define("quiet", work(false)))
		ctx := context.Background()
		if err := s.queue.Start(ctx); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			close(finish)
			if err := s.queue.Stop(ctx); err != nil {
				t.Error(err)
			}
		})
		s.insert("long", corpID)
		s.insert("quiet", corpID)
		s.insert("long", "another")
		for range 3 {
			<-started
		}
		var jobs home.Jobs
		_, body := s.get("/jobs", &jobs)
		if len(jobs.Jobs) != 1 || jobs.Jobs[0].Kind != "long" || jobs.Jobs[0].Done != 40 || jobs.Jobs[0].Total != 100 {
			t.Errorf("%s", body)
		}
		if strings.Contains(body, "备注") {
			t.Errorf("a note is shown to everybody: %s", body)
		}
	})
}
