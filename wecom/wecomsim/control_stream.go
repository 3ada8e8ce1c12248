package wecomsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// This file streams changes to pages as server-sent events.

// streamChanges serves GET /_sim/events. Every event has the change as data,
// its Seq as id and its kind as event name. A "gap" event tells that changes
// were lost, so that the page reads everything again.
func (s *Sim) streamChanges(w http.ResponseWriter, r *http.Request) {
	flusher := http.NewResponseController(w)
	after, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	if err != nil {
		after = 0
	}
	missed, changes, cancel := s.Listen(after)
	defer cancel()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	if _, err := fmt.Fprint(w, "retry: 1000\n\n"); err != nil {
		return
	}
	last := after
	write := func(c Change) bool {
		if last > 0 && c.Seq > last+1 {
			if _, err := fmt.Fprintf(w, "event: gap\ndata: {}\n\n"); err != nil {
				return false
			}
		}
		last = c.Seq
		data, err := json.Marshal(c)
		if err != nil {
			return false
		}
		_, err = fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", c.Seq, c.Kind, data)
		return err == nil
	}
	for _, c := range missed {
		if !write(c) {
			return
		}
	}
	if flusher.Flush() != nil {
		return
	}
	beat, stop := realTicker(15 * time.Second) // keeps idle connections open
	defer stop()
	for {
		select {
		case c, open := <-changes:
			if !open || !write(c) {
				return
			}
		case <-beat:
			if _, err := fmt.Fprint(w, ": beat\n\n"); err != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
		if flusher.Flush() != nil {
			return
		}
	}
}
