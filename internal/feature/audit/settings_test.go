package audit_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/audit"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

type size struct {
	Size  int      `json:"size"`
	Doors []string `json:"doors"`
}

type hall struct{ Body size }

type room struct {
	ID   string `path:"id"`
	Body size
}

// halls is a feature with one setting, and one for each room.
func halls(d feature.Deps) feature.Feature {
	before := map[string]any{}
	save := func(ctx context.Context, object string, after any) (*web.None, error) {
		return nil, d.DB.Tx(ctx, func(ctx context.Context, _ db.Tx) error {
			web.Note(ctx, web.Change{Object: object, Name: object[5:], Before: before[object], After: after})
			before[object] = after
			return nil
		})
	}
	return feature.Feature{
		Slug: "hall",
		Routes: []web.Route{
			web.Put("/setting", "hall.set", "改大厅", func(ctx context.Context, in *hall) (*web.None, error) {
				return save(ctx, "hall:setting", in.Body)
			}, web.Sets("hall:setting")),
			web.Put("/rooms/{id}", "hall.room", "改房间", func(ctx context.Context, in *room) (*web.None, error) {
				return save(ctx, "hall:room:"+in.ID, in.Body)
			}, web.Sets("hall:room:")),
		},
		Permissions: []feature.Permission{{Key: "hall.set", ZH: "大厅", EN: "Hall"}, {Key: "hall.room", ZH: "房间", EN: "Rooms"}},
	}
}

// TestSettingChanges: whoever may change a setting and sees the whole corp is told who did,
// when, and from what to what; nobody else, and nothing of another corp.
func TestSettingChanges(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			s := apptest.NewStory(t, e, audit.New, halls)
			put := func(who, path, body string, want int) {
				t.Helper()
				if status, answer := s.Request(who, http.MethodPut, "/api/hall"+path, body); status != want {
					t.Fatalf("PUT %s as %s: %d %s", path, who, status, answer)
				}
			}
			put("owner", "/setting", `{"size":1,"doors":["east"]}`, 204)
			put("all:hall.set", "/setting", `{"size":2,"doors":["east","west"]}`, 204)
			put("all:hall.set", "/setting", `{"size":2,"doors":["east","west"]}`, 204)
			put("all:hall.room", "/setting", `{"size":9,"doors":[]}`, 403)
			put("owner", "/rooms/a", `{"size":3,"doors":[]}`, 204)
			put("stranger", "/rooms/b", `{"size":4,"doors":[]}`, 204)

			first := get[web.Page[audit.SettingChange]](t, s, "all:hall.set", "/settings/hall:setting?limit=2")
			if len(first.Items) != 2 || len(first.Items[0].Fields) != 0 || first.Items[1].ActorName != "all" {
				t.Fatalf("%+v", first)
			}
			fields, err := json.Marshal(first.Items[1].Fields)
			if want := `[{"path":"doors","before":"east","after":"east、west"},{"path":"size","before":"1","after":"2"}]`; err != nil || string(fields) != want {
				t.Errorf("%s, want %s (%v)", fields, want, err)
			}
			rest := get[web.Page[audit.SettingChange]](t, s, "all:hall.set", "/settings/hall:setting?limit=2&after="+first.Next)
			if len(rest.Items) != 1 || rest.Items[0].ActorName != "owner" || rest.Items[0].Fields[0].Before != nil || rest.Next != "" {
				t.Errorf("%+v", rest)
			}
			for _, object := range []string{"hall:room:", "hall:room:a"} {
				rooms := get[web.Page[audit.SettingChange]](t, s, "all:hall.room", "/settings/"+object)
				if len(rooms.Items) != 1 || rooms.Items[0].Name != "room:a" {
					t.Errorf("%s: %+v", object, rooms)
				}
			}
			for who, want := range map[string]int{
				"all:audit.read,hall.room": 403, "self:zhang:hall.set": 403, "team:zhang+li:hall.set": 403, "nobody": 401, "owner": 200,
			} {
				if status, answer := s.Request(who, http.MethodGet, "/api/audit/settings/hall:setting", ""); status != want {
					t.Errorf("as %s: %d %s", who, status, answer)
				}
			}
			for path, want := range map[string]int{
				"hall:other": 404, "hall:": 404, "channelcode:3": 404, "hall:setting?after=x": 422, "hall:setting?chain=installation": 403,
			} {
				if status, answer := s.Request("owner", http.MethodGet, "/api/audit/settings/"+path, ""); status != want {
					t.Errorf("%s: %d %s", path, status, answer)
				}
			}
		})
	}
}
