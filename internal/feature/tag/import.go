package tag

import (
	"bytes"
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type tagImportInput struct {
	Body struct {
		Name    string `json:"name" minLength:"1" maxLength:"120" doc:"of the file"`
		Content []byte `json:"content" doc:"the file, base64"`
		Pairs   bool   `json:"pairs,omitempty" doc:"every standing follow in scope; else the newest of each customer"`
	}
}

func listKey(corp string, run id.ID) string { return "tag/" + corp + "/list-" + run.String() }

// Import takes a file and has it checked in the background, page by page: what each line
// means, and which mean nobody. Then it is a draft; nothing is changed before that is begun
// with tags.
func (s *service) Import(ctx context.Context, in *tagImportInput) (*Run, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	raw := in.Body.Content
	if len(raw) > maxFile {
		return nil, fault.Newf(fault.TooLarge, "文件最大 %d MB", maxFile>>20).WithAdvice("请拆成多个文件")
	}
	// Read once to its end while the person waits: who uploads a wrong file hears of it now.
	count := 0
	for _, err := range linesOf(raw) {
		if err != nil {
			return nil, err
		}
		count++
	}
	if count == 0 {
		return nil, unreadable("文件里没有客户")
	}
	r := s.newRun(v, runMark, fromFile, db.Clean(in.Body.Name))
	r.State, r.Plan = checking, text(plan{Pairs: in.Body.Pairs, Lines: count})
	// Written before the row: a file without a row harms nobody.
	if _, err := s.unlinks.Blob.Put(ctx, listKey(r.Corp, r.ID), bytes.NewReader(raw), int64(len(raw)), ""); err != nil {
		return nil, err
	}
	r = r.shown()
	return &r, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewInsert().Model(&r).ModelTableExpr("tag_run").Exec(ctx); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "tag:run:" + r.ID.String(), Name: r.Title, After: map[string]any{"lines": count}})
		return s.goOn(ctx, tx, r, kindCheck)
	})
}

type tagBeginInput struct {
	ID   id.ID `path:"id"`
	Body struct {
		Add    []string `json:"add,omitempty" maxItems:"100" doc:"tag ids"`
		Remove []string `json:"remove,omitempty" maxItems:"100" doc:"tag ids"`
	}
}

// Begin starts a draft with tags.
func (s *service) Begin(ctx context.Context, in *tagBeginInput) (*Run, error) {
	v, old, err := s.mine(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	p, err := s.marks(ctx, v, in.Body.Add, in.Body.Remove)
	if err != nil {
		return nil, err
	}
	p.Pairs, p.Lines = old.Pairs, old.Lines
	if old.Total == old.Invalid {
		return nil, fault.New(fault.Conflict, "名单中没有可以打标签的客户")
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE tag_run SET state = 'running', plan = ? WHERE corp_id = ? AND id = ? AND state = 'draft'", text(p), old.Corp, old.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "这份名单已经开始或已取消")
		}
		web.Note(ctx, web.Change{Object: "tag:run:" + old.ID.String(), Name: old.Title, After: p})
		return s.goOn(ctx, tx, old, kindWork)
	})
	if err != nil {
		return nil, err
	}
	_, r, err := s.mine(ctx, in.ID)
	return &r, err
}
