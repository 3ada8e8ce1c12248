package mirror

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts what comes in and what becomes of it. Labels are bounded: outcomes are
// ours, events are those of our own table.
type metrics struct {
	intake     *prometheus.CounterVec
	duration   prometheus.Histogram
	translated *prometheus.CounterVec
}

func newMetrics() metrics {
	return metrics{
		intake: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "queqiao_callback_requests_total", Help: "Callbacks by what was answered.",
		}, []string{"outcome"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "queqiao_callback_seconds", Help: "Time from a callback's arrival to its durable storage.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}),
		translated: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "queqiao_callback_translated_total", Help: "Callbacks by kind and by what they became.",
		}, []string{"event", "state"}),
	}
}

func (m metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.intake, m.duration, m.translated}
}

func (m metrics) answered(outcome string) { m.intake.WithLabelValues(outcome).Inc() }

func (m metrics) stored(outcome string, took time.Duration) {
	m.answered(outcome)
	m.duration.Observe(took.Seconds())
}
