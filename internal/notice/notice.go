// Package notice tells members things in their WeCom: one way for every feature, with quiet
// hours, switches, limits, retries and a log.
//
// A sender calls Send in the transaction of the fact. Each receiver gets a row and, unless
// the corp or he himself has switched the kind off, a card with a link into the console.
// States: off; waiting → sent | failed; held → sent | failed. What falls into the corp's
// quiet hours (免打扰) is held and comes as one digest afterwards, unless its kind is
// urgent; so is what would exceed the number of messages that WeCom lets one member have a
// minute, or the number of its kind that anybody would read within an hour. What failed can be sent again by a person.
//
// The package owns the tables notice_*; the feature notice shows log, settings and choices.
package notice

import (
	"context"
	"embed"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the tables of this package.
func Migrations() db.Migrations {
	return db.Migrations{Set: "notice", FS: db.Folder(migrationFiles, "migrations")}
}

// Slug names the package among the features: its job kinds, and the topic of live changes,
// whose keys are message ids.
const Slug = "notice"

// Policy is what a corp decides about a kind.
type Policy string

// The policies.
const (
	Off    Policy = "off"    // nobody is told
	Choice Policy = "choice" // everybody is told who has not switched it off for himself
	Forced Policy = "forced" // everybody is told
)

// Kind is one sort of notice. Features list theirs in the manifest.
type Kind struct {
	Key string // "<slug>.<name>", such as "churn.lost"
	ZH  string // what the settings, the log and digests call it
	EN  string
	// Policy is what holds until the corp decides; Choice when empty.
	Policy Policy
	// Urgent kinds are sent in quiet hours too: only what cannot wait until the morning.
	Urgent bool
	// PerHour is how many of the kind reach a member one by one within an hour; what is more
	// comes as one digest at the full hour. 0 for as many as there are: each is worth a card.
	PerHour int
	// Lane is where sending waits its turn: job.Urgent when somebody expects it within
	// seconds of the fact, job.Normal when empty.
	Lane job.Lane
}

// Message is something to tell.
type Message struct {
	Corp string
	// Member is who is told; To is who else, or instead.
	Member string
	To     Receivers
	Kind   string
	Title  string // up to 128 bytes, longer is cut
	// Text is plain lines without markup; what exceeds WeCom's 512 bytes is cut.
	Text string
	// Href is where the card leads: a path inside the console, such as "/customer/123".
	// Empty leads to the member's own notices.
	Href string
	// Key makes the message be sent once: a second one of the same corp, kind, key and
	// receiver is dropped. Empty for no such promise.
	Key string
}

// State is where a message stands.
type State string

// The states.
const (
	StateOff     State = "off"
	StateWaiting State = "waiting"
	StateHeld    State = "held"
	StateSent    State = "sent"
	StateFailed  State = "failed"
)

// Deps are what a Notices works with; all are required.
type Deps struct {
	DB    *db.DB
	Jobs  job.Scope // scoped to Slug
	Corps *corp.Registry
	Clock clock.Clock
	IDs   *id.Source
	Live  *live.Live
	Log   *slog.Logger
	// PublicURL is where people reach the program, without a slash at the end.
	PublicURL string
}

// Notices tells members things. Safe for concurrent use once all kinds are registered.
type Notices struct {
	db        *db.DB
	jobs      job.Scope
	corps     *corp.Registry
	clock     clock.Clock
	ids       *id.Source
	live      *live.Live
	log       *slog.Logger
	publicURL string

	kinds []Kind
	byKey map[string]Kind
}

// New makes a Notices. Register its Jobs and Schedules with the queue.
func New(d Deps) *Notices {
	return &Notices{
		db: d.DB, jobs: d.Jobs, corps: d.Corps, clock: d.Clock, ids: d.IDs, live: d.Live, log: d.Log, publicURL: d.PublicURL,
		byKey: map[string]Kind{},
	}
}

// Register adds the kinds of a feature, before anything is sent. It panics on a kind that is
// not the feature's or is there already: mistakes in the program's text.
func (n *Notices) Register(slug string, kinds ...Kind) {
	for _, k := range kinds {
		if k.Policy == "" {
			k.Policy = Choice
		}
		if k.Lane == "" {
			k.Lane = job.Normal
		}
		_, twice := n.byKey[k.Key]
		if twice || !strings.HasPrefix(k.Key, slug+".") || k.ZH == "" || k.EN == "" {
			panic(fmt.Sprintf("notice: kind %q of %s is there twice, of another feature, or has no name", k.Key, slug))
		}
		n.kinds = append(n.kinds, k)
		n.byKey[k.Key] = k
	}
}

// Kinds are all kinds in the order of registration.
func (n *Notices) Kinds() []Kind { return slices.Clone(n.kinds) }

const (
	kindSend    = "send"
	kindDigest  = "digest"
	kindRelease = "release"
	kindPrune   = "prune"
)

// Jobs are the kinds of work in the background; the host puts Slug before their names.
func (n *Notices) Jobs() []job.Definition {
	return []job.Definition{
		job.Define(kindSend, n.send, job.GiveUp(n.sendGivenUp)),
		job.Define(kindDigest, n.digest, job.GiveUp(n.digestGivenUp)),
		job.Define(kindRelease, n.release),
		job.Define(kindPrune, n.prune, job.InLane(job.Bulk)),
	}
}

// Schedules are the regular work; the host puts Slug before the kinds here too.
func (n *Notices) Schedules() []job.Schedule {
	return []job.Schedule{{Kind: kindPrune, Cron: "10 20 * * *"}}
}

// Keep is how long a message can be looked up.
const Keep = 180 * 24 * time.Hour

// pruneRows bounds one statement.
const pruneRows = 1000

// prune forgets old messages in small steps. Twice is harmless.
func (n *Notices) prune(ctx context.Context, _ job.Job[struct{}]) error {
	for {
		var removed int64
		err := n.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			res, err := tx.NewRaw(`DELETE FROM notice_message WHERE id IN
				(SELECT id FROM notice_message WHERE created_at < ? AND created_at > 0 ORDER BY created_at LIMIT ?)`,
				db.MS(n.clock.Now().Add(-Keep)), pruneRows).Exec(ctx)
			if err != nil {
				return err
			}
			removed, err = res.RowsAffected()
			return err
		})
		if err != nil || removed == 0 {
			return err
		}
	}
}
