package profile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// The ways to find the customer of a line.
const (
	byExternal = "external"
	byUnion    = "unionid"
	byPhone    = "phone"
	byRemark   = "remark" // with the member who wrote it
)

// plan is how a file is to be read.
type plan struct {
	Name    string   `json:"name,omitempty"`
	Match   string   `json:"match" enum:"external,unionid,phone,remark" doc:"how customers are found"`
	Key     int      `json:"key" minimum:"0" maximum:"199" doc:"column with external_userid, unionid, phone or remark"`
	Member  int      `json:"member,omitempty" minimum:"0" maximum:"199" doc:"with remark: column with the member's userid or name"`
	Columns []Column `json:"columns" minItems:"1" maxItems:"100"`
	Clear   bool     `json:"clear,omitempty" doc:"an empty cell clears the field; else it leaves it as it is"`
}

// Column says into which field a column goes.
type Column struct {
	Index int   `json:"index" minimum:"0" maximum:"199"`
	Field id.ID `json:"field"`
}

// Draft is an uploaded file that waits for its columns to be explained.
type Draft struct {
	ID      id.ID         `json:"id"`
	Name    string        `json:"name"`
	Columns []DraftColumn `json:"columns"`
}

// DraftColumn is a column of the file, with a guess what it is.
type DraftColumn struct {
	Index   int      `json:"index"`
	Header  string   `json:"header"`
	Samples []string `json:"samples" doc:"of the first lines"`
	Field   id.ID    `json:"field,omitempty" doc:"guess: the field of that name"`
	Role    string   `json:"role,omitempty" enum:"external,unionid,phone,remark,member" doc:"guess: what customers are found by"`
}

const sampleLines = 3

func importKey(corp string, run id.ID) string { return "profile/" + corp + "/import-" + run.String() }

// uploadTable takes a file to import and says what its columns look like. It changes no customer.
func (s *service) uploadTable(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := viewer.From(ctx)
	if err != nil {
		return err
	}
	name, raw, err := readUpload(r, maxSheet)
	if err != nil {
		return err
	}
	fields, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return err
	}
	draft := Draft{ID: s.ids.New(), Name: name}
	if draft.Columns, err = columnsOf(raw, v, fields); err != nil {
		return err
	}
	if _, err := s.blob.Put(ctx, importKey(v.Corp, draft.ID), bytes.NewReader(raw), int64(len(raw)), ""); err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: "profile:run:" + draft.ID.String(), After: map[string]any{"kind": runImport, "bytes": len(raw)}})
		_, err := s.insertRun(ctx, tx, v, Run{ID: draft.ID, Kind: runImport, State: stateDraft, Title: name}, spec{Import: &plan{Name: name}})
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, draft)
}

// columnsOf reads the head of a table and its first lines.
func columnsOf(raw []byte, v viewer.Viewer, fields []Field) ([]DraftColumn, error) {
	var columns []DraftColumn
	seen := 0
	for l, err := range lines(raw) {
		if err != nil {
			return nil, err
		}
		if columns == nil {
			for i, header := range l.cells {
				columns = append(columns, guess(DraftColumn{Index: i, Header: header, Samples: []string{}}, v, fields))
			}
			continue
		}
		for i := range columns {
			if i < len(l.cells) {
				columns[i].Samples = append(columns[i].Samples, clipped(l.cells[i]))
			}
		}
		if seen++; seen == sampleLines {
			break
		}
	}
	if seen == 0 {
		return nil, fault.New(fault.Invalid, "表格里没有数据").WithAdvice("第一行是标题，从第二行起每行一位客户")
	}
	return columns, nil
}

// guess tells by its heading what a column is.
func guess(c DraftColumn, v viewer.Viewer, fields []Field) DraftColumn {
	head := folded(c.Header)
	for role, names := range map[string][]string{
		byExternal: {"external_userid", "externaluserid", "外部联系人id", "客户id"},
		byUnion:    {"unionid"},
		byPhone:    {"手机", "手机号", "手机号码", "电话", "电话号码", "phone", "mobile"},
		byRemark:   {"备注", "备注名", "remark"},
		"member":   {"成员", "员工", "跟进人", "跟进成员", "member", "userid"},
	} {
		if slices.Contains(names, head) {
			c.Role = role
		}
	}
	for _, f := range fields {
		if folded(f.Name) == head && !f.Archived && f.Kind != File && f.filledBy(v) {
			c.Field = f.ID
		}
	}
	return c
}

type planInput struct {
	ID   id.ID `path:"id"`
	Body plan
}

