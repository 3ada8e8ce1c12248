package export_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature/export"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

func TestFileHoldsWhatWasChosen(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		usual := h.start(owner, books(nil))
		turned := h.start(owner, books(map[string]any{"columns": []string{"pages", "title"}, "english": true}))
		sheet := h.start(owner, books(map[string]any{"format": "xlsx", "columns": []string{"title", "pages"}}))
		h.Settle()
		for _, x := range []struct {
			run        export.View
			want, name string
		}{
			{usual, "\ufeff书名\n红楼梦\n西游记\n", "%E4%B9%A6-20261123-1000.csv"},
			{turned, "\ufeffPages,Title\n1600,红楼梦\n1200,西游记\n", "Books-20261123-1000.csv"},
		} {
			status, got, head := h.call(owner, http.MethodGet, path(x.run)+"/file", nil)
			if status != http.StatusOK || string(got) != x.want || !strings.Contains(head.Get("Content-Disposition"), x.name) {
				t.Errorf("%d %q %s", status, got, head.Get("Content-Disposition"))
			}
		}
		_, got, _ := h.call(owner, http.MethodGet, path(sheet)+"/file", nil)
		book, err := excelize.OpenReader(bytes.NewReader(got))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := book.GetRows("书")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([][]string{{"书名", "页数"}, {"红楼梦", "1600"}, {"西游记", "1200"}}, rows); diff != "" {
			t.Error(diff)
		}
		all := h.runs(owner)
		if len(all) != 3 || all[0].ID != sheet.ID || all[2].State != export.Done || all[2].Written != 2 || all[2].Total != 2 ||
			all[2].Bytes == 0 || all[2].ExpiresAt != apptest.Start().Add(7*24*time.Hour).UnixMilli() {
			t.Errorf("%+v", all)
		}
	})
}

func TestWhatIsRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for name, x := range map[string]struct {
			who    string
			body   map[string]any
			status int
			says   string
		}{
			"no such list":         {owner, map[string]any{"list": "shelf.maps", "format": "csv"}, 404, "可导出的列表"},
			"without permission":   {clerk, books(nil), 404, "可导出的列表"},
			"not signed in":        {"nobody", books(nil), 401, "登录"},
			"a format of our own":  {owner, books(map[string]any{"format": "pdf"}), 422, "format"},
			"no such column":       {owner, books(map[string]any{"columns": []string{"title", "author"}}), 422, "columns[1]"},
			"a column twice":       {owner, books(map[string]any{"columns": []string{"title", "title"}}), 422, "columns[1]"},
			"a filter it knows no": {owner, books(map[string]any{"filter": map[string]any{"nonsense": 1}}), 422, "筛选"},
		} {
			if status, got, _ := h.call(x.who, http.MethodPost, "/api/export/runs", x.body); status != x.status || !strings.Contains(string(got), x.says) {
				t.Errorf("%s: %d %s", name, status, got)
			}
		}
		if left := h.runs(owner); len(left) != 0 {
			t.Errorf("refused, and yet %+v", left)
		}
		if status, _, _ := h.call(clerk, http.MethodGet, "/api/export/lists/shelf.books", nil); status != http.StatusNotFound {
			t.Errorf("columns without permission: %d", status)
		}
	})
}

// TestNobodyElseSeesIt: another person, even one who may see more, finds neither record nor file.
func TestNobodyElseSeesIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		run := h.start(zhang, books(nil))
		h.Settle()
		if status, _, _ := h.call(zhang, http.MethodGet, path(run)+"/file", nil); status != http.StatusOK {
			t.Fatalf("its owner: %d", status)
		}
		for _, who := range []string{owner, "stranger", clerk} {
			for _, act := range [][2]string{{http.MethodGet, path(run) + "/file"}, {http.MethodDelete, path(run)}} {
				if status, _, _ := h.call(who, act[0], act[1], nil); status != http.StatusNotFound {
					t.Errorf("%s %s: %d", who, act, status)
				}
			}
			if left := h.runs(who); len(left) != 0 {
				t.Errorf("%s sees %+v", who, left)
			}
		}
	})
}

