package db

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// groupTimeout bounds one shared commit; it is far above what a healthy database needs.
const groupTimeout = 30 * time.Second

// Group lets many callers share commits. A commit waits for the disk, and the disk
// takes one row or two hundred in the same time: whatever arrives while the commit
// before is running goes out together in the next one. Nobody waits on purpose, so a
// lone caller is as fast as without a group.
type Group[T, R any] struct {
	d     *DB
	max   int
	write func(ctx context.Context, tx Tx, items []T) ([]R, error)

	mu      sync.Mutex
	waiting []*grouped[T, R]
	leaders int
}

type grouped[T, R any] struct {
	item   T
	result R
	err    error
	done   chan struct{}
}

// NewGroup makes a group whose commits hold at most that many items (100 to 200 is a good
// number). write stores all items in tx and gives one result each, in order. It must
// be re-runnable like every function of a transaction: when a batch fails it is halved
// until the item that is to blame stands alone.
func NewGroup[T, R any](d *DB, most int, write func(ctx context.Context, tx Tx, items []T) ([]R, error)) *Group[T, R] {
	return &Group[T, R]{d: d, max: most, write: write}
}

// Do stores the item and returns after the commit that holds it. A nil error says that
// the item is durable. When ctx ends while the item waits it is taken back, and the
// error is ctx's; once its commit has begun Do waits for the outcome, so that the
// answer is the truth.
func (g *Group[T, R]) Do(ctx context.Context, item T) (R, error) {
	var none R
	if InTx(ctx) {
		return none, ErrNested
	}
	if err := ctx.Err(); err != nil {
		return none, err
	}
	c := &grouped[T, R]{item: item, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	if g.leaders < g.d.engine.writers() {
		g.leaders++
		go g.lead()
	}
	g.mu.Unlock()
	select {
	case <-c.done:
	case <-ctx.Done():
		if g.withdraw(c) {
			return none, ctx.Err()
		}
		<-c.done
	}
	return c.result, c.err
}

func (g *Group[T, R]) withdraw(c *grouped[T, R]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, w := range g.waiting {
		if w == c {
			g.waiting = append(g.waiting[:i:i], g.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// lead commits batches until nobody waits.
func (g *Group[T, R]) lead() {
	for {
		g.mu.Lock()
		n := min(len(g.waiting), g.max)
		if n == 0 {
			g.leaders--
			g.mu.Unlock()
			return
		}
		batch := g.waiting[:n:n]
		g.waiting = g.waiting[n:]
		g.mu.Unlock()
		g.commit(batch)
		for _, c := range batch {
			close(c.done)
		}
	}
}

// commit stores a batch; after a failure each half has its own transaction.
func (g *Group[T, R]) commit(batch []*grouped[T, R]) {
	err := g.try(batch)
	if err == nil {
		return
	}
	var unknown *CommitError
	if len(batch) == 1 || errors.As(err, &unknown) {
		for _, c := range batch {
			c.err = err
		}
		return
	}
	half := len(batch) / 2
	g.commit(batch[:half])
	g.commit(batch[half:])
}

func (g *Group[T, R]) try(batch []*grouped[T, R]) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), groupTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("db: group commit: panic: %v", p)
		}
	}()
	items := make([]T, len(batch))
	for i, c := range batch {
		items[i] = c.item
	}
	var results []R
	err = g.d.Tx(ctx, func(ctx context.Context, tx Tx) error {
		var err error
		if results, err = g.write(ctx, tx, items); err != nil {
			return err
		}
		if len(results) != len(items) {
			return fmt.Errorf("db: group commit: %d results for %d items", len(results), len(items))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, c := range batch {
		c.result = results[i]
	}
	return nil
}
