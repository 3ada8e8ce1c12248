package profile

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// FieldList are the fields that the viewer sees, in their order.
type FieldList struct {
	Items []FieldView `json:"items"`
	Most  int         `json:"most" doc:"how many a corp may have"`
}

// FieldView is a field as the viewer meets it.
type FieldView struct {
	Field
	Fills bool `json:"fills" doc:"the viewer may fill it in"`
}

// Fields lists the fields that the viewer sees; those put away are for who defines them.
func (s *service) Fields(ctx context.Context, _ *struct{}) (*FieldList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	fields, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	list := &FieldList{Items: []FieldView{}, Most: maxFields}
	for _, f := range fields {
		if f.seenBy(v) && (!f.Archived || v.Can(permissionField)) {
			list.Items = append(list.Items, FieldView{Field: f, Fills: fills(v, f)})
		}
	}
	return list, err
}

// fills tells whether the viewer may fill in a field on a customer's page.
func fills(v viewer.Viewer, f Field) bool {
	return !f.Archived && v.Can(permissionWrite) && f.filledBy(v)
}

type createField struct{ Body Form }

// CreateField makes a field, the last of the order.
func (s *service) CreateField(ctx context.Context, in *createField) (*Field, error) {
	var made Field
	return &made, s.fieldAct(ctx, func(ctx context.Context, tx db.Tx, v viewer.Viewer, fields []Field) error {
		f, err := fieldOf(in.Body, Field{}, fields)
		if err != nil {
			return err
		}
		f.ID, f.Version = s.ids.New(), 1
		made = f
		web.Note(ctx, web.Change{Object: object(f), Name: f.Name, After: f})
		return insertField(ctx, tx, v.Corp, f, len(fields), v.Actor(), db.NowMS(s.clock))
	})
}

// fieldAct runs an act on the corp's fields, one at a time for each corp: the fields are
// read under the lock, so that two cannot both take the last place or the same name.
func (s *service) fieldAct(ctx context.Context, act func(ctx context.Context, tx db.Tx, v viewer.Viewer, fields []Field) error) error {
	v, err := viewer.From(ctx)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := lock(ctx, tx, v.Corp, []string{fieldsLock}); err != nil {
			return err
		}
		fields, err := fieldsOf(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		if err := act(ctx, tx, v, fields); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}

// fieldsLock stands among the persons for the corp's fields; no external_userid is empty.
const fieldsLock = ""

func object(f Field) string { return "profile:field:" + f.ID.String() }

type putField struct {
	ID   id.ID `path:"id"`
	Body Form
}

// PutField changes a field. Options that customers have cannot be taken away, only put away.
func (s *service) PutField(ctx context.Context, in *putField) (*Field, error) {
	var saved Field
	return &saved, s.fieldAct(ctx, func(ctx context.Context, tx db.Tx, v viewer.Viewer, fields []Field) error {
		before, err := fieldIn(fields, in.ID)
		if err != nil {
			return err
		}
		f, err := fieldOf(in.Body, before, fields)
		if err != nil {
			return err
		}
		if gone := removed(before, f); len(gone) > 0 {
			used, err := uses(ctx, tx, v.Corp, f.ID, gone)
			if err != nil {
				return err
			}
			if used > 0 {
				return fault.Newf(fault.Conflict, "要删除的选项还有 %d 位客户在使用", used).WithAdvice("请将选项停用：已有的客户保留它，新的客户不能再选")
			}
		}
		f.Version = in.Body.Version
		if err := s.saveField(ctx, tx, v, f); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: object(f), Name: f.Name, Before: before, After: f})
		f.Version++
		saved = f
		return nil
	})
}

func (s *service) saveField(ctx context.Context, tx db.Tx, v viewer.Viewer, f Field) error {
	ok, err := updateField(ctx, tx, v.Corp, f, db.NowMS(s.clock))
	if err == nil && !ok {
		err = fault.New(fault.Conflict, "这个字段刚被别人修改过").WithAdvice("请刷新后再改")
	}
	return err
}

// uses counts the customers that have one of some values of a field, or any when none is
// named.
func uses(ctx context.Context, q db.Querier, corp string, field id.ID, tokens []string) (int64, error) {
	var n int64
	query := q.NewSelect().ColumnExpr("COUNT(DISTINCT customer)").TableExpr("profile_value").Where("corp_id = ? AND field_id = ?", corp, field)
	if len(tokens) > 0 {
		query = query.Where("token IN (?)", bun.List(tokens))
	}
	err := query.Scan(ctx, &n)
	return n, err
}

