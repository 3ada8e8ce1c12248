package notice

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// Receipt is what became of a message for one receiver.
type Receipt struct {
	Member string
	State  State
	Reason string
	SentAt int64 // unix ms, 0 while not sent
}

// States looks up what became of messages by their keys, in one query. Keys that were never
// sent, or so long ago that it is forgotten (Keep), are absent.
func States(ctx context.Context, q db.Querier, corp, kind string, keys []string) (map[string][]Receipt, error) {
	found := make(map[string][]Receipt, len(keys))
	if len(keys) == 0 {
		return found, nil
	}
	var rows []row
	err := q.NewSelect().Model(&rows).Column("once", "member_id", "state", "reason", "sent_at").
		Where("n.corp_id = ? AND n.kind = ? AND n.once IN (?)", corp, kind, bun.List(keys)).OrderExpr("n.once, n.member_id").Scan(ctx)
	for _, r := range rows {
		found[r.Once] = append(found[r.Once], Receipt{Member: r.Member, State: r.State, Reason: r.Reason, SentAt: r.SentAt})
	}
	return found, err
}
