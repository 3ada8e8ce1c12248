package customer

import (
	"context"
	"slices"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// The kinds of what is kept of groups.
const (
	groupJoined  = "joined"
	groupLeft    = "left"
	groupRemoved = "removed"
)

// leftGroup keeps that a customer was in a group and left it: the mirror forgets both. What
// came twice, or from two apps of the corp, is the same fact.
func (s *service) leftGroup(ctx context.Context, e event.GroupMemberLeft) error {
	if !e.External {
		return nil
	}
	kind := groupLeft
	if e.Removed {
		kind = groupRemoved
	}
	rows := db.Rows{{e.Event, e.Corp, e.Who, e.Group, kind, e.Repaired, db.MS(e.At)}}
	if !e.JoinedAt.IsZero() && e.JoinedAt.Before(e.At) {
		rows = append(rows, []any{s.ids.New(), e.Corp, e.Who, e.Group, groupJoined, false, db.MS(e.JoinedAt)})
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO customer_group (id, corp_id, customer, chat, kind, repaired, at) VALUES ? ON CONFLICT DO NOTHING", rows).Exec(ctx)
		return err
	})
}

// inGroup is a line about a group, under the key's prefix.
type inGroup struct {
	ID       id.ID  `bun:"id"`
	Name     string `bun:"name"`
	Kind     string `bun:"kind"`
	Repaired bool   `bun:"repaired"`
	At       int64  `bun:"at"`
}

func (g inGroup) entry(prefix string) ask.Entry {
	e := ask.Entry{
		At: db.FromMS(g.At), Key: prefix + g.ID.String(), Kind: "customer." + g.Kind,
		Values: map[string]string{"group": g.Name, "repaired": strconv.FormatBool(g.Repaired)},
	}
	if g.Name == "" {
		e.Kind += "Unnamed"
	}
	return e
}

// Keys of lines about groups that the customer is in, and about those that he left.
const (
	presentKey = "customer.group."
	pastKey    = "customer.left."
)

// joined tells of the groups that the customer is in and was in, as far as the viewer sees
// their owners: the mirror knows since when he is in one, the history when he left.
func (s *service) joined(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	scope := q.Viewer.Where("gr.corp_id", "gr.owner_id")
	under := q.Under("gm.joined_at", "gr.id", presentKey)
	var now, past []inGroup
	err := s.db.Read().NewSelect().TableExpr("mirror_group_member AS gm CROSS JOIN mirror_group AS gr").
		ColumnExpr("gr.id, gr.name, ? AS kind, ? AS repaired, gm.joined_at AS at", groupJoined, false).
		Where("gm.corp_id = ? AND gm.who = ? AND gm.joined_at > 0 AND gr.id = gm.group_id AND gr.dissolved_at = 0", q.Viewer.Corp, q.Customer).
		// Until the group is read anew it still shows who has left.
		Where("(SELECT COUNT(*) FROM customer_group AS cg WHERE cg.corp_id = gm.corp_id AND cg.customer = gm.who AND cg.chat = gr.chat AND cg.kind = ? AND cg.at = gm.joined_at) = 0", groupJoined).
		Where(scope.SQL, scope.Args...).Where(under.SQL, under.Args...).OrderExpr("gm.joined_at DESC, gr.id DESC").Limit(int64(q.Limit+1)).Scan(ctx, &now)
	if err != nil {
		return nil, err
	}
	under = q.Under("cg.at", "cg.id", pastKey)
	err = s.db.Read().NewSelect().TableExpr("customer_group AS cg CROSS JOIN mirror_group AS gr").
		ColumnExpr("cg.id, gr.name, cg.kind, cg.repaired, cg.at").
		Where("cg.corp_id = ? AND cg.customer = ? AND gr.corp_id = cg.corp_id AND gr.chat = cg.chat", q.Viewer.Corp, q.Customer).
		Where(scope.SQL, scope.Args...).Where(under.SQL, under.Args...).OrderExpr("cg.at DESC, cg.id DESC").Limit(int64(q.Limit+1)).Scan(ctx, &past)
	if err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, g := range now {
		entries = append(entries, g.entry(presentKey))
	}
	for _, g := range past {
		entries = append(entries, g.entry(pastKey))
	}
	return slices.DeleteFunc(entries, func(e ask.Entry) bool { return !q.Covers(e) }), nil
}
