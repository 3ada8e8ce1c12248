package tag

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// mine finds a run: one's own, or that of a member in the viewer's scope.
func (s *service) mine(ctx context.Context, run id.ID) (viewer.Viewer, Run, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return v, Run{}, err
	}
	r, err := runByID(ctx, s.db.Read(), v.Corp, run)
	if err == nil && r.Actor != v.Actor() && !v.Sees(r.Member) {
		err = fault.Missing("批量任务")
	}
	return v, r.shown(), err
}

func runByID(ctx context.Context, q db.Querier, corp string, run id.ID) (Run, error) {
	var r Run
	err := q.NewRaw("SELECT "+runColumns+" FROM tag_run WHERE corp_id = ? AND id = ?", corp, run).Scan(ctx, &r)
	if db.NoRows(err) {
		return r, fault.Missing("批量任务")
	}
	return r, err
}

// Run shows one run.
func (s *service) Run(ctx context.Context, in *tagRunIDInput) (*Run, error) {
	_, r, err := s.mine(ctx, in.ID)
	return &r, err
}

type tagRunsInput struct{ web.Paging }

// Runs lists runs, newest first.
func (s *service) Runs(ctx context.Context, in *tagRunsInput) (*web.Page[Run], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, paged, err := web.DecodeCursor[id.ID](in.After)
	if err != nil {
		return nil, err
	}
	var rows []Run
	q := s.db.Read().NewSelect().TableExpr("tag_run").ColumnExpr(runColumns).Where("corp_id = ?", v.Corp).OrderExpr("id DESC").Limit(int64(in.Limit + 1))
	if v.Scope.Reach != viewer.All {
		scope := v.Where("corp_id", "member_id")
		q = q.Where("(actor = ? OR "+scope.SQL+")", append([]any{v.Actor()}, scope.Args...)...)
	}
	if paged {
		q = q.Where("id < ?", after)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(r Run) id.ID { return r.ID })
	for i, r := range page.Items {
		page.Items[i] = r.shown()
	}
	return &page, nil
}

// Item is what became of one customer in a run.
type Item struct {
	ID         id.ID       `json:"id"`
	CustomerID id.ID       `json:"customerId,omitzero"`
	Name       string      `json:"name"`
	Remark     string      `json:"remark"`
	Avatar     string      `json:"avatar"`
	Type       int         `json:"type"`
	Member     string      `json:"member"`
	MemberName string      `json:"memberName"`
	Line       int         `json:"line,omitempty" doc:"of the file"`
	Words      string      `json:"words,omitempty" doc:"of the line"`
	State      string      `json:"state" enum:"waiting,calling,changed,same,gone,failed,invalid"`
	Added      []string    `json:"added" doc:"names of tags that were put on"`
	Removed    []string    `json:"removed" doc:"names of tags that were taken off"`
	Errcode    int         `json:"errcode"`
	Reason     web.Because `json:"reason,omitzero" doc:"why it came to nothing"`
	At         int64       `json:"at" doc:"unix ms, 0 while it waits"`
}

type tagItemsInput struct {
	web.Paging
	ID    id.ID  `path:"id"`
	State string `query:"state" enum:"waiting,changed,same,gone,failed,invalid"`
}

type itemRow struct {
	Run        id.ID  `bun:"run_id"`
	ID         id.ID  `bun:"id"`
	Corp       string `bun:"corp_id"`
	Follow     id.ID  `bun:"follow_id"`
	CustomerID id.ID  `bun:"customer_id"`
	Customer   string `bun:"customer"`
	Member     string `bun:"member_id"`
	Line       int    `bun:"line"`
	Words      string `bun:"words"`
	State      string `bun:"state"`
	Added      string `bun:"added"`
	Removed    string `bun:"removed"`
	Errcode    int    `bun:"errcode"`
	Reason     string `bun:"reason"`
	MovedAt    int64  `bun:"moved_at"`
}

const itemColumns = "run_id, id, corp_id, follow_id, customer_id, customer, member_id, line, words, state, added, removed, errcode, reason, moved_at"

