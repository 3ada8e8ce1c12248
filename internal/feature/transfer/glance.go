package transfer

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// tiles shows the customers of leavers whom nobody takes over.
func (s *service) tiles(ctx context.Context, v viewer.Viewer) ([]ask.Tile, error) {
	if !v.Can(permissionRead) {
		return nil, nil
	}
	scope := v.Where("u.corp_id", "u.member_id")
	var n int64
	err := s.db.Read().NewRaw("SELECT COUNT(*) FROM transfer_unassigned AS u WHERE "+scope.SQL+` AND NOT EXISTS (SELECT 1 FROM transfer_item AS i
		WHERE i.corp_id = u.corp_id AND i.kind = 'customer' AND i.subject = u.customer AND i.state IN ('planned', 'sent', 'waiting'))`, scope.Args...).Scan(ctx, &n)
	return []ask.Tile{{Key: "transfer.unassigned", Value: n, Href: "/transfer", Level: "warning"}}, err
}

// timeline tells when the customer was to go to another member, and what became of it.
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	scope := either(q.Viewer)
	// Where the end of a hand-over is still to be told, its beginning is: that comes before it.
	under := q.Under("i.sent_at", "i.id", "transfer.begun.")
	query := s.db.Read().NewSelect().TableExpr("transfer_item AS i").ColumnExpr(prefixed("i", itemColumns)).Where(scope.SQL, scope.Args...).
		Where("i.kind = ? AND i.subject = ?", OfCustomer, q.Customer).Where("i.sent_at > 0").
		Where(under.SQL, under.Args...).OrderExpr("i.sent_at DESC, i.id DESC").Limit(int64(q.Limit + 1))
	var rows []Item
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var members []string
	for _, i := range rows {
		members = append(members, i.From, i.To)
	}
	names, err := mirror.Names(ctx, s.db.Read(), q.Viewer.Corp, members)
	var entries []ask.Entry
	for _, i := range rows {
		values := map[string]string{"from": names[i.From], "to": names[i.To]}
		href := ""
		if q.Viewer.Can(permissionRead) {
			href = "/transfer/records/" + i.Transfer.String()
		}
		all := []ask.Entry{{At: db.FromMS(i.SentAt), Key: "transfer.begun." + i.ID.String(), Kind: "transfer.begun", Member: i.To, Values: values, Href: href}}
		if i.SettledAt > 0 && i.State != Cancelled {
			why := i.why()
			all = append(all, ask.Entry{
				At: db.FromMS(i.SettledAt), Key: "transfer.ended." + i.ID.String(), Kind: "transfer." + string(i.State), Member: i.To,
				Values: map[string]string{"from": names[i.From], "to": names[i.To], "reason": why.In(false, becauses()), "reasonEn": why.In(true, becauses())}, Href: href,
			})
		}
		for _, e := range all {
			if q.Covers(e) {
				entries = append(entries, e)
			}
		}
	}
	return entries, err
}
