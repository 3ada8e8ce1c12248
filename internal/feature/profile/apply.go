package profile

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// edit is what one customer's fields shall hold.
type edit struct {
	customer string
	wants    map[id.ID][]cell
	// only, when set, has a field changed only while it still holds this: an undo leaves
	// alone what somebody changed since.
	only map[id.ID][]string
}

// change is what became of one field, as it is kept for the timeline and for undoing.
type change struct {
	Field  id.ID    `json:"field"`
	Name   string   `json:"name"` // of the field, when it happened
	Before []string `json:"before,omitempty"`
	After  []string `json:"after,omitempty"`
}

// cause says who changes something, and by what way.
type cause struct {
	source string // page | batch | import | undo
	run    id.ID
	member string // userid, "" for an account
	who    string // his name
	at     int64  // unix ms
}

func (s *service) by(v viewer.Viewer, source string, run id.ID) cause {
	return cause{source: source, run: run, member: v.Member, who: v.Name, at: db.NowMS(s.clock)}
}

// errMoved says that a record got another main one between two looks; the transaction is
// to be run again.
var errMoved = errors.New("profile: the records were merged or parted meanwhile")

// apply writes edits, their history included, and gives for each what it changed; nothing
// where all was so already. Of records that share a profile the main one is written.
func (s *service) apply(ctx context.Context, tx db.Tx, corp string, fields []Field, edits []edit, c cause) ([][]change, error) {
	customers := make([]string, len(edits))
	for i, e := range edits {
		customers[i] = e.customer
	}
	persons, err := personsOf(ctx, tx, corp, customers)
	if err != nil {
		return nil, err
	}
	key := func(customer string) string { return cmp.Or(persons[customer].Main, customer) }
	var keys []string
	for _, customer := range customers {
		keys = append(keys, key(customer))
	}
	locked, err := lock(ctx, tx, corp, keys)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if locked[k].Main != "" {
			return nil, errMoved
		}
	}
	now, err := valuesOf(ctx, tx, corp, keys)
	if err != nil {
		return nil, err
	}
	outcomes, touched := compare(fields, edits, now, key)
	var told []changeRow
	for i, e := range edits {
		if o := outcomes[i]; len(o) > 0 {
			told = append(told, changeRow{customer: e.customer, kind: wasEdited, changes: o})
		}
	}
	var puts []put
	for customer, of := range touched {
		for field := range of {
			puts = append(puts, put{customer, field, now[customer][field]})
		}
	}
	slices.SortFunc(puts, func(a, b put) int {
		return cmp.Or(cmp.Compare(a.customer, b.customer), cmp.Compare(a.field, b.field))
	})
	if err := writeValues(ctx, tx, corp, puts, c.at); err != nil {
		return nil, err
	}
	if err := s.keepFiles(ctx, tx, corp, fields, outcomes, c.at); err != nil {
		return nil, err
	}
	return outcomes, s.tell(ctx, tx, corp, told, c)
}

// compare finds what edits change, one after another, and brings the values up to date.
func compare(fields []Field, edits []edit, now values, key func(customer string) string) (outcomes [][]change, touched map[string]map[id.ID]bool) {
	outcomes, touched = make([][]change, len(edits)), map[string]map[id.ID]bool{}
	for i, e := range edits {
		k := key(e.customer)
		for _, f := range fields {
			want, ok := e.wants[f.ID]
			before, after := textsOf(now.of(k)[f.ID]), textsOf(want)
			if !ok || slices.Equal(before, after) || e.only != nil && !slices.Equal(e.only[f.ID], before) {
				continue
			}
			now.of(k)[f.ID] = want
			if touched[k] == nil {
				touched[k] = map[id.ID]bool{}
			}
			touched[k][f.ID] = true
			outcomes[i] = append(outcomes[i], change{Field: f.ID, Name: f.Name, Before: before, After: after})
		}
	}
	return outcomes, touched
}

// preview finds what edits would change.
func (s *service) preview(ctx context.Context, corp string, fields []Field, edits []edit) ([][]change, error) {
	var customers []string
	for _, e := range edits {
		customers = append(customers, e.customer)
	}
	persons, err := personsOf(ctx, s.db.Read(), corp, customers)
	if err != nil {
		return nil, err
	}
	key := func(customer string) string { return cmp.Or(persons[customer].Main, customer) }
	var keys []string
	for _, c := range customers {
		keys = append(keys, key(c))
	}
	now, err := valuesOf(ctx, s.db.Read(), corp, keys)
	if err != nil {
		return nil, err
	}
	outcomes, _ := compare(fields, edits, now, key)
	return outcomes, nil
}

// The kinds of lines in a customer's history.
const (
	wasEdited        = "edited"
	wasBlacklisted   = "blacklisted"
	wasUnblacklisted = "unblacklisted"
	wasMerged        = "merged"
	wasParted        = "parted"
)

// changeRow is one line of a customer's history.
type changeRow struct {
	customer string
	kind     string
	changes  []change
}

// tell writes lines of history.
func (s *service) tell(ctx context.Context, tx db.Tx, corp string, lines []changeRow, c cause) error {
	var rows db.Rows
	for _, l := range lines {
		raw, err := json.Marshal(append([]change{}, l.changes...))
		if err != nil {
			return err
		}
		rows = append(rows, []any{s.ids.New(), corp, l.customer, l.kind, c.source, c.run, db.Clean(string(raw)), c.member, db.Clean(c.who), c.at})
	}
	for part := range slices.Chunk(rows, maxIn) {
		_, err := tx.NewRaw(`INSERT INTO profile_change (id, corp_id, customer, kind, source, run_id, changes, member_id, who, at) VALUES ?`, part).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}
