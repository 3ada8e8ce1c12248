package export

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// mostOpen is how many files one person may have in the making.
const mostOpen = 5

// StartInput asks for a file.
type StartInput struct {
	Body struct {
		List    string          `json:"list" maxLength:"60" doc:"key of the list, e.g. customer.follows"`
		Format  string          `json:"format" enum:"xlsx,csv"`
		Columns []string        `json:"columns,omitempty" maxItems:"200" doc:"keys in the order of the file; the usual ones when empty"`
		Filter  json.RawMessage `json:"filter,omitempty" doc:"the list's own filter"`
		English bool            `json:"english,omitempty" doc:"heads and words in English instead of Chinese"`
	}
}

// View is a file as its owner sees it.
type View struct {
	ID         id.ID       `json:"id"`
	List       string      `json:"list"`
	ZH         string      `json:"zh"`
	EN         string      `json:"en"`
	Format     string      `json:"format"`
	State      State       `json:"state" enum:"waiting,running,done,failed,cancelled,expired"`
	Written    int64       `json:"written" doc:"rows in the file so far"`
	Total      int64       `json:"total" doc:"about how many there will be, 0 when unknown"`
	Bytes      int64       `json:"bytes"`
	Error      web.Because `json:"error,omitzero" doc:"why there is no file"`
	CreatedAt  int64       `json:"createdAt" doc:"unix ms"`
	FinishedAt int64       `json:"finishedAt" doc:"unix ms, 0 while it is in the making"`
	ExpiresAt  int64       `json:"expiresAt" doc:"unix ms, 0 when there is no file"`
}

func (s *service) view(r Run) View {
	v := View{
		ID: r.ID, List: r.List, ZH: r.List, EN: r.List, Format: r.Format, State: r.State, Written: r.Written, Total: r.Total, Bytes: r.Bytes,
		Error: web.KeptWhy(r.Error), CreatedAt: r.CreatedAt, FinishedAt: r.FinishedAt, ExpiresAt: r.ExpiresAt,
	}
	if l, known := s.known(r.List); known {
		v.ZH, v.EN = l.ZH, l.EN
	}
	return v
}

func (s *service) known(key string) (feature.Export, bool) {
	for _, l := range s.lists() {
		if l.Key == key {
			return l, true
		}
	}
	return feature.Export{}, false
}

// may finds the list for somebody who may take it away; for others there is none.
func (s *service) may(v viewer.Viewer, key string) (feature.Export, error) {
	l, known := s.known(key)
	if !known || !v.Can(l.Permission) {
		return l, fault.Missing("可导出的列表")
	}
	return l, nil
}

// ListInput names a list.
type ListInput struct {
	List string `path:"list" maxLength:"60"`
}

// ListView is what can be taken away of a list.
type ListView struct {
	Key     string                 `json:"key"`
	ZH      string                 `json:"zh"`
	EN      string                 `json:"en"`
	Columns []feature.ExportColumn `json:"columns"`
}

// List tells which columns a list has for the viewer.
func (s *service) List(ctx context.Context, in *ListInput) (*ListView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	l, err := s.may(v, in.List)
	if err != nil {
		return nil, err
	}
	columns, err := l.Columns(ctx, v)
	return &ListView{Key: l.Key, ZH: l.ZH, EN: l.EN, Columns: columns}, err
}

