package customer

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// detailRow is a row of customer_detail.
type detailRow struct {
	ID       id.ID  `bun:"id"`
	Corp     string `bun:"corp_id"`
	Member   string `bun:"member_id"`
	Customer string `bun:"customer"`
	Field    string `bun:"field"`
	Was      string `bun:"was"`
	Became   string `bun:"became"`
	How      string `bun:"how"`
	Name     string `bun:"name"`
	At       int64  `bun:"at"`
}

// detailStep is how many rows one statement writes; a page of a sync comes in fewer.
const detailStep = 1000

// keepDetails is the feature's mirror.DetailHistory: one statement for all changes of a
// transaction.
func (s *service) keepDetails(ctx context.Context, tx db.Tx, changes []mirror.DetailChange) error {
	rows := make([]*detailRow, len(changes))
	for i, c := range changes {
		rows[i] = &detailRow{
			ID: s.ids.New(), Corp: c.Corp, Member: c.Member, Customer: c.Customer, Field: c.Field, Was: c.Before, Became: c.After,
			How: c.By.How, Name: db.Clean(c.By.Name), At: c.At,
		}
	}
	for part := range slices.Chunk(rows, detailStep) {
		if _, err := tx.NewInsert().Model(&part).ModelTableExpr("customer_detail").Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// detailKey begins the keys of lines about remarks and the like.
const detailKey = "customer.noted."

// noted tells what members in the viewer's scope noted about the customer, before and after.
// A line of a timeline is a list: telephone numbers are masked in it for everybody.
func (s *service) noted(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	scope := q.Viewer.Where("corp_id", "member_id")
	under := q.Under("at", "id", detailKey)
	var rows []detailRow
	if err := s.db.Read().NewSelect().TableExpr("customer_detail").ColumnExpr("id, member_id, field, was, became, how, name, at").
		Where(scope.SQL, scope.Args...).Where("customer = ?", q.Customer).Where(under.SQL, under.Args...).OrderExpr("at DESC, id DESC").
		Limit(int64(q.Limit+1)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, r := range rows {
		masked := viewer.Viewer{}.MaskText
		e := ask.Entry{
			At: db.FromMS(r.At), Key: detailKey + r.ID.String(), Kind: "customer.noted." + r.Field + "." + r.How, Member: r.Member,
			Values: map[string]string{"before": worded(masked(r.Was)), "after": worded(masked(r.Became)), "by": r.Name},
		}
		if r.Field == "mobiles" {
			e.Values["before"], e.Values["after"] = worded(maskedList(r.Was)), worded(maskedList(r.Became))
		}
		if q.Covers(e) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

func maskedList(numbers string) string {
	return strings.Join(viewer.MaskPhones(strings.Split(numbers, "、")), "、")
}

func worded(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// memberRenamed follows a member to his new userid, some customers at a time. Twice is
// harmless. A line that stands under both names, of a fact told twice, stays as it is.
func (s *service) memberRenamed(ctx context.Context, e event.MemberChanged) error {
	if e.WasMember == "" || e.WasMember == e.Member {
		return nil
	}
	return mirror.ByCustomers(ctx, s.db, e.Corp, []string{e.Member, e.WasMember}, func(ctx context.Context, tx db.Tx, customers []string) error {
		if _, err := tx.NewRaw("UPDATE customer_detail SET member_id = ? WHERE corp_id = ? AND member_id = ? AND customer IN (?)",
			e.Member, e.Corp, e.WasMember, bun.List(customers)).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw(`UPDATE customer_history SET member_id = ? WHERE corp_id = ? AND member_id = ? AND customer IN (?)
			AND NOT EXISTS (SELECT 1 FROM customer_history AS o WHERE o.corp_id = customer_history.corp_id AND o.customer = customer_history.customer
				AND o.member_id = ? AND o.kind = customer_history.kind AND o.at = customer_history.at)`,
			e.Member, e.Corp, e.WasMember, bun.List(customers), e.Member).Exec(ctx)
		return err
	})
}
