package tag_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature/profile"
	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// upload sends a list, which is checked in the background.
func (d *desk) upload(who, text string) tag.Run {
	d.t.Helper()
	return as[tag.Run](d, who, "POST", "tag/runs/file", names{"name": "名单.csv", "content": base64.StdEncoding.EncodeToString([]byte(text))})
}

// list sends a list and waits until it is checked.
func (d *desk) list(who, text string) tag.Run {
	d.t.Helper()
	r := d.upload(who, text)
	if r.State != "checking" || r.Total != 0 {
		d.t.Errorf("before the check: %+v", r)
	}
	d.Settle()
	return as[tag.Run](d, who, "GET", "tag/runs/"+r.ID.String(), nil)
}

// TestImportPages: a list of several pages is checked in the background; numbers are found in
// members' remarks and in the corp's own fields; a customer named on two pages counts once.
func TestImportPages(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("批量", "甲")
		p := d.pairs()
		// One number as a member noted it, one in a field, one that two customers have.
		notes := func(at pair, number string) {
			do[any](d, "PUT", "profile/follows/"+at.Follow.String()+"/notes", names{"mobiles": []string{number}})
		}
		field := do[profile.Field](d, "POST", "profile/fields", names{"name": "家庭电话", "kind": "phone"})
		fills := func(at pair, number string) {
			do[any](d, "PUT", "profile/customers/"+at.CustomerID.String()+"/values", names{"values": []names{{"field": field.ID, "values": []string{number}}}})
		}
		follows := map[string]int{}
		for _, x := range p {
			follows[x.Customer]++
		}
		four := slices.DeleteFunc(slices.Clone(p), func(x pair) bool { return follows[x.Customer] > 1 })[:4]
		notes(four[0], "13800001111")
		fills(four[1], "+86 139 0000 2222")
		notes(four[2], "13700003333")
		fills(four[3], "13700003333")
		d.Settle()
		var text strings.Builder
		text.WriteString("手机号,客户ID\n13800001111,\n")
		for i := range 600 {
			fmt.Fprintf(&text, "%d,\n", 15000000000+i)
		}
		text.WriteString("8613900002222,\n13700003333,\n,nobody\n," + four[0].Customer + "\n")
		r := d.list("owner", text.String())
		if r.State != "draft" || r.Lines != 605 || r.Total != 605 || r.Invalid != 603 || r.Problem != "" {
			t.Fatalf("%+v", r)
		}
		var said []string
		d.must(d.App.DB.Read().NewRaw("SELECT reason FROM tag_run_item WHERE run_id = ? AND state = 'invalid' AND line > 602 ORDER BY line", r.ID).Scan(t.Context(), &said))
		if !slices.Equal(said, []string{`{"because":"manyPhones"}`, `{"because":"nobody"}`, `{"because":"twice","line":"2"}`}) {
			t.Errorf("%q", said)
		}
		if _, _, err := d.App.Blob.Get(t.Context(), d.fileOf(r)); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("the file of a checked list: %v", err)
		}
		do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/begin", names{"add": g[1:2]})
		d.Settle()
		d.carried("by number", g[1], four[0].Follow, four[1].Follow)

		// One that was killed goes on at its page.
		r = d.half(d.list("owner", text.String()), text.String(), 602)
		d.checks(r)
		if r = d.run(r.ID); r.State != "draft" || r.Total != 4 {
			t.Errorf("gone on with: %+v", r)
		}
		do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/cancel", nil)
		d.refuses("owner", "POST", "tag/runs/"+r.ID.String()+"/retry", nil, 409, "重新导入")

		// A check can be stopped: nothing more of the file is read, and it is not kept.
		r = d.half(d.list("owner", text.String()), text.String(), 602)
		d.refuses("owner", "POST", "tag/runs/"+r.ID.String()+"/begin", names{"add": g[1:2]}, 409, "")
		do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/cancel", nil)
		d.checks(r)
		if r = d.run(r.ID); r.State != "cancelled" || r.Total != 0 {
			t.Errorf("stopped: %+v", r)
		}
		if _, _, err := d.App.Blob.Get(t.Context(), d.fileOf(r)); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("the file of a stopped check: %v", err)
		}
	})
}

func (d *desk) fileOf(r tag.Run) string { return "tag/" + d.Corp + "/list-" + r.ID.String() }

// half puts a list back to where its check had come to a line when the program died.
func (d *desk) half(r tag.Run, text string, line int) tag.Run {
	d.t.Helper()
	_, err := d.App.Blob.Put(d.t.Context(), d.fileOf(r), strings.NewReader(text), int64(len(text)), "")
	d.must(err)
	d.exec("DELETE FROM tag_run_item WHERE run_id = ?", r.ID)
	d.exec("UPDATE tag_run SET state = 'checking', total = 0, invalid = 0, at_cursor = ? WHERE id = ?", strconv.Itoa(line), r.ID)
	return r
}

// checks has a list checked, from where it is.
func (d *desk) checks(r tag.Run) {
	d.t.Helper()
	d.must(d.App.DB.Tx(d.t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := job.Scoped(d.App.Queue, "tag").Insert(ctx, tx, job.Insert{Kind: "check", Corp: d.Corp, Args: tag.RunArgs{Run: r.ID}})
		return err
	}))
	d.Settle()
}