// CheckImport reads the whole file by a plan without changing anything: what would change,
// and which lines cannot be taken.
func (s *service) CheckImport(ctx context.Context, in *planInput) (*Run, error) {
	v, r, err := s.seenRun(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if r.Kind != runImport {
		return nil, fault.Missing("导入")
	}
	fields, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	p := in.Body
	if err := p.check(v, fields); err != nil {
		return nil, err
	}
	p.Name = r.Title
	raw, err := json.Marshal(spec{Who: whoOf(v), Import: &p})
	if err != nil {
		return nil, err
	}
	r.Spec = string(raw)
	return s.moveRun(ctx, r, stateChecking, true, stateDraft, stateChecked, stateFailed)
}

func (p plan) check(v viewer.Viewer, fields []Field) error {
	var check fault.Check
	check.That(p.Match != byPhone || v.Can(viewer.PermissionPhone), "match", "按电话匹配需要「查看完整电话」权限")
	check.That(p.Match != byRemark || p.Member != p.Key, "member", "请选择成员所在的列")
	seen := map[id.ID]bool{}
	for i, c := range p.Columns {
		at := fmt.Sprintf("columns[%d].field", i)
		f, err := fieldIn(fields, c.Field)
		check.That(err == nil && !f.Archived && f.seenBy(v), at, "没有这个字段，或已停用")
		check.That(err != nil || f.filledBy(v), at, "您不能修改「"+f.Name+"」")
		check.That(err != nil || f.Kind != File, at, "文件不能导入")
		check.That(!seen[c.Field], at, "一个字段只能对应一列")
		seen[c.Field] = true
	}
	return check.Err()
}

// StartImport carries out what was checked.
func (s *service) StartImport(ctx context.Context, in *runInput) (*Run, error) {
	_, r, err := s.seenRun(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if r.Kind != runImport {
		return nil, fault.Missing("导入")
	}
	x, err := r.spec()
	if err != nil {
		return nil, err
	}
	x.Started = true
	raw, err := json.Marshal(x)
	if err != nil {
		return nil, err
	}
	r.Spec = string(raw)
	return s.moveRun(ctx, r, stateRunning, true, stateChecked)
}

// previewed is how many lines that would change a check shows.
const previewed = 50

// importAll reads the file from where the run stands. It goes through the file once,
// however many steps that takes; memory holds one step.
func (s *service) importAll(ctx context.Context, j job.Job[runArgs], r Run, x spec) error {
	v, err := s.as(ctx, x, permissionBatch)
	if err != nil {
		return err
	}
	body, _, err := s.blob.Get(ctx, importKey(r.Corp, r.ID))
	if err != nil {
		return fault.New(fault.NotFound, "上传的文件已被清理，请重新上传").Because(err)
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxSheet+1))
	if err := errors.Join(err, body.Close()); err != nil {
		return err
	}
	if r.Walked == "" && !x.Retry {
		if err := s.forgetItems(ctx, &r); err != nil {
			return err
		}
	}
	from, err := strconv.Atoi("0" + r.Walked)
	if err != nil {
		return err
	}
	head := true
	var step []line
	for l, err := range lines(raw) {
		if err != nil {
			return err
		}
		if head || l.n <= from {
			head = false
			continue
		}
		if step = append(step, l); len(step) < runStep {
			continue
		}
		if r, err = s.importStep(ctx, v, r, x, step, false); err != nil {
			return err
		}
		if err := j.Report(ctx, r.Done, r.Total, r.Title); err != nil {
			return err
		}
		step = step[:0]
	}
	_, err = s.importStep(ctx, v, r, x, step, true)
	return err
}

// forgetItems begins a file anew: what a check noted counts no more.
func (s *service) forgetItems(ctx context.Context, r *Run) error {
	err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw(`DELETE FROM profile_item WHERE run_id = ?`, r.ID).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw(`UPDATE profile_run SET done = 0, changed = 0, failed = 0, seq = 0 WHERE id = ? AND walked = ''`, r.ID).Exec(ctx)
		return err
	})
	r.Done, r.Changed, r.Failed, r.Seq = 0, 0, 0, 0
	return err
}

