package channelcode

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// find answers the global search by name.
func (s *service) find(ctx context.Context, q ask.FindQuery) (*ask.Found, error) {
	if !q.Viewer.Can("channelcode.read") {
		return nil, nil
	}
	codes, err := listed(ctx, s.db.Read(), q.Viewer, ListInput{Paging: web.Paging{Limit: q.Limit}, Text: q.Text}, nil)
	if err != nil {
		return nil, err
	}
	found := &ask.Found{Kind: slug}
	for _, c := range codes[:min(len(codes), q.Limit)] {
		found.Hits = append(found.Hits, ask.Hit{Title: c.Name, Subtitle: c.Remark, Href: "/channelcode/" + c.ID.String()})
	}
	return found, nil
}

// tiles shows how many customers came by codes today, beside yesterday.
func (s *service) tiles(ctx context.Context, v viewer.Viewer) ([]ask.Tile, error) {
	if !v.Can("channelcode.read") {
		return nil, nil
	}
	now := s.clock.Now().In(s.corps.Location(ctx, v.Corp))
	day := func(t time.Time) (int64, error) {
		scope := v.Where("corp_id", "member_id")
		var n int64
		err := s.db.Read().NewRaw("SELECT CAST(COALESCE(SUM(added), 0) AS BIGINT) FROM channelcode_day WHERE day = ? AND "+scope.SQL,
			append([]any{dayOf(t)}, scope.Args...)...).Scan(ctx, &n)
		return n, err
	}
	today, err := day(now)
	if err != nil {
		return nil, err
	}
	before, err := day(now.AddDate(0, 0, -1))
	if err != nil {
		return nil, err
	}
	return []ask.Tile{{Key: "channelcode.today", Value: today, Before: &before, Href: "/channelcode"}}, nil
}
