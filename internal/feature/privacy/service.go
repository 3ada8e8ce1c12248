package privacy

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// whole finds a customer of whom a viewer sees every follow. One of whom he sees none is not
// there; one whom members outside his scope follow too is somebody else's to hand out.
func (s *service) whole(ctx context.Context, v viewer.Viewer, which id.ID) (mirror.Customer, error) {
	q := s.db.Read()
	c, err := mirror.CustomerByID(ctx, q, v.Corp, which)
	if err != nil || v.SeesAll() {
		return c, err
	}
	follows, err := mirror.FollowsOf(ctx, q, v.Corp, c.ID)
	if err != nil {
		return c, err
	}
	seen := func(f mirror.Follow) bool { return v.Sees(f.Member) }
	switch {
	case !slices.ContainsFunc(follows, seen):
		return c, fault.Missing("客户")
	case slices.ContainsFunc(follows, func(f mirror.Follow) bool { return !seen(f) }):
		return c, fault.New(fault.Conflict, "这位客户还由您数据范围以外的成员跟进，导出与删除会涉及他们的记录").WithAdvice("请由能看到该客户全部跟进的管理员处理")
	}
	return c, nil
}

// Holding is what one part of the product has of a customer.
type Holding struct {
	Key     string `json:"key"`
	ZH      string `json:"zh"`
	EN      string `json:"en"`
	Rows    int64  `json:"rows"`
	Goes    int64  `json:"goes" doc:"rows that an erasure removes"`
	StaysZH string `json:"staysZh,omitempty"`
	StaysEN string `json:"staysEn,omitempty"`
}

// Overview is all that is held of a customer.
type Overview struct {
	Customer id.ID     `json:"customer"`
	Name     string    `json:"name"`
	Follows  int       `json:"follows" doc:"members who follow him now: as long as there are any, WeCom brings back his basic data"`
	Records  int64     `json:"records" doc:"other records of the same person (unionid), which need requests of their own"`
	Holdings []Holding `json:"holdings"`
}

type customerInput struct {
	ID id.ID `path:"id" doc:"of the customer"`
}

// Held counts what there is of a customer, and what an erasure would remove.
func (s *service) Held(ctx context.Context, in *customerInput) (*Overview, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	c, err := s.whole(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	o := Overview{Customer: c.ID, Name: c.Name, Follows: c.Follows, Holdings: []Holding{}}
	if c.UnionID != "" {
		err := s.db.Read().NewRaw("SELECT COUNT(*) FROM mirror_customer WHERE corp_id = ? AND unionid = ? AND id <> ?", v.Corp, c.UnionID, c.ID).Scan(ctx, &o.Records)
		if err != nil {
			return nil, err
		}
	}
	for _, h := range s.asks.Personal().Holdings {
		rows, goes, err := h.Count(ctx, s.db.Read(), ask.Person{Corp: v.Corp, Customer: c.Customer, ID: c.ID})
		if err != nil {
			return nil, err
		}
		o.Holdings = append(o.Holdings, Holding{Key: h.Key, ZH: h.ZH, EN: h.EN, Rows: rows, Goes: goes, StaysZH: h.StaysZH, StaysEN: h.StaysEN})
	}
	return &o, nil
}

// Asking is who asked for it and how.
type Asking struct {
	Asker   string `json:"asker" enum:"person,representative,company,authority" doc:"the person, somebody for him, the company itself, an authority"`
	Note    string `json:"note" maxLength:"500" doc:"how and when he asked, how his identity was checked"`
	English bool   `json:"english,omitempty" doc:"words in the file"`
}

type askingInput struct {
	ID   id.ID `path:"id" doc:"of the customer"`
	Body Asking
}

// Export asks for a file with all that is held of a customer.
func (s *service) Export(ctx context.Context, in *askingInput) (*View, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, v, in, Export)
}