// importStep takes some lines in one transaction and gives the run as it stands then.
func (s *service) importStep(ctx context.Context, v viewer.Viewer, r Run, x spec, step []line, last bool) (Run, error) {
	b := batch{walked: r.Walked, last: last}
	if len(step) > 0 {
		b.walked = strconv.Itoa(step[len(step)-1].n)
	}
	if x.Retry {
		var err error
		if step, err = s.onlyFailed(ctx, r, step); err != nil {
			return r, err
		}
	}
	fields, err := fieldsOf(ctx, s.db.Read(), r.Corp)
	if err != nil {
		return r, err
	}
	if err := x.Import.check(v, fields); err != nil {
		return r, fault.New(fault.Conflict, "要导入的字段已停用、被删除，或不再允许发起人修改")
	}
	found, err := s.match(ctx, v, *x.Import, fields, step)
	if err != nil {
		return r, err
	}
	var edits []edit
	var at []int
	for n, l := range step {
		i, e := itemOf(l, *x.Import, fields, found[n])
		b.items = append(b.items, i)
		if i.State != itemFailed {
			edits, at = append(edits, e), append(at, n)
		}
	}
	dry := r.State == stateChecking
	write := func(ctx context.Context, tx db.Tx) error {
		var outcomes [][]change
		var err error
		if dry {
			outcomes, err = s.preview(ctx, r.Corp, fields, edits)
		} else {
			outcomes, err = s.apply(ctx, tx, r.Corp, fields, edits, s.by(v, "import", r.ID))
		}
		if err != nil {
			return err
		}
		for k, o := range outcomes {
			if err := mark(b.items[at[k]:at[k]+1], [][]change{o}); err != nil {
				return err
			}
		}
		if x.Retry {
			if _, err := tx.NewRaw(`UPDATE profile_run SET failed = failed - ? WHERE id = ?`, len(step), r.ID).Exec(ctx); err != nil {
				return err
			}
		}
		if err := insertItems(ctx, tx, r, kept(b.items, r, dry)); err != nil {
			return err
		}
		return s.advance(ctx, tx, r, b, map[bool]string{true: stateChecked, false: stateDone}[dry])
	}
	if err := s.again(ctx, write); err != nil {
		return r, err
	}
	r.Walked = b.walked
	r.Done += int64(len(b.items))
	for _, i := range b.items {
		if i.State == itemChanged {
			r.Changed++
		}
	}
	return r, nil
}

// kept are the items that are written: all of them, of a check only those that failed and
// the first that would change.
func kept(items []Item, r Run, dry bool) []Item {
	if !dry {
		return items
	}
	shown := r.Changed
	return slices.DeleteFunc(slices.Clone(items), func(i Item) bool {
		if i.State == itemChanged {
			shown++
		}
		return i.State == itemSame || i.State == itemChanged && shown > previewed
	})
}

// onlyFailed are those lines of a step that failed before.
func (s *service) onlyFailed(ctx context.Context, r Run, step []line) ([]line, error) {
	if len(step) == 0 {
		return nil, nil
	}
	items, err := s.itemsOf(ctx, r, itemFailed, int64(step[0].n)-1, len(step))
	if err != nil {
		return nil, err
	}
	failed := map[int]bool{}
	for _, i := range items {
		failed[int(i.Seq)] = true
	}
	return slices.DeleteFunc(slices.Clone(step), func(l line) bool { return !failed[l.n] }), nil
}

// itemOf reads one line: what its customer's fields shall hold, or why it cannot be taken.
func itemOf(l line, p plan, fields []Field, found matched) (Item, edit) {
	i := Item{Seq: int64(l.n), State: itemSame, Label: clippedTo(l.at(p.Key), 60), Customer: found.customer}
	if p.Match == byPhone {
		i.Label = viewer.MaskPhone(i.Label)
	}
	e := edit{customer: found.customer, wants: map[id.ID][]cell{}}
	reasons := []string{}
	if found.customer == "" {
		reasons = append(reasons, found.reason)
	}
	for _, c := range p.Columns {
		f, err := fieldIn(fields, c.Field)
		text := l.at(c.Index)
		if err != nil || text == "" && !p.Clear {
			continue
		}
		if text == "" && f.Required {
			reasons = append(reasons, "「"+f.Name+"」是必填的，不能清空")
			continue
		}
		var cells []cell
		wrong := ""
		if text != "" {
			cells, wrong = f.imported(text)
		}
		if wrong != "" {
			reasons = append(reasons, "「"+f.Name+"」"+wrong)
			continue
		}
		e.wants[f.ID] = cells
	}
	if len(reasons) > 0 {
		i.State, i.Reason = itemFailed, strings.Join(reasons, "；")
	}
	return i, e
}

func (l line) at(column int) string {
	if column < len(l.cells) {
		return l.cells[column]
	}
	return ""
}
