// Package job is the durable queue: work that must happen, once the transaction that
// asks for it has committed, whatever dies in between.
//
// A job has a kind, arguments and a corp; a kind has a typed function that does the
// work. Jobs wait in three lanes with workers of their own. A lane key puts jobs in a
// line: they run one at a time and in order, also over nodes and retries. A unique key
// keeps the same job from being asked for twice. What fails is tried again with
// growing waits and at last lies in the dead list, with its error, until a person
// retries or discards it.
//
// Delivery is at least once: a process that dies after the work and before the record
// leaves the job to be done again. A function whose whole effect is in our database can
// have exactly once by calling Job.Done in its own transaction.
//
// docs/jobs.md draws the states and argues the rules; docs/adr/0005-own-job-queue.md
// says why this is not River.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Lane is a queue with workers of its own, so that slow work cannot delay urgent work.
type Lane string

// The lanes.
const (
	Urgent Lane = "urgent" // callbacks and greetings: somebody outside waits for seconds
	Normal Lane = "normal" // the rest
	Bulk   Lane = "bulk"   // mass sending and syncing: may take hours
)

// State is where a job stands.
type State string

// The states; docs/jobs.md draws how they follow each other.
const (
	Available State = "available" // runs when its time has come: new, snoozed or waiting for the next try
	Parked    State = "parked"    // another job of its lane key goes first
	Running   State = "running"
	Done      State = "done"
	Dead      State = "dead"      // all tries failed; waits for a person
	Cancelled State = "cancelled" // given up on purpose
)

// Finished says that nothing will happen to the job by itself any more.
func (s State) Finished() bool { return s == Done || s == Dead || s == Cancelled }

// Job is what a work function gets. A is a struct that JSON can hold.
type Job[A any] struct {
	ID        id.ID
	Kind      string
	Corp      string // "" for work of the installation itself
	Args      A
	Attempt   int // 1 for the first try
	CreatedAt time.Time
	RunAt     time.Time // when this try was due
	LaneKey   string
	UniqueKey string
	run       *run
}

// Report makes progress visible in Running: done of total (0 when unknown) and a note
// for people. It may be called often; it writes about once a second. The error says
// that the job was lost to another process and that the work should stop.
func (j Job[A]) Report(ctx context.Context, done, total int64, note string) error {
	return j.run.report(ctx, done, total, note)
}

// Done finishes the job inside the work's own transaction, so that effect and record
// are one fact. It fails with ErrLost when the job is no longer ours, and the
// transaction must then be left with that error. After the commit the work function
// should return nil; what it returns is no longer looked at.
func (j Job[A]) Done(ctx context.Context, tx Tx) error { return j.run.doneIn(ctx, tx) }

// ErrLost is the cause of a job's context, and the error of Report and Done, when the
// process was taken for dead and the job given to another.
var ErrLost = errors.New("job: lost to another process")

// ErrCancelled is the cause of a job's context after Queue.Cancel.
var ErrCancelled = errors.New("job: cancelled")

// ErrStopping is the cause of a job's context when the process stops and the time for
// draining is over. The job runs again elsewhere; the try does not count.
var ErrStopping = errors.New("job: the process is stopping")

type snoozeError struct{ wait time.Duration }

func (e *snoozeError) Error() string { return "job: snoozed for " + e.wait.String() }

// Snooze is what a work function returns to put the job off without counting a try: a rate
// limit, or something not yet there.
func Snooze(wait time.Duration) error { return &snoozeError{wait} }

type cancelError struct{ err error }

func (e *cancelError) Error() string { return e.err.Error() }
func (e *cancelError) Unwrap() error { return e.err }

// Cancel is what a work function returns to end the job without further tries: its reason
// has gone. It does not appear in the dead list.
func Cancel(err error) error {
	if err == nil {
		err = ErrCancelled
	}
	return &cancelError{err}
}

type retryError struct {
	wait time.Duration
	err  error
}

func (e *retryError) Error() string { return e.err.Error() }
func (e *retryError) Unwrap() error { return e.err }

// RetryIn is what a work function returns after a failed try, which counts, to set the
// wait before the next one itself.
func RetryIn(wait time.Duration, err error) error {
	if err == nil {
		err = errors.New("job: asked to be run again")
	}
	return &retryError{wait, err}
}

