package profile

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
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
			for i, header := range l.Cells {
				columns = append(columns, guess(DraftColumn{Index: i, Header: header, Samples: []string{}}, v, fields))
			}
			continue
		}
		for i := range columns {
			if i < len(l.Cells) {
				columns[i].Samples = append(columns[i].Samples, clipped(l.Cells[i]))
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
	if _, err := r.begun(); err == nil {
		return nil, fault.New(fault.Conflict, "这次导入已经开始，不能再改列的设置").WithAdvice("请重试或撤销它；要换一种读法，请重新上传文件")
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
