package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// The longest texts that are kept of what callers say about themselves.
const (
	maxTarget = 500
	maxAgent  = 300
	maxName   = 200
)

// recorder takes the entries of the web server (web.TxAuditor).
type recorder struct {
	chain *chain
	ids   *id.Source
	flood *flood
	// routes are what is recorded, for the filter; told once, before the first request.
	routes []web.RouteInfo
}

// Know takes the list of all routes.
func (r *recorder) Know(routes []web.RouteInfo) { r.routes = routes }

// RecordIn writes an entry in the transaction of the act.
func (r *recorder) RecordIn(ctx context.Context, tx db.Tx, e web.Entry) error {
	row, words, err := r.row(e)
	if err != nil {
		return err
	}
	return r.chain.append(ctx, tx, &row, words)
}

// Record writes an entry of what had no transaction. Of strangers who are refused again
// and again only some are written and the others counted: nobody may fill the disk with
// our refusals. Of refused reads, of whomever, one a minute is written of each route and
// answer. On a public route everybody is a stranger, whatever name he tries.
func (r *recorder) Record(ctx context.Context, e web.Entry) error {
	var skipped int64
	stranger := (e.Actor == "" || e.Audience == web.Public) && e.Outcome != web.Done
	if e.Read {
		who := e.Corp + "\n" + e.Actor
		if stranger {
			who = e.Address
		}
		n, write := r.flood.take(fmt.Sprintf("%s\n%s\n%d", who, e.Operation, e.Status), readsMost)
		if !write {
			return nil
		}
		skipped = n
	}
	if stranger {
		n, write := r.flood.take(e.Address, floodMost)
		if !write {
			return nil
		}
		skipped += n
	}
	row, words, err := r.row(e)
	if err != nil {
		return err
	}
	row.Skipped = skipped
	return r.chain.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return r.chain.append(ctx, tx, &row, words) })
}

// row makes the row of an entry and the texts by which it is found.
func (r *recorder) row(e web.Entry) (entry, []string, error) {
	changes, err := redactAll(e.Changes)
	if err != nil {
		return entry{}, nil, err
	}
	raw, err := json.Marshal(changes)
	if err != nil {
		return entry{}, nil, fmt.Errorf("audit: %s: %w", e.Operation, err)
	}
	row := entry{
		Corp: e.Corp, ID: r.ids.New(), At: db.MS(e.At), Actor: clean(e.Actor, maxName), ActorName: clean(e.ActorName, maxName),
		OnBehalf: clean(e.OnBehalf, maxName), Audience: string(e.Audience), Operation: e.Operation, Action: e.Action, Summary: e.Summary,
		Target: clean(e.Target, maxTarget), Changes: db.Clean(string(raw)), Outcome: e.Outcome, Status: e.Status, Code: string(e.Code),
		Took: e.Took.Microseconds(), Address: clean(e.Address, maxName), Agent: clean(e.Agent, maxAgent), Reference: clean(e.Reference, maxName),
		Dangerous: e.Dangerous,
	}
	// What the program does for somebody is his for those who see his acts.
	who := row.Actor
	if e.Audience == web.System {
		who = row.OnBehalf
	}
	if member, is := strings.CutPrefix(who, "member:"); is {
		row.Member = member
	}
	words := []string{row.ActorName, row.Summary, row.Reference, row.Address, row.Member}
	for i, c := range changes {
		if i == 0 {
			row.Object, row.ObjectName = c.Object, c.Name
		}
		_, object, _ := strings.Cut(c.Object, ":")
		_, owner, _ := strings.Cut(c.Of, ":")
		words = append(words, c.Name, object, owner)
	}
	return row, words, nil
}

// clean makes an outside text storable and no longer than n bytes.
func clean(s string, n int) string {
	s = db.Clean(s)
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
