package metrics_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/metrics"
)

func shown(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestNumbersAreShown(t *testing.T) {
	m := metrics.New()
	m.ObserveHTTP("GET", "GET /api/x/{id}", 200, 30*time.Millisecond)
	m.ObserveHTTP("BREW", "", 404, time.Millisecond)
	m.ObserveOutgoing("qyapi.weixin.qq.com", "2xx", time.Second)
	m.Database(func() (write, read sql.DBStats) {
		return sql.DBStats{OpenConnections: 1, WaitDuration: 1500 * time.Millisecond}, sql.DBStats{OpenConnections: 4, InUse: 2}
	})
	broken := errors.New("database is away")
	var failure error
	m.Jobs(func(ctx context.Context) (map[string]int64, error) {
		if _, limited := ctx.Deadline(); !limited {
			t.Error("a scrape without limit")
		}
		return map[string]int64{"available": 12, "dead": 1}, failure
	})
	text := shown(t, m)
	for _, want := range []string{
		`queqiao_http_request_seconds_count{method="GET",route="GET /api/x/{id}",status="200"} 1`,
		`queqiao_http_request_seconds_count{method="other",route="",status="404"} 1`,
		`queqiao_http_request_seconds_bucket{method="GET",route="GET /api/x/{id}",status="200",le="0.05"} 1`,
		`queqiao_outgoing_request_seconds_sum{host="qyapi.weixin.qq.com",outcome="2xx"} 1`,
		`queqiao_db_connections{pool="read"} 4`, `queqiao_db_connections_in_use{pool="read"} 2`,
		`queqiao_db_wait_seconds{pool="write"} 1.5`,
		`queqiao_jobs{state="available"} 12`, `queqiao_jobs{state="dead"} 1`, "go_goroutines",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing", want)
		}
	}
	failure = broken
	shown(t, m) // counts the failure
	text = shown(t, m)
	if strings.Contains(text, "queqiao_jobs{") || !strings.Contains(text, `queqiao_scrape_errors{gauge="queqiao_jobs"}`) {
		t.Error("a gauge that cannot be read must be absent, and counted")
	}
}

func TestTwoProgramsInOneProcess(t *testing.T) {
	one, two := metrics.New(), metrics.New()
	one.ObserveHTTP("GET", "x", 200, time.Second)
	if strings.Contains(shown(t, two), `route="x"`) {
		t.Error("the numbers are shared")
	}
}