// TestRightsOfTheMoment: the file is made with the rights its owner has then, and handed
// out only while he still has them all.
func TestRightsOfTheMoment(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		made := h.start(zhang, books(nil))
		h.Settle()
		for name, x := range map[string]struct {
			who    string
			status int
		}{
			"the same":         {zhang, 200},
			"a wider scope":    {"team:zhang+li+wang:shelf.export", 200},
			"a smaller scope":  {"team:zhang:shelf.export", 403},
			"without the list": {"team:zhang+li:shelf.read", 404},
		} {
			if status, got, _ := h.call(x.who, http.MethodGet, path(made)+"/file", nil); status != x.status {
				t.Errorf("%s: %d %s", name, status, got)
			}
		}
		// He made one while he could read telephone numbers, and cannot any more.
		h.shelf.rights["zhang"] = viewer.Viewer{Permissions: []string{"shelf.export", viewer.PermissionPhone}, Scope: h.shelf.rights["zhang"].Scope}
		made = h.start(zhang, books(nil))
		h.Settle()
		if status, _, _ := h.call(zhang, http.MethodGet, path(made)+"/file", nil); status != http.StatusForbidden {
			t.Errorf("with numbers: %d", status)
		}
		// A column, or what the rows were chosen by, is not his to see any more; the rest is.
		const reader = "team:zhang+li:shelf.export,shelf.read"
		h.shelf.rights["zhang"] = viewer.Viewer{Permissions: []string{"shelf.export", "shelf.read"}, Scope: h.shelf.rights["zhang"].Scope}
		for name, x := range map[string]struct {
			body map[string]any
			less int // the status once he cannot read notes
		}{
			"with a column":    {map[string]any{"columns": []string{"title", "notes"}}, 403},
			"by what it says":  {map[string]any{"filter": map[string]any{"noted": true}}, 403},
			"without any such": {nil, 200},
		} {
			made := h.start(reader, books(x.body))
			h.Settle()
			for who, want := range map[string]int{reader: 200, zhang: x.less} {
				status, got, _ := h.call(who, http.MethodGet, path(made)+"/file", nil)
				if status != want || status == 403 && !strings.Contains(string(got), "请重新导出") {
					t.Errorf("%s, as %s: %d %s", name, who, status, got)
				}
			}
		}
		// The right is gone by the time the job runs.
		h.shelf.rights["zhang"] = viewer.Viewer{Scope: viewer.Scope{Reach: viewer.Self}}
		h.start(zhang, books(nil))
		h.Settle()
		if last := h.runs(zhang)[0]; last.State != export.Failed || last.Error.Code != "mayNot" {
			t.Errorf("%+v", last)
		}
		if got := h.Ends("export.runEnds"); got[len(got)-1] != "failed 0/0/0 for member:zhang" {
			t.Errorf("on record: %q", got)
		}
	})
}

// TestReadingThatBreaksIsTriedAgain: no half file is handed out, and the second try is whole.
func TestReadingThatBreaksIsTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.shelf.fail = 1
		run := h.start(owner, books(nil))
		h.Settle()
		if status, _, _ := h.call(owner, http.MethodGet, path(run)+"/file", nil); status != http.StatusNotFound {
			t.Fatalf("half a file: %d", status)
		}
		// As a first try of a long list leaves it.
		if err := h.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw("UPDATE export_run SET written = 5000 WHERE corp_id = ? AND id = ?", h.Corp, run.ID).Exec(ctx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		h.Advance(time.Minute)
		if last := h.runs(owner)[0]; last.Written != 2 {
			t.Errorf("%d rows of the first try are counted again", last.Written-2)
		}
		_, got, _ := h.call(owner, http.MethodGet, path(run)+"/file", nil)
		if string(got) != "\ufeff书名\n红楼梦\n西游记\n" {
			t.Errorf("%q", got)
		}
	})
}

// TestCancelAndTooMany: five at once are enough, one of them can be cancelled at work.
func TestCancelAndTooMany(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.shelf.gate, h.shelf.at = make(chan struct{}), make(chan struct{}, 10)
		first := h.start(owner, books(nil))
		<-h.shelf.at
		for range 4 {
			h.start(owner, books(nil))
		}
		if status, got, _ := h.call(owner, http.MethodPost, "/api/export/runs", books(nil)); status != http.StatusConflict {
			t.Errorf("a sixth: %d %s", status, got)
		}
		if status, got, _ := h.call(owner, http.MethodDelete, path(first), nil); status != http.StatusNoContent {
			t.Fatalf("cancel: %d %s", status, got)
		}
		close(h.shelf.gate)
		h.Settle()
		states := map[export.State]int{}
		for _, r := range h.runs(owner) {
			states[r.State]++
		}
		if diff := cmp.Diff(map[export.State]int{export.Cancelled: 1, export.Done: 4}, states); diff != "" {
			t.Error(diff)
		}
		ends := h.Ends("export.runEnds")
		if ends[0] != "stopped 0/0/0 for account:0000000000001" || len(ends) != 5 {
			t.Errorf("on record: %q", ends)
		}
		if status, _, _ := h.call(owner, http.MethodDelete, path(first), nil); status != http.StatusNoContent || len(h.runs(owner)) != 4 {
			t.Errorf("forgotten: %d %d", status, len(h.runs(owner)))
		}
	})
}

func TestFilesGoAfterAWeek(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		run := h.start(owner, books(nil))
		h.Settle()
		key := "export/" + h.Corp + "/" + run.ID.String() + ".csv"
		if _, err := h.App.Blob.Stat(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		h.Advance(7*24*time.Hour + 2*time.Hour)
		if _, err := h.App.Blob.Stat(t.Context(), key); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("the file is still there: %v", err)
		}
		status, _, _ := h.call(owner, http.MethodGet, path(run)+"/file", nil)
		if left := h.runs(owner); status != http.StatusNotFound || len(left) != 1 || left[0].State != export.Expired {
			t.Errorf("%d %+v", status, left)
		}
	})
}

// TestPages: records are read page by page, the newest first.
func TestPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var want []string
		for range 5 {
			want = append(want, h.start(owner, books(nil)).ID.String())
		}
		h.Settle()
		slices.Reverse(want)
		var got []string
		for after := ""; ; {
			_, raw, _ := h.call(owner, http.MethodGet, "/api/export/runs?limit=2&after="+after, nil)
			p := decode[web.Page[export.View]](t, raw)
			for _, r := range p.Items {
				got = append(got, r.ID.String())
			}
			if after = p.Next; after == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