// mayReadAll refuses who may not read telephone numbers: they are in the file.
func mayReadAll(v viewer.Viewer) error {
	if v.Can(viewer.PermissionPhone) {
		return nil
	}
	return fault.New(fault.Conflict, "导出的文件含有完整的手机号，而您没有查看完整手机号的权限").WithAdvice("请由拥有该权限的管理员导出")
}

// Erase removes all that is held of a customer.
func (s *service) Erase(ctx context.Context, in *askingInput) (*View, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, v, in, Erase)
}

func (s *service) begin(ctx context.Context, v viewer.Viewer, in *askingInput, k Kind) (*View, error) {
	c, err := s.whole(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	if k == Export {
		if err := mayReadAll(v); err != nil {
			return nil, err
		}
	}
	var check fault.Check
	check.That(strings.TrimSpace(in.Body.Note) != "", "note", "请填写依据与说明：何时、以什么方式提出，如何核实了身份")
	if err := check.Err(); err != nil {
		return nil, err
	}
	r := request{
		ID: s.ids.New(), Corp: v.Corp, Kind: k, State: Waiting, Customer: c.Customer, CustomerID: c.ID, Hash: hashOf(v.Corp, c.Customer),
		Asker: in.Body.Asker, Note: db.Clean(strings.TrimSpace(in.Body.Note)), English: in.Body.English,
		Actor: v.Actor(), Account: v.Account, Member: v.Member, Name: v.Name, Founder: v.Founder, PartsJSON: "[]", CreatedAt: db.NowMS(s.clock),
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		open, err := openRequests(ctx, tx, r.Corp, r.Customer, k)
		if err != nil {
			return err
		}
		if open > 0 {
			return fault.New(fault.Conflict, "这位客户已有一个同样的请求在进行").WithAdvice("请等它完成")
		}
		// Neither name nor reason: the log outlives the person's data.
		web.Note(ctx, web.Change{Object: "customer:" + c.ID.String(), After: map[string]any{"request": r.ID.String(), "kind": k, "asker": r.Asker, "hash": r.Hash}})
		r.Job, err = s.jobs.InsertOne(ctx, tx, job.Insert{Kind: string(k), Corp: r.Corp, Args: args{Request: r.ID}, Key: "customer/" + c.ID.String()})
		if err != nil {
			return err
		}
		if err := insert(ctx, tx, r); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String())
	})
	if err != nil {
		return nil, err
	}
	view, err := r.view(v, c.Name)
	return &view, err
}

type requestsInput struct {
	web.Paging
	Kind Kind `query:"kind" enum:"export,erase" required:"false"`
}

// Requests lists requests, the newest first.
func (s *service) Requests(ctx context.Context, in *requestsInput) (*web.Page[View], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	before, _, err := web.DecodeCursor[id.ID](in.After)
	if err != nil {
		return nil, err
	}
	rows, err := requestsOf(ctx, s.db.Read(), v, in.Kind, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(r request) id.ID { return r.ID })
	views, err := s.views(ctx, v, page.Items)
	return &web.Page[View]{Items: views, Next: page.Next}, err
}

// views names the customers whom the viewer sees.
func (s *service) views(ctx context.Context, v viewer.Viewer, rows []request) ([]View, error) {
	var wanted []string
	for _, r := range rows {
		if r.Customer != "" {
			wanted = append(wanted, r.Customer)
		}
	}
	names, err := s.names(ctx, v, wanted)
	if err != nil {
		return nil, err
	}
	views := make([]View, len(rows))
	for i, r := range rows {
		if views[i], err = r.view(v, names[r.Customer]); err != nil {
			return nil, err
		}
	}
	return views, nil
}

func (s *service) names(ctx context.Context, v viewer.Viewer, customers []string) (map[string]string, error) {
	if len(customers) == 0 {
		return nil, nil
	}
	var rows []struct {
		Customer string `bun:"customer"`
		Name     string `bun:"name"`
	}
	query := s.db.Read().NewSelect().TableExpr("mirror_customer AS c").ColumnExpr("c.customer, c.name").Where("c.corp_id = ? AND c.customer IN (?)", v.Corp, bun.List(customers))
	if !v.SeesAll() {
		seen := v.Where("f.corp_id", "f.member_id")
		query = query.Where("EXISTS (SELECT 1 FROM mirror_follow AS f WHERE f.customer_id = c.id AND "+seen.SQL+")", seen.Args...)
	}
	names := map[string]string{}
	err := query.Scan(ctx, &rows)
	for _, r := range rows {
		names[r.Customer] = r.Name
	}
	return names, err
}