// Items lists what became of each customer of a run, as far as he lies in the viewer's scope.
func (s *service) Items(ctx context.Context, in *tagItemsInput) (*web.Page[Item], error) {
	v, r, err := s.mine(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	after, paged, err := web.DecodeCursor[id.ID](in.After)
	if err != nil {
		return nil, err
	}
	q := s.db.Read().NewSelect().TableExpr("tag_run_item AS i").ColumnExpr(itemColumns).
		Where("i.run_id = ?", r.ID).OrderExpr("i.id").Limit(int64(in.Limit + 1))
	// Whose rights shrank since sees fewer items than he marked; lines that fit nobody are his own words.
	scope := v.Where("i.corp_id", "i.member_id")
	q = q.Where("(i.follow_id = 0 OR "+scope.SQL+")", scope.Args...)
	switch in.State {
	case "":
	case waiting:
		q = q.Where("i.state IN ('waiting', 'calling')")
	default:
		q = q.Where("i.state = ?", in.State)
	}
	if paged {
		q = q.Where("i.id > ?", after)
	}
	var rows []itemRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(x itemRow) id.ID { return x.ID })
	items, err := s.itemViews(ctx, v, r, page.Items)
	return &web.Page[Item]{Items: items, Next: page.Next}, err
}

// itemViews dresses items with names: four queries, however many.
func (s *service) itemViews(ctx context.Context, v viewer.Viewer, r Run, rows []itemRow) ([]Item, error) {
	q := s.db.Read()
	var members, customers []string
	var follows []id.ID
	tags := map[string]bool{}
	for _, x := range rows {
		members, customers, follows = append(members, x.Member), append(customers, x.Customer), append(follows, x.Follow)
		for _, t := range append(read[[]string](x.Added), read[[]string](x.Removed)...) {
			tags[t] = true
		}
	}
	names, err := mirror.Names(ctx, q, v.Corp, members)
	if err != nil {
		return nil, err
	}
	people, err := mirror.Customers(ctx, q, v.Corp, customers)
	if err != nil {
		return nil, err
	}
	pairs, err := mirror.FollowsByID(ctx, q, v.Corp, follows)
	if err != nil {
		return nil, err
	}
	called := map[string]string{}
	for _, w := range append(append([]Word{}, r.Add...), r.Remove...) {
		called[w.ID] = w.Name
	}
	named := func(raw string) []string {
		out := []string{}
		for _, t := range read[[]string](raw) {
			out = append(out, called[t])
		}
		return out
	}
	items := make([]Item, len(rows))
	for i, x := range rows {
		c := people[x.Customer]
		items[i] = Item{
			ID: x.ID, CustomerID: x.CustomerID, Name: c.Name, Remark: pairs[x.Follow].Remark, Avatar: c.Avatar, Type: c.Type,
			Member: x.Member, MemberName: names[x.Member], Line: x.Line, Words: v.MaskText(x.Words), State: x.State,
			Added: []string{}, Removed: []string{}, Errcode: x.Errcode, Reason: told(x.Reason, x.Errcode), At: x.MovedAt,
		}
		if x.State == itemCalling {
			items[i].State = waiting
		}
		if x.State == itemChanged {
			items[i].Added, items[i].Removed = named(x.Added), named(x.Removed)
		}
	}
	return items, nil
}

type tagSizeInput struct {
	Body struct {
		Selection ask.Selection `json:"selection"`
		Pairs     bool          `json:"pairs,omitempty"`
	}
}

// Size says how many a selection means, before anything is done.
func (s *service) Size(ctx context.Context, in *tagSizeInput) (*ask.Count, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	n, err := s.asks.Size(ctx, ask.SelectQuery{Viewer: v, Selection: in.Body.Selection, Pairs: in.Body.Pairs, Limit: 1})
	return &n, err
}

// told is a reason as it was kept; of what WeCom refused in English too.
func told(kept string, code int) web.Because {
	b := web.KeptWhy(kept)
	if b.Text != "" && code != 0 {
		_, b.EN = corp.Advice(code, b.Text)
	}
	return b
}
