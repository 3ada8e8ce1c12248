package view

import (
	"context"
	"encoding/json"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/saved"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Saved is a view.
type Saved struct {
	saved.Head
	Content string `json:"content" doc:"JSON, as the page put it there"`
	Default bool   `json:"default" doc:"the viewer's list opens with it"`
}

// Form is what a person fills in, and what the page adds.
type Form struct {
	saved.Form
	Content string `json:"content" maxLength:"30000" doc:"JSON object"`
}

// ListInput names a list.
type ListInput struct {
	List string `path:"list" maxLength:"60" doc:"key of the list, e.g. audit.list"`
}

// NewInput saves a new view of a list.
type NewInput struct {
	Body struct {
		Form
		List string `json:"list" maxLength:"60" doc:"key of the list, e.g. audit.list"`
	}
}

// ChangeInput saves over a view.
type ChangeInput struct {
	ID   id.ID `path:"id"`
	Body Form
}

// OneInput names a view.
type OneInput struct {
	ID id.ID `path:"id"`
}

// DefaultInput chooses the view with which one's list opens.
type DefaultInput struct {
	Body struct {
		List string `json:"list" maxLength:"60" doc:"key of the list"`
		View id.ID  `json:"view,omitempty" doc:"absent for the list as it comes"`
	}
}

// List is the views of a list: as many as people saved by hand.
type List struct {
	Items  []Saved `json:"items"`
	Shares bool    `json:"shares" doc:"the viewer may save for others"`
}

// may finds what is saved of a list for somebody who may see it; for others there is no such list.
func (s *service) may(v viewer.Viewer, key string) (saved.Kind, error) {
	for _, l := range s.lists() {
		if l.Key == key && v.Can(l.Permission) {
			return l.Views(), nil
		}
	}
	return saved.Kind{}, fault.Missing("列表")
}

// kindOf finds of which list a view is; the view of a list that one may not see is not found.
func (s *service) kindOf(ctx context.Context, q db.Querier, v viewer.Viewer, wanted id.ID) (saved.Kind, error) {
	key, err := saved.KindOf(ctx, q, v.Corp, wanted)
	if err != nil {
		return saved.Kind{}, err
	}
	k, err := s.may(v, key)
	if err != nil {
		return k, fault.Missing("视图")
	}
	return k, nil
}

// Views lists those that the viewer saved of a list or was shared with.
func (s *service) Views(ctx context.Context, in *ListInput) (*List, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	k, err := s.may(v, in.List)
	if err != nil {
		return nil, err
	}
	q := s.db.Read()
	all, err := saved.Visible(ctx, q, v, k)
	if err != nil {
		return nil, err
	}
	chosen, err := saved.Chosen(ctx, q, v, k)
	if err != nil {
		return nil, err
	}
	out := &List{Items: []Saved{}, Shares: v.Can(k.Share)}
	for _, x := range all {
		out.Items = append(out.Items, Saved{Head: k.HeadOf(v, x), Content: x.Content, Default: x.ID == chosen})
	}
	return out, nil
}

// Create saves a new one.
func (s *service) Create(ctx context.Context, in *NewInput) (*Saved, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	k, err := s.may(v, in.Body.List)
	if err != nil {
		return nil, err
	}
	return s.put(ctx, v, in.Body.Form, func(context.Context, db.Tx) (saved.Kind, id.ID, error) { return k, 0, nil })
}

// Update saves over the version that was read.
func (s *service) Update(ctx context.Context, in *ChangeInput) (*Saved, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return s.put(ctx, v, in.Body, func(ctx context.Context, tx db.Tx) (saved.Kind, id.ID, error) {
		k, err := s.kindOf(ctx, tx, v, in.ID)
		return k, in.ID, err
	})
}

func (s *service) put(ctx context.Context, v viewer.Viewer, f Form, which func(context.Context, db.Tx) (saved.Kind, id.ID, error)) (*Saved, error) {
	var content map[string]any
	var check fault.Check
	check.That(json.Unmarshal([]byte(f.Content), &content) == nil && f.Content == db.Clean(f.Content), "content", "须为 JSON 对象")
	if err := check.Err(); err != nil {
		return nil, err
	}
	var out Saved
	err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		k, wanted, err := which(ctx, tx)
		if err != nil {
			return err
		}
		x, change, err := s.keeper.Put(ctx, tx, v, k, wanted, f.Form, f.Content)
		if err != nil {
			return err
		}
		web.Note(ctx, change)
		chosen, err := saved.Chosen(ctx, tx, v, k)
		out = Saved{Head: k.HeadOf(v, x), Content: x.Content, Default: x.ID == chosen}
		return err
	})
	return &out, err
}

// Delete forgets one; whose list opened with it gets the list as it comes.
func (s *service) Delete(ctx context.Context, in *OneInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		k, err := s.kindOf(ctx, tx, v, in.ID)
		if err != nil {
			return err
		}
		change, err := s.keeper.Remove(ctx, tx, v, k, in.ID)
		if err != nil {
			return err
		}
		web.Note(ctx, change)
		return nil
	})
}

// Choose makes a view the one with which the viewer's own list opens.
func (s *service) Choose(ctx context.Context, in *DefaultInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	k, err := s.may(v, in.Body.List)
	if err != nil {
		return nil, err
	}
	return nil, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		change, err := saved.Choose(ctx, tx, v, k, in.Body.View)
		if err != nil {
			return err
		}
		web.Note(ctx, change)
		return nil
	})
}
