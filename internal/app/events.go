package app

import (
	"fmt"
	"io"
	"strings"
)

// WriteEvents writes docs/EVENTS.md: who hears which news, from the manifests.
func (a *App) WriteEvents(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Events\n\nWho hears what; made by `make gen` from the features' manifests. What an event means stands in `internal/event`.\n\n")
	b.WriteString("| event | heard by | as job | lane |\n|---|---|---|---|\n")
	for _, r := range a.Bus.Table() {
		fmt.Fprintf(&b, "| `%s` | %s | `%s.on.%s` | %s |\n", r.Event, r.Slug, r.Slug, r.Name, r.Lane)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
