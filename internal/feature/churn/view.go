package churn

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// View is one ending as the console shows it.
type View struct {
	ID         id.ID       `json:"id"`
	CustomerID id.ID       `json:"customerId,omitzero" doc:"the customer's page; absent when the customer was never read"`
	Customer   string      `json:"customer"`
	Name       string      `json:"name"`
	Avatar     string      `json:"avatar"`
	Type       int         `json:"type" doc:"1 WeChat, 2 WeCom, 0 not yet known"`
	Gender     int         `json:"gender" doc:"0 unknown, 1 male, 2 female"`
	Remark     string      `json:"remark"`
	Member     string      `json:"member"`
	MemberName string      `json:"memberName"`
	Department string      `json:"department" doc:"the member's main department at that time"`
	Tags       []string    `json:"tags" doc:"at that time"`
	State      string      `json:"state,omitempty" doc:"contact way state by which the customer had come"`
	Channel    string      `json:"channel,omitempty" doc:"name of the channel code, where the viewer may know it"`
	AddWay     int         `json:"addWay"`
	AddedAt    *time.Time  `json:"addedAt,omitempty"`
	EndedAt    time.Time   `json:"endedAt"`
	DaysKept   int         `json:"daysKept" doc:"whole days; -1 when not known"`
	Unknown    bool        `json:"unknown" doc:"found by a re-sync: time and doer are not known"`
	Company    bool        `json:"company" doc:"nobody else in the corp followed the customer any more"`
	ReturnedAt *time.Time  `json:"returnedAt,omitempty"`
	Notice     Notice      `json:"notice" enum:"off,waiting,held,sent,failed,past" doc:"past: sent so long ago that it is forgotten"`
	Reason     web.Because `json:"reason,omitzero" doc:"why the notice is off, held or failed, in the codes of notice"`
}

// views dresses endings with names and notices: a handful of queries, however many rows.
func (s *service) views(ctx context.Context, v viewer.Viewer, endings []Ending) ([]View, error) {
	if len(endings) == 0 {
		return []View{}, nil
	}
	var members, customers []string
	for _, l := range endings {
		members, customers = append(members, l.Member), append(customers, l.Customer)
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	people, err := mirror.Customers(ctx, s.db.Read(), v.Corp, customers)
	if err != nil {
		return nil, err
	}
	channels, err := s.channelNames(ctx, v)
	if err != nil {
		return nil, err
	}
	if err := s.noticed(ctx, v.Corp, endings); err != nil {
		return nil, err
	}
	views := make([]View, len(endings))
	for i, l := range endings {
		c := people[l.Customer]
		w := View{
			ID: l.ID, CustomerID: c.ID, Customer: l.Customer, Name: l.Name, Avatar: c.Avatar, Type: c.Type, Gender: c.Gender,
			Remark: l.Remark, Member: l.Member, MemberName: names[l.Member], Department: l.DepartmentName,
			Tags: append([]string{}, l.Tags...), State: l.State, Channel: channels[l.State], AddWay: l.AddWay, EndedAt: l.EndedAt,
			DaysKept: l.DaysKept(), Unknown: l.Unknown, Company: l.Company, Notice: l.Notice, Reason: l.Reason,
		}
		if !trimmed(w.Name) {
			w.Name = c.Name // learnt since
		}
		if !l.AddedAt.IsZero() {
			w.AddedAt = &l.AddedAt
		}
		if !l.ReturnedAt.IsZero() {
			w.ReturnedAt = &l.ReturnedAt
		}
		views[i] = w
	}
	return views, nil
}

// noticed fills in what became of the notices that were asked for, in one query a kind.
func (s *service) noticed(ctx context.Context, corp string, endings []Ending) error {
	for kind, of := range map[Kind]string{Lost: noticeLost, Deleted: noticeDeleted} {
		var keys []string
		for _, l := range endings {
			if l.Kind == kind && l.Notice == NoticeWaiting {
				keys = append(keys, l.ID.String())
			}
		}
		if len(keys) == 0 {
			continue
		}
		states, err := notice.States(ctx, s.db.Read(), corp, of, keys)
		if err != nil {
			return err
		}
		for i, l := range endings {
			if l.Kind == kind && l.Notice == NoticeWaiting {
				endings[i].Notice, endings[i].Reason = summary(states[l.ID.String()])
			}
		}
	}
	return nil
}

// summary is what became of a notice to several: what is worst comes first.
func summary(receipts []notice.Receipt) (Notice, web.Because) {
	for _, s := range []notice.State{notice.StateFailed, notice.StateWaiting, notice.StateHeld, notice.StateSent, notice.StateOff} {
		for _, r := range receipts {
			if r.State == s {
				return Notice(r.State), r.Reason
			}
		}
	}
	return NoticePast, web.Because{}
}
