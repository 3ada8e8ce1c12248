package intention

import (
	"context"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// timeline tells changes of level. They are the customer's own and of no member; whoever
// may open his page may read them.
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	if !q.Viewer.Can(permissionRead) {
		return nil, nil
	}
	var rows []move
	under := q.Under("m.at", "m.id", "intention.")
	seen := q.Viewer.Where("f.corp_id", "f.member_id")
	query := s.db.Read().NewSelect().Model(&rows).Where("m.corp_id = ? AND m.customer = ?", q.Viewer.Corp, q.Customer).
		Where("(SELECT COUNT(*) FROM mirror_follow AS f WHERE f.customer_id = (SELECT c.id FROM mirror_customer AS c WHERE c.corp_id = m.corp_id AND c.customer = m.customer) AND "+seen.SQL+") > 0", seen.Args...).
		Where(under.SQL, under.Args...).OrderExpr("m.at DESC, m.id DESC").Limit(int64(q.Limit + 1))
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, m := range rows {
		kind := "intention.rose"
		if m.To < m.From {
			kind = "intention.fell"
		}
		e := ask.Entry{
			At: db.FromMS(m.At), Key: "intention." + m.ID.String(), Kind: kind + "." + m.To.Word(),
			Values: map[string]string{"points": strconv.Itoa(m.Points)}, Href: "/intention?level=" + m.To.Word(),
		}
		if q.Covers(e) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}
