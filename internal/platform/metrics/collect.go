package metrics

import (
	"context"
	"database/sql"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Sample is one number of a gauge, with the values of its labels.
type Sample struct {
	Labels []string
	Value  float64
}

// scrapeTimeout bounds what one scrape may ask of the program.
const scrapeTimeout = 3 * time.Second

// Gauge shows numbers that are read when somebody looks, e.g. jobs by state. When read
// fails, the gauge is absent from that scrape and "queqiao_scrape_errors" of it grows.
func (m *Metrics) Gauge(name, help string, labels []string, read func(ctx context.Context) ([]Sample, error)) {
	m.registry.MustRegister(&gauge{
		desc: prometheus.NewDesc(name, help, labels, nil), read: read, failed: m.scrapeErrors.WithLabelValues(name),
	})
}

type gauge struct {
	desc   *prometheus.Desc
	read   func(ctx context.Context) ([]Sample, error)
	failed prometheus.Counter
}

// Describe names the gauge.
func (g *gauge) Describe(out chan<- *prometheus.Desc) { out <- g.desc }

// Collect reads it.
func (g *gauge) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	samples, err := g.read(ctx)
	if err != nil {
		g.failed.Inc()
		return
	}
	for _, s := range samples {
		out <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, s.Value, s.Labels...)
	}
}

// Database shows the two connection pools of a database (db.DB.Stats).
func (m *Metrics) Database(stats func() (write, read sql.DBStats)) {
	pools := func(pick func(sql.DBStats) float64) func(context.Context) ([]Sample, error) {
		return func(context.Context) ([]Sample, error) {
			write, read := stats()
			return []Sample{{[]string{"write"}, pick(write)}, {[]string{"read"}, pick(read)}}, nil
		}
	}
	pool := []string{"pool"}
	m.Gauge("queqiao_db_connections", "Open connections by pool.", pool, pools(func(s sql.DBStats) float64 { return float64(s.OpenConnections) }))
	m.Gauge("queqiao_db_connections_in_use", "Connections in use by pool.", pool, pools(func(s sql.DBStats) float64 { return float64(s.InUse) }))
	m.Gauge("queqiao_db_wait_seconds", "Time spent waiting for a connection since the start, by pool.", pool,
		pools(func(s sql.DBStats) float64 { return s.WaitDuration.Seconds() }))
}

// Jobs shows how many jobs are in each state (job.Queue's counts over all corps).
func (m *Metrics) Jobs(counts func(ctx context.Context) (map[string]int64, error)) {
	m.Gauge("queqiao_jobs", "Jobs by state.", []string{"state"}, func(ctx context.Context) ([]Sample, error) {
		byState, err := counts(ctx)
		if err != nil {
			return nil, err
		}
		samples := make([]Sample, 0, len(byState))
		for state, n := range byState {
			samples = append(samples, Sample{[]string{state}, float64(n)})
		}
		return samples, nil
	})
}
