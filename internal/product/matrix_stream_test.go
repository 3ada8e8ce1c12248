package product_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// streams listens in both corps while something changes in one, then in the other: the
// neighbour hears his own and nothing before it.
func (w *world) streams(report func(who, format string, args ...any)) {
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/api/live/changes", nil)
	w.must(err)
	for name, value := range w.as(persona{corp: neighbour, member: "zhang"}, "none") {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	defer func() { w.must(answer.Body.Close()) }()
	lines := bufio.NewScanner(answer.Body)
	tell := func(corp, topic string) {
		w.must(w.App.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return w.App.Live.Publish(ctx, tx, corp, topic) }))
	}
	tell(w.Corp, "matrixhere")
	tell(neighbour, "matrixthere")
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.Contains(line, "matrixhere"):
			report("another corp's zhang", "hears %s", line)
			return
		case strings.Contains(line, "matrixthere"):
			return
		}
	}
	report("another corp's zhang", "hears nothing of his own corp: %v", lines.Err())
}
