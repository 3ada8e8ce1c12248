package network

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// Host is what the installation had to do with one host on behalf of one of its parts.
type Host struct {
	Host     string `json:"host" doc:"* for the rest, when there were too many"`
	Port     string `json:"port"`
	Asker    string `json:"asker" doc:"part of the program"`
	Setting  string `json:"setting" doc:"setting that allows it, empty when none does"`
	FirstAt  int64  `json:"firstAt" doc:"unix milliseconds"`
	LastAt   int64  `json:"lastAt" doc:"unix milliseconds"`
	Calls    int64  `json:"calls" doc:"attempts, refused ones included"`
	Failures int64  `json:"failures" doc:"no answer came"`
	Refused  int64  `json:"refused" doc:"not on the list, inside the network, or redirected away"`
	Sent     int64  `json:"sent" doc:"bytes"`
	Received int64  `json:"received" doc:"bytes"`
}

// Permit is a host that may be called.
type Permit struct {
	Host    string `json:"host" doc:"as the setting writes it"`
	Setting string `json:"setting"`
}

type hostsInput struct {
	Refused bool `query:"refused" doc:"only hosts of which a call was refused"`
}

// Hosts lists whom the installation has called, the latest first. What this node has in
// its book is written down first, so that a call made just now is there.
func (s *service) Hosts(ctx context.Context, in *hostsInput) (*web.Page[Host], error) {
	if err := s.keep(ctx); err != nil {
		return nil, err
	}
	hosts, err := s.latest(ctx, in.Refused)
	return &web.Page[Host]{Items: hosts}, err
}

// Permits lists whom the installation may call.
func (s *service) Permits(_ context.Context, _ *struct{}) (*web.Page[Permit], error) {
	var list []Permit
	for _, p := range s.deps.Outgoing.Permits() {
		list = append(list, Permit{Host: p.Host, Setting: p.Key})
	}
	return &web.Page[Permit]{Items: list}, nil
}

// keep brings the book to the database, adding to what all nodes have brought.
func (s *service) keep(ctx context.Context) error {
	taken := s.deps.Outgoing.Book().Take()
	if len(taken) == 0 {
		return nil
	}
	err := s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, c := range taken {
			_, err := tx.NewRaw(`INSERT INTO network_host (host, port, asker, setting, first_at, last_at, calls, failures, refused, sent, received)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (host, port, asker) DO UPDATE SET setting = excluded.setting,
					last_at = CASE WHEN excluded.last_at > network_host.last_at THEN excluded.last_at ELSE network_host.last_at END,
					calls = network_host.calls + excluded.calls, failures = network_host.failures + excluded.failures,
					refused = network_host.refused + excluded.refused,
					sent = network_host.sent + excluded.sent, received = network_host.received + excluded.received`,
				c.Host, c.Port, c.Asker, c.Key, db.MS(c.First), db.MS(c.Last), c.Calls, c.Failures, c.Refused, c.Sent, c.Received).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.deps.Outgoing.Book().Return(taken)
	}
	return err
}

// mostHosts bounds the page. A program that calls what its settings name has a dozen.
const mostHosts = 500

func (s *service) latest(ctx context.Context, refused bool) ([]Host, error) {
	least := 0
	if refused {
		least = 1
	}
	var hosts []Host
	err := s.deps.DB.Read().NewRaw(`SELECT host, port, asker, setting, first_at, last_at, calls, failures, refused, sent, received
		FROM network_host WHERE refused >= ? ORDER BY last_at DESC, host, port, asker LIMIT ?`, least, mostHosts).Scan(ctx, &hosts)
	return hosts, err
}

// forget removes hosts that were not called for a year.
func (s *service) forget(ctx context.Context) error {
	until := db.MS(s.deps.Clock.Now().Add(-remember))
	return s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("DELETE FROM network_host WHERE last_at < ?", until).Exec(ctx)
		return err
	})
}
