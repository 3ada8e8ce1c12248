package transfer

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type previewInput struct{ Body Plan }

// Preview works a plan out and writes nothing.
func (s *service) Preview(ctx context.Context, in *previewInput) (*Outline, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.work(ctx, v, in.Body)
	if err != nil {
		return nil, err
	}
	if err := s.seatsOf(ctx, v.Corp, p); err != nil {
		return nil, err
	}
	customers, groups := p.counts()
	web.Note(ctx, web.Change{Object: "transfer:preview", Name: strings.Join(p.takerNames(), "、"), After: Expected{customers, groups}})
	return s.outline(ctx, v.Corp, p)
}

// Order is a plan to be carried out, with what its preview promised.
type Order struct {
	Plan
	Expect Expected `json:"expect" doc:"customers and groups of the preview: when it would be others now, nothing is done"`
}

// Expected is what somebody saw before he started.
type Expected struct {
	Customers int `json:"customers"`
	Groups    int `json:"groups"`
}

type beginInput struct{ Body Order }

// Begun names a hand-over that was started.
type Begun struct {
	ID        id.ID  `json:"id"`
	Customers int    `json:"customers"`
	Groups    int    `json:"groups"`
	Left      []Left `json:"left" doc:"what was left out"`
}

// Begin writes all items in one transaction, and asks for the job that sends them. Two who
// start with the same customer at the same time: the second is told who the first was.
func (s *service) Begin(ctx context.Context, in *beginInput) (*Begun, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.work(ctx, v, in.Body.Plan)
	if err != nil {
		return nil, err
	}
	if err := s.seatsOf(ctx, v.Corp, p); err != nil {
		return nil, err
	}
	customers, groups := p.counts()
	switch {
	case customers == in.Body.Expect.Customers && groups == in.Body.Expect.Groups && customers+groups > 0:
	case len(p.left[Busy]) > 0:
		return nil, s.busy(ctx, v.Corp, p.busyBy, p.left[Busy])
	case customers+groups == 0:
		return nil, fault.New(fault.Conflict, "没有可以转接的客户或客户群").WithAdvice("请重新预览，查看未列入的原因")
	default:
		return nil, fault.New(fault.Conflict, "预览之后客户或客户群有变化").WithAdvice("请重新预览后再开始")
	}
	t := Transfer{ID: s.ids.New(), Corp: v.Corp, Spread: p.plan.Spread, Message: p.plan.Message, CreatedBy: v.Actor(), Creator: v.Name, CreatedAt: db.NowMS(s.clock), Seated: true}
	if err := s.start(ctx, t, p, nil); err != nil {
		return nil, err
	}
	o, err := s.outline(ctx, v.Corp, p)
	if err != nil {
		return nil, err
	}
	return &Begun{ID: t.ID, Customers: customers, Groups: groups, Left: o.Left}, nil
}

// start writes a hand-over with its items, and asks for its job.
func (s *service) start(ctx context.Context, t Transfer, p *planned, retried []id.ID) error {
	items := make([]itemRow, len(p.candidates))
	for i, c := range p.candidates {
		items[i] = itemRow{Item: Item{
			ID: s.ids.New(), Transfer: t.ID, Corp: t.Corp, Kind: c.Kind, Subject: c.Subject, From: c.From, To: p.to[i],
			Resigned: p.resigned[c.From], Friends: slices.Contains(c.Has, p.to[i]), State: Planned,
		}}
	}
	slices.SortFunc(items, func(a, b itemRow) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject)) })
	var missed bool
	err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		missed = false
		if err := insertTransfer(ctx, tx, t); err != nil {
			return err
		}
		n, err := insertItems(ctx, tx, items)
		if err != nil {
			return err
		}
		if missed = n < int64(len(items)); missed {
			return fault.New(fault.Conflict, "有客户正在由他人转接")
		}
		if err := markRetried(ctx, tx, t, retried); err != nil {
			return err
		}
		if err := s.insertSeats(ctx, tx, t, p.seats); err != nil {
			return err
		}
		if err := s.wantSent(ctx, tx, t); err != nil {
			return err
		}
		customers, groups := p.counts()
		web.Note(ctx, web.Change{Object: "transfer:" + t.ID.String(), Name: strings.Join(p.takerNames(), "、"), After: map[string]any{
			"customers": customers, "groups": groups, "from": p.givers(), "to": p.receivers(), "spread": t.Spread, "message": t.Message, "seats": p.seatsNoted(),
		}})
		return s.live.Publish(ctx, tx, t.Corp, slug, t.ID.String())
	})
	if err != nil && missed {
		return s.busy(ctx, t.Corp, nil, p.candidates)
	}
	return err
}

