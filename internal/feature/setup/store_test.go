package setup

import (
	"context"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

// Two examinations may overlap: the page begins one by itself, and somebody asks for another.
func TestAnExaminationThatBeganEarlierReplacesNoLaterOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		put := func(at int64, state corp.CheckState) {
			t.Helper()
			err := d.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
				return putReport(ctx, tx, "ww1", Report{At: at, Findings: []corp.Finding{{Check: "callback", State: state}}})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, step := range []struct {
			at   int64
			put  corp.CheckState
			want corp.CheckState
		}{
			{100, corp.CheckWarn, corp.CheckWarn},
			{200, corp.CheckOK, corp.CheckOK},
			{150, corp.CheckWarn, corp.CheckOK}, // slower, and out of date
			{200, corp.CheckFail, corp.CheckFail},
		} {
			put(step.at, step.put)
			got, err := reportOf(t.Context(), d.Read(), "ww1")
			if err != nil {
				t.Fatal(err)
			}
			if got.Findings[0].State != step.want {
				t.Errorf("after the one of %d the state is %s, want %s", step.at, got.Findings[0].State, step.want)
			}
		}
	}, db.Migrations{Set: slug, FS: db.Folder(migrations, "migrations")})
}
