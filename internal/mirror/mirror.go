package mirror

import (
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
)

// Slug names the mirror among the features: its job kinds, lane keys and routes.
const Slug = "mirror"

// Deps are what the mirror works with; all are required.
type Deps struct {
	DB     *db.DB
	Jobs   job.Scope // scoped to Slug
	Bus    *bus.Bus
	Corps  *corp.Registry
	Clock  clock.Clock
	IDs    *id.Source
	Search *search.Index
	Live   *live.Live
	Log    *slog.Logger
}

// Mirror keeps the copy true. Safe for concurrent use.
type Mirror struct {
	db     *db.DB
	jobs   job.Scope
	bus    *bus.Bus
	corps  *corp.Registry
	clock  clock.Clock
	ids    *id.Source
	search *search.Index
	live   *live.Live
	log    *slog.Logger

	sight   TagSight
	marks   MarkHistory
	details DetailHistory
	placed  PlaceWatch
	tree    TreeWatch
	intake  *db.Group[arrival, receipt]
	table   map[string]handler
	metrics metrics
}

// New makes a mirror. Register its Jobs and Schedules with the queue, its Routes and its
// CallbackHandler with the server.
func New(d Deps) *Mirror {
	m := &Mirror{
		db: d.DB, jobs: d.Jobs, bus: d.Bus, corps: d.Corps, clock: d.Clock, ids: d.IDs,
		search: d.Search, live: d.Live, log: d.Log, metrics: newMetrics(),
	}
	m.intake = db.NewGroup(d.DB, intakeBatch, m.store)
	m.table = m.handlers()
	return m
}

// Collectors are the mirror's numbers for /metrics.
func (m *Mirror) Collectors() []prometheus.Collector { return m.metrics.collectors() }

// Topics of live changes.
const (
	topicCustomer = "customer" // keys: Customer.ID
	topicFollow   = "follow"   // keys: Follow.ID
	topicGroup    = "group"    // keys: Group.ID
	topicTag      = "tag"      // no keys
	topicMember   = "member"   // keys: userid
	topicInbox    = "inbox"    // keys: Inbox.ID
	topicSync     = "sync"     // keys: Sync.ID
)