// givers and receivers are the members of a plan, sorted.
func (p *planned) givers() []string {
	var list []string
	for _, c := range p.candidates {
		list = append(list, c.From)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (p *planned) receivers() []string {
	list := slices.Clone(p.to)
	slices.Sort(list)
	return slices.Compact(list)
}

// seatsNoted are the seats that change, for the audit log.
func (p *planned) seatsNoted() []string {
	var list []string
	for _, x := range p.seats {
		if x.Fate != SeatKept {
			list = append(list, x.Name+"："+x.From+" → "+cmp.Or(x.To, "–"))
		}
	}
	return list
}

// takerNames are the takers' names, which the audit log calls the hand-over by.
func (p *planned) takerNames() []string {
	var names []string
	for _, t := range p.takers {
		if slices.Contains(p.to, t.ID) {
			names = append(names, t.Name)
		}
	}
	return names
}

func markRetried(ctx context.Context, tx db.Tx, t Transfer, items []id.ID) error {
	for part := range slices.Chunk(items, 500) {
		if _, err := tx.NewRaw(`UPDATE transfer_item SET retried_by = ? WHERE corp_id = ? AND id IN (?) AND retried_by = 0`,
			t.ID, t.Corp, bun.List(part)).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// wantSent asks for the job that sends what is planned. Those of one hand-over run one at
// a time; asking again while one waits changes nothing.
func (s *service) wantSent(ctx context.Context, tx db.Tx, t Transfer) error {
	_, err := s.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindSend, Corp: t.Corp, Args: sendArgs{t.ID}, Key: "send/" + t.ID.String(), Unique: t.ID.String(), UniqueFor: job.HoldWaiting,
	})
	return err
}

// busy says who hands over these customers or groups already.
func (s *service) busy(ctx context.Context, corp string, by []string, among []candidate) error {
	for part := range slices.Chunk(among, 500) {
		if len(by) > 0 {
			break
		}
		var subjects []string
		for _, c := range part {
			subjects = append(subjects, c.Subject)
		}
		if err := s.db.Read().NewRaw(`SELECT DISTINCT t.creator FROM transfer_item i JOIN transfer_transfer t ON t.id = i.transfer_id
			WHERE i.corp_id = ? AND i.subject IN (?) AND i.state IN ('planned', 'sent', 'waiting') ORDER BY t.creator LIMIT 3`,
			corp, bun.List(subjects)).Scan(ctx, &by); err != nil {
			return err
		}
	}
	return fault.Newf(fault.Conflict, "其中有客户或客户群正在由「%s」转接", strings.Join(by, "」「")).
		WithAdvice("请重新预览：正在转接的不会重复列入")
}

// examples is how many names stand beside a reason.
const examples = 5

// outline dresses a plan with names.
func (s *service) outline(ctx context.Context, corp string, p *planned) (*Outline, error) {
	o := &Outline{From: []Share{}, To: []Share{}, Left: []Left{}, Seats: []SeatShare{}}
	o.Customers, o.Groups = p.counts()
	o.Calls, o.Days = p.calls()
	from, to := map[string]*Share{}, map[string]*Share{}
	share := func(of map[string]*Share, member string) *Share {
		if of[member] == nil {
			of[member] = &Share{Member: member, Resigned: p.resigned[member]}
		}
		return of[member]
	}
	for i, c := range p.candidates {
		f, t := share(from, c.From), share(to, p.to[i])
		o.OnJob = o.OnJob || !f.Resigned
		if c.Kind == OfGroup {
			f.Groups++
			t.Groups++
			continue
		}
		f.Customers++
		t.Customers++
		if slices.Contains(c.Has, p.to[i]) {
			t.Friends++
		}
	}
	for _, t := range p.takers {
		share(to, t.ID).Has = t.Load
	}
	var members []string
	for m := range from {
		members = append(members, m)
	}
	for m := range to {
		members = append(members, m)
	}
	names, err := mirror.Names(ctx, s.db.Read(), corp, members)
	if err != nil {
		return nil, err
	}
	departments, err := mirror.MainDepartments(ctx, s.db.Read(), corp, members)
	if err != nil {
		return nil, err
	}
	list := func(of map[string]*Share) []Share {
		all := []Share{}
		for _, x := range of {
			x.Name, x.Department = names[x.Member], departments[x.Member]
			all = append(all, *x)
		}
		slices.SortFunc(all, func(a, b Share) int {
			return cmp.Or(cmp.Compare(b.Customers+b.Groups, a.Customers+a.Groups), cmp.Compare(a.Member, b.Member))
		})
		return all
	}
	o.From, o.To = list(from), list(to)
	for _, x := range p.seats {
		x.FromName, x.ToName = names[x.From], names[x.To]
		o.Seats = append(o.Seats, x)
	}
	o.Left, err = s.leftOut(ctx, corp, p)
	return o, err
}

// leftOut lists what is left out by reason, with the names of a few.
func (s *service) leftOut(ctx context.Context, corp string, p *planned) ([]Left, error) {
	out := []Left{}
	for _, why := range []Why{Busy, Often, HasAlready, Twice, Unlisted, Inheriting, LongGone} {
		list := p.left[why]
		if len(list) == 0 {
			continue
		}
		l := Left{Why: why, Count: len(list), Examples: []string{}}
		if why == Busy {
			l.By = p.busyBy
		}
		some := list[:min(len(list), examples)]
		called, err := s.called(ctx, corp, some)
		if err != nil {
			return nil, err
		}
		for _, c := range some {
			l.Examples = append(l.Examples, called[c.Subject])
		}
		out = append(out, l)
	}
	return out, nil
}

// called names customers and groups.
func (s *service) called(ctx context.Context, corp string, list []candidate) (map[string]string, error) {
	var customers, chats []string
	for _, c := range list {
		if c.Kind == OfGroup {
			chats = append(chats, c.Subject)
		} else {
			customers = append(customers, c.Subject)
		}
	}
	names, err := mirror.CustomerNames(ctx, s.db.Read(), corp, customers)
	if err != nil {
		return nil, err
	}
	groups, err := mirror.GroupsByChat(ctx, s.db.Read(), corp, chats)
	for _, chat := range chats {
		names[chat] = cmp.Or(groups[chat].Name, "未命名的客户群")
	}
	return names, err
}
