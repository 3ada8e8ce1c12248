package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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
	for _, engine := range b.engines {
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

// mostPosts bounds how many callbacks a second are made in advance.
const mostPosts = 12_000

// post sends for the given time and gives the sorted durations. The requests are sealed
// and written out before the clock starts and go over plain connections, so that the
// sender, which shares the processors with the server, costs as little as possible.
func (h *house) post(clients int, during time.Duration) ([]time.Duration, error) {
	codec, err := callback.New(h.app0.CallbackToken, h.app0.CallbackAESKey, h.corp)
	if err != nil {
		return nil, err
	}
	host := strings.TrimPrefix(h.url, "http://")
	first := time.Now().UnixNano() % 1e11
	requests := make([][]byte, mostPosts*int(during.Seconds()))
	for i := range requests {
		q, body, err := codec.Seal(text(h.corp, first+int64(i)), h.corp, strconv.Itoa(h.app0.AgentID), time.Now().Unix(), "nonce")
		if err != nil {
			return nil, err
		}
		requests[i] = fmt.Appendf(nil, "POST /callback/bench?%s HTTP/1.1\r\nHost: %s\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s",
			q.Encode(), host, len(body), body)
	}
	end := time.Now().Add(during)
	results := make([][]time.Duration, clients)
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			var err error
			if results[c], err = postUntil(host, end, func() []byte { return requests[int(next.Add(1)-1)%len(requests)] }); err != nil {
				failed.Store(&err)
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	if n := int(next.Load()); n > len(requests) {
		return nil, fmt.Errorf("%d callbacks were too few: raise mostPosts", len(requests))
	}
	all := slices.Concat(results...)
	slices.Sort(all)
	return all, nil
}

// postUntil sends one request after another over one connection and times the answers.
func postUntil(host string, end time.Time, request func() []byte) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", host)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	var took []time.Duration
	for time.Now().Before(end) {
		began := time.Now()
		if _, err := conn.Write(request()); err != nil {
			return nil, err
		}
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			return nil, err
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		if answer.StatusCode != http.StatusOK {
			return nil, errors.New(answer.Status)
		}
		took = append(took, time.Since(began))
	}
	return took, nil
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