type requestInput struct {
	ID id.ID `path:"id"`
}

// Request shows one request with the progress of each part.
func (s *service) Request(ctx context.Context, in *requestInput) (*View, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	r, err := requestOf(ctx, s.db.Read(), v, in.ID)
	if err != nil {
		return nil, err
	}
	views, err := s.views(ctx, v, []request{r})
	if err != nil {
		return nil, err
	}
	return &views[0], nil
}

// Cancel ends a request that has not begun to erase, or removes the file of an export.
func (s *service) Cancel(ctx context.Context, in *requestInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	r, err := requestOf(ctx, s.db.Read(), v, in.ID)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Actor != v.Actor() && !v.Can(mayErase):
		return nil, fault.New(fault.Conflict, "只能取消自己提交的请求")
	case r.Kind == Erase && r.State != Waiting:
		return nil, fault.New(fault.Conflict, "删除已经开始或结束，不能取消").WithAdvice("删除证明会一直保留")
	case !r.State.open() && r.State != Done:
		return nil, fault.New(fault.Conflict, "这个请求已经结束，没有文件可以删除")
	}
	settle := func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: "privacy:" + r.ID.String(), Before: map[string]any{"kind": r.Kind, "state": r.State}})
		wanted, err := cancel(ctx, tx, r, db.NowMS(s.clock))
		if err == nil && !wanted {
			err = fault.New(fault.Conflict, "删除已经开始，不能取消").WithAdvice("删除证明会一直保留")
		}
		if err == nil && r.State.open() {
			err = s.ended(ctx, tx, r.Corp, r.ID, web.Stopped)
		}
		if err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String())
	}
	if r.Kind == Erase {
		// The row decides, and its job looks at it before each step: a job stopped here might
		// have begun, and half erased is the worst of all.
		return &web.None{}, s.db.Tx(ctx, settle)
	}
	var making id.ID
	if r.State.open() {
		making = r.Job
	}
	return &web.None{}, s.files.Discard(ctx, r.Corp, making, r.key(), settle)
}

// file hands the file to who asked for it, if he may still see all that is in it.
func (s *service) file(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	v, r, err := s.asked(req)
	if err != nil {
		return err
	}
	if r.Kind != Export || r.Actor != v.Actor() {
		return fault.Missing("个人信息请求")
	}
	if r.State != Done || r.ExpiresAt <= db.NowMS(s.clock) {
		return fault.New(fault.NotFound, "文件还没有生成，或已过期").WithAdvice("请重新导出")
	}
	if _, err := s.whole(ctx, v, r.CustomerID); err != nil {
		return err
	}
	if err := mayReadAll(v); err != nil {
		return err
	}
	web.Note(ctx, web.Change{Object: "customer:" + r.CustomerID.String(), After: map[string]any{"request": r.ID.String(), "hash": r.Hash, "bytes": r.Bytes}})
	made := time.UnixMilli(r.CreatedAt).In(s.corps.Location(ctx, r.Corp)).Format("20060102-1504")
	return s.files.Send(ctx, w, r.key(), "个人信息-"+made+".zip")
}

// asked finds the request that a raw route names.
func (s *service) asked(req *http.Request) (viewer.Viewer, request, error) {
	v, err := viewer.From(req.Context())
	if err != nil {
		return v, request{}, err
	}
	which, err := id.Parse(req.PathValue("id"))
	if err != nil {
		return v, request{}, fault.Missing("个人信息请求").Because(err)
	}
	r, err := requestOf(req.Context(), s.db.Read(), v, which)
	return v, r, err
}
