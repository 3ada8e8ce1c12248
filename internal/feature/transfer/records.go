package transfer

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TransferView is a hand-over with how its items stand.
type TransferView struct {
	ID        id.ID           `json:"id"`
	From      []MemberName    `json:"from"`
	To        []MemberName    `json:"to"`
	Resigned  bool            `json:"resigned" doc:"all of the old members had left"`
	Spread    Spread          `json:"spread" enum:"even,load,tag,department"`
	Message   string          `json:"message,omitempty"`
	Problem   web.Because     `json:"problem,omitzero" doc:"why it does not move on at the moment"`
	RetryOf   id.ID           `json:"retryOf,omitzero"`
	By        string          `json:"by"`
	CreatedAt time.Time       `json:"createdAt"`
	Customers map[State]int64 `json:"customers" doc:"how many customers are in each state"`
	Groups    map[State]int64 `json:"groups" doc:"how many groups are in each state"`
	Again     int64           `json:"again" doc:"how many can be tried again"`
	Seats     []SeatView      `json:"seats,omitempty" doc:"seats of leavers in channel codes; only when one hand-over is asked for"`
	DoneAt    *time.Time      `json:"doneAt,omitempty" doc:"when the last item was settled; absent while some are open"`
}

// MemberName is a member with his name.
type MemberName struct {
	Member string `json:"member"`
	Name   string `json:"name"`
}

type transfersInput struct {
	web.Paging
	State  string `query:"state" enum:"all,open,failed" default:"all" doc:"open: some items are on the way; failed: some can be tried again"`
	Member string `query:"member" maxLength:"64" doc:"userid of who gives or takes"`
}

// Transfers lists hand-overs in the viewer's scope, the newest first.
func (s *service) Transfers(ctx context.Context, in *transfersInput) (*web.Page[TransferView], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, paged, err := web.DecodeCursor[id.ID](in.After)
	if err != nil {
		return nil, err
	}
	scope := visible(v)
	query := s.db.Read().NewSelect().TableExpr("transfer_transfer AS t").ColumnExpr(prefixed("t", transferColumns)).
		Where(scope.SQL, scope.Args...).OrderExpr("t.id DESC").Limit(int64(in.Limit + 1))
	switch in.State {
	case "open":
		query = query.Where("EXISTS (SELECT 1 FROM transfer_item AS o WHERE o.transfer_id = t.id AND o.state IN ('planned', 'sent', 'waiting'))")
	case "failed":
		query = query.Where("EXISTS (SELECT 1 FROM transfer_item AS o WHERE o.transfer_id = t.id AND o.state IN ('refused', 'full', 'failed', 'cancelled') AND o.retried_by = 0)")
	}
	if in.Member != "" {
		query = query.Where("EXISTS (SELECT 1 FROM transfer_item AS o WHERE o.transfer_id = t.id AND ? IN (o.from_member, o.to_member))", in.Member)
	}
	if paged {
		query = query.Where("t.id < ?", after)
	}
	var rows []Transfer
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	p := web.NewPage(rows, in.Limit, func(t Transfer) id.ID { return t.ID })
	views, err := s.views(ctx, v, p.Items)
	return &web.Page[TransferView]{Items: views, Next: p.Next}, err
}

type getInput struct {
	ID id.ID `path:"id"`
}

// Get shows one hand-over.
func (s *service) Get(ctx context.Context, in *getInput) (*TransferView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	t, err := transferSeen(ctx, s.db.Read(), v, in.ID)
	if err != nil {
		return nil, err
	}
	views, err := s.views(ctx, v, []Transfer{t})
	if err != nil {
		return nil, err
	}
	views[0].Seats, err = s.seatViews(ctx, v, t.ID)
	return &views[0], err
}

// tally is how many items of a hand-over are alike.
type tally struct {
	Transfer  id.ID  `bun:"transfer_id"`
	Kind      Kind   `bun:"kind"`
	State     State  `bun:"state"`
	From      string `bun:"from_member"`
	To        string `bun:"to_member"`
	Resigned  bool   `bun:"resigned"`
	N         int64  `bun:"n"`
	Again     int64  `bun:"again"`
	SettledAt int64  `bun:"settled_at"`
}

