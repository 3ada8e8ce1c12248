package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// greeting scans a code fifty times a second and waits for each greeting at WeCom.
func greeting(ctx context.Context, b *bench) error {
	b.line("| engine | scans | greeted | p50 | p99 | slowest |\n|---|---|---|---|---|---|")
	const perSecond = 50
	for _, engine := range b.engines {
		err := func() error {
			h, err := build(ctx, engine, houseOptions{seed: wecomsim.SeedOptions{Members: 10, Departments: 2}})
			if err != nil {
				return err
			}
			defer h.close()
			way, err := h.code()
			if err != nil {
				return err
			}
			missed, changes, cancel := h.sim.Listen(1 << 62)
			_ = missed
			defer cancel()
			total := int(b.seconds.Seconds() * perSecond)
			began := map[string]time.Time{}
			started := make(chan struct {
				external string
				at       time.Time
			}, total)
			go func() {
				tick := time.NewTicker(time.Second / perSecond)
				defer tick.Stop()
				for i := range total {
					<-tick.C
					p, err := h.sim.AddPerson(wecomsim.NewPerson{Name: fmt.Sprint("扫码", i)})
					if err != nil {
						break
					}
					at := time.Now()
					r, err := h.sim.Scan(wecomsim.Scan{Person: p.ID, Way: way})
					if err != nil {
						break
					}
					started <- struct {
						external string
						at       time.Time
					}{r.ExternalUserID, at}
				}
				close(started)
			}()
			arrived := map[string]time.Time{}
			deadline := time.After(b.seconds + 30*time.Second)
			open := true
			for open || len(arrived) < len(began) {
				select {
				case s, ok := <-started:
					if !ok {
						open, started = false, nil
						continue
					}
					began[s.external] = s.at
				case c := <-changes:
					if c.Kind == "chat" && h.greeted(c.Member, c.Customer) {
						if _, again := arrived[c.Customer]; !again {
							arrived[c.Customer] = time.Now()
						}
					}
				case <-deadline:
					open = false
					goto done
				}
			}
		done:
			var took []time.Duration
			for external, at := range began {
				if end, ok := arrived[external]; ok {
					took = append(took, end.Sub(at))
				}
			}
			slices.Sort(took)
			if len(took) == 0 {
				return errors.New("no greeting arrived")
			}
			b.line("| %s | %d | %d | %s | %s | %s |", engine, len(began), len(took), ms(quantile(took, 0.5)), ms(quantile(took, 0.99)), ms(took[len(took)-1]))
			return nil
		}()
		if err != nil {
			return err
		}
	}
	return nil
}

// greeted tells whether the greeting stands in the chat of the two.
func (h *house) greeted(member, customer string) bool {
	messages, err := h.sim.ChatWith(wecomsim.Pair{Member: member, Person: customer})
	raw, marshalErr := json.Marshal(messages)
	return err == nil && marshalErr == nil && bytes.Contains(raw, []byte("您好，我是"))
}

// events lets many customers add members at once and waits until everything is quiet.
func events(ctx context.Context, b *bench) error {
	b.line("| engine | callbacks | jobs done | seconds | callbacks/s | jobs/s |\n|---|---|---|---|---|---|")
	const total = 2000
	for _, engine := range b.engines {
		err := func() error {
			h, err := build(ctx, engine, houseOptions{seed: wecomsim.SeedOptions{Members: 10, Departments: 2}})
			if err != nil {
				return err
			}
			defer h.close()
			way, err := h.code()
			if err != nil {
				return err
			}
			before, err := h.jobs(ctx)
			if err != nil {
				return err
			}
			began := time.Now()
			for i := range total {
				p, err := h.sim.AddPerson(wecomsim.NewPerson{Name: fmt.Sprint("新人", i)})
				if err != nil {
					return err
				}
				if _, err := h.sim.Scan(wecomsim.Scan{Person: p.ID, Way: way}); err != nil {
					return err
				}
			}
			if err := h.sim.Settle(ctx); err != nil {
				return err
			}
			if err := h.app.Queue.Settle(ctx); err != nil {
				return err
			}
			took := time.Since(began)
			after, err := h.jobs(ctx)
			if err != nil {
				return err
			}
			b.line("| %s | %d | %d | %.1f | %.0f | %.0f |", engine, total, after-before, took.Seconds(), total/took.Seconds(), float64(after-before)/took.Seconds())
			return nil
		}()
		if err != nil {
			return err
		}
	}
	return nil
}

// firstSync reads a corp from a WeCom that takes 5 ms a call.
func firstSync(ctx context.Context, b *bench) error {
	b.line("| engine | customers | follows | seconds | calls | least calls | ratio | statements per customer | memory beyond the simulator's |\n|---|---|---|---|---|---|---|---|---|")
	for _, engine := range b.engines {
		for _, size := range b.sizes {
			if err := syncOnce(ctx, b, engine, size); err != nil {
				return err
			}
		}
	}
	return nil
}
