package tag

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Usage is what a deletion would take away.
type Usage struct {
	Name    string `json:"name"`
	Tags    int    `json:"tags" doc:"how many tags go"`
	Last    bool   `json:"last" doc:"the group goes too, because it would be empty"`
	Follows int64  `json:"follows" doc:"follows that carry one of them"`
	Capped  bool   `json:"capped" doc:"there are at least so many"`
}

type tagUsageInput struct {
	ID string `path:"id" maxLength:"64"`
}

// countUpTo is where counting for a question stops.
const countUpTo = 10_000

// Usage counts what a deletion would take away.
func (s *service) Usage(ctx context.Context, in *tagUsageInput) (*Usage, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	f, _, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	out := &Usage{Name: f.name(), Tags: 1, Last: f.tag != nil && len(f.group.Tags) == 1}
	gone := []string{in.ID}
	if f.tag == nil {
		gone = nil
		for _, t := range f.group.Tags {
			gone = append(gone, t.ID)
		}
		out.Tags = len(gone)
	}
	out.Follows, err = carrying(ctx, s.db.Read(), v.Corp, gone, countUpTo+1)
	if out.Follows > countUpTo {
		out.Follows, out.Capped = countUpTo, true
	}
	return out, err
}

// carrying counts the follows that carry one of the tags, up to a limit.
func carrying(ctx context.Context, q db.Querier, corp string, tags []string, limit int) (int64, error) {
	var n int64
	err := q.NewRaw("SELECT COUNT(*) FROM (SELECT DISTINCT ft.follow_id FROM mirror_follow_tag AS ft WHERE ft.corp_id = ? AND ft.tag_id IN (?) LIMIT ?) AS r",
		corp, bun.List(tags), limit).Scan(ctx, &n)
	return n, err
}
