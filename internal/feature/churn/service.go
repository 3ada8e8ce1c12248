package churn

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Setting is the corp's switch.
type Setting struct {
	Notify bool `json:"notify" doc:"被删除通知: the member is told at once"`
}

type settingInput struct{ Body Setting }

// GetSetting shows the switch.
func (s *service) GetSetting(ctx context.Context, _ *struct{}) (*Setting, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	on, err := notifies(ctx, s.db.Read(), v.Corp)
	return &Setting{Notify: on}, err
}

// PutSetting turns the switch. Notices that wait already are still sent.
func (s *service) PutSetting(ctx context.Context, in *settingInput) (*Setting, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return &in.Body, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		before, err := notifies(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		if err := putNotifies(ctx, tx, v.Corp, in.Body.Notify, v.Actor(), db.NowMS(s.clock)); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "churn:setting", Before: Setting{Notify: before}, After: in.Body})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}

// timeline tells whether the member was told of the loss. The line stands right above that
// of the loss: at its moment, with a key that comes after "customer.".
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	var rows []row
	scope := q.Viewer.Where("l.corp_id", "l.member_id")
	query := s.db.Read().NewSelect().Model(&rows).Where(scope.SQL, scope.Args...).
		Where("l.customer = ? AND l.notice IN (?, ?)", q.Customer, NoticeSent, NoticeFailed).
		OrderExpr("l.lost_at DESC, l.id DESC").Limit(int64(q.Limit + 1))
	if !q.Before.IsZero() {
		query = query.Where("l.lost_at <= ?", db.MS(q.Before))
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, r := range rows {
		e := ask.Entry{At: db.FromMS(r.LostAt), Key: "notice." + r.ID.String(), Kind: "churn.noticed", Member: r.Member}
		if r.Notice == NoticeFailed {
			e.Kind, e.Values = "churn.unnoticed", map[string]string{"reason": r.Reason}
		}
		if q.Covers(e) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}
