package eventlog

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// callbackKey is the place of a callback in the list, which runs from the newest back.
type callbackKey struct {
	At int64 `json:"at"`
	ID id.ID `json:"id"`
}

// callbackFilter narrows the list. Zero values do not narrow.
type callbackFilter struct {
	state    string
	event    string
	from, to int64 // received, unix ms, to is exclusive
	member   string
	about    *subjects // nil: whomever
	after    callbackKey
	paged    bool
	limit    int
}

const callbackColumns = `i.id, i.event, i.state, i.error, i.tries, i.told_at, i.received_at, i.done_at, i.subject`

// The columns of the conditions and of the order. SQLite knows nothing of how values are
// spread and would take the first index that fits; an empty text or a zero added keeps it
// off an index, so that the condition that narrows most leads. PostgreSQL has numbers and
// is not misled.
const (
	byState, besideState = "i.state = ?", "i.state || '' = ?"
	byEvent, besideEvent = "i.event = ?", "i.event || '' = ?"
	byTime, besideTime   = "i.received_at", "i.received_at + 0"
	byCorp, besideCorp   = "i.corp_id = ?", "i.corp_id || '' = ?"
)

// callbacksIn lists callbacks, the newest first, at most limit and one more.
func callbacksIn(ctx context.Context, q db.Querier, v viewer.Viewer, f callbackFilter) ([]Callback, error) {
	state, event, at := byState, byEvent, byTime
	switch {
	case f.member != "" || f.about != nil:
		state, event, at = besideState, besideEvent, besideTime
	case f.state == mirror.InboxFailed || f.state == mirror.InboxWaiting:
		event = besideEvent // there are few of them, whatever the kind
	case f.event != "":
		state = besideState // nearly all are done
	}
	corp := byCorp
	if f.about != nil {
		corp = besideCorp // the rows of the choice are found by their ids
	}
	query := visible(q, v, corp).OrderExpr(at + " DESC, i.id DESC").Limit(int64(f.limit) + 1)
	if f.event != "" {
		query = query.Where(event, f.event)
	}
	if f.state != "" {
		query = query.Where(state, f.state)
	}
	if f.from != 0 {
		query = query.Where("i.received_at >= ?", f.from)
	}
	if f.to != 0 {
		query = query.Where("i.received_at < ?", f.to)
	}
	if f.member != "" {
		member := strings.ToLower(f.member)
		query = query.Where(`i.subject IN (SELECT ? || f.customer || '/' || ? FROM mirror_follow AS f
			WHERE f.corp_id = ? AND f.member_id = ? UNION ALL SELECT ?)`, ofCustomer, member, v.Corp, f.member, ofMember+member)
	}
	if f.about != nil {
		query = query.Where("i.id IN (?)", f.about.rows(q, v.Corp))
	}
	if f.paged {
		query = query.Where("("+at+", i.id) < (?, ?)", f.after.At, f.after.ID)
	}
	var rows []Callback
	err := query.Scan(ctx, &rows)
	return rows, err
}

// rows selects the ids of the callbacks of the choice, each piece by the index on
// subjects: neither engine would use it for pieces joined by OR.
func (s subjects) rows(q db.Querier, corp string) *bun.SelectQuery {
	piece := func() *bun.SelectQuery {
		return q.NewSelect().ColumnExpr("x.id").TableExpr("mirror_inbox AS x").Where("x.corp_id = ?", corp)
	}
	all := piece().Where("x.subject IN (?)", bun.List(append([]string{""}, s.whole...))).Where("x.subject <> ''")
	for _, p := range s.prefixes {
		all = all.UnionAll(piece().Where("x.subject >= ?", p).Where("x.subject < ?", strings.TrimSuffix(p, "/")+afterSlash))
	}
	return all
}

// visible begins a query for the callbacks in the viewer's scope; corp is byCorp or besideCorp.
func visible(q db.Querier, v viewer.Viewer, corp string) *bun.SelectQuery {
	query := q.NewSelect().ColumnExpr(callbackColumns).TableExpr("mirror_inbox AS i").Where(corp, v.Corp)
	if v.Scope.Reach != viewer.All {
		scope := v.Where("f.corp_id", "f.member_id")
		args := append([]any{ofCustomer}, scope.Args...)
		query = query.Where(`i.subject IN (SELECT ? || f.customer || '/' || lower(f.member_id) FROM mirror_follow AS f WHERE `+scope.SQL+`)`, args...)
	}
	return query
}

// callbackIn finds one callback in the viewer's scope.
func callbackIn(ctx context.Context, q db.Querier, v viewer.Viewer, callback id.ID) (Callback, error) {
	var row Callback
	err := visible(q, v, byCorp).Where("i.id = ?", callback).Scan(ctx, &row)
	if db.NoRows(err) {
		return row, fault.Missing("回调事件")
	}
	return row, err
}

// rawOf gives the raw text of a callback that callbackIn has let through.
func rawOf(ctx context.Context, q db.Querier, corp string, callback id.ID) (raw string, err error) {
	err = q.NewRaw(`SELECT raw FROM mirror_inbox WHERE corp_id = ? AND id = ?`, corp, callback).Scan(ctx, &raw)
	return raw, err
}

// countLimit is where counting stops: beyond it a number says no more to people.
const countLimit = 10_000

// failedIn counts the failed callbacks of a corp, countLimit standing for that many or more.
func failedIn(ctx context.Context, q db.Querier, corp string) (n int64, err error) {
	err = q.NewRaw(`SELECT count(*) FROM (SELECT i.id FROM mirror_inbox AS i WHERE i.corp_id = ? AND i.state = ? LIMIT ?) AS failed`,
		corp, mirror.InboxFailed, countLimit).Scan(ctx, &n)
	return n, err
}

// groupsNamed finds chat_ids of groups whose name holds the text.
func groupsNamed(ctx context.Context, q db.Querier, corp string, refs []id.ID) (chats []string, err error) {
	if len(refs) == 0 {
		return nil, nil
	}
	err = q.NewRaw(`SELECT chat FROM mirror_group WHERE corp_id = ? AND id IN (?)`, corp, bun.List(refs)).Scan(ctx, &chats)
	return chats, err
}

// customersNamed gives the external_userids of customers by our ids.
func customersNamed(ctx context.Context, q db.Querier, corp string, refs []id.ID) (externals []string, err error) {
	if len(refs) == 0 {
		return nil, nil
	}
	err = q.NewRaw(`SELECT customer FROM mirror_customer WHERE corp_id = ? AND id IN (?)`, corp, bun.List(refs)).Scan(ctx, &externals)
	return externals, err
}
