package network

import (
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestOnlyForTheWholeCorp: the lists belong to the installation; the manager of a
// department has no part of them, whatever his permissions.
func TestOnlyForTheWholeCorp(t *testing.T) {
	s := &service{deps: feature.Deps{}}
	for _, reach := range []viewer.Reach{viewer.Self, viewer.Departments} {
		ctx := viewer.With(t.Context(), viewer.Viewer{Corp: "ww1", Permissions: []string{"*"}, Scope: viewer.Scope{Reach: reach}})
		if _, err := s.Hosts(ctx, &hostsInput{}); fault.CodeOf(err) != fault.Forbidden {
			t.Errorf("hosts for %s: %v", reach, err)
		}
		if _, err := s.Permits(ctx, nil); fault.CodeOf(err) != fault.Forbidden {
			t.Errorf("permits for %s: %v", reach, err)
		}
	}
	if _, err := s.Hosts(t.Context(), &hostsInput{}); fault.CodeOf(err) != fault.Unauthenticated {
		t.Errorf("nobody: %v", err)
	}
}
