package customer

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// Phones are a customer's telephone numbers in full, as members in the viewer's scope
// noted them.
type Phones struct {
	Follows []FollowPhones `json:"follows" doc:"only follows with numbers"`
}

// FollowPhones are the numbers of one follow.
type FollowPhones struct {
	ID      id.ID    `json:"id" doc:"of the follow"`
	Member  string   `json:"member"`
	Mobiles []string `json:"mobiles"`
}

// Phones reads the numbers in full. Who did so, and of whom, stands in the audit log; the
// numbers do not.
func (s *service) Phones(ctx context.Context, in *customerInput) (*Phones, error) {
	_, c, follows, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	p := &Phones{}
	for _, f := range follows {
		if numbers := f.Mobiles(); len(numbers) > 0 {
			p.Follows = append(p.Follows, FollowPhones{ID: f.ID, Member: f.Member, Mobiles: numbers})
		}
	}
	web.Note(ctx, web.Change{Object: "customer:" + c.ID.String()})
	return p, nil
}
