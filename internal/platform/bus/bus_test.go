package bus_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// moved and stayed are news that only these tests tell.
type moved struct {
	event.Meta
	Who   string `json:"who"`
	Where string `json:"where"`
}

// Key keeps the news of one person in order.
func (e moved) Key() string { return e.Who }

type stayed struct{ event.Meta }

// stage is a bus with what its tests need.
type stage struct {
	t     *testing.T
	db    *db.DB
	clock *clock.Fake
	ids   *id.Source
	queue *job.Queue
	bus   *bus.Bus
	mu    sync.Mutex
	heard []string
}

func each(t *testing.T, body func(s *stage)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := &stage{t: t, db: d, clock: clock.NewFake(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))}
		s.ids = id.NewSource(s.clock, 1)
		s.queue = job.New(d, s.clock, s.ids, slog.New(slog.DiscardHandler), job.Options{})
		s.bus = bus.New(s.queue)
		body(s)
	}, job.Migrations())
}

func (s *stage) hear(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, fmt.Sprintf(format, args...))
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) publish(es ...event.Event) {
	s.t.Helper()
	s.must(s.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		for _, e := range es {
			if err := s.bus.Publish(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (s *stage) settle() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	s.must(s.queue.Settle(ctx))
}

func (s *stage) expect(want ...string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	got := slices.Sorted(slices.Values(s.heard))
	if fmt.Sprint(got) != fmt.Sprint(want) {
		s.t.Errorf("heard %q, want %q", got, want)
	}
	s.heard = nil
}

func (s *stage) meta() event.Meta {
	return event.Meta{Event: s.ids.New(), Corp: "ww1", At: s.clock.Now()}
}

func TestEachListenerHearsAnEventOnceWhateverBefallsTheOthers(t *testing.T) {
	each(t, func(s *stage) {
		tries := 0
		s.bus.Register("churn",
			bus.On("note", func(_ context.Context, e moved) error { s.hear("churn %s to %s", e.Who, e.Where); return nil }),
			bus.On("count", func(context.Context, moved) error {
				if tries++; tries < 3 {
					panic("not today")
				}
				s.hear("counted")
				return nil
			}, bus.Attempts(3)))
		s.bus.Register("points", bus.On("note", func(_ context.Context, e moved) error { s.hear("points %s", e.Corp); return nil }, bus.InLane(job.Urgent)))
		s.bus.Register("other", bus.On("note", func(context.Context, stayed) error { s.hear("stayed"); return nil }))
		e := moved{s.meta(), "王芳", "杭州"}
		s.publish(e, e) // translated twice
		s.settle()
		s.expect("churn 王芳 to 杭州", "points ww1")
		s.publish(e) // and once more, much later
		for range 2 {
			s.clock.Advance(time.Minute)
			s.settle()
		}
		s.expect("counted")
		rows := s.bus.Table()
		if fmt.Sprint(rows) != "[{moved churn count normal} {moved churn note normal} {moved points note urgent} {stayed other note normal}]" {
			t.Errorf("table %v", rows)
		}
	})
}

func TestAnEventIsToldOnlyIfTheFactIsCommitted(t *testing.T) {
	each(t, func(s *stage) {
		s.bus.Register("churn", bus.On("note", func(context.Context, moved) error { s.hear("told"); return nil }))
		boom := errors.New("boom")
		err := s.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			return errors.Join(s.bus.Publish(ctx, tx, moved{Meta: s.meta()}), boom)
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		s.settle()
		s.expect()
	})
}

func TestNewsOfOneKeyIsHeardInOrderByEachListenerForItself(t *testing.T) {
	each(t, func(s *stage) {
		stuck := true
		s.bus.Register("churn", bus.On("slow", func(_ context.Context, e moved) error {
			if stuck && e.Who == "王芳" {
				return job.Snooze(time.Minute)
			}
			s.hear("slow %s %s", e.Who, e.Where)
			return nil
		}))
		var order []string
		s.bus.Register("points", bus.On("quick", func(_ context.Context, e moved) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			order = append(order, e.Where)
			return nil
		}, bus.Key(func(moved) string { return "all" })))
		s.publish(moved{s.meta(), "王芳", "1"}, moved{s.meta(), "王芳", "2"}, moved{s.meta(), "李明", "3"})
		s.settle()
		s.expect("slow 李明 3") // 王芳's news waits in its line, and in no other
		if fmt.Sprint(order) != "[1 2 3]" {
			t.Errorf("quick heard %v", order)
		}
		stuck = false
		s.clock.Advance(time.Minute)
		s.settle()
		s.expect("slow 王芳 1", "slow 王芳 2")
	})
}

func TestPublishAnswersForWhatItCannotTell(t *testing.T) {
	each(t, func(s *stage) {
		s.publish(stayed{}) // nobody listens: not even an id is needed
		s.bus.Register("churn", bus.On("note", func(context.Context, moved) error { return nil }))
		err := s.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error { return s.bus.Publish(ctx, tx, moved{}) })
		if err == nil {
			t.Error("an event without an id was told")
		}
		defer func() {
			if recover() == nil {
				t.Error("two listeners of one name were taken")
			}
		}()
		s.bus.Register("churn", bus.On("note", func(context.Context, stayed) error { return nil }))
	})
}
