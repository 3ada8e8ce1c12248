package intention

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type customerInput struct {
	ID id.ID `path:"id"`
}

// Card is one customer's intention with its reasons.
type Card struct {
	Points   int         `json:"points"`
	Level    string      `json:"level" enum:"high,medium,low,asleep"`
	Next     int         `json:"next" doc:"points with which the next higher level begins, 0 at the top"`
	FallsAt  *time.Time  `json:"fallsAt,omitempty" doc:"when he will fall to the next lower level if nothing happens"`
	HalfLife int         `json:"halfLife" doc:"days after which an event is worth half"`
	Reasons  []Reason    `json:"reasons" doc:"what the score is made of, the newest first; at most 100"`
	Others   float64     `json:"others" doc:"what events of members outside the viewer's scope add, in points"`
	Older    float64     `json:"older" doc:"what events add that are too many to be listed"`
	Days     []DayPoints `json:"days" doc:"the score at the end of each of the last 30 days, and now"`
	Signals  []SignalDoc `json:"signals" doc:"names of the signals"`
}

// Reason is an event that speaks for or against.
type Reason struct {
	ID         id.ID     `json:"id"`
	Signal     string    `json:"signal"`
	At         time.Time `json:"at"`
	Member     string    `json:"member,omitempty"`
	MemberName string    `json:"memberName,omitempty"`
	Group      string    `json:"group,omitempty" doc:"name of the group it was about"`
	Points     int       `json:"points" doc:"at its moment"`
	Worth      float64   `json:"worth" doc:"now"`
	Over       bool      `json:"over,omitempty" doc:"more of its kind count already: worth nothing"`
}

// DayPoints is the score of a day.
type DayPoints struct {
	Day    string `json:"day" doc:"2026-11-22"`
	Points int    `json:"points"`
}

const (
	mostReasons = 100
	cardDays    = 30
)

// standing keeps the follows that stand and lie in the viewer's scope, the newest first.
func standing(v viewer.Viewer, follows []mirror.Follow) []mirror.Follow {
	kept := slices.DeleteFunc(slices.Clone(follows), func(f mirror.Follow) bool { return !f.Standing.Open() || !v.Sees(f.Member) })
	slices.SortFunc(kept, func(a, b mirror.Follow) int {
		return cmp.Or(cmp.Compare(b.AddedAt, a.AddedAt), cmp.Compare(b.ID, a.ID))
	})
	return kept
}

// Get explains one customer's score. Who left everybody in scope is still explained: his
// page is there too.
func (s *service) Get(ctx context.Context, in *customerInput) (*Card, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	read := s.db.Read()
	c, err := mirror.CustomerByID(ctx, read, v.Corp, in.ID)
	if err != nil {
		return nil, err
	}
	follows, err := mirror.FollowsOf(ctx, read, v.Corp, c.ID)
	if err != nil {
		return nil, err
	}
	if v.Scope.Reach != viewer.All && !slices.ContainsFunc(follows, func(f mirror.Follow) bool { return v.Sees(f.Member) }) {
		return nil, fault.Missing("客户")
	}
	st, err := settingOf(ctx, read, v.Corp)
	if err != nil {
		return nil, err
	}
	all, err := entriesOf(ctx, read, v.Corp, []string{c.Customer})
	if err != nil {
		return nil, err
	}
	entries, now, zone := all[c.Customer], db.NowMS(s.clock), s.corps.Location(ctx, v.Corp)
	parts, sum := st.model.Weigh(entries, now, zone)
	stored := st.model.moment(sum, now)
	level := st.model.level(stored, now)
	card := &Card{
		Points: st.model.shown(stored, now), Level: level.Word(), HalfLife: st.model.HalfLife, Reasons: []Reason{},
		Days: st.model.days(entries, now, zone), Signals: signalDocs(),
	}
	if level < High {
		card.Next = st.model.threshold(level + 1)
	}
	if level > Asleep {
		card.FallsAt = momentOf(st.model.fellTo(stored, level))
	}
	return card, s.explain(ctx, v, card, parts)
}

// explain lists the parts that the viewer may know, and adds up the others.
func (s *service) explain(ctx context.Context, v viewer.Viewer, card *Card, parts []Part) error {
	var members, chats []string
	for _, p := range parts {
		members = append(members, p.Member)
		if p.Signal == GroupJoined || p.Signal == GroupLeft {
			chats = append(chats, p.Subject)
		}
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return err
	}
	groups, err := mirror.GroupsByChat(ctx, s.db.Read(), v.Corp, chats)
	if err != nil {
		return err
	}
	for _, p := range parts {
		of := p.Member
		group, inGroup := groups[p.Subject]
		if inGroup {
			of = group.Owner
		}
		switch {
		case v.Scope.Reach != viewer.All && !v.Sees(of):
			card.Others += p.Worth
		case len(card.Reasons) == mostReasons:
			card.Older += p.Worth
		default:
			card.Reasons = append(card.Reasons, Reason{
				ID: p.ID, Signal: p.Signal, At: db.FromMS(p.At), Member: p.Member, MemberName: names[p.Member], Group: group.Name,
				Points: p.Points, Worth: tenths(p.Worth), Over: p.Over,
			})
		}
	}
	card.Others, card.Older = tenths(card.Others), tenths(card.Older)
	return nil
}

func tenths(points float64) float64 { return math.Round(points*10) / 10 }

// days are the scores at the end of the last days, and now.
func (m Model) days(entries []Entry, now int64, zone *time.Location) []DayPoints {
	today := db.FromMS(now).In(zone)
	list := make([]DayPoints, 0, cardDays)
	for back := cardDays - 1; back >= 0; back-- {
		end := time.Date(today.Year(), today.Month(), today.Day()-back+1, 0, 0, 0, 0, zone)
		at := min(end.UnixMilli()-1, now)
		then := slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.At > at })
		list = append(list, DayPoints{end.AddDate(0, 0, -1).Format(time.DateOnly), m.shown(m.score(then, at, zone), at)})
	}
	return list
}

// SignalDoc names a signal.
type SignalDoc struct {
	Key string `json:"key"`
	ZH  string `json:"zh"`
	EN  string `json:"en"`
}

func signalDocs() []SignalDoc {
	var docs []SignalDoc
	for _, s := range Signals() {
		docs = append(docs, SignalDoc{s.Key, s.ZH, s.EN})
	}
	return docs
}