// Start queues a file.
func (s *service) Start(ctx context.Context, in *StartInput) (*View, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	l, err := s.may(v, in.Body.List)
	if err != nil {
		return nil, err
	}
	q := feature.ExportQuery{Viewer: v, Filter: in.Body.Filter, Columns: in.Body.Columns, English: in.Body.English}
	if len(q.Filter) == 0 {
		q.Filter = json.RawMessage("{}")
	}
	if q.Columns, err = chosen(ctx, l, v, q.Columns); err != nil {
		return nil, err
	}
	if l.Check != nil {
		if err := l.Check(ctx, q); err != nil {
			return nil, err
		}
	}
	columns, err := json.Marshal(q.Columns)
	if err != nil {
		return nil, err
	}
	r := Run{
		ID: s.ids.New(), Corp: v.Corp, List: l.Key, Format: in.Body.Format, English: q.English, Columns: string(columns), Filter: db.Clean(string(q.Filter)),
		Owner: v.Actor(), Account: v.Account, Member: v.Member, Name: v.Name, Founder: v.Founder, State: Waiting, CreatedAt: db.NowMS(s.clock),
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		open, err := openRuns(ctx, tx, r.Corp, r.Owner)
		if err != nil {
			return err
		}
		if open >= mostOpen {
			return fault.Newf(fault.Conflict, "已有 %d 个导出在进行", open).WithAdvice("请等其中一个完成，或在导出记录中取消")
		}
		web.Note(ctx, web.Change{Object: "export:" + r.ID.String(), Name: l.ZH, After: map[string]any{
			"list": r.List, "format": r.Format, "columns": q.Columns, "filter": q.Filter,
		}})
		if r.Job, err = s.jobs.InsertOne(ctx, tx, job.Insert{Kind: kindRun, Corp: r.Corp, Args: runArgs{Run: r.ID}}); err != nil {
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
	view := s.view(r)
	return &view, nil
}

// chosen checks the columns asked for, or takes the usual ones.
func chosen(ctx context.Context, l feature.Export, v viewer.Viewer, wanted []string) ([]string, error) {
	columns, err := l.Columns(ctx, v)
	if err != nil {
		return nil, err
	}
	if len(wanted) == 0 {
		for _, c := range columns {
			if c.Chosen {
				wanted = append(wanted, c.Key)
			}
		}
		return wanted, nil
	}
	var check fault.Check
	for i, key := range wanted {
		field := "columns[" + strconv.Itoa(i) + "]"
		check.That(slices.ContainsFunc(columns, func(c feature.ExportColumn) bool { return c.Key == key }), field, "没有这一列")
		check.That(slices.Index(wanted, key) == i, field, "这一列重复了")
	}
	return wanted, check.Err()
}

// RunsInput pages through the records.
type RunsInput struct{ web.Paging }

// Runs lists the viewer's own files, the newest first.
func (s *service) Runs(ctx context.Context, in *RunsInput) (*web.Page[View], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	before, _, err := web.DecodeCursor[id.ID](in.After)
	if err != nil {
		return nil, err
	}
	rows, err := runsOf(ctx, s.db.Read(), v.Corp, v.Actor(), before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(r Run) id.ID { return r.ID })
	views := make([]View, len(page.Items))
	for i, r := range page.Items {
		views[i] = s.view(r)
	}
	return &web.Page[View]{Items: views, Next: page.Next}, nil
}

// RunInput names a file.
type RunInput struct {
	ID id.ID `path:"id"`
}

// Remove cancels a file in the making, or forgets one that is over.
func (s *service) Remove(ctx context.Context, in *RunInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	r, err := runOf(ctx, s.db.Read(), v.Corp, v.Actor(), in.ID)
	if err != nil {
		return nil, err
	}
	var making id.ID
	if r.State.open() {
		making = r.Job
	}
	return &web.None{}, s.files.Discard(ctx, r.Corp, making, r.key(), func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: "export:" + r.ID.String(), Before: s.view(r)})
		if r.State.open() {
			if err = cancel(ctx, tx, r, db.NowMS(s.clock)); err == nil {
				err = s.ended(ctx, tx, r.Corp, r.ID, web.Stopped)
			}
		} else {
			err = forget(ctx, tx, r)
		}
		if err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String())
	})
}

// file hands the file to its owner, if he may still see what is in it.
func (s *service) file(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	v, err := viewer.From(ctx)
	if err != nil {
		return err
	}
	var run id.ID
	if err := run.UnmarshalText([]byte(req.PathValue("id"))); err != nil {
		return fault.Missing("导出记录")
	}
	r, err := runOf(ctx, s.db.Read(), v.Corp, v.Actor(), run)
	if err != nil {
		return err
	}
	l, err := s.may(v, r.List)
	if err != nil {
		return err
	}
	if r.State != Done || r.ExpiresAt <= db.NowMS(s.clock) {
		return fault.New(fault.NotFound, "文件还没有生成，或已过期").WithAdvice("请重新导出")
	}
	if err := still(ctx, r, l, v); err != nil {
		return err
	}
	web.Note(ctx, web.Change{Object: "export:" + r.ID.String(), Name: l.ZH, After: map[string]any{"list": r.List, "rows": r.Written}})
	made := time.UnixMilli(r.CreatedAt).In(s.corps.Location(ctx, r.Corp)).Format("20060102-1504")
	name := l.ZH
	if r.English {
		name = l.EN
	}
	return s.files.Send(ctx, w, r.key(), strings.ReplaceAll(name, "/", "-")+"-"+made+"."+r.Format)
}

// still refuses a file that may hold what its owner is not shown any more: rows of others,
// telephone numbers, columns, or rows chosen by what he cannot read now. A column or a
// condition that is gone for everybody counts as such: nobody can say who may see it.
func still(ctx context.Context, r Run, l feature.Export, v viewer.Viewer) error {
	covered, err := r.covers(v)
	if err != nil {
		return err
	}
	if !covered {
		return fault.New(fault.Forbidden, "导出之后您的数据范围或权限变小了，文件可能含有您不应再看到的内容").WithAdvice("请重新导出")
	}
	q, err := r.query(v)
	if err != nil {
		return err
	}
	if _, err = heads(ctx, l, q); err == nil && l.Check != nil {
		err = l.Check(ctx, q)
	}
	if f, said := errors.AsType[*fault.Fault](err); said && f.Code != fault.Internal {
		return fault.New(fault.Forbidden, "文件中有您现在不能查看或已不存在的列，或是按这样的条件筛选的").WithAdvice("请重新导出").Because(err)
	}
	return err
}