// views dresses hand-overs with what of them the viewer may see.
func (s *service) views(ctx context.Context, v viewer.Viewer, rows []Transfer) ([]TransferView, error) {
	views := make([]TransferView, len(rows))
	if len(rows) == 0 {
		return views, nil
	}
	var ids []id.ID
	for _, t := range rows {
		ids = append(ids, t.ID)
	}
	var tallies []tally
	scope := either(v)
	err := s.db.Read().NewSelect().TableExpr("transfer_item AS i").
		ColumnExpr(`i.transfer_id, i.kind, i.state, i.from_member, i.to_member, i.resigned, COUNT(*) AS n,
			COUNT(CASE WHEN i.retried_by = 0 AND i.state IN ('refused', 'full', 'failed', 'cancelled') THEN 1 END) AS again, MAX(i.settled_at) AS settled_at`).
		Where("i.transfer_id IN (?)", bun.List(ids)).Where(scope.SQL, scope.Args...).
		GroupExpr("i.transfer_id, i.kind, i.state, i.from_member, i.to_member, i.resigned").Scan(ctx, &tallies)
	if err != nil {
		return nil, err
	}
	var members []string
	for _, t := range tallies {
		members = append(members, t.From, t.To)
	}
	slices.Sort(members)
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, slices.Compact(members))
	for n, t := range rows {
		w := TransferView{
			ID: t.ID, From: []MemberName{}, To: []MemberName{}, Resigned: true, Spread: t.Spread, Message: t.Message, Problem: corp.Told(t.Problem, 0), RetryOf: t.RetryOf,
			By: t.Creator, CreatedAt: db.FromMS(t.CreatedAt), Customers: map[State]int64{}, Groups: map[State]int64{},
		}
		open, done := false, int64(0)
		for _, x := range tallies {
			if x.Transfer != t.ID {
				continue
			}
			w.add(x, names)
			open, done = open || x.State.Open(), max(done, x.SettledAt)
		}
		if !open && done > 0 {
			w.DoneAt = new(db.FromMS(done))
		}
		views[n] = w
	}
	return views, err
}

// add counts a tally in.
func (w *TransferView) add(x tally, names map[string]string) {
	of := w.Customers
	if x.Kind == OfGroup {
		of = w.Groups
	}
	of[x.State] += x.N
	w.Again += x.Again
	w.Resigned = w.Resigned && x.Resigned
	if from := (MemberName{x.From, names[x.From]}); !slices.Contains(w.From, from) {
		w.From = append(w.From, from)
	}
	if to := (MemberName{x.To, names[x.To]}); !slices.Contains(w.To, to) {
		w.To = append(w.To, to)
	}
}

// ItemFilter narrows the items; all parts are joined by "and".
type ItemFilter struct {
	Transfer id.ID     `query:"transfer"`
	Kind     string    `query:"kind" enum:"customer,group"`
	State    []string  `query:"state,explode" maxItems:"8" doc:"planned, sent, waiting, accepted, refused, full, failed, cancelled"`
	Member   string    `query:"member" maxLength:"64" doc:"userid of who gives or takes"`
	Resigned string    `query:"resigned" enum:"yes,no" doc:"yes: 离职继承, no: 在职继承"`
	Text     string    `query:"q" maxLength:"50" doc:"part of the customer's or group's name"`
	From     time.Time `query:"from" doc:"started at or after"`
	To       time.Time `query:"to" doc:"started before"`
}

func (f ItemFilter) check() error {
	var check fault.Check
	for _, x := range f.State {
		check.That(slices.Contains([]State{Planned, Sent, Waiting, Accepted, Refused, Full, Failed, Cancelled}, State(x)), "state", "没有这样的状态")
	}
	check.That(f.Member == db.Clean(f.Member) && f.Text == db.Clean(f.Text), "q", "含有无效字符")
	check.That(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "to", "结束时间须晚于开始时间")
	return check.Err()
}

// items is the query of a filter in the viewer's scope.
func items(q db.Querier, v viewer.Viewer, f ItemFilter) *bun.SelectQuery {
	scope := either(v)
	query := q.NewSelect().TableExpr("transfer_item AS i").Where(scope.SQL, scope.Args...)
	if f.Transfer != 0 {
		query = query.Where("i.transfer_id = ?", f.Transfer)
	}
	if f.Kind != "" {
		query = query.Where("i.kind = ?", f.Kind)
	}
	if len(f.State) > 0 {
		query = query.Where("i.state IN (?)", bun.List(f.State))
	}
	if f.Member != "" {
		query = query.Where("? IN (i.from_member, i.to_member)", f.Member)
	}
	if f.Resigned != "" {
		query = query.Where("i.resigned = ?", f.Resigned == "yes")
	}
	if !f.From.IsZero() {
		query = query.Where("i.id >= ?", id.At(f.From))
	}
	if !f.To.IsZero() {
		query = query.Where("i.id < ?", id.At(f.To))
	}
	if f.Text != "" {
		like := likeOf(strings.ToLower(f.Text))
		query = query.Where(`(EXISTS (SELECT 1 FROM mirror_customer AS c WHERE i.kind = 'customer' AND c.corp_id = i.corp_id AND c.customer = i.subject AND lower(c.name) LIKE ? ESCAPE '!')
			OR EXISTS (SELECT 1 FROM mirror_group AS g WHERE i.kind = 'group' AND g.corp_id = i.corp_id AND g.chat = i.subject AND lower(g.name) LIKE ? ESCAPE '!'))`, like, like)
	}
	return query
}

