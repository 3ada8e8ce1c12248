package product_test

import (
	"bufio"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// streams listens as everybody while something of everybody changes: nobody hears of another
// corp, nor which rows outside his scope have changed.
func (w *world) streams(report func(who, format string, args ...any)) {
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	open := map[string]*bufio.Scanner{}
	for _, who := range personas() {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/api/live/changes", nil)
		w.must(err)
		for name, value := range w.as(who, "none") {
			r.Header.Set(name, value)
		}
		answer, err := http.DefaultClient.Do(r)
		w.must(err)
		w.t.Cleanup(func() { _ = answer.Body.Close() })
		open[who.name] = bufio.NewScanner(answer.Body)
	}
	w.must(w.App.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for corp, words := range map[string][]string{w.Corp: {inside, outside}, neighbour: {foreign}} {
			var keys []string
			for _, word := range words {
				keys = append(keys, w.ids["customer"][word])
			}
			for topic, keys := range map[string][]string{"matrix" + corp: nil, "customer": keys} {
				if err := w.App.Live.Publish(ctx, tx, corp, topic, keys...); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	for _, who := range personas() {
		w.heard(who, open[who.name], report)
	}
}

// heard reads a stream until both topics of the corp have come.
func (w *world) heard(who persona, lines *bufio.Scanner, report func(who, format string, args ...any)) {
	own, other := w.Corp, neighbour
	if who.corp != "" {
		own, other = neighbour, w.Corp
	}
	all, heard := slices.Contains(who.sees, outside) || who.corp != "", 0
	for heard < 2 && lines.Scan() {
		line := lines.Text()
		if strings.Contains(line, "matrix"+other) {
			report(who.name, "hears of another corp: %s", line)
		}
		for word, row := range w.ids["customer"] {
			if strings.Contains(line, row) && (!all || (word == foreign) != (who.corp != "")) {
				report(who.name, "hears which row has changed: %s", line)
			}
		}
		switch {
		case strings.Contains(line, `"customer"`):
			heard++
			if all == strings.Contains(line, `"keys":[]`) {
				report(who.name, "hears %s", line)
			}
		case strings.Contains(line, "matrix"+own):
			heard++
		}
	}
	if heard < 2 {
		report(who.name, "hears nothing of his own corp: %v", lines.Err())
	}
}
