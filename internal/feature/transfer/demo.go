package transfer

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// demo reads what leavers of the demo corp left.
func (s *service) demo(ctx context.Context, v viewer.Viewer) error {
	_, err := s.Refresh(viewer.With(ctx, v), nil)
	return err
}
