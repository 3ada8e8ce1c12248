// Package metrics holds the program's numbers in Prometheus' form.
//
// Names begin with "queqiao_"; labels are few and bounded (route, not path; host of a
// fixed list, not URL). Each Metrics has its own registry, so that two programs run in
// one process.
package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is the set of numbers of one program.
type Metrics struct {
	registry     *prometheus.Registry
	http         *prometheus.HistogramVec
	outgoing     *prometheus.HistogramVec
	scrapeErrors *prometheus.CounterVec
}

// New makes a set with the Go runtime's and the process' own numbers.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		http: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "queqiao_http_request_seconds", Help: "Duration of answered requests by route and status.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "route", "status"}),
		outgoing: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "queqiao_outgoing_request_seconds", Help: "Duration of calls to other systems by host and outcome.",
			Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"host", "outcome"}),
		scrapeErrors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "queqiao_scrape_errors", Help: "Gauges that could not be read when somebody looked.",
		}, []string{"gauge"}),
	}
	m.registry.MustRegister(m.http, m.outgoing, m.scrapeErrors,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Register adds a collector of another package. It panics when the name is taken.
func (m *Metrics) Register(c ...prometheus.Collector) { m.registry.MustRegister(c...) }

// ObserveHTTP counts one answered request. The route is the pattern, "" when none
// matched.
func (m *Metrics) ObserveHTTP(method, route string, status int, d time.Duration) {
	m.http.WithLabelValues(knownMethod(method), route, strconv.Itoa(status)).Observe(d.Seconds())
}

// knownMethod bounds the label: the method is the client's to invent.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// ObserveOutgoing counts one call to another system; outcome is a status class ("2xx")
// or "error", "refused".
func (m *Metrics) ObserveOutgoing(host, outcome string, d time.Duration) {
	m.outgoing.WithLabelValues(host, outcome).Observe(d.Seconds())
}

// Handler shows the numbers.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}
