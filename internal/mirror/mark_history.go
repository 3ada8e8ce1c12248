package mirror

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Cause is by what tags came onto follows or went.
type Cause struct {
	How  string `json:"how,omitempty"`  // HowWeCom …, or a word of the feature that marks
	Ref  id.ID  `json:"ref,omitempty"`  // of the rule, the run and the like; 0 for none
	Name string `json:"name,omitempty"` // the person or thing for people, as it was called then
}

// The words of the mirror itself.
const (
	HowWeCom   = "wecom"   // somebody at WeCom: found by a reading
	HowDeleted = "deleted" // the tag was deleted from the library
)

// Causes are by what each tag of one call comes or goes; "" stands for all that are not named.
type Causes map[string]Cause

// By is one cause for all tags of a call.
func By(how string, ref id.ID, name string) Causes {
	return Causes{"": {How: how, Ref: ref, Name: name}}
}

func (c Causes) of(tag string) Cause {
	if one, ok := c[tag]; ok {
		return one
	}
	return c[""]
}

// MarkChange is a tag that came onto a follow or went.
type MarkChange struct {
	Corp, Member, Customer string // userid, external_userid
	Tag                    string
	Kind                   int // TagCorp …
	Added                  bool
	At                     int64 // unix ms
	By                     Cause
	// Since is not 0 for what was so already when it was to be recorded: a reading since then
	// (unix ms) may have noticed the very change and taken it for WeCom's.
	Since int64
}

// MarkHistory keeps what happened with tags, in the transaction in which it happens. The
// feature tag does; what is rebuilt from WeCom has no past of its own.
type MarkHistory func(ctx context.Context, tx db.Tx, changes []MarkChange) error

// KeepMarksBy sets who keeps the history. Called by the host before start.
func (m *Mirror) KeepMarksBy(keep MarkHistory) { m.marks = keep }

func (m *Mirror) keepMarks(ctx context.Context, tx db.Tx, changes []MarkChange) error {
	if m.marks == nil || len(changes) == 0 {
		return nil
	}
	return m.marks(ctx, tx, changes)
}

// marked are changes of the tags of one follow.
type marked struct {
	gone, fresh []*tagRow
}

func (x marked) differs() bool { return len(x.gone)+len(x.fresh) > 0 }

// changes says the same for the history.
func (x marked) changes(f Follow, at int64, by Causes) []MarkChange {
	all := make([]MarkChange, 0, len(x.gone)+len(x.fresh))
	for _, rows := range []struct {
		of    []*tagRow
		added bool
	}{{x.gone, false}, {x.fresh, true}} {
		for _, r := range rows.of {
			all = append(all, MarkChange{
				Corp: f.Corp, Member: f.Member, Customer: f.Customer, Tag: r.Tag, Kind: r.Kind, Added: rows.added, At: at, By: by.of(r.Tag),
			})
		}
	}
	return all
}

// marksFound are the changes that a page shows. What a follow carries when it is read for
// the first time is no change: nobody knows since when, and the first sync of a corp would
// write as many rows as there are tags.
func (p *page) marksFound(r *pageRow, x marked) []MarkChange {
	if r.before.unread() {
		return nil
	}
	return x.changes(r.follow, p.at, Causes{"": {How: HowWeCom}})
}
