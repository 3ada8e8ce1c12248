package setup

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type fileInput struct {
	Body struct {
		Name    string `json:"name" minLength:"1" maxLength:"80" doc:"as downloaded: WW_verify_….txt"`
		Content string `json:"content" minLength:"1" maxLength:"400"`
	}
}

// AddFile keeps a file by which WeCom checks the domain; it is served at once.
func (s *service) AddFile(ctx context.Context, in *fileInput) (*corp.File, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.deps.Corps.Corp(ctx, v.Corp); err != nil {
		return nil, err
	}
	var f corp.File
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if f, err = s.deps.Corps.SaveFile(ctx, tx, v.Corp, in.Body.Name, in.Body.Content); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "corp.file:" + f.Name, Name: f.Name, After: f})
		return s.remember(ctx, tx, v, v.Corp, Change{Field: "file", After: f.Name})
	})
	return &f, err
}

type fileNameInput struct {
	Name string `path:"name" maxLength:"80"`
}

// RemoveFile takes a file away. A domain that WeCom has verified stays verified.
func (s *service) RemoveFile(ctx context.Context, in *fileNameInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := s.deps.Corps.RemoveFile(ctx, tx, v.Corp, in.Name); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "corp.file:" + in.Name, Name: in.Name, Before: map[string]string{"name": in.Name}})
		return s.remember(ctx, tx, v, v.Corp, Change{Field: "file", Before: in.Name})
	})
}
