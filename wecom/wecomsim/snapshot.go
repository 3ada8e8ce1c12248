package wecomsim

import (
	"compress/gzip"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
)

// This file keeps a world over restarts: one gzipped gob file, written beside
// and then renamed over the old one, so that a crash leaves the old or the new
// world and never half of one.
//
// Not modelled: faults, limits, logs and pending deliveries; they end with the
// process.

// snapshotVersion refuses files of another layout.
const snapshotVersion = 1

// frozen is what the file holds.
type frozen struct {
	Version int
	World   *World
	Follows [][]*Follow // by corp, ordered by Seq
	Random  []byte
	Now     time.Time
	Still   bool // the clock stood still
}

// Snapshot writes the world.
func (s *Sim) Snapshot(w io.Writer) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	state, err := s.rng.MarshalBinary()
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	f := frozen{Version: snapshotVersion, World: s.world, Random: state, Now: s.clock.Now(), Still: s.clock.Speed() == 0}
	for _, c := range s.world.Corps {
		f.Follows = append(f.Follows, c.allFollows())
	}
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if err := gob.NewEncoder(zip).Encode(f); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if err := zip.Close(); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}

// Restore replaces the world by one that Snapshot wrote. Time never runs back in
// a world: when the clock had been advanced it goes on from there; a clock that
// stood still then and stands now is put where it stood.
func (s *Sim) Restore(r io.Reader) error {
	zip, err := gzip.NewReader(r)
	if err != nil {
		return fmt.Errorf("restore: not a snapshot: %w", err)
	}
	var f frozen
	if err := gob.NewDecoder(zip).Decode(&f); err != nil {
		return fmt.Errorf("restore: not a snapshot: %w", err)
	}
	if f.Version != snapshotVersion || f.World == nil || len(f.Follows) != len(f.World.Corps) {
		return fmt.Errorf("restore: snapshot version %d, want %d", f.Version, snapshotVersion)
	}
	rng := new(mathrand.ChaCha8)
	if err := rng.UnmarshalBinary(f.Random); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if f.World.People == nil {
		f.World.People = map[string]*Person{}
	}
	for i, c := range f.World.Corps {
		c.mend()
		if err := f.World.check(c, f.Follows[i]); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		c.reindex(f.Follows[i])
	}
	s.courier.forget()
	if f.Now.After(s.clock.Now()) || f.Still && s.clock.Speed() == 0 {
		s.clock.Set(f.Now)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world, s.rng, s.tokens = f.World, rng, map[string]tokenRef{}
	for _, c := range s.world.Corps {
		for _, a := range c.Apps {
			if t := c.Tokens[a.Secret]; t != nil {
				s.tokens[t.Value] = tokenRef{c, a, t}
			}
		}
		for _, t := range c.TempChats {
			if !t.Closed {
				s.watchTempChat(c, t)
			}
		}
		for _, t := range c.Transfers {
			if t.Status == wecom.TransferWaiting {
				s.watchTransfer(c, t)
			}
		}
		for _, g := range c.Groups {
			if g.Status == GroupInheriting {
				s.watchGroup(c, g)
			}
		}
	}
	s.tell(Change{Kind: "reset"})
	return nil
}

// mend makes the maps that gob leaves out when they are empty, and numbers what
// older files have without number.
func (c *Corp) mend() {
	fill(&c.Departments)
	fill(&c.Members)
	fill(&c.Left)
	fill(&c.ContactTags)
	fill(&c.Customers)
	fill(&c.Ways)
	fill(&c.Groups)
	fill(&c.Chats)
	fill(&c.AppMessages)
	fill(&c.Media)
	fill(&c.Images)
	fill(&c.Welcomes)
	fill(&c.Tokens)
	fill(&c.Tickets)
	fill(&c.OAuthCodes)
	fill(&c.UserTickets)
	for i := range c.Unassigned {
		if c.Unassigned[i].Seq == 0 { // from before they were numbered
			c.Unassigned[i].Seq = int64(i - len(c.Unassigned))
		}
	}
}

func fill[K comparable, V any](m *map[K]V) {
	if *m == nil {
		*m = map[K]V{}
	}
}

// check refuses a world that refers to what it does not hold.
func (w *World) check(c *Corp, follows []*Follow) error {
	for _, cu := range c.Customers {
		if w.People[cu.Person] == nil {
			return fmt.Errorf("customer %s has no person", cu.ExternalUserID)
		}
	}
	for _, f := range follows {
		if c.Customers[f.ExternalUserID] == nil || c.Members[userKey(f.UserID)] == nil {
			return fmt.Errorf("relation of %s and %s leads nowhere", f.UserID, f.ExternalUserID)
		}
	}
	for _, u := range c.Unassigned {
		if c.Customers[u.ExternalUserID] == nil {
			return fmt.Errorf("unassigned customer %s is unknown", u.ExternalUserID)
		}
	}
	for _, t := range c.Transfers {
		if t == nil || c.Customers[t.ExternalUserID] == nil {
			return errors.New("a transfer has no customer")
		}
	}
	for _, g := range c.Groups {
		for _, m := range g.Members {
			if m.Type == 2 && c.Customers[m.ID] == nil {
				return fmt.Errorf("group %s has an unknown participant", g.ChatID)
			}
		}
	}
	return nil
}

// keeper saves a world to a file whenever it changed.
type keeper struct {
	sim   *Sim
	path  string
	dirty atomic.Bool
	end   chan struct{}
	work  sync.WaitGroup
}

// Keep restores the world from the file, if it exists, and from then on writes
// it there a few seconds after changes and at Close. It reports whether a world
// was found.
func (s *Sim) Keep(path string) (found bool, err error) {
	file, err := os.Open(path)
	switch {
	case err == nil:
		err = s.Restore(file)
		_ = file.Close() // only read
		if err != nil {
			return false, fmt.Errorf("%s: %w", path, err)
		}
		found = true
	case !errors.Is(err, fs.ErrNotExist):
		return false, err
	}
	k := &keeper{sim: s, path: path, end: make(chan struct{})}
	_, changes, cancel := s.Listen(0)
	s.keeper = k
	k.work.Add(1)
	go k.run(changes, cancel)
	return found, k.save()
}

func (k *keeper) run(changes <-chan Change, cancel func()) {
	defer k.work.Done()
	defer cancel()
	tick, stop := realTicker(5 * time.Second)
	defer stop()
	for {
		select {
		case _, open := <-changes:
			k.dirty.Store(true)
			if !open {
				return
			}
		case <-tick:
			if k.dirty.Swap(false) {
				if err := k.save(); err != nil {
					k.sim.log.Error("cannot save the simulated world", "error", err)
				}
			}
		case <-k.end:
			return
		}
	}
}

func (k *keeper) stop() error {
	close(k.end)
	k.work.Wait()
	return k.save()
}

func (k *keeper) save() error {
	if err := os.MkdirAll(filepath.Dir(k.path), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(k.path), filepath.Base(k.path)+".*")
	if err != nil {
		return err
	}
	err = k.sim.Snapshot(file)
	if err == nil {
		err = file.Sync()
	}
	if cerr := file.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(file.Name(), k.path)
	}
	if err != nil {
		_ = os.Remove(file.Name()) // the error that counts is the first one
	}
	return err
}

func (s *Sim) downloadSnapshot(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/gzip")
	w.Header().Set("Content-Disposition", `attachment; filename="wecomsim.snapshot"`)
	if err := s.Snapshot(w); err != nil {
		s.log.Error("snapshot", "error", err)
	}
}

func (s *Sim) uploadSnapshot(w http.ResponseWriter, r *http.Request) {
	if err := s.Restore(r.Body); err != nil {
		answerRefusal(w, refuse("", "%v", err))
		return
	}
	writeJSON(w, http.StatusOK, done())
}
