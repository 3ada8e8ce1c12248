// Package event is the vocabulary of news: what happens in the product, in the past
// tense. Reading this folder is reading what can happen.
//
// An event is written in the same transaction as the fact it tells (platform/bus) and
// reaches each listener as a durable job of its own, at least once. It says that
// something happened and to whom; listeners load the present rows. Fields are only ever
// added: queued events of the version before must still be understood. A golden file
// holds their JSON.
package event

import (
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Event is any piece of news.
type Event interface {
	// News is the part that all news has in common.
	News() Meta
}

// Meta is what all news has in common.
type Meta struct {
	// Event is the id of this piece of news; telling it twice has no second effect.
	Event id.ID `json:"event"`
	// Corp is the WeCom corpid.
	Corp string `json:"corp"`
	// At is when it happened according to WeCom, or when we noticed.
	At time.Time `json:"at"`
	// Repaired is true when a re-sync found what no callback had told: At is then the
	// moment of the discovery, not of the fact.
	Repaired bool `json:"repaired,omitempty"`
}

// News returns itself so that embedding makes a struct an Event.
func (m Meta) News() Meta { return m }

// Keyed is news whose order matters among those of the same key, e.g. one customer.
type Keyed interface {
	Key() string
}
