package ask

import (
	"context"
	"fmt"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Trends asks for figures by day, for the chart of the home page. Asked by: home. Answered
// by: features that count something every day. Rule: all answers in menu order, each
// within the viewer's scope and with one value a day.
type Trends func(ctx context.Context, v viewer.Viewer, days []Day) ([]Trend, error)

// Day is one day of the corp's calendar: from its midnight to the next, which may be 23 or
// 25 hours later.
type Day struct{ From, To time.Time }

// Trend is one line of the chart. Its title is the i18n key "trend.<key>".
type Trend struct {
	Key    string  `json:"key"` // "<slug>.<figure>", e.g. "customer.added"
	Values []int64 `json:"values" doc:"one for each day, in order"`
}

// Trends collects the lines.
func (a *Asks) Trends(ctx context.Context, v viewer.Viewer, days []Day) ([]Trend, error) {
	all := []Trend{}
	err := each(ctx, a.trends, func(slug string, answer Trends) error {
		got, err := answer(ctx, v, days)
		if err != nil {
			return fmt.Errorf("ask %s for its trends: %w", slug, err)
		}
		all = append(all, got...)
		return nil
	})
	return all, err
}