// ItemView is one item as the console shows it.
type ItemView struct {
	ID         id.ID       `json:"id"`
	Transfer   id.ID       `json:"transfer"`
	Kind       Kind        `json:"kind" enum:"customer,group"`
	Subject    string      `json:"subject" doc:"external_userid or chat_id"`
	CustomerID id.ID       `json:"customerId,omitzero" doc:"the customer's page"`
	Name       string      `json:"name"`
	Avatar     string      `json:"avatar"`
	From       MemberName  `json:"from"`
	To         MemberName  `json:"to"`
	Resigned   bool        `json:"resigned"`
	Friends    bool        `json:"friends" doc:"the taker had the customer already"`
	State      State       `json:"state" enum:"planned,sent,waiting,accepted,refused,full,failed,cancelled"`
	Code       int         `json:"code,omitempty" doc:"WeCom's errcode"`
	Reason     web.Because `json:"reason,omitzero" doc:"why it came to nothing, or waits"`
	Retried    bool        `json:"retried" doc:"was tried again by another hand-over"`
	CreatedAt  time.Time   `json:"createdAt"`
	SentAt     *time.Time  `json:"sentAt,omitempty"`
	DueAt      *time.Time  `json:"dueAt,omitempty" doc:"planned: not sent before; waiting: done by itself then, unless the customer refuses"`
	SettledAt  *time.Time  `json:"settledAt,omitempty"`
}

type itemsInput struct {
	web.Paging
	ItemFilter
}

type countItemsInput struct{ ItemFilter }

// Items lists items in the viewer's scope, the newest first.
func (s *service) Items(ctx context.Context, in *itemsInput) (*web.Page[ItemView], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	after, _, err := web.DecodeCursor[id.ID](in.After)
	if err != nil {
		return nil, err
	}
	rows, err := itemPage(ctx, s.db.Read(), v, in.ItemFilter, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := web.NewPage(rows, in.Limit, func(i Item) id.ID { return i.ID })
	views, err := s.itemViews(ctx, v.Corp, p.Items)
	return &web.Page[ItemView]{Items: views, Next: p.Next}, err
}

func itemPage(ctx context.Context, q db.Querier, v viewer.Viewer, f ItemFilter, after id.ID, limit int) ([]Item, error) {
	query := items(q, v, f).ColumnExpr(prefixed("i", itemColumns)).OrderExpr("i.id DESC").Limit(int64(limit))
	if after != 0 {
		query = query.Where("i.id < ?", after)
	}
	var rows []Item
	err := query.Scan(ctx, &rows)
	return rows, err
}

// CountItems counts the rows of Items, exactly up to 10 000.
func (s *service) CountItems(ctx context.Context, in *countItemsInput) (*web.Total, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	return s.total(ctx, items(s.db.Read(), v, in.ItemFilter))
}

// itemViews dresses items with names: three queries, however many.
func (s *service) itemViews(ctx context.Context, corp string, rows []Item) ([]ItemView, error) {
	var members, customers, chats []string
	for _, i := range rows {
		members = append(members, i.From, i.To)
		if i.Kind == OfGroup {
			chats = append(chats, i.Subject)
		} else {
			customers = append(customers, i.Subject)
		}
	}
	slices.Sort(members)
	names, err := mirror.Names(ctx, s.db.Read(), corp, slices.Compact(members))
	if err != nil {
		return nil, err
	}
	people, err := mirror.Customers(ctx, s.db.Read(), corp, customers)
	if err != nil {
		return nil, err
	}
	groups, err := mirror.GroupsByChat(ctx, s.db.Read(), corp, chats)
	views := make([]ItemView, len(rows))
	for n, i := range rows {
		c := people[i.Subject]
		w := ItemView{
			ID: i.ID, Transfer: i.Transfer, Kind: i.Kind, Subject: i.Subject, CustomerID: c.ID, Name: c.Name, Avatar: c.Avatar,
			From: MemberName{i.From, names[i.From]}, To: MemberName{i.To, names[i.To]}, Resigned: i.Resigned, Friends: i.Friends,
			State: i.State, Code: i.Code, Reason: i.why(), Retried: i.RetriedBy != 0, CreatedAt: i.ID.Time(),
			SentAt: moment(i.SentAt), SettledAt: moment(i.SettledAt),
		}
		if i.Kind == OfGroup {
			w.Name = groups[i.Subject].Name
		}
		switch {
		case i.State == Planned:
			w.DueAt = moment(i.DueAt)
		case i.State == Waiting && i.Kind == OfCustomer:
			w.DueAt = moment(i.SentAt + refusalTime.Milliseconds())
		}
		views[n] = w
	}
	return views, err
}

func moment(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	return new(db.FromMS(ms))
}
