package product_test

import (
	"context"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// planted is a feature whose routes forget something.
func planted(d feature.Deps) feature.Feature {
	read := func(text string, args ...any) ([]string, error) {
		var rows []string
		err := d.DB.Read().NewRaw(text, args...).Scan(context.Background(), &rows)
		return rows, err
	}
	type answer struct{ Rows []string }
	type one struct {
		ID string `path:"id"`
	}
	return feature.Feature{
		Slug: "planted", Permissions: []feature.Permission{{Key: "planted.read", ZH: "洞", EN: "hole"}},
		Routes: []web.Route{
			web.Get("/scopeless", "planted.read", "忘了数据范围", func(ctx context.Context, _ *struct{}) (*answer, error) {
				v, err := viewer.From(ctx)
				if err != nil {
					return nil, err
				}
				rows, err := read("SELECT remark FROM mirror_follow WHERE corp_id = ?", v.Corp)
				return &answer{rows}, err
			}),
			web.Get("/corpless", "planted.read", "忘了企业", func(ctx context.Context, _ *struct{}) (*answer, error) {
				v, err := viewer.From(ctx)
				if err != nil {
					return nil, err
				}
				rows, err := read("SELECT remark FROM mirror_follow WHERE member_id = ?", v.Member)
				return &answer{rows}, err
			}),
			web.Get("/one/{id}", "planted.read", "忘了检查", func(_ context.Context, _ *one) (*answer, error) { return &answer{}, nil }),
			web.Get("/its/{id}", "planted.read", "忘了是谁的", func(_ context.Context, _ *one) (*answer, error) { return &answer{}, nil }),
			web.Post("/unsaid", "planted.read", "忘了说对什么", func(_ context.Context, _ *struct{}) (*answer, error) { return &answer{}, nil }),
			web.Get("/unasked", "", "忘了权限", func(_ context.Context, _ *struct{}) (*answer, error) { return &answer{}, nil }, web.SignedIn()),
		},
	}
}

// TestMatrixFindsPlantedHoles shows that the matrix can fail.
func TestMatrixFindsPlantedHoles(t *testing.T) {
	h := apptest.Open(t, "sqlite", apptest.Options{Features: matrixFeatures(planted), NoSync: true})
	holes := map[string]place{
		"GET /api/planted/scopeless": {kind: lists, permission: "planted.read"},
		"GET /api/planted/corpless":  {kind: lists, permission: "planted.read"},
		"GET /api/planted/one/{id}":  {kind: reads, permission: "planted.read", object: "customer"},
		"GET /api/planted/its/{id}":  {kind: mine, permission: "planted.read", object: "segment"},
		"POST /api/planted/unsaid":   {kind: settings, permission: "planted.read"},
	}
	found := strings.Join(build(t, h).findings(holes), "\n")
	for _, want := range []string{
		"GET /api/planted/scopeless, self: told of " + outside, "GET /api/planted/corpless, self: told of " + foreign,
		"GET /api/planted/one/{id}, self: 200 for " + outside, "GET /api/planted/one/{id}, self: 200 for " + foreign,
		"GET /api/planted/its/{id}, all: 200 for " + inside + " of somebody else", "GET /api/planted/its/{id}, another corp's zhang: 200 for " + inside + " of somebody else",
		"POST /api/planted/unsaid, everybody: the audit log does not say",
	} {
		if !strings.Contains(found, want) {
			t.Errorf("overlooked: %s\nfound: %s", want, found)
		}
	}
	missing := strings.Join(unplaced(h.App, places()), "\n")
	for _, want := range []string{"GET /api/planted/scopeless has no place", "GET /api/planted/unasked has no place"} {
		if !strings.Contains(missing, want) {
			t.Errorf("overlooked: %s in %s", want, missing)
		}
	}
	holes = places()
	holes["GET /api/planted/unasked"] = place{kind: lists, permission: "planted.read"}
	if missing := strings.Join(unplaced(h.App, holes), "\n"); !strings.Contains(missing, `GET /api/planted/unasked asks for "", its place says "planted.read"`) {
		t.Errorf("overlooked a missing permission: %s", missing)
	}
}
