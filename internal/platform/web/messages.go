package web

import (
	"github.com/danielgtaylor/huma/v2"
)

// translate turns Huma's own errors into problems in the reader's language.
func translate(ctx huma.Context, _ string, v any) (any, error) {
	_ = ctx
	return v, nil
}
