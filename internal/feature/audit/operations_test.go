package audit_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature/audit"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// TestOperations: what the program has done by itself can be chosen once it stands in the log.
func TestOperations(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Story) {
		count := func() map[string]int {
			n := map[string]int{}
			for _, one := range get[audit.OperationList](t, s, "all:audit.read", "/operations").Items {
				n[one.Operation]++
			}
			return n
		}
		if n := count(); n["churn.putSetting"] != 1 || n["hall.workEnds"] != 0 || n["churn.getSetting"] != 0 {
			t.Errorf("%v", n)
		}
		s.Request("owner", http.MethodPut, "/api/churn/setting", `{"notify":false}`)
		if err := s.App.DB.Tx(t.Context(), func(_ context.Context, tx db.Tx) error {
			s.App.Web.Acted(tx, web.Act{Corp: s.Corp, Operation: "hall.workEnds", Summary: "干完了"})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if n := count(); n["churn.putSetting"] != 1 || n["hall.workEnds"] != 1 {
			t.Errorf("%v", n)
		}
		if rows := get[web.Page[audit.View]](t, s, "owner", "/entries?operation=hall.workEnds").Items; len(rows) != 1 {
			t.Errorf("%+v", rows)
		}
	})
}
