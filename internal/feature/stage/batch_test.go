package stage_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature/stage"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// TestBatch moves many, with progress and what became of each; killed between two pages it
// would go on with the next.
func TestBatch(t *testing.T) {
	stories(t, func(d *desk) {
		for _, name := range []string{"王小明", "赵小红", "孙小刚", "周小军", "吴小丽"} {
			d.meet("zhang", name)
		}
		d.meet("li", "郑小飞")
		d.move("owner", "王小明", "有意向")
		d.save(func(f *stage.FlowForm) { f.Seen = stage.Seen{Members: []string{"zhang"}, Departments: []int64{}} })
		var b stage.Batch
		d.call("POST", "/flows/"+d.flow.ID.String()+"/batches", map[string]any{"stage": d.stage("有意向"), "selection": map[string]any{"rule": map[string]any{}}}, &b)
		d.Settle()
		var page web.Page[stage.Batch]
		d.call("GET", "/batches", nil, &page)
		if got := page.Items[0]; got.State != "done" || got.Total != 6 || got.Moved != 4 || got.Same != 1 || got.Refused != 1 {
			d.t.Errorf("%+v", got)
		}
		var items web.Page[stage.Item]
		d.call("GET", "/batches/"+b.ID.String()+"/items?outcome=refused", nil, &items)
		if len(items.Items) != 1 || items.Items[0].Name != "郑小飞" {
			d.t.Errorf("refused: %+v", items.Items)
		}
		if got := d.stands("owner", "stage="+d.stage("有意向").String()); len(got) != 5 {
			d.t.Errorf("in the stage are %q", got)
		}
		if status, _ := d.ask("self:li:stage.bulk,stage.read", "POST", "/batches/"+b.ID.String()+"/stop", ""); status != http.StatusNotFound {
			d.t.Errorf("li stops a batch of the owner: %d", status)
		}
		if status, _ := d.ask("owner", "POST", "/flows/"+d.flow.ID.String()+"/batches", `{"stage":"`+d.stage("有意向").String()+`","selection":{"follows":["`+d.App.IDs.New().String()+`"]}}`); status != http.StatusConflict {
			d.t.Errorf("a batch of nobody: %d", status)
		}
	})
}

// batch starts a move of many and waits until it is over; it gives how the batch stands.
func (d *desk) batch(who string, body map[string]any) stage.Batch {
	d.t.Helper()
	var b stage.Batch
	d.callAs(who, "POST", "/flows/"+d.flow.ID.String()+"/batches", body, &b)
	d.Settle()
	return d.batchNow(b.ID)
}

func (d *desk) batchNow(which id.ID) stage.Batch {
	d.t.Helper()
	var page web.Page[stage.Batch]
	d.call("GET", "/batches", nil, &page)
	i := slices.IndexFunc(page.Items, func(b stage.Batch) bool { return b.ID == which })
	if i < 0 {
		d.t.Fatalf("no batch %s among %+v", which, page.Items)
	}
	return page.Items[i]
}

// TestBatchAgain: who was refused is tried again, and all that match means the list.
func TestBatchAgain(t *testing.T) {
	stories(t, func(d *desk) {
		d.meet("zhang", "王小明")
		for _, name := range []string{"赵小红", "孙小刚", "周小军"} {
			d.meet("li", name)
		}
		d.move("owner", "周小军", "有意向")
		d.save(func(f *stage.FlowForm) { f.Seen = stage.Seen{Members: []string{"zhang"}, Departments: []int64{}} })
		b := d.batch("owner", map[string]any{"stage": d.stage("跟进中"), "selection": map[string]any{"rule": map[string]any{}}})
		if b.State != "done" || b.Moved != 1 || b.Refused != 3 {
			d.t.Fatalf("%+v", b)
		}
		again := "/batches/" + b.ID.String()
		d.save(func(f *stage.FlowForm) { f.Seen = stage.Seen{All: true, Members: []string{}, Departments: []int64{}} })
		d.move("owner", "孙小刚", "跟进中") // meanwhile by hand
		d.call("POST", again+"/retry", nil, nil)
		d.Settle()
		if b = d.batchNow(b.ID); b.State != "done" || b.Moved != 3 || b.Same != 1 || b.Refused != 0 {
			d.t.Errorf("after the retry: %+v", b)
		}
		d.expect("moved", d.stands("owner", "stage="+d.stage("跟进中").String()), []string{"周小军/李四 跟进中", "孙小刚/李四 跟进中", "王小明/张三 跟进中", "赵小红/李四 跟进中"})
		if status, _ := d.ask("owner", "POST", again+"/retry", ""); status != http.StatusConflict {
			d.t.Errorf("nobody is left to try again: %d", status)
		}

		// All that match, but for one who was unticked.
		b = d.batch("owner", map[string]any{
			"stage": d.stage("已成交"), "matching": map[string]any{"member": []string{"li"}}, "selection": map[string]any{"except": []id.ID{d.card("孙小刚").Follow}},
		})
		if b.Total != 2 || b.Moved != 2 {
			d.t.Errorf("all of li but one: %+v", b)
		}
		d.expect("all that match", d.stands("owner", "stage="+d.stage("已成交").String()), []string{"周小军/李四 已成交", "赵小红/李四 已成交"})
		for _, body := range []string{
			`{"stage":"` + d.stage("已成交").String() + `"}`,
			`{"stage":"` + d.stage("已成交").String() + `","matching":{},"selection":{"rule":{}}}`,
		} {
			if status, answer := d.ask("owner", "POST", "/flows/"+d.flow.ID.String()+"/batches", body); status != http.StatusUnprocessableEntity {
				d.t.Errorf("%s: %d %s", body, status, answer)
			}
		}
		// Who sees only his own customers moves only these, however wide his filter is.
		var mine stage.Batch
		d.callAs("self:zhang:stage.bulk,stage.read", "POST", "/flows/"+d.flow.ID.String()+"/batches", map[string]any{"stage": d.stage("有意向"), "matching": map[string]any{}}, &mine)
		d.Settle()
		if mine = d.batchNow(mine.ID); mine.Moved != 1 || mine.State != "done" {
			d.t.Errorf("zhang moved %+v", mine)
		}
	})
}

