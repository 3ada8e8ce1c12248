package access

import (
	"context"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

const (
	// channel carries the corpid whose rights have changed to every node.
	channel = "access"
	// freshFor bounds how long a lost note can leave a node with old rights, and how long a
	// change of the contact book that no event told of goes unseen.
	freshFor = time.Minute
)

// memory keeps the rights of each corp that somebody works in, so that a request costs
// no query. It is dropped as soon as something changes, here or on another node.
type memory struct {
	db    *db.DB
	clock clock.Clock
	menu  func() []feature.MenuEntry

	mu    sync.Mutex
	corps map[string]*entry
}

type entry struct {
	mu     sync.Mutex // held while loading: one load serves all who wait
	rights *rights    // nil: must be loaded
	readAt time.Time
	// changes counts the drops, so that a load that began before a drop is not kept after it.
	changes int
}

func newMemory(d *db.DB, c clock.Clock, menu func() []feature.MenuEntry) *memory {
	return &memory{db: d, clock: c, menu: menu, corps: map[string]*entry{}}
}

func (m *memory) entry(corp string) *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.corps[corp]
	if e == nil {
		e = &entry{}
		m.corps[corp] = e
	}
	return e
}

// of gives the rights of a corp.
func (m *memory) of(ctx context.Context, corp string) (*rights, error) {
	e := m.entry(corp)
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := m.current(e); r != nil {
		return r, nil
	}
	m.mu.Lock()
	changes := e.changes
	m.mu.Unlock()
	r, err := m.load(ctx, corp)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.changes == changes {
		e.rights, e.readAt = r, m.clock.Now()
	}
	return r, nil
}

func (m *memory) current(e *entry) *rights {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.rights == nil || m.clock.Now().Sub(e.readAt) >= freshFor {
		return nil
	}
	return e.rights
}

// load reads a corp's rights. A corp that was added while the program runs gets its
// built-in roles here.
func (m *memory) load(ctx context.Context, corp string) (*rights, error) {
	r, err := m.read(ctx, m.db.Read(), corp)
	if err != nil || len(r.roles) > 0 {
		return r, err
	}
	seeded := func(ctx context.Context, tx db.Tx) error { return seed(ctx, tx, corp) }
	if err := m.db.Tx(ctx, seeded); err != nil {
		return nil, err
	}
	return m.read(ctx, m.db.Read(), corp)
}

// read puts a corp's rights together as q sees them.
func (m *memory) read(ctx context.Context, q db.Querier, corp string) (*rights, error) {
	r, err := m.frame(ctx, q, corp)
	if err != nil {
		return nil, err
	}
	if m.menu != nil {
		r.entries = sorted(m.menu())
	}
	if r.menus, err = menusIn(ctx, q, corp); err != nil {
		return nil, err
	}
	r.book, err = bookOf(ctx, q, corp)
	return r, err
}

// frame reads a corp's roles and grants, and of the contact book the departments: enough
// to say which roles somebody holds of whom one knows how he stands.
func (m *memory) frame(ctx context.Context, q db.Querier, corp string) (*rights, error) {
	r := &rights{grants: map[holder][]string{}, departments: map[int64][]departmentGrant{}}
	var err error
	if r.roles, err = rolesIn(ctx, q, corp); err != nil {
		return nil, err
	}
	grants, err := grantsIn(ctx, q, corp)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		h := holder{account: g.Account, member: g.Member}
		r.grants[h] = append(r.grants[h], g.Role)
	}
	branches, err := departmentGrantsIn(ctx, q, corp)
	if err != nil {
		return nil, err
	}
	for _, g := range branches {
		r.departments[g.Department] = append(r.departments[g.Department], g)
	}
	r.book, err = treeOf(ctx, q, corp)
	return r, err
}

// drop forgets a corp's rights on this node; "" forgets everything.
func (m *memory) drop(corp string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, e := range m.corps {
		if corp == "" || key == corp {
			e.rights = nil
			e.changes++
		}
	}
}

// tell drops a corp's rights on every node once tx has committed, on this one before
// DB.Tx returns.
func (m *memory) tell(tx db.Tx, corp string) {
	tx.AfterCommit(func() { m.drop(corp) })
	m.db.Notify(tx, channel, corp)
}