// Definition is a kind of job with its work. Made by Define.
type Definition struct {
	Kind string
	Lane Lane
	// MaxAttempts is how often the work is tried before the job is dead.
	MaxAttempts int
	// Timeout bounds one try: the context ends, and the try counts as failed.
	Timeout time.Duration
	// Backoff is the wait after the given attempt has failed.
	Backoff func(attempt int) time.Duration

	args   reflect.Type
	work   func(ctx context.Context, r *run) error
	share  func(r *run) (func(ctx context.Context, tx Tx) error, error) // of DefineTx
	giveUp func(ctx context.Context, r *run, err error)
	gaveUp reflect.Type
}

// Option changes a definition.
type Option func(*Definition)

// InLane puts the kind into a lane; Normal without it.
func InLane(l Lane) Option { return func(d *Definition) { d.Lane = l } }

// Attempts sets how often the work is tried; DefaultAttempts without it.
func Attempts(n int) Option { return func(d *Definition) { d.MaxAttempts = n } }

// Timeout bounds one try; DefaultTimeout without it.
func Timeout(t time.Duration) Option { return func(d *Definition) { d.Timeout = t } }

// WithBackoff replaces DefaultBackoff.
func WithBackoff(f func(attempt int) time.Duration) Option {
	return func(d *Definition) { d.Backoff = f }
}

// GiveUp is called when all tries have failed, before the job is recorded as dead, so
// that the thing the job was about can be marked broken. It is called at least once.
func GiveUp[A any](fn func(ctx context.Context, j Job[A], err error)) Option {
	return func(d *Definition) {
		d.gaveUp = reflect.TypeFor[A]()
		d.giveUp = func(ctx context.Context, r *run, err error) {
			j, bad := typed[A](r)
			if bad == nil {
				fn(ctx, j, err)
			}
		}
	}
}

const (
	// DefaultAttempts with DefaultBackoff covers more than two hours of trouble.
	DefaultAttempts = 20
	// DefaultTimeout bounds a try of a kind that says nothing else.
	DefaultTimeout = 5 * time.Minute
	maxBackoff     = 10 * time.Minute
)

// DefaultBackoff doubles from one second up to ten minutes, give or take a fifth, so
// that jobs that failed together do not come back together.
func DefaultBackoff(attempt int) time.Duration {
	wait := maxBackoff
	if attempt < 10 {
		wait = min(time.Second<<max(0, attempt-1), maxBackoff)
	}
	return wait*4/5 + time.Duration(rand.Int64N(int64(wait)*2/5))
}

// Define makes a kind of job. The work function must bear being called again for the
// same job (the package comment says when) and should stop when its context ends. It
// panics on an empty kind or on a GiveUp for other arguments: both are mistakes in the
// program's text.
func Define[A any](kind string, work func(ctx context.Context, j Job[A]) error, opts ...Option) Definition {
	d := Definition{
		Kind: kind, Lane: Normal, MaxAttempts: DefaultAttempts, Timeout: DefaultTimeout,
		Backoff: DefaultBackoff, args: reflect.TypeFor[A](),
	}
	d.work = func(ctx context.Context, r *run) error {
		j, err := typed[A](r)
		if err != nil {
			return err
		}
		return work(ctx, j)
	}
	for _, o := range opts {
		o(&d)
	}
	if kind == "" || d.MaxAttempts < 1 {
		panic(fmt.Sprintf("job: kind %q with %d attempts", kind, d.MaxAttempts))
	}
	if d.gaveUp != nil && d.gaveUp != d.args {
		panic(fmt.Sprintf("job: %s has arguments %s, its GiveUp has %s", kind, d.args, d.gaveUp))
	}
	return d
}

// argsError says that stored arguments do not fit the kind: no try can help.
type argsError struct{ err error }

func (e *argsError) Error() string { return "job: the arguments cannot be read: " + e.err.Error() }
func (e *argsError) Unwrap() error { return e.err }

func typed[A any](r *run) (Job[A], error) {
	e := r.entry
	j := Job[A]{
		ID: e.ID, Kind: e.Kind, Corp: e.Corp, Attempt: e.Attempt,
		CreatedAt: fromMS(e.CreatedAt), RunAt: fromMS(e.RunAt),
		LaneKey: e.key(), UniqueKey: e.unique(), run: r,
	}
	if err := json.Unmarshal([]byte(e.Args), &j.Args); err != nil {
		return j, &argsError{err}
	}
	return j, nil
}
