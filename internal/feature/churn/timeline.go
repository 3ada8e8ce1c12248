package churn

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/notice"
)

// timelineRows bounds how many notices about one customer are looked at for a page: nobody
// has nearly as many.
const timelineRows = 500

// timeline tells whether the member was told of the loss. The line stands right above that
// of the loss: at its moment, with a key that comes after "customer.".
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	var rows []row
	scope := q.Viewer.Where("l.corp_id", "l.member_id")
	under := q.Under("l.ended_at", "l.id", "notice.")
	query := s.db.Read().NewSelect().Model(&rows).Where(scope.SQL, scope.Args...).
		Where("l.customer = ? AND l.kind = ? AND l.notice <> ?", q.Customer, Lost, NoticeOff).
		Where(under.SQL, under.Args...).OrderExpr("l.ended_at DESC, l.id DESC").Limit(timelineRows)
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	endings, err := endingsOf(rows)
	if err != nil {
		return nil, err
	}
	if err := s.noticed(ctx, q.Viewer.Corp, endings); err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, l := range endings {
		e := ask.Entry{At: l.EndedAt, Key: "notice." + l.ID.String(), Kind: "churn.noticed", Member: l.Member}
		switch l.Notice {
		case NoticeFailed:
			e.Kind, e.Values = "churn.unnoticed", map[string]string{"reason": l.Reason.In(false, notice.Becauses()), "reasonEn": l.Reason.In(true, notice.Becauses())}
		case NoticeSent:
		default:
			continue
		}
		if q.Covers(e) && len(entries) < q.Limit {
			entries = append(entries, e)
		}
	}
	return entries, nil
}
