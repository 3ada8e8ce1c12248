package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// intake posts encrypted callbacks at the real door and compares with the same number of
// clients that each insert and commit one row of the same text.
func intake(ctx context.Context, b *bench) error {
	b.line("| engine | clients | callbacks/s | one-row commits/s | ratio | p50 | p99 |\n|---|---|---|---|---|---|---|")
	for _, engine := range engines() {
		h, err := build(ctx, engine, houseOptions{seed: wecomsim.SeedOptions{Members: 3, Departments: 1}, roles: []string{"web"}})
		if err != nil {
			return err
		}
		for _, clients := range []int{1, 16, 64} {
			limit, err := oneRow(ctx, engine, clients, b.seconds)
			if err != nil {
				h.close()
				return err
			}
			took, err := h.post(clients, b.seconds)
			if err != nil {
				h.close()
				return err
			}
			rate := float64(len(took)) / b.seconds.Seconds()
			b.line("| %s | %d | %.0f | %.0f | %.2f | %s | %s |", engine, clients, rate, limit, rate/limit, ms(quantile(took, 0.5)), ms(quantile(took, 0.99)))
		}
		h.close()
	}
	return nil
}

// text is a callback as WeCom writes it, made unique by n.
func text(corp string, n int64) []byte {
	return fmt.Appendf(nil, `<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>%d</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[edit_external_contact]]></ChangeType><UserID><![CDATA[member%d]]></UserID><ExternalUserID><![CDATA[wmbench%012d]]></ExternalUserID></xml>`,
		corp, time.Now().Unix(), n%30, n)
}

// post sends for the given time and gives the sorted durations.
func (h *house) post(clients int, during time.Duration) ([]time.Duration, error) {
	codec, err := callback.New(h.app0.CallbackToken, h.app0.CallbackAESKey, h.corp)
	if err != nil {
		return nil, err
	}
	// Sealing costs as much as opening: it is done before, as WeCom's own machines do it.
	type sealed struct {
		url  string
		body []byte
	}
	queue := make(chan sealed, 8192)
	stop := make(chan struct{})
	defer close(stop)
	var n atomic.Int64
	n.Store(time.Now().UnixNano() % 1e11)
	for range 2 {
		go func() {
			for {
				q, body, err := codec.Seal(text(h.corp, n.Add(1)), h.corp, strconv.Itoa(h.app0.AgentID), time.Now().Unix(), "nonce")
				if err != nil {
					return
				}
				select {
				case queue <- sealed{h.url + "/callback/bench?" + q.Encode(), body}:
				case <-stop:
					return
				}
			}
		}()
	}
	time.Sleep(time.Second) // fill the queue, so that sealing does not compete at once
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	end := time.Now().Add(during)
	results := make([][]time.Duration, clients)
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for time.Now().Before(end) {
				s := <-queue
				began := time.Now()
				res, err := client.Post(s.url, "text/xml", bytes.NewReader(s.body))
				if err == nil {
					_, _ = io.Copy(io.Discard, res.Body)
					_ = res.Body.Close()
					if res.StatusCode != http.StatusOK {
						err = errors.New(res.Status)
					}
				}
				if err != nil {
					failed.Store(&err)
					return
				}
				results[c] = append(results[c], time.Since(began))
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	all := slices.Concat(results...)
	slices.Sort(all)
	return all, nil
}

// oneRow measures the limit: clients that insert one row and commit, nothing else.
func oneRow(ctx context.Context, engine string, clients int, during time.Duration) (float64, error) {
	var insert func(ctx context.Context, n int64) error
	if engine == "postgres" {
		dsn, drop, err := freshPostgres(ctx)
		if err != nil {
			return 0, err
		}
		defer drop()
		pool, err := sql.Open("pgx", dsn)
		if err != nil {
			return 0, err
		}
		defer func() { _ = pool.Close() }()
		pool.SetMaxOpenConns(clients)
		pool.SetMaxIdleConns(clients)
		if _, err := pool.ExecContext(ctx, "CREATE TABLE row (id BIGINT PRIMARY KEY, raw TEXT NOT NULL)"); err != nil {
			return 0, err
		}
		insert = func(ctx context.Context, n int64) error {
			_, err := pool.ExecContext(ctx, "INSERT INTO row (id, raw) VALUES ($1, $2)", n, string(text("corp", n)))
			return err
		}
	} else {
		folder, err := os.MkdirTemp("", "queqiao-row")
		if err != nil {
			return 0, err
		}
		defer func() { _ = os.RemoveAll(folder) }()
		d, err := db.Open(ctx, db.Config{DSN: "sqlite:" + filepath.Join(folder, "row.db")}, clock.System(), nil)
		if err != nil {
			return 0, err
		}
		defer func() { _ = d.Close() }()
		if err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw("CREATE TABLE row (id BIGINT PRIMARY KEY, raw TEXT NOT NULL)").Exec(ctx)
			return err
		}); err != nil {
			return 0, err
		}
		insert = func(ctx context.Context, n int64) error {
			return d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw("INSERT INTO row (id, raw) VALUES (?, ?)", n, string(text("corp", n))).Exec(ctx)
				return err
			})
		}
	}
	end := time.Now().Add(during)
	var n, done atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for time.Now().Before(end) {
				if err := insert(ctx, n.Add(1)); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / during.Seconds(), nil
}