// TestBatchUndone: everybody stands again where he stood, but who was moved or lost since.
func TestBatchUndone(t *testing.T) {
	stories(t, func(d *desk) {
		gone := ""
		for _, name := range []string{"王小明", "赵小红", "孙小刚", "周小军"} {
			gone = d.meet("zhang", name)
		}
		d.move("owner", "王小明", "有意向")
		d.call("DELETE", "/cards/"+d.card("赵小红").ID.String(), nil, nil)
		d.Advance(time.Minute)
		b := d.batch("owner", map[string]any{"stage": d.stage("跟进中"), "selection": map[string]any{"rule": map[string]any{}}})
		if b.Moved != 4 {
			d.t.Fatalf("%+v", b)
		}
		d.Advance(time.Minute)
		d.move("owner", "孙小刚", "已成交")
		d.lose("zhang", gone)
		undo := "/batches/" + b.ID.String() + "/undo"
		if status, _ := d.ask("self:li:stage.bulk,stage.read", "POST", undo, ""); status != http.StatusNotFound {
			d.t.Errorf("li undoes a batch of the owner: %d", status)
		}
		d.call("POST", undo, nil, nil)
		d.Settle()
		if b = d.batchNow(b.ID); b.State != "undone" || b.Undone != 2 || b.Kept != 2 {
			d.t.Errorf("after the undo: %+v", b)
		}
		d.expect("undone", d.stands("owner", ""), []string{"周小军/张三 已流失", "孙小刚/张三 已成交", "王小明/张三 有意向"})
		var kept web.Page[stage.Item]
		d.call("GET", "/batches/"+b.ID.String()+"/items?outcome=kept", nil, &kept)
		if len(kept.Items) != 2 {
			d.t.Errorf("kept: %+v", kept.Items)
		}
		for _, act := range []string{"undo", "retry", "stop"} {
			if status, _ := d.ask("owner", "POST", "/batches/"+b.ID.String()+"/"+act, ""); status != http.StatusConflict {
				d.t.Errorf("%s of an undone batch: %d", act, status)
			}
		}
		if got := d.book.Ends("stage.batchEnds"); !slices.Equal(got, []string{"done 4/0/0 for account:0000000000001", "done 2/0/2 for account:0000000000001"}) {
			d.t.Errorf("on record: %q", got)
		}
	})
}

// TestBatchBreaksOff when who asked for it may no longer do so, and goes on when he may.
func TestBatchBreaksOff(t *testing.T) {
	stories(t, func(d *desk) {
		d.meet("zhang", "王小明")
		var b stage.Batch
		d.callAs("self:zhang:stage.bulk,stage.read", "POST", "/flows/"+d.flow.ID.String()+"/batches", map[string]any{"stage": d.stage("有意向"), "selection": map[string]any{"rule": map[string]any{}}}, &b)
		d.Settle()
		d.callAs("self:zhang:stage.read", "GET", "/flows", nil, nil) // his right is taken away
		d.exec("UPDATE stage_batch SET state = 'stopped' WHERE corp_id = ?", d.Corp)
		d.call("POST", "/batches/"+b.ID.String()+"/retry", nil, nil)
		d.Settle()
		if b = d.batchNow(b.ID); b.State != "failed" || b.Reason.Code != "mayNot" {
			d.t.Errorf("%+v", b)
		}
		d.callAs("self:zhang:stage.bulk,stage.read", "GET", "/flows", nil, nil)
		d.call("POST", "/batches/"+b.ID.String()+"/retry", nil, nil)
		d.Settle()
		if b = d.batchNow(b.ID); b.State != "done" || !b.Reason.None() {
			d.t.Errorf("after the retry: %+v", b)
		}
		if got := d.book.Ends("stage.batchEnds"); !slices.Equal(got, []string{"done 1/0/0 for member:zhang", "failed 1/0/0 for member:zhang", "done 1/0/1 for member:zhang"}) {
			d.t.Errorf("on record: %q", got)
		}
	})
}
