package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

func syncOnce(ctx context.Context, b *bench, engine string, size int) error {
	members := max(30, size/500)
	h, err := build(ctx, engine, houseOptions{
		seed: wecomsim.SeedOptions{Members: members, Departments: members / 10, Customers: size, Groups: 60, Days: 365}, delay: 5 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	defer h.close()
	h.sim.ClearCalls()
	before := heap()
	peak := watchHeap()
	statements := h.app.DB.Statements()
	began := time.Now()
	if _, err := h.app.Mirror.StartSync(ctx, h.corp, mirror.ScopeFull, "bench"); err != nil {
		return err
	}
	for {
		runs, err := mirror.Syncs(ctx, h.app.DB.Read(), h.corp, 1)
		if err != nil {
			return err
		}
		if len(runs) > 0 && runs[0].State != mirror.SyncRunning {
			if runs[0].State != mirror.SyncDone {
				return errors.New("sync: " + runs[0].Why)
			}
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	took := time.Since(began)
	statements = h.app.DB.Statements() - statements
	most := peak()
	world := h.sim.Describe("").Corps[0]
	var follows int
	if err := h.app.DB.Read().NewRaw("SELECT COUNT(*) FROM mirror_follow WHERE corp_id = ? AND standing = 1", h.corp).Scan(ctx, &follows); err != nil {
		return err
	}
	if follows != world.Follows {
		return fmt.Errorf("sync: %d follows in the mirror, WeCom has %d", follows, world.Follows)
	}
	calls := 0
	for _, c := range h.sim.Counters() {
		calls += int(c.Calls)
	}
	// The least the API allows: follows in pages of 100, the members of each department,
	// one call a group and one for each 1000 of their list; the token, the departments,
	// the follow users and the tags.
	least := (world.Follows+99)/100 + world.Departments + world.Groups + (world.Groups+999)/1000 + 4
	b.line("| %s | %d | %d | %.1f | %d | %d | %.3f | %.2f | %.0f MB |", engine, size, follows, took.Seconds(), calls, least, float64(calls)/float64(least), float64(statements)/float64(size), float64(most-min(before, most))/(1<<20))
	return nil
}

// watchHeap looks at the heap twenty times a second until asked for the highest it saw.
func watchHeap() (most func() uint64) {
	var peak uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			peak = max(peak, heapNow())
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		return peak
	}
}

func heap() uint64 { runtime.GC(); return heapNow() }

func heapNow() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// code makes a channel code through the console and gives WeCom's name of it.
func (h *house) code() (string, error) {
	if _, err := h.app.Mirror.StartSync(context.Background(), h.corp, mirror.ScopeFull, "bench"); err != nil {
		return "", err
	}
	if err := h.app.Queue.Settle(context.Background()); err != nil {
		return "", err
	}
	var members []string
	h.sim.Inspect(func(w *wecomsim.World) {
		for _, m := range w.Corp(h.corp).Members {
			if m.MayContact {
				members = append(members, m.UserID)
			}
		}
	})
	body, err := json.Marshal(map[string]any{
		"name": "压测", "members": members, "skipVerify": true, "greeting": "own", "content": map[string]any{"text": "您好，我是{成员姓名}"},
	})
	if err != nil {
		return "", err
	}
	if err := h.postJSON("/api/channelcode/codes", body); err != nil {
		return "", err
	}
	var way string
	for range 100 {
		h.sim.Inspect(func(w *wecomsim.World) {
			for id := range w.Corp(h.corp).Ways {
				way = id
			}
		})
		if way != "" {
			return way, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return "", errors.New("the code was not published")
}

// jobs counts what is done.
func (h *house) jobs(ctx context.Context) (n int, err error) {
	return n, h.app.DB.Read().NewRaw("SELECT COUNT(*) FROM job_job WHERE state = 'done'").Scan(ctx, &n)
}
