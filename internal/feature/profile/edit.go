package profile

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type batchEdit struct {
	Body struct {
		Selection ask.Selection `json:"selection"`
		Values    []Value       `json:"values" minItems:"1" maxItems:"20" doc:"what every customer's field shall hold; none to clear it"`
	}
}

// Edit fills in fields of many customers, in the background.
func (s *service) Edit(ctx context.Context, in *batchEdit) (*Run, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	fields, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	title := ""
	var check fault.Check
	for _, g := range in.Body.Values {
		f, err := fieldIn(fields, g.Field)
		at := "values." + g.Field.String()
		if err != nil || f.Archived || !f.seenBy(v) {
			check.That(false, at, "没有这个字段，或已停用")
			continue
		}
		check.That(f.filledBy(v), at, "您不能修改「"+f.Name+"」")
		check.That(f.Kind != File, at, "文件不能批量填写")
		cells, wrong := f.cellsOf(g.Values, nil)
		check.That(wrong.None(), at, inForm(wrong))
		check.That(!f.Required || len(cells) > 0, at, "「"+f.Name+"」是必填的，不能清空")
		if title != "" {
			title += "、"
		}
		title += f.Name
	}
	if err := check.Err(); err != nil {
		return nil, err
	}
	return s.begin(ctx, v, Run{Kind: runEdit, Title: title}, spec{Selection: in.Body.Selection, Values: in.Body.Values})
}

// begin makes a run over a selection; an empty one is refused.
func (s *service) begin(ctx context.Context, v viewer.Viewer, r Run, x spec) (*Run, error) {
	size, err := s.asks.Size(ctx, ask.SelectQuery{Viewer: v, Selection: x.Selection})
	if err != nil {
		return nil, err
	}
	if size.Customers == 0 && !size.Capped {
		return nil, fault.New(fault.Invalid, "没有符合条件的客户")
	}
	if !size.Capped {
		r.Total = size.Customers
	}
	r.State = stateRunning
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		r, err = s.insertRun(ctx, tx, v, r, x)
		web.Note(ctx, web.Change{Object: "profile:run:" + r.ID.String(), Name: r.Title, After: map[string]any{"kind": r.Kind, "customers": size.Customers}})
		return err
	})
	return &r, err
}

type batchBlack struct {
	Body struct {
		Selection ask.Selection `json:"selection"`
		Reason    string        `json:"reason,omitempty" maxLength:"100" doc:"needed to put them on it"`
		Remove    bool          `json:"remove,omitempty" doc:"take them off it"`
	}
}

// Blacken puts many customers on the blacklist, or takes them off.
func (s *service) Blacken(ctx context.Context, in *batchBlack) (*Run, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if in.Body.Remove {
		return s.begin(ctx, v, Run{Kind: runUnblacklist}, spec{Selection: in.Body.Selection})
	}
	reason, err := Reason{in.Body.Reason}.check()
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, v, Run{Kind: runBlacklist, Title: reason}, spec{Selection: in.Body.Selection, Reason: reason})
}
