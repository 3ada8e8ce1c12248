package welcome

import (
	"context"
	"strconv"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/message"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Form is what a person fills in.
type Form struct {
	Level   Level           `json:"level" enum:"company,department,member"`
	Target  string          `json:"target,omitempty" maxLength:"64" doc:"userid or department id; empty for the company"`
	Content message.Content `json:"content"`
	Enabled bool            `json:"enabled"`
	Version int64           `json:"version,omitempty" doc:"the one that was read, for edits"`
}

type createInput struct{ Body Form }

type updateInput struct {
	ID   id.ID `path:"id"`
	Body Form
}

type oneInput struct {
	ID id.ID `path:"id"`
}

// View is a greeting as the console shows it.
type View struct {
	ID         id.ID           `json:"id"`
	Level      Level           `json:"level" enum:"company,department,member"`
	Target     string          `json:"target"`
	TargetName string          `json:"targetName"`
	Content    message.Content `json:"content"`
	Enabled    bool            `json:"enabled"`
	Version    int64           `json:"version"`
	UpdatedBy  string          `json:"updatedBy"`
	UpdatedAt  time.Time       `json:"updatedAt"`
}

// Greetings is the whole list: as many as people wrote by hand.
type Greetings struct {
	Items []View `json:"items"`
}

// List shows the greetings that apply to somebody in the viewer's scope.
func (s *service) List(ctx context.Context, _ *struct{}) (*Greetings, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	all, err := greetings(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx, v.Corp, all)
	if err != nil {
		return nil, err
	}
	out := &Greetings{Items: []View{}}
	for _, g := range all {
		if g.Level == ForMember && !v.Sees(g.Target) {
			continue
		}
		out.Items = append(out.Items, viewOf(g, names))
	}
	return out, nil
}

func viewOf(g Greeting, names map[string]string) View {
	return View{
		ID: g.ID, Level: g.Level, Target: g.Target, TargetName: names[string(g.Level)+g.Target], Content: g.Content,
		Enabled: g.Enabled, Version: g.Version, UpdatedBy: g.UpdatedBy, UpdatedAt: g.UpdatedAt,
	}
}

// names finds what the targets are called, keyed by level and target.
func (s *service) names(ctx context.Context, corp string, all []Greeting) (map[string]string, error) {
	names := map[string]string{}
	var members []string
	for _, g := range all {
		if g.Level == ForMember {
			members = append(members, g.Target)
		}
	}
	found, err := mirror.Names(ctx, s.db.Read(), corp, members)
	if err != nil {
		return nil, err
	}
	for m, name := range found {
		names[string(ForMember)+m] = name
	}
	tree, err := mirror.Departments(ctx, s.db.Read(), corp)
	if err != nil {
		return nil, err
	}
	for _, d := range tree {
		names[string(ForDepartment)+strconv.FormatInt(d.ID, 10)] = d.Name
	}
	return names, nil
}

// Create adds a greeting.
func (s *service) Create(ctx context.Context, in *createInput) (*View, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return s.write(ctx, v, nil, Greeting{ID: s.ids.New(), Corp: v.Corp, Level: in.Body.Level, Target: in.Body.Target}, in.Body)
}

// Update changes content and switch; for whom it is stays.
func (s *service) Update(ctx context.Context, in *updateInput) (*View, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	g, err := s.one(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	old := g
	if in.Body.Version != 0 {
		g.Version = in.Body.Version
	}
	return s.write(ctx, v, &old, g, in.Body)
}

func (s *service) one(ctx context.Context, v viewer.Viewer, want id.ID) (Greeting, error) {
	all, err := greetings(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return Greeting{}, err
	}
	for _, g := range all {
		if g.ID == want && (g.Level != ForMember || v.Sees(g.Target)) {
			return g, nil
		}
	}
	return Greeting{}, fault.Missing("欢迎语")
}

// write stores a greeting, new when there is no old one.
func (s *service) write(ctx context.Context, v viewer.Viewer, old *Greeting, g Greeting, f Form) (*View, error) {
	g.Content, g.Enabled, g.UpdatedBy, g.UpdatedAt = f.Content, f.Enabled, v.Name, s.clock.Now()
	if err := g.Validate(); err != nil {
		return nil, err
	}
	if err := mayTouch(v, g); err != nil {
		return nil, err
	}
	names, err := s.names(ctx, v.Corp, []Greeting{g})
	if err != nil {
		return nil, err
	}
	if g.Version == 0 {
		if err := s.exists(ctx, g, names); err != nil {
			return nil, err
		}
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := put(ctx, tx, g); err != nil {
			return err
		}
		note(ctx, old, &g, names)
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
	if err != nil {
		return nil, err
	}
	g.Version++
	view := viewOf(g, names)
	return &view, nil
}

// note puts into the audit log what became of a greeting.
func note(ctx context.Context, before, after *Greeting, names map[string]string) {
	var states [2]any
	c := web.Change{}
	for i, g := range []*Greeting{before, after} {
		if g != nil {
			states[i] = Form{Level: g.Level, Target: g.Target, Content: g.Content, Enabled: g.Enabled}
			c.Object, c.Name = "welcome:"+g.ID.String(), names[string(g.Level)+g.Target]
		}
	}
	c.Before, c.After = states[0], states[1]
	web.Note(ctx, c)
}

// mayTouch keeps people inside their scope: the greeting of the company and of
// departments reaches members whom only somebody with the whole corp may speak for.
func mayTouch(v viewer.Viewer, g Greeting) error {
	var check fault.Check
	switch g.Level {
	case ForMember:
		check.That(v.Sees(g.Target), "target", "成员不存在，或不在您的数据范围内")
	case ForDepartment:
		check.That(v.Scope.Reach == viewer.All, "target", "部门不存在，或不在您的数据范围内")
	default:
		if v.Scope.Reach != viewer.All {
			return fault.New(fault.Forbidden, "企业默认欢迎语只能由可查看全部数据的管理员修改")
		}
	}
	return check.Err()
}

// exists checks for whom a new greeting is. One whose member or department has gone can
// still be changed and deleted.
func (s *service) exists(ctx context.Context, g Greeting, names map[string]string) error {
	var check fault.Check
	switch g.Level {
	case ForMember:
		member, err := mirror.MemberByID(ctx, s.db.Read(), g.Corp, g.Target)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return err
		}
		check.That(err == nil && member.LeftAt == 0, "target", "成员不存在，或不在您的数据范围内")
	case ForDepartment:
		check.That(names[string(ForDepartment)+g.Target] != "", "target", "部门不存在，或不在您的数据范围内")
	case ForCompany:
	}
	return check.Err()
}

// Remove deletes a greeting; the next wider one applies from then on.
func (s *service) Remove(ctx context.Context, in *oneInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	g, err := s.one(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	if err := mayTouch(v, g); err != nil {
		return nil, err
	}
	names, err := s.names(ctx, v.Corp, []Greeting{g})
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw("DELETE FROM welcome_greeting WHERE corp_id = ? AND id = ?", v.Corp, in.ID).Exec(ctx); err != nil {
			return err
		}
		note(ctx, &g, nil, names)
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}

// DeliveriesInput filters the log.
type DeliveriesInput struct {
	web.Paging
	Outcome  Outcome `query:"outcome" enum:"sending,sent,none,taken,late,refused"`
	Member   string  `query:"member" maxLength:"64"`
	Customer string  `query:"customer" maxLength:"64" doc:"external_userid"`
}

// DeliveryView is one line of the log with names.
type DeliveryView struct {
	Delivery
	MemberName   string `json:"memberName"`
	CustomerID   id.ID  `json:"customerId,omitzero" doc:"opens the customer's page; absent while he is not synced"`
	CustomerName string `json:"customerName"`
}

// Deliveries shows what became of the greetings, newest first.
func (s *service) Deliveries(ctx context.Context, in *DeliveriesInput) (*web.Page[DeliveryView], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, err := web.After[deliveryKey](in.Paging)
	if err != nil {
		return nil, err
	}
	rows, err := deliveries(ctx, s.db.Read(), v, *in, after)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(d Delivery) deliveryKey { return deliveryKey{d.AddedAt, d.ID} })
	var members, customers []string
	for _, d := range page.Items {
		members, customers = append(members, d.Member), append(customers, d.Customer)
	}
	names, known, err := mirror.Faces(ctx, s.db.Read(), v.Corp, members, customers)
	if err != nil {
		return nil, err
	}
	out := &web.Page[DeliveryView]{Items: make([]DeliveryView, len(page.Items)), Next: page.Next}
	for i, d := range page.Items {
		customer := known[d.Customer]
		out.Items[i] = DeliveryView{Delivery: d, MemberName: names[d.Member], CustomerID: customer.ID, CustomerName: customer.Name}
	}
	return out, nil
}

// timeline tells which greeting a customer got.
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	scope := q.Viewer.Where("corp_id", "member_id")
	under := q.Under("added_at", "id", "welcome.")
	query := s.db.Read().NewSelect().TableExpr("welcome_delivery").ColumnExpr(deliveryColumns).Where(scope.SQL, scope.Args...).
		Where("customer = ?", q.Customer).Where(under.SQL, under.Args...).Where("outcome <> ?", Sending).OrderExpr("added_at DESC, id DESC").Limit(int64(q.Limit + 1))
	var rows []Delivery
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, d := range rows {
		why := corp.Told(d.Why, d.Code)
		e := ask.Entry{
			At: db.FromMS(d.AddedAt), Key: "welcome." + d.ID.String(), Kind: "welcome." + string(d.Outcome), Member: d.Member,
			Values: map[string]string{"reason": why.In(false, becauses()), "reasonEn": why.In(true, becauses())},
		}
		if q.Covers(e) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// demo writes the company's greeting.
func (s *service) demo(ctx context.Context, v viewer.Viewer) error {
	all, err := greetings(ctx, s.db.Read(), v.Corp)
	if err != nil || len(all) > 0 {
		return err
	}
	_, err = s.Create(viewer.With(ctx, v), &createInput{Body: Form{
		Level: ForCompany, Enabled: true,
		Content: message.Content{Text: "{客户昵称}您好，我是{成员姓名}，很高兴认识您。有任何问题，随时给我留言。"},
	}})
	return err
}
