package mirror_test

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// plans asks SQLite how it would run each query.
type plans struct {
	t *testing.T
	d *bun.DB
}

func (plans) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (p plans) AfterQuery(ctx context.Context, e *bun.QueryEvent) {
	if strings.HasPrefix(e.Query, "EXPLAIN") {
		return
	}
	var steps []struct {
		ID, Parent, Notused int
		Detail              string
	}
	if err := p.d.NewRaw("EXPLAIN QUERY PLAN ?", bun.SafeQuery(e.Query)).Scan(ctx, &steps); err != nil {
		p.t.Errorf("%s: %v", e.Query, err)
	}
	for _, s := range steps {
		// Reading a whole corp, of a million follows, for the few rows that were named.
		if strings.HasSuffix(s.Detail, "(corp_id=?)") || strings.HasPrefix(s.Detail, "SCAN mirror_") {
			p.t.Errorf("%s\nreads a whole corp: %s", e.Query, s.Detail)
		}
	}
}

// TestLookupsReadOnlyWhatIsNamed holds on a database without statistics, as a new one is.
func TestLookupsReadOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, mirror.Migrations())
	plain, ok := d.Read().(*bun.DB)
	if !ok {
		t.Fatalf("Read is %T", d.Read())
	}
	q := plain.WithQueryHook(plans{t, plain})
	ctx := context.Background()
	ids, names := []id.ID{1, 2, 3, 4, 5}, []string{"a", "b", "c", "d"}
	_, _ = mirror.CustomerByExternal(ctx, q, "c", "x")
	_, _ = mirror.CustomerByID(ctx, q, "c", 1)
	_, _ = mirror.Customers(ctx, q, "c", names)
	_, _ = mirror.FollowOf(ctx, q, "c", "m", "x")
	_, _ = mirror.FollowByID(ctx, q, "c", 1)
	_, _ = mirror.FollowsOf(ctx, q, "c", 1)
	_, _ = mirror.FollowsByID(ctx, q, "c", ids)
	_, _ = mirror.FollowsOfCustomers(ctx, q, "c", ids)
	_, _ = mirror.MemberByID(ctx, q, "c", "m")
	_, _ = mirror.Names(ctx, q, "c", names)
	_, _ = mirror.MainDepartments(ctx, q, "c", names)
	_, _ = mirror.DepartmentsLedBy(ctx, q, "c", "m")
	_, _ = mirror.TagsByID(ctx, q, "c", names)
	_, _ = mirror.TagsOfFollows(ctx, q, "c", ids)
	_, _ = mirror.GroupByChat(ctx, q, "c", "g")
	_, _ = mirror.GroupsByChat(ctx, q, "c", names)
	_, _ = mirror.GroupMembers(ctx, q, "c", 1)
}
