package notice

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Filter narrows the log; all parts are joined by "and".
type Filter struct {
	Members     []string     `query:"member,explode" maxItems:"100" doc:"userids of those who were told"`
	Departments []int64      `query:"department,explode" maxItems:"50" doc:"with all departments below"`
	Kinds       []string     `query:"kind,explode" maxItems:"50"`
	State       notice.State `query:"state" enum:"off,waiting,held,sent,failed"`
	From        time.Time    `query:"from" doc:"asked for at or after"`
	To          time.Time    `query:"to" doc:"asked for before"`
}

// View is one message as the console shows it.
type View struct {
	ID         id.ID        `json:"id"`
	Member     string       `json:"member"`
	MemberName string       `json:"memberName"`
	Department string       `json:"department"`
	Kind       string       `json:"kind"`
	KindZH     string       `json:"kindZH" doc:"the kind's name; its key when the feature is gone"`
	KindEN     string       `json:"kindEN"`
	Title      string       `json:"title"`
	Text       string       `json:"text" doc:"plain lines"`
	Href       string       `json:"href,omitempty" doc:"where the card leads, inside the console"`
	State      notice.State `json:"state" enum:"off,waiting,held,sent,failed"`
	Reason     web.Because  `json:"reason,omitzero" doc:"why it is off, held or failed"`
	HeldUntil  int64        `json:"heldUntil,omitempty" doc:"unix ms; when the digest goes out"`
	CreatedAt  int64        `json:"createdAt" doc:"unix ms"`
	SentAt     int64        `json:"sentAt,omitempty" doc:"unix ms"`
}

func (s *service) query(ctx context.Context, f Filter) (notice.Query, viewer.Viewer, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return notice.Query{}, v, err
	}
	var check fault.Check
	check.That(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "to", "结束时间须晚于开始时间")
	for field, all := range map[string][]string{"member": f.Members, "kind": f.Kinds} {
		for _, one := range all {
			check.That(len(one) <= 64 && one == db.Clean(one), field, "含有无效的值")
		}
	}
	if err := check.Err(); err != nil {
		return notice.Query{}, v, err
	}
	q := notice.Query{Scope: v.Where("n.corp_id", "n.member_id"), Kinds: f.Kinds, State: f.State, From: db.MS(f.From), To: db.MS(f.To)}
	if len(f.Members)+len(f.Departments) > 0 {
		below, err := mirror.MembersInDepartments(ctx, s.db.Read(), v.Corp, f.Departments)
		if err != nil {
			return q, v, err
		}
		q.Members = append(append([]string{}, f.Members...), below...)
	}
	return q, v, nil
}

type listInput struct {
	web.Paging
	Filter
}

type countInput struct{ Filter }

// List shows what members were told, in the viewer's scope, newest first.
func (s *service) List(ctx context.Context, in *listInput) (*web.Page[View], error) {
	q, v, err := s.query(ctx, in.Filter)
	if err != nil {
		return nil, err
	}
	return s.page(ctx, v.Corp, q, in.Paging)
}

func (s *service) page(ctx context.Context, corp string, q notice.Query, in web.Paging) (*web.Page[View], error) {
	after, paged, err := web.DecodeCursor[notice.Place](in.After)
	if err != nil {
		return nil, err
	}
	var from *notice.Place
	if paged {
		from = &after
	}
	entries, err := notice.Log(ctx, s.db.Read(), q, from, in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := web.NewPage(entries, in.Limit, notice.Entry.Place)
	members := make([]string, len(p.Items))
	for i, e := range p.Items {
		members[i] = e.Member
	}
	names, err := mirror.Names(ctx, s.db.Read(), corp, members)
	if err != nil {
		return nil, err
	}
	departments, err := mirror.MainDepartments(ctx, s.db.Read(), corp, members)
	kinds := map[string]notice.Kind{}
	for _, k := range s.notices.Kinds() {
		kinds[k.Key] = k
	}
	views := make([]View, len(p.Items))
	for i, e := range p.Items {
		k, known := kinds[e.Kind]
		if !known {
			k.ZH, k.EN = e.Kind, e.Kind
		}
		views[i] = View{
			ID: e.ID, Member: e.Member, MemberName: names[e.Member], Department: departments[e.Member], Kind: e.Kind, KindZH: k.ZH, KindEN: k.EN,
			Title: e.Title, Text: e.Text, Href: e.Href, State: e.State, Reason: e.Reason, HeldUntil: e.HeldUntil, CreatedAt: e.CreatedAt, SentAt: e.SentAt,
		}
	}
	return &web.Page[View]{Items: views, Next: p.Next}, err
}

// exactUpTo is where counting stops: a number beyond it helps nobody and costs a walk.
const exactUpTo = 10_000

// Count counts the rows of List, exactly up to 10 000.
func (s *service) Count(ctx context.Context, in *countInput) (*web.Total, error) {
	q, _, err := s.query(ctx, in.Filter)
	if err != nil {
		return nil, err
	}
	n, err := notice.CountLog(ctx, s.db.Read(), q, exactUpTo+1)
	return &web.Total{Count: min(n, exactUpTo), Exact: n <= exactUpTo}, err
}

type againInput struct {
	ID id.ID `path:"id"`
}

// Again sends a message that failed once more.
func (s *service) Again(ctx context.Context, in *againInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := s.notices.SendAgain(ctx, tx, v.Where("n.corp_id", "n.member_id"), in.ID); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "notice:" + in.ID.String()})
		return nil
	})
}
