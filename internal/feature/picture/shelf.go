package picture

import (
	"container/list"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

const (
	shelfBytes = 32 << 20
	shelfFor   = time.Hour
)

// file is a picture.
type file struct {
	kind    string
	content []byte
}

// shelf keeps pictures that were fetched lately, up to shelfBytes of them.
type shelf struct {
	clock clock.Clock

	mu    sync.Mutex
	byURL map[string]*list.Element
	used  *list.List // of kept, the one used last in front
	bytes int
}

type kept struct {
	url   string
	file  file
	until time.Time
}

func newShelf(c clock.Clock) *shelf {
	return &shelf{clock: c, byURL: map[string]*list.Element{}, used: list.New()}
}

func (s *shelf) take(url string) (file, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.byURL[url]
	if !ok {
		return file{}, false
	}
	k, ok := at.Value.(kept)
	if !ok || s.clock.Now().After(k.until) {
		s.drop(at)
		return file{}, false
	}
	s.used.MoveToFront(at)
	return k.file, true
}

func (s *shelf) put(url string, f file) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.byURL[url]; ok {
		s.drop(at)
	}
	s.byURL[url] = s.used.PushFront(kept{url: url, file: f, until: s.clock.Now().Add(shelfFor)})
	for s.bytes += len(f.content); s.bytes > shelfBytes; {
		s.drop(s.used.Back())
	}
}

func (s *shelf) drop(at *list.Element) {
	if k, ok := s.used.Remove(at).(kept); ok {
		delete(s.byURL, k.url)
		s.bytes -= len(k.file.content)
	}
}