type fieldState struct {
	ID   id.ID `path:"id"`
	Body struct {
		Archived bool  `json:"archived"`
		Version  int64 `json:"version"`
	}
}

// ArchiveField puts a field away, or takes it out again. Its values stay.
func (s *service) ArchiveField(ctx context.Context, in *fieldState) (*Field, error) {
	var saved Field
	return &saved, s.fieldAct(ctx, func(ctx context.Context, tx db.Tx, v viewer.Viewer, fields []Field) error {
		before, err := fieldIn(fields, in.ID)
		if err != nil {
			return err
		}
		f := before
		f.Archived, f.Version = in.Body.Archived, in.Body.Version
		if err := s.saveField(ctx, tx, v, f); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: object(f), Name: f.Name, Before: before, After: f})
		f.Version++
		saved = f
		return nil
	})
}

type oneField struct {
	ID id.ID `path:"id"`
}

// Usage is how much hangs on a field.
type Usage struct {
	Customers int64            `json:"customers" doc:"that have a value"`
	Options   map[string]int64 `json:"options" doc:"customers by key of the option"`
}

// FieldUsage counts the customers that have a value.
func (s *service) FieldUsage(ctx context.Context, in *oneField) (*Usage, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	fields, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	f, err := fieldIn(fields, in.ID)
	if err != nil {
		return nil, err
	}
	u := &Usage{Options: map[string]int64{}}
	if u.Customers, err = uses(ctx, s.db.Read(), v.Corp, f.ID, nil); err != nil || len(f.Options) == 0 {
		return u, err
	}
	var rows []struct {
		Token string `bun:"token"`
		N     int64  `bun:"n"`
	}
	err = s.db.Read().NewRaw(`SELECT token, COUNT(*) AS n FROM profile_value WHERE corp_id = ? AND field_id = ? GROUP BY token`, v.Corp, f.ID).Scan(ctx, &rows)
	for _, r := range rows {
		u.Options[r.Token] = r.N
	}
	return u, err
}

// DeleteField removes a field that no customer has a value of.
func (s *service) DeleteField(ctx context.Context, in *oneField) (*web.None, error) {
	return &web.None{}, s.fieldAct(ctx, func(ctx context.Context, tx db.Tx, v viewer.Viewer, fields []Field) error {
		f, err := fieldIn(fields, in.ID)
		if err != nil {
			return err
		}
		used, err := uses(ctx, tx, v.Corp, f.ID, nil)
		if err != nil {
			return err
		}
		if used > 0 {
			return fault.Newf(fault.Conflict, "还有 %d 位客户填写了「%s」", used, f.Name).WithAdvice("请停用字段：不再显示，已填写的内容保留")
		}
		web.Note(ctx, web.Change{Object: object(f), Name: f.Name, Before: f})
		_, err = tx.NewRaw(`DELETE FROM profile_field WHERE corp_id = ? AND id = ?`, v.Corp, f.ID).Exec(ctx)
		return err
	})
}

type orderInput struct {
	Body struct {
		Fields []id.ID `json:"fields" maxItems:"100" doc:"all fields, each once"`
	}
}

// OrderFields puts the fields in order.
func (s *service) OrderFields(ctx context.Context, in *orderInput) (*web.None, error) {
	return &web.None{}, s.fieldAct(ctx, func(ctx context.Context, tx db.Tx, v viewer.Viewer, fields []Field) error {
		var before []id.ID
		for _, f := range fields {
			before = append(before, f.ID)
		}
		if !slices.Equal(slices.Sorted(slices.Values(before)), slices.Sorted(slices.Values(in.Body.Fields))) {
			return fault.New(fault.Conflict, "字段刚被别人增减过").WithAdvice("请刷新后再排序")
		}
		for place, field := range in.Body.Fields {
			if _, err := tx.NewRaw(`UPDATE profile_field SET place = ? WHERE corp_id = ? AND id = ?`, place, v.Corp, field).Exec(ctx); err != nil {
				return err
			}
		}
		web.Note(ctx, web.Change{Object: "profile:fields", Before: before, After: in.Body.Fields})
		return nil
	})
}
