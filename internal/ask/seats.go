package ask

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Seats asks where members serve by name, so that a plan which replaces them can say who
// takes each seat before anything is done. Asked by: transfer. Answered by: features whose
// own objects name members who serve (channelcode). Rule: all answers in menu order. What
// was decided is told as news (event.SeatHandedOver), and the answerer carries it out.
type Seats func(ctx context.Context, corp string, members []string) ([]Seat, error)

// Seat is a member's place in one object.
type Seat struct {
	Of     string // slug of the feature; filled in here
	ID     id.ID  // of the object
	Name   string // what people call the object
	Member string // userid of who holds the place
	Others []string
	// Spare is true when the object goes on serving if the member goes and nobody comes.
	Spare bool
}

// Seats collects the seats of members, those of one object side by side.
func (a *Asks) Seats(ctx context.Context, corp string, members []string) ([]Seat, error) {
	var all []Seat
	if len(members) == 0 {
		return nil, nil
	}
	err := each(ctx, a.seats, func(slug string, answer Seats) error {
		got, err := answer(ctx, corp, members)
		if err != nil {
			return fmt.Errorf("ask %s for seats: %w", slug, err)
		}
		for i := range got {
			got[i].Of = slug
		}
		slices.SortStableFunc(got, func(a, b Seat) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Member, b.Member)) })
		all = append(all, got...)
		return nil
	})
	return all, err
}
