package intention

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// View is one customer of the list.
type View struct {
	ID       id.ID      `json:"id" doc:"the customer's page"`
	Customer string     `json:"customer" doc:"external_userid"`
	Name     string     `json:"name"`
	Avatar   string     `json:"avatar"`
	Type     int        `json:"type" doc:"1 WeChat, 2 WeCom"`
	CorpName string     `json:"corpName" doc:"of a WeCom user"`
	Remark   string     `json:"remark" doc:"of the newest follow in scope"`
	Members  []Follower `json:"members" doc:"who follows him, within the viewer's scope; the newest first"`
	Points   int        `json:"points"`
	Level    string     `json:"level" enum:"high,medium,low,asleep"`
	MovedAt  *time.Time `json:"movedAt,omitempty" doc:"when the level last changed by what happened or by time"`
	Signal   string     `json:"signal" doc:"key of the newest signal, empty when there was none"`
	SignalAt *time.Time `json:"signalAt,omitempty"`
}

// Follower is a member who follows a customer.
type Follower struct {
	Member string `json:"member"`
	Name   string `json:"name"`
}

func momentOf(ms int64) *time.Time {
	if ms <= 0 {
		return nil
	}
	at := db.FromMS(ms)
	return &at
}

// views dresses rows with names: three queries, however many.
func (s *service) views(ctx context.Context, q *question, rows []*score) ([]View, error) {
	corp := q.viewer.Corp
	ids := make([]id.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	people, err := mirror.CustomersByID(ctx, q.read, corp, ids)
	if err != nil {
		return nil, err
	}
	follows, err := mirror.FollowsOfCustomers(ctx, q.read, corp, ids)
	if err != nil {
		return nil, err
	}
	var members []string
	for c, all := range follows {
		follows[c] = standing(q.viewer, all)
		for _, f := range follows[c] {
			members = append(members, f.Member)
		}
	}
	names, err := mirror.Names(ctx, q.read, corp, members)
	if err != nil {
		return nil, err
	}
	views := make([]View, len(rows))
	for i, r := range rows {
		c := people[r.ID]
		w := View{
			ID: r.ID, Customer: r.Customer, Name: c.Name, Avatar: c.Avatar, Type: c.Type, CorpName: c.Company, Members: []Follower{},
			Points: q.model.shown(r.OneAt, q.now), Level: q.model.level(r.OneAt, q.now).Word(), MovedAt: momentOf(r.MovedAt),
			Signal: r.Signal, SignalAt: momentOf(r.SignalAt),
		}
		for j, f := range follows[r.ID] {
			if j == 0 {
				w.Remark = f.Remark
			}
			w.Members = append(w.Members, Follower{f.Member, names[f.Member]})
		}
		views[i] = w
	}
	return views, nil
}
