// Package bus tells news: publishing an event in a transaction makes one job for each
// listener in that same transaction. What the queue gives to jobs – durability, tries,
// lanes, order by key, the dead list – it thereby gives to news, and one listener's
// trouble is nobody else's. docs/adr/0004-events-are-jobs.md argues it.
package bus

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// Listener hears one type of event. Made by On.
type Listener struct {
	name    string
	event   reflect.Type
	key     func(e event.Event) string
	options []job.Option
	define  func(kind string, opts []job.Option) job.Definition
}

// Option changes a listener.
type Option func(*Listener)

// InLane puts the listener's jobs into a lane; job.Normal without it.
func InLane(l job.Lane) Option {
	return func(x *Listener) { x.options = append(x.options, job.InLane(l)) }
}

// With passes options to the listener's kind of job: attempts, timeout, backoff, giving up.
func With(opts ...job.Option) Option {
	return func(x *Listener) { x.options = append(x.options, opts...) }
}

// Attempts sets how often the listener is tried.
func Attempts(n int) Option { return With(job.Attempts(n)) }

// Key orders the listener's events: those with the same key are heard one at a time and
// in the order in which they were told. Without it an event.Keyed gives its own key;
// events without either are heard in any order.
func Key[E event.Event](key func(e E) string) Option {
	return func(x *Listener) {
		x.key = func(e event.Event) string {
			of, ok := e.(E)
			if !ok {
				panic(fmt.Sprintf("bus: a listener to %T was told %T", of, e))
			}
			return key(of)
		}
	}
}

// On makes a listener to events of type E. Its kind of job is "<slug>.on.<name>", so
// name must stay the same while jobs of it may be waiting. fn hears each event at
// least once and returns what a work function of job may return.
func On[E event.Event](name string, fn func(ctx context.Context, e E) error, opts ...Option) Listener {
	return OnJob(name, func(ctx context.Context, j job.Job[E]) error { return fn(ctx, j.Args) }, opts...)
}

// OnJob is On for listeners that need their job: its attempt, or Done.
func OnJob[E event.Event](name string, fn func(ctx context.Context, j job.Job[E]) error, opts ...Option) Listener {
	l := Listener{name: name, event: reflect.TypeFor[E]()}
	l.define = func(kind string, opts []job.Option) job.Definition { return job.Define(kind, fn, opts...) }
	for _, o := range opts {
		o(&l)
	}
	return l
}

// OnTx is On for listeners whose whole effect is in our database, as job.DefineTx says: they
// get a transaction, which on SQLite they share with the news of the same type that is due at
// the same moment, and take each event exactly once.
func OnTx[E event.Event](name string, fn func(ctx context.Context, tx db.Tx, e E) error, opts ...Option) Listener {
	l := Listener{name: name, event: reflect.TypeFor[E]()}
	l.define = func(kind string, opts []job.Option) job.Definition {
		return job.DefineTx(kind, func(ctx context.Context, tx db.Tx, j job.Job[E]) error { return fn(ctx, tx, j.Args) }, opts...)
	}
	for _, o := range opts {
		o(&l)
	}
	return l
}

// Bus knows who listens to what. Register before the queue starts.
type Bus struct {
	queue *job.Queue
	heard map[reflect.Type][]registered
	rows  []Row
}

type registered struct {
	kind string
	key  func(e event.Event) string
}

// New makes a bus whose jobs go through q.
func New(q *job.Queue) *Bus { return &Bus{queue: q, heard: map[reflect.Type][]registered{}} }

// Register adds a feature's listeners. Like Queue.Register it panics on a name that is
// there already.
func (b *Bus) Register(slug string, ls ...Listener) {
	for _, l := range ls {
		d := l.define(slug+".on."+l.name, l.options)
		b.queue.Register(d)
		b.heard[l.event] = append(b.heard[l.event], registered{d.Kind, l.key})
		b.rows = append(b.rows, Row{Event: l.event.Name(), Slug: slug, Name: l.name, Lane: d.Lane})
	}
}

// Publish tells e to its listeners once tx commits. Telling the same event (by its id)
// again reaches no listener twice. An event that nobody listens to is not kept.
func (b *Bus) Publish(ctx context.Context, tx db.Tx, e event.Event) error {
	ls := b.heard[reflect.TypeOf(e)]
	if len(ls) == 0 {
		return nil
	}
	m := e.News()
	if m.Event == 0 {
		return fmt.Errorf("bus: %T without an id", e)
	}
	jobs := make([]job.Insert, len(ls))
	for i, l := range ls {
		jobs[i] = job.Insert{Kind: l.kind, Args: e, Corp: m.Corp, Unique: m.Event.String(), Key: lineOf(l, e)}
	}
	if _, err := b.queue.Insert(ctx, tx, jobs...); err != nil {
		return fmt.Errorf("bus: %T: %w", e, err)
	}
	return nil
}

// lineOf gives each listener a line of its own, so that none waits for another.
func lineOf(l registered, e event.Event) string {
	key := ""
	if l.key != nil {
		key = l.key(e)
	} else if k, ok := e.(event.Keyed); ok {
		key = k.Key()
	}
	if key == "" {
		return ""
	}
	return l.kind + " " + key
}

// Row says that a feature listens to an event, for documents.
type Row struct {
	Event, Slug, Name string
	Lane              job.Lane
}

// Table lists all listeners by event, slug and name.
func (b *Bus) Table() []Row {
	rows := slices.Clone(b.rows)
	slices.SortFunc(rows, func(x, y Row) int {
		return cmp.Or(cmp.Compare(x.Event, y.Event), cmp.Compare(x.Slug, y.Slug), cmp.Compare(x.Name, y.Name))
	})
	return rows
}
