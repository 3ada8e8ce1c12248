package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

const (
	// atWork is how many members of staff work at once.
	atWork = 200
	// pause is how long one of them looks at a page, on average.
	pause = 3 * time.Second
)

// staff has two hundred members of staff sign in by WeCom and work for half a minute or
// longer, each on his own customers: lists, searches, a customer's page, a profile filled
// in, a note written, with some seconds between a person's acts.
func staff(ctx context.Context, b *bench) error {
	b.line("| engine | customers | staff | act | times | p50 | p99 | slowest |\n|---|---|---|---|---|---|---|---|")
	for _, engine := range b.engines {
		if err := staffOn(ctx, b, engine); err != nil {
			return err
		}
	}
	return nil
}

// clerk is a member of staff at his browser.
type clerk struct {
	house   *house
	browser *http.Client
	dice    *rand.Rand
	field   string
	known   []string // customers of the list he looked at last
	took    map[string][]time.Duration
}

func staffOn(ctx context.Context, b *bench, engine string) error {
	h, size, err := b.peopled(ctx, engine)
	if err != nil {
		return err
	}
	field, err := h.ask(http.MethodPost, "/api/profile/fields", "application/json", []byte(`{"name":"常住城市","kind":"text"}`))
	if err != nil {
		return err
	}
	clerks := make([]*clerk, 0, atWork)
	for i := range atWork {
		browser, err := h.scan(h.members[i])
		if err != nil {
			return err
		}
		clerks = append(clerks, &clerk{house: h, browser: browser, dice: rand.New(rand.NewPCG(3, uint64(i))), field: field.ID, took: map[string][]time.Duration{}})
	}
	ctx, stop := context.WithTimeout(ctx, max(b.seconds, 30*time.Second))
	defer stop()
	errs := make([]error, atWork)
	var wait sync.WaitGroup
	for i, w := range clerks {
		wait.Go(func() { errs[i] = w.work(ctx) })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, act := range acts() {
		var took []time.Duration
		for _, w := range clerks {
			took = append(took, w.took[act.what]...)
		}
		slices.Sort(took)
		b.line("| %s | %d | %d | %s | %d | %s | %s | %s |", engine, size, atWork, act.what, len(took), ms(quantile(took, 0.5)), ms(quantile(took, 0.99)), ms(quantile(took, 1)))
	}
	return nil
}

// act is something staff do; of a hundred acts so many are this one.
type act struct {
	what string
	of   int
	do   func(ctx context.Context, w *clerk) error
}

func acts() []act {
	list := func(path string) func(context.Context, *clerk) error {
		return func(ctx context.Context, w *clerk) error {
			body, err := w.send(ctx, http.MethodGet, path, "")
			if err != nil {
				return err
			}
			var page struct {
				Items []struct {
					ID string `json:"id"`
				} `json:"items"`
			}
			if err := json.Unmarshal(body, &page); err != nil {
				return err
			}
			if len(page.Items) > 0 {
				w.known = w.known[:0]
				for _, x := range page.Items {
					w.known = append(w.known, x.ID)
				}
			}
			return nil
		}
	}
	on := func(method, path, body string) func(context.Context, *clerk) error {
		return func(ctx context.Context, w *clerk) error {
			if len(w.known) == 0 {
				return errors.New("he has no customers; ask for a larger size")
			}
			customer := w.known[w.dice.IntN(len(w.known))]
			_, err := w.send(ctx, method, fmt.Sprintf(path, customer), body)
			return err
		}
	}
	return []act{
		{"list of his customers", 30, list("/api/customer/customers?limit=50")},
		{"search by two characters", 15, list("/api/customer/customers?limit=50&q=" + url.QueryEscape("子涵"))},
		{"by tag", 10, list("/api/customer/customers?limit=50&rule=" + url.QueryEscape(`{"field":"tag","op":"any","values":["tag7"]}`))},
		{"a customer's page", 20, on(http.MethodGet, "/api/customer/customers/%s", "")},
		{"his timeline", 10, on(http.MethodGet, "/api/customer/customers/%s/timeline?limit=20", "")},
		{"a note written", 8, on(http.MethodPost, "/api/followup/customers/%s/notes", `{"how":"call","text":"约好下周再谈","pictures":[],"mentions":[]}`)},
		{"a profile filled in", 7, func(ctx context.Context, w *clerk) error {
			body := fmt.Sprintf(`{"values":[{"field":%q,"values":["城市%d"]}]}`, w.field, w.dice.IntN(1000))
			return on(http.MethodPut, "/api/profile/customers/%s/values", body)(ctx, w)
		}},
	}
}

// work does one act after the other until the time is over.
func (w *clerk) work(ctx context.Context) error {
	all := acts()
	next := all[0] // a list first, to know somebody
	if !w.look(ctx) {
		return nil
	}
	for {
		began := time.Now()
		err := next.do(ctx, w)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", next.what, err)
		}
		w.took[next.what] = append(w.took[next.what], time.Since(began))
		if !w.look(ctx) {
			return nil
		}
		n := w.dice.IntN(100)
		for _, next = range all {
			if n -= next.of; n < 0 {
				break
			}
		}
	}
}

// look waits as long as a person looks at a page; false when the time is over.
func (w *clerk) look(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause/2 + time.Duration(w.dice.Int64N(int64(pause)))):
		return true
	}
}

func (w *clerk) send(ctx context.Context, method, path, body string) ([]byte, error) {
	return w.house.send(ctx, w.browser, method, path, "application/json", []byte(body))
}
