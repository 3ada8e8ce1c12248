package transfer

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// SeatFate is what becomes of a leaver's seat.
type SeatFate string

// The fates.
const (
	SeatGiven SeatFate = "give" // a taker sits there
	SeatLeft  SeatFate = "drop" // the leaver goes, the others there go on serving
	SeatKept  SeatFate = "keep" // nothing changes for now
)

// SeatChoice says what becomes of one seat of a leaver.
type SeatChoice struct {
	Of   string   `json:"of" maxLength:"40" doc:"the feature that keeps the seat, e.g. channelcode"`
	Seat id.ID    `json:"seat" doc:"the channel code"`
	From string   `json:"from" maxLength:"64" doc:"userid of the leaver"`
	Fate SeatFate `json:"fate" enum:"give,drop,keep" doc:"give: a taker sits there; drop: the leaver goes, which needs others there; keep: nothing changes for now"`
	To   string   `json:"to,omitempty" maxLength:"64" doc:"with give: userid of one of the takers"`
}

// SeatShare is a seat of a leaver, with what becomes of it.
type SeatShare struct {
	SeatChoice
	Name     string `json:"name" doc:"of the channel code"`
	FromName string `json:"fromName"`
	ToName   string `json:"toName,omitempty"`
	Others   int    `json:"others" doc:"other members of the channel code"`
	Spare    bool   `json:"spare" doc:"the channel code can do without the leaver"`
}

type seatKey struct {
	of   string
	seat id.ID
	from string
}

// seatsOf finds the leavers' seats of a plan and says what becomes of each: what the plan
// chose, else a taker. Who holds a leaver's customers in his scope hands over his seats too.
func (s *service) seatsOf(ctx context.Context, corp string, p *planned) error {
	var leavers []string
	for _, m := range p.givers() {
		if p.resigned[m] {
			leavers = append(leavers, m)
		}
	}
	seats, err := s.asks.Seats(ctx, corp, leavers)
	if err != nil {
		return err
	}
	var check fault.Check
	var chosen []SeatChoice
	for _, c := range p.plan.Seats {
		i := slices.IndexFunc(seats, func(x ask.Seat) bool { return x.Of == c.Of && x.ID == c.Seat && x.Member == c.From })
		if i < 0 {
			continue // he sits there no more
		}
		check.That(c.Fate != SeatGiven || slices.ContainsFunc(p.takers, func(t taker) bool { return t.ID == c.To }), "seats", "活码席位须由接替成员之一接替")
		check.That(c.Fate != SeatLeft || seats[i].Spare, "seats", "渠道活码「"+seats[i].Name+"」没有其他成员接待，不能只移除离职成员")
		if c.Fate != SeatGiven {
			c.To = ""
		}
		chosen = append(chosen, c)
	}
	p.seats = spreadSeats(seats, chosen, p.candidates, p.to, p.takers)
	return check.Err()
}

func (c SeatChoice) key() seatKey { return seatKey{c.Of, c.Seat, c.From} }

// spreadSeats says what becomes of each seat: what was chosen; the others go to those who
// take over from the leaver, in the proportion in which they do (D'Hondt; the order of
// takers decides ties), and if it can be to somebody who does not sit there already.
func spreadSeats(seats []ask.Seat, chosen []SeatChoice, candidates []candidate, to []string, takers []taker) []SeatShare {
	type pair struct{ from, to string }
	taken, given := map[pair]int{}, map[pair]int{}
	for i, c := range candidates {
		taken[pair{c.From, to[i]}]++
	}
	for _, c := range chosen { // first, so that the others make up for it
		given[pair{c.From, c.To}]++
	}
	out := make([]SeatShare, len(seats))
	for i, x := range seats {
		out[i] = SeatShare{
			SeatChoice: SeatChoice{Of: x.Of, Seat: x.ID, From: x.Member, Fate: SeatGiven},
			Name:       x.Name, Others: len(x.Others), Spare: x.Spare,
		}
		if c := slices.IndexFunc(chosen, func(c SeatChoice) bool { return c.key() == out[i].key() }); c >= 0 {
			out[i].SeatChoice = chosen[c]
			continue
		}
		var best pair
		sits := true
		for _, t := range takers {
			p := pair{x.Member, t.ID}
			if taken[p] == 0 {
				continue
			}
			here := slices.Contains(x.Others, t.ID)
			ahead := taken[p]*(given[best]+1) > taken[best]*(given[p]+1)
			if best.to == "" || sits && !here || sits == here && ahead {
				best, sits = p, here
			}
		}
		given[best]++
		out[i].To = best.to
	}
	return out
}

