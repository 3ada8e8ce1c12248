package notice

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Receipt is what became of a message for one receiver.
type Receipt struct {
	Member string
	State  State
	Reason web.Because // why it is off, held or failed
	SentAt int64       // unix ms, 0 while not sent
}

// States looks up what became of messages by their keys, in one query. Keys that were never
// sent, or so long ago that it is forgotten (Keep), are absent.
func States(ctx context.Context, q db.Querier, corpID, kind string, keys []string) (map[string][]Receipt, error) {
	found := make(map[string][]Receipt, len(keys))
	if len(keys) == 0 {
		return found, nil
	}
	var rows []row
	err := q.NewSelect().Model(&rows).Column("once", "member_id", "state", "reason", "sent_at").
		Where("n.corp_id = ? AND n.kind = ? AND n.once IN (?)", corpID, kind, bun.List(keys)).OrderExpr("n.once, n.member_id").Scan(ctx)
	for _, r := range rows {
		found[r.Once] = append(found[r.Once], Receipt{Member: r.Member, State: r.State, Reason: corp.Told(r.Reason, 0), SentAt: r.SentAt})
	}
	return found, err
}

// Entry is one message of the log.
type Entry struct {
	ID        id.ID
	Member    string
	Kind      string
	Title     string
	Text      string
	Href      string
	State     State
	Reason    web.Because // why it is off, held or failed
	HeldUntil int64
	CreatedAt int64
	SentAt    int64
}

// Query narrows the log.
type Query struct {
	// Scope is a condition on the columns n.corp_id and n.member_id; the corp is always bound.
	Scope   viewer.Condition
	Members []string // nil for any; an empty list matches nobody
	Kinds   []string
	State   State // "" for any
	From    int64 // unix ms, 0 for none
	To      int64 // exclusive
}

// Place is where a page of the log ends: newest first.
type Place struct {
	CreatedAt int64 `json:"c"`
	ID        id.ID `json:"i"`
}

// Place is the entry's place in the log.
func (e Entry) Place() Place { return Place{e.CreatedAt, e.ID} }

func (x Query) rows(q db.Querier, rows *[]row) *bun.SelectQuery {
	query := q.NewSelect().Model(rows).Where(x.Scope.SQL, x.Scope.Args...)
	if x.Members != nil {
		query = query.Where("n.member_id IN (?)", bun.List(append([]string{""}, x.Members...)))
	}
	if len(x.Kinds) > 0 {
		query = query.Where("n.kind IN (?)", bun.List(x.Kinds))
	}
	if x.State != "" {
		query = query.Where("n.state = ?", x.State)
	}
	if x.From > 0 {
		query = query.Where("n.created_at >= ?", x.From)
	}
	if x.To > 0 {
		query = query.Where("n.created_at < ?", x.To)
	}
	return query
}

// Log reads a page of messages, newest first.
func Log(ctx context.Context, q db.Querier, x Query, after *Place, limit int) ([]Entry, error) {
	var rows []row
	query := x.rows(q, &rows).OrderExpr("n.created_at DESC, n.id DESC").Limit(int64(limit))
	if after != nil {
		query = query.Where("(n.created_at, n.id) < (?, ?)", after.CreatedAt, after.ID)
	}
	err := query.Scan(ctx)
	entries := make([]Entry, len(rows))
	for i, r := range rows {
		entries[i] = Entry{
			ID: r.ID, Member: r.Member, Kind: r.Kind, Title: r.Title, Text: r.Text, Href: r.Href, State: r.State, Reason: corp.Told(r.Reason, 0),
			HeldUntil: r.HeldUntil, CreatedAt: r.CreatedAt, SentAt: r.SentAt,
		}
	}
	return entries, err
}

// CountLog counts messages, up to most.
func CountLog(ctx context.Context, q db.Querier, x Query, most int) (int64, error) {
	var rows []row
	var n int64
	err := q.NewRaw("SELECT COUNT(*) FROM (?) AS r", x.rows(q, &rows).ColumnExpr("1").Limit(int64(most))).Scan(ctx, &n)
	return n, err
}

// SendAgain sends a message that failed once more; not_found outside the scope, a conflict
// when it has not failed.
func (n *Notices) SendAgain(ctx context.Context, tx db.Tx, scope viewer.Condition, message id.ID) error {
	var r row
	err := tx.NewSelect().Model(&r).Where(scope.SQL, scope.Args...).Where("n.id = ?", message).Scan(ctx)
	if db.NoRows(err) {
		return fault.Missing("通知")
	}
	if err != nil {
		return err
	}
	res, err := tx.NewRaw("UPDATE notice_message SET state = ?, reason = '', digest = 0, held_until = 0, round = round + 1 WHERE corp_id = ? AND id = ? AND state = ?",
		StateWaiting, r.Corp, r.ID, StateFailed).Exec(ctx)
	if err != nil {
		return err
	}
	changed, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if changed == 0 {
		return fault.New(fault.Conflict, "只有发送失败的通知才能重新发送")
	}
	if _, err := n.jobs.Insert(ctx, tx, n.sending(r)); err != nil {
		return err
	}
	return n.live.Publish(ctx, tx, r.Corp, Slug, r.ID.String())
}
