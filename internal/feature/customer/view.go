package customer

import (
	"context"
	"encoding/json"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// View is a saved look of the list (视图): its filters, level and columns.
type View struct {
	SavedHead
	Content string `json:"content" doc:"JSON, as the page put it there"`
	Default bool   `json:"default" doc:"the viewer's list opens with it"`
}

// ViewForm is what a person fills in, and what the page adds.
type ViewForm struct {
	SavedForm
	Content string `json:"content" maxLength:"30000" doc:"JSON object"`
}

type newViewInput struct{ Body ViewForm }

type viewInput struct {
	ID   id.ID `path:"id"`
	Body ViewForm
}

// ViewList is all of them.
type ViewList struct {
	Items []View `json:"items"`
}

// DefaultInput chooses the view with which one's list opens.
type DefaultInput struct {
	Body struct {
		View id.ID `json:"view,omitempty" doc:"absent for the list as it comes"`
	}
}

// Views lists those that the viewer saved or was shared with.
func (s *service) Views(ctx context.Context, _ *struct{}) (*ViewList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.visible(ctx, s.db.Read(), v, aView)
	if err != nil {
		return nil, err
	}
	chosen, err := s.chosen(ctx, v)
	if err != nil {
		return nil, err
	}
	out := &ViewList{Items: []View{}}
	for _, x := range all {
		out.Items = append(out.Items, View{SavedHead: headOf(v, x), Content: x.Content, Default: x.ID == chosen})
	}
	return out, nil
}

func (s *service) chosen(ctx context.Context, v viewer.Viewer) (id.ID, error) {
	var chosen id.ID
	err := s.db.Read().NewRaw("SELECT saved_id FROM customer_default WHERE corp_id = ? AND owner = ?", v.Corp, v.Actor()).Scan(ctx, &chosen)
	if db.NoRows(err) {
		return 0, nil
	}
	return chosen, err
}

// CreateView saves a new one.
func (s *service) CreateView(ctx context.Context, in *newViewInput) (*View, error) {
	return s.saveView(ctx, 0, in.Body)
}

// UpdateView saves over the version that was read.
func (s *service) UpdateView(ctx context.Context, in *viewInput) (*View, error) {
	return s.saveView(ctx, in.ID, in.Body)
}

func (s *service) saveView(ctx context.Context, wanted id.ID, f ViewForm) (*View, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var content map[string]any
	var check fault.Check
	check.That(json.Unmarshal([]byte(f.Content), &content) == nil && f.Content == db.Clean(f.Content), "content", "须为 JSON 对象")
	if err := check.Err(); err != nil {
		return nil, err
	}
	x, err := s.save(ctx, v, aView, wanted, f.SavedForm, f.Content)
	if err != nil {
		return nil, err
	}
	chosen, err := s.chosen(ctx, v)
	return &View{SavedHead: headOf(v, x), Content: x.Content, Default: x.ID == chosen}, err
}

// DeleteView forgets one.
func (s *service) DeleteView(ctx context.Context, in *savedInput) (*web.None, error) {
	return s.forget(ctx, aView, in.ID)
}

// ChooseView makes a view the one with which the viewer's own list opens.
func (s *service) ChooseView(ctx context.Context, in *DefaultInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var name string
		if in.Body.View != 0 {
			x, err := s.seenSaved(ctx, tx, v, aView, in.Body.View)
			if err != nil {
				return err
			}
			name = x.Name
		}
		web.Note(ctx, web.Change{Object: "view:default", Name: name, After: map[string]any{"view": in.Body.View.String()}})
		if in.Body.View == 0 {
			_, err := tx.NewRaw("DELETE FROM customer_default WHERE corp_id = ? AND owner = ?", v.Corp, v.Actor()).Exec(ctx)
			return err
		}
		_, err := tx.NewRaw(`INSERT INTO customer_default (corp_id, owner, saved_id) VALUES (?, ?, ?)
			ON CONFLICT (corp_id, owner) DO UPDATE SET saved_id = excluded.saved_id`, v.Corp, v.Actor(), in.Body.View).Exec(ctx)
		return err
	})
}