// insertSeats records who takes which seat, and tells it: once, because it is written with
// the hand-over itself.
func (s *service) insertSeats(ctx context.Context, tx db.Tx, t Transfer, seats []SeatShare) error {
	for _, x := range seats {
		if x.Fate == SeatKept {
			continue
		}
		if _, err := tx.NewRaw(`INSERT INTO transfer_seat (transfer_id, corp_id, of_feature, seat_id, name, from_member, to_member) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			t.ID, t.Corp, x.Of, x.Seat, db.Clean(x.Name), x.From, x.To).Exec(ctx); err != nil {
			return err
		}
		if err := s.bus.Publish(ctx, tx, event.SeatHandedOver{
			Meta: event.Meta{Event: s.ids.New(), Corp: t.Corp, At: db.FromMS(t.CreatedAt)}, Of: x.Of, Seat: x.Seat, From: x.From, To: x.To,
		}); err != nil {
			return err
		}
	}
	return nil
}

// SeatView is a seat of a leaver as a record shows it.
type SeatView struct {
	Of   string      `json:"of"`
	Seat id.ID       `json:"seat"`
	Name string      `json:"name" doc:"of the channel code, as it was called then"`
	From MemberName  `json:"from"`
	To   *MemberName `json:"to,omitempty" doc:"absent when the leaver alone goes"`
	Done bool        `json:"done" doc:"the leaver sits there no more"`
}

// seatViews are the seats of a hand-over, of leavers or takers in the viewer's scope.
func (s *service) seatViews(ctx context.Context, v viewer.Viewer, transfer id.ID) ([]SeatView, error) {
	var rows []struct {
		Of   string `bun:"of_feature"`
		Seat id.ID  `bun:"seat_id"`
		Name string `bun:"name"`
		From string `bun:"from_member"`
		To   string `bun:"to_member"`
	}
	scope := either(v)
	if err := s.db.Read().NewSelect().TableExpr("transfer_seat AS i").ColumnExpr("i.of_feature, i.seat_id, i.name, i.from_member, i.to_member").
		Where(scope.SQL, scope.Args...).Where("i.transfer_id = ?", transfer).OrderExpr("i.of_feature, i.seat_id, i.from_member").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var members, from []string
	for _, r := range rows {
		members = append(members, r.From, r.To)
		if !slices.Contains(from, r.From) {
			from = append(from, r.From)
		}
	}
	still, err := s.asks.Seats(ctx, v.Corp, from)
	if err != nil {
		return nil, err
	}
	sits := map[seatKey]bool{}
	for _, x := range still {
		sits[seatKey{x.Of, x.ID, x.Member}] = true
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	views := make([]SeatView, len(rows))
	for i, r := range rows {
		views[i] = SeatView{Of: r.Of, Seat: r.Seat, Name: r.Name, From: MemberName{r.From, names[r.From]}, Done: !sits[seatKey{r.Of, r.Seat, r.From}]}
		if r.To != "" {
			views[i].To = &MemberName{r.To, names[r.To]}
		}
	}
	return views, err
}

// seated tells whether a hand-over said at its start who takes the seats.
func seated(ctx context.Context, q db.Querier, transfer id.ID) (bool, error) {
	var is bool
	err := q.NewSelect().TableExpr("transfer_transfer").ColumnExpr("seated").Where("id = ?", transfer).Scan(ctx, &is)
	return is, err
}
