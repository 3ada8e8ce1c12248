package channelcode

import (
	"cmp"
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/message"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// View is a code as the console shows it.
type View struct {
	ID             id.ID           `json:"id"`
	Name           string          `json:"name"`
	Remark         string          `json:"remark"`
	Members        []string        `json:"members"`
	Shifts         []Shift         `json:"shifts"`
	DailyCap       int             `json:"dailyCap"`
	Backup         []string        `json:"backup"`
	SkipVerify     bool            `json:"skipVerify"`
	Greeting       Greeting        `json:"greeting" enum:"default,own,none"`
	Content        message.Content `json:"content"`
	Tags           []string        `json:"tags"`
	CustomerRemark string          `json:"customerRemark"`
	Status         Status          `json:"status" enum:"pending,live,broken"`
	Problem        web.Because     `json:"problem,omitzero" doc:"why WeCom does not have it as wanted"`
	State          string          `json:"state" doc:"what WeCom sends with every customer who came by the code"`
	Version        int64           `json:"version"`
	// QR is where the console finds the picture; absent until WeCom has made it.
	QR string `json:"qr,omitempty"`
	// Scan is WeCom's own address of the picture, for links and other systems.
	Scan       string            `json:"scan,omitempty"`
	OnDuty     []string          `json:"onDuty" doc:"the members WeCom distributes to now"`
	NextChange *time.Time        `json:"nextChange,omitempty" doc:"when the members on duty change by themselves"`
	Names      map[string]string `json:"names" doc:"names of the members above by userid; one who is not known any more, or whom the viewer may not name, has none"`
	Left       []string          `json:"left" doc:"members whom the code names, who left the corp and whose seat nobody has taken"`
	TagNames   map[string]string `json:"tagNames"`
	Counters   Counters          `json:"counters"`
	CreatedBy  string            `json:"createdBy"`
	CreatedAt  time.Time         `json:"createdAt"`
	UpdatedAt  time.Time         `json:"updatedAt"`
}

// List shows the codes in the viewer's scope, newest first.
func (s *service) List(ctx context.Context, in *ListInput) (*web.Page[View], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, err := web.After[key](in.Paging)
	if err != nil {
		return nil, err
	}
	codes, err := listed(ctx, s.db.Read(), v, *in, after)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(codes, in.Limit, func(c Code) key { return key{c.CreatedAt.UnixMilli(), c.ID} })
	views, err := s.views(ctx, v, page.Items)
	if err != nil {
		return nil, err
	}
	return &web.Page[View]{Items: views, Next: page.Next}, nil
}

// Get shows one code.
func (s *service) Get(ctx context.Context, in *codeInput) (*View, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return s.view(ctx, v, in.ID)
}

func (s *service) view(ctx context.Context, v viewer.Viewer, code id.ID) (*View, error) {
	c, err := seen(ctx, s.db.Read(), v, code)
	if err != nil {
		return nil, err
	}
	views, err := s.views(ctx, v, []Code{c})
	if err != nil {
		return nil, err
	}
	return &views[0], nil
}

// views dresses codes with names and figures: four queries, however many codes.
func (s *service) views(ctx context.Context, v viewer.Viewer, codes []Code) ([]View, error) {
	var members, tags []string
	var ids []id.ID
	for _, c := range codes {
		members, tags, ids = append(append(members, c.Everyone()...), c.Published...), append(tags, c.Tags...), append(ids, c.ID)
	}
	known, err := mirror.MembersByID(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	library, err := mirror.TagsByID(ctx, s.db.Read(), v.Corp, tags)
	if err != nil {
		return nil, err
	}
	counts, err := counters(ctx, s.db.Read(), v.Corp, ids, dayOf(s.clock.Now().In(s.corps.Location(ctx, v.Corp))))
	if err != nil {
		return nil, err
	}
	views := make([]View, len(codes))
	for i, c := range codes {
		w := View{
			ID: c.ID, Name: c.Name, Remark: c.Remark, Members: filled(c.Members), Shifts: filled(c.Shifts), DailyCap: c.DailyCap,
			Backup: filled(c.Backup), SkipVerify: c.SkipVerify, Greeting: c.Greeting, Content: c.Content, Tags: filled(c.Tags),
			CustomerRemark: c.CustomerRemark, Status: c.Status, Problem: corp.Told(c.Problem, 0), State: c.State(), Version: c.Version,
			Scan: c.QR, OnDuty: filled(c.Published), Counters: counts[c.ID], CreatedBy: c.CreatedBy, CreatedAt: c.CreatedAt,
			UpdatedAt: c.UpdatedAt, Names: map[string]string{}, Left: []string{}, TagNames: map[string]string{},
		}
		if c.QR != "" {
			w.QR = "/api/channelcode/codes/" + c.ID.String() + "/qr"
		}
		if !c.NextChangeAt.IsZero() {
			w.NextChange = &c.NextChangeAt
		}
		for _, m := range append(c.Everyone(), c.Published...) {
			if v.Knows(m) {
				w.Names[m] = cmp.Or(known[m].Name, m)
			}
		}
		for _, m := range c.Everyone() {
			if known[m].LeftAt > 0 && (v.Knows(m) || v.Sees(m)) {
				w.Left = append(w.Left, cmp.Or(known[m].Name, m))
			}
		}
		for _, t := range c.Tags {
			w.TagNames[t] = library[t].Name
		}
		views[i] = w
	}
	return views, nil
}

// filled makes an absent list an empty one: the console reads [], never null.
func filled[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

type daysInput struct {
	ID   id.ID `path:"id"`
	Days int   `query:"days" minimum:"1" maximum:"366" default:"30"`
}

// History is a code's figures by day.
type History struct {
	From int        `json:"from" doc:"first day, 20261122"`
	To   int        `json:"to" doc:"today"`
	Days []DayCount `json:"days" doc:"days with changes, oldest first; the others are zero"`
}

// Days shows the figures of the last days in the corp's time zone.
func (s *service) Days(ctx context.Context, in *daysInput) (*History, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := seen(ctx, s.db.Read(), v, in.ID); err != nil {
		return nil, err
	}
	today := s.clock.Now().In(s.corps.Location(ctx, v.Corp))
	h := History{From: dayOf(today.AddDate(0, 0, 1-in.Days)), To: dayOf(today)}
	h.Days, err = days(ctx, s.db.Read(), v.Corp, in.ID, h.From)
	return &h, err
}
