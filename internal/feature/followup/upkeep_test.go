package followup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/url"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature/followup"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
)

func (d *desk) exec(sql string, args ...any) {
	d.t.Helper()
	d.must(d.App.DB.Tx(d.t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(sql, args...).Exec(ctx)
		return err
	}))
}

func (d *desk) count(sql string, args ...any) (n int) {
	d.t.Helper()
	d.must(d.App.DB.Read().NewRaw(sql, args...).Scan(d.t.Context(), &n))
	return n
}

// picture uploads one for the customer.
func (d *desk) picture() string {
	d.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	file, err := w.CreateFormFile("file", "a.png")
	d.must(err)
	_, err = file.Write([]byte("\x89PNG\r\n\x1a\nrest"))
	d.must(err)
	d.must(w.Close())
	status, answer := d.ask(zhang, "POST", d.of("pictures"), w.FormDataContentType(), &form)
	var made struct {
		ID string `json:"id"`
	}
	d.must(json.Unmarshal([]byte(answer), &made))
	if status != 200 {
		d.t.Fatalf("%d %s", status, answer)
	}
	return made.ID
}

// TestPicturesGo: one whose note was removed or changed, and one that got into none, goes
// with its file the night after; one that a note names stays.
func TestPicturesGo(t *testing.T) {
	stories(t, func(d *desk) {
		stays, changed, removed, unused := d.picture(), d.picture(), d.picture(), d.picture()
		var a, b followup.Note
		d.call(zhang, "POST", d.of("notes"), note("两张", []string{stays, changed}, nil), &a)
		d.call(zhang, "POST", d.of("notes"), note("一张", []string{removed}, nil), &b)
		d.Advance(48 * time.Hour)
		d.shown(map[string]int{stays: 200, changed: 200, removed: 200, unused: 404})
		d.call(zhang, "PUT", "/notes/"+a.ID.String(), note("一张", []string{stays}, nil), nil)
		d.call(zhang, "DELETE", "/notes/"+b.ID.String(), "", nil)
		d.Advance(time.Hour)
		d.shown(map[string]int{stays: 200, changed: 200, removed: 200})
		d.Advance(48 * time.Hour)
		d.shown(map[string]int{stays: 200, changed: 404, removed: 404})
		if status := d.status(zhang, "POST", d.of("notes"), note("没了的", []string{removed}, nil)); status != 422 {
			d.t.Errorf("a note with a picture that is gone: %d", status)
		}
		// As pictures of before are after the upgrade: which of them are in notes is looked up.
		d.exec("UPDATE followup_picture SET loose_at = created_at WHERE corp_id = ?", d.Corp)
		d.Advance(24 * time.Hour)
		d.shown(map[string]int{stays: 200})
		if n := d.count("SELECT COUNT(*) FROM followup_picture WHERE loose_at = 0 AND corp_id = ?", d.Corp); n != 1 {
			d.t.Errorf("%d pictures are held", n)
		}
		files := 0
		for _, err := range d.App.Blob.List(d.t.Context(), "followup/") {
			d.must(err)
			files++
		}
		if files != 1 {
			d.t.Errorf("%d files are left", files)
		}
	})
}

func (d *desk) shown(want map[string]int) {
	d.t.Helper()
	for picture, status := range want {
		if got := d.status(zhang, "GET", "/pictures/"+picture, ""); got != status {
			d.t.Errorf("picture: %d, want %d", got, status)
		}
	}
}

// TestOldNotesAreFound that were written before there was an index of notes, also those that
// another version writes beside us; and all tasks that fall due at once are told of at once.
func TestOldNotesAreFound(t *testing.T) {
	stories(t, func(d *desk) {
		var fresh, old followup.Note
		d.call(zhang, "POST", d.of("notes"), note("新的合同", nil, nil), &fresh)
		d.call(zhang, "POST", d.of("notes"), note("旧的合同", nil, nil), &old)
		d.must(d.App.DB.Tx(d.t.Context(), func(ctx context.Context, tx db.Tx) error {
			return d.App.Search.Put(ctx, tx, search.Document{Corp: d.Corp, Kind: "note", Ref: old.ID})
		}))
		d.exec("UPDATE followup_note SET findable = 0 WHERE corp_id = ? AND id = ?", d.Corp, old.ID)
		many, now := 220, d.Clock.Now().UnixMilli()
		for i := range many {
			d.exec(`INSERT INTO followup_note (id, corp_id, customer, customer_id, author, member_id, name, how, body, pictures, mentions, created_at, edited_at)
				VALUES (?, ?, ?, ?, 'member:zhang', 'zhang', '成员', 'note', ?, '[]', '[]', ?, 0)`, id.ID(i+1), d.Corp, d.external, d.customer, fmt.Sprintf("从前第%d次", i), now)
			d.exec(`INSERT INTO followup_task (id, corp_id, customer, customer_id, title, member_id, author, name, due_at, remind_at, done_at, done_by, created_at)
				VALUES (?, ?, ?, ?, '回访', 'zhang', 'member:zhang', '成员', ?, ?, 0, '', ?)`, id.ID(i+1), d.Corp, d.external, d.customer, now, now, now)
		}
		contract := "q=" + url.QueryEscape("合同")
		if got := d.all("owner", contract); len(got) != 1 {
			d.t.Fatalf("before: %q", got)
		}
		d.Advance(time.Minute)
		if n := d.count("SELECT COUNT(*) FROM followup_task WHERE remind_at > 0 AND corp_id = ?", d.Corp); n != 0 {
			d.t.Errorf("%d tasks wait for another minute", n)
		}
		d.Advance(10 * time.Minute)
		if got := d.all("owner", contract); len(got) != 2 {
			d.t.Errorf("after: %q", got)
		}
		if got := d.all("owner", "q="+url.QueryEscape("第219次")); len(got) != 1 {
			d.t.Errorf("the last: %q", got)
		}
		if n := d.count("SELECT COUNT(*) FROM followup_note WHERE findable = 0 AND corp_id = ?", d.Corp); n != 0 {
			d.t.Errorf("%d notes are left", n)
		}
	})
}
