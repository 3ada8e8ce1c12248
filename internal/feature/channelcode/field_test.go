package channelcode

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestFieldOfTheCode: customers are told apart by the code they came by, of this corp, by who
// may read codes; what the index finds is what the condition means.
func TestFieldOfTheCode(t *testing.T) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	seven, eight := id.ID(7).String(), id.ID(8).String()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			d := dbtest.Open(t, e, mirror.Migrations(), db.Migrations{Set: slug, FS: files})
			in(t, d, func(ctx context.Context, tx db.Tx) error {
				for i, x := range []struct{ corp, state string }{
					{"ww1", Code{ID: 7}.State()}, {"ww1", Code{ID: 8}.State()}, {"ww1", "foreign"}, {"ww1", ""}, {"ww2", Code{ID: 7}.State()},
				} {
					if _, err := tx.NewRaw(`INSERT INTO mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles,
							add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at)
						VALUES (?, ?, 'zhang', ?, ?, 1, '', '', '', '[]', 1, '', ?, 0, 0, 0, 1, 0, 0, 0)`, i+1, x.corp, string(rune('a'+i)), i+1, x.state).Exec(ctx); err != nil {
						return err
					}
				}
				for which, name := range map[id.ID]string{7: "门店", 8: "展会"} {
					c := valid()
					c.ID, c.Corp, c.Name, c.Status, c.Version = which, "ww1", name, Live, 1
					if err := insertCode(ctx, tx, c); err != nil {
						return err
					}
				}
				return nil
			})
			s := &service{db: d}
			reader := viewer.Viewer{Corp: "ww1", Permissions: []string{"channelcode.read"}, Scope: viewer.Scope{Reach: viewer.All}}
			if fields, err := s.fields(t.Context(), viewer.Viewer{Corp: "ww1", Permissions: []string{"customer.read"}, Scope: viewer.Scope{Reach: viewer.All}}); err != nil || len(fields) > 0 {
				t.Errorf("who may not read codes chooses by %v %v", fields, err)
			}
			fields, err := s.fields(t.Context(), reader)
			if err != nil || len(fields) != 1 || len(fields[0].Options) != 2 || !slices.Contains(fields[0].Options, ask.Choice{Value: seven, Name: "门店"}) {
				t.Fatalf("%+v %v", fields, err)
			}
			f := fields[0]
			for _, c := range []struct {
				op     ask.Op
				values []string
				want   string
			}{
				{ask.OpAny, []string{seven}, "a"},
				{ask.OpAny, []string{seven, eight}, "a b"},
				{ask.OpNone, []string{seven}, "b c d"},
				{ask.OpSet, nil, "a b"},
				{ask.OpEmpty, nil, "c d"},
				{ask.OpAny, []string{id.ID(9).String()}, ""},
			} {
				test := ask.Test{Viewer: reader, Read: d.Read(), Op: c.op, Values: c.values, Follow: "f"}
				found := func(condition viewer.Condition) string {
					var names []string
					if err := d.Read().NewSelect().ColumnExpr("f.customer").TableExpr("mirror_follow AS f").Where("f.corp_id = 'ww1'").
						Where(condition.SQL, condition.Args...).OrderExpr("f.customer").Scan(t.Context(), &names); err != nil {
						t.Fatal(err)
					}
					return strings.Join(names, " ")
				}
				where, err := f.Where(t.Context(), test)
				if got := found(where); err != nil || got != c.want {
					t.Errorf("%s %v: %q %v, want %q", c.op, c.values, got, err, c.want)
				}
				among, err := f.Among(t.Context(), test)
				if err != nil || among.SQL == "" {
					if err != nil || c.op == ask.OpAny {
						t.Errorf("%s: no index finds %v %v", c.op, c.values, err)
					}
					continue
				}
				among.SQL = "f.id IN (" + among.SQL + ")"
				if got := found(among); got != c.want {
					t.Errorf("by the index %s %v: %q, want %q", c.op, c.values, got, c.want)
				}
			}
		})
	}
}
