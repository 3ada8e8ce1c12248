package stage_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature/stage"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestRemovingAStage asks for another that takes its customers.
func TestRemovingAStage(t *testing.T) {
	stories(t, func(d *desk) {
		for _, name := range []string{"王小明", "赵小红", "孙小刚"} {
			d.meet("zhang", name)
			d.move("owner", name, "有意向")
		}
		gone := d.stage("有意向")
		form := formOf(d.flow)
		form.Stages = slices.DeleteFunc(form.Stages, func(s stage.StageForm) bool { return s.ID == gone })
		if status, answer := d.ask("owner", "PUT", "/flows/"+d.flow.ID.String(), jsonOf(d, form, d.flow.Version)); status != http.StatusUnprocessableEntity || !strings.Contains(answer, "有意向") {
			d.t.Errorf("a stage was left out: %d %s", status, answer)
		}
		if status, _ := d.ask("owner", "POST", "/stages/"+gone.String()+"/remove", `{"into":"`+gone.String()+`"}`); status != http.StatusUnprocessableEntity {
			d.t.Errorf("a stage took its own customers: %d", status)
		}
		d.call("POST", "/stages/"+gone.String()+"/remove", map[string]any{"into": d.stage("跟进中")}, nil)
		d.Settle()
		d.flow = d.flows()[0]
		if len(d.flow.Stages) != 5 {
			d.t.Errorf("%d stages are left", len(d.flow.Stages))
		}
		d.expect("taken", d.stands("owner", ""), []string{"孙小刚/张三 跟进中", "王小明/张三 跟进中", "赵小红/张三 跟进中"})
		d.call("DELETE", "/flows/"+d.flow.ID.String(), nil, nil)
		d.Settle()
		if left := d.flows(); len(left) != 0 {
			d.t.Errorf("the flow that was removed came back: %+v", left)
		}
		d.meet("zhang", "周小军") // nobody takes him in
	})
}

// TestRulesOfAStage: tags are put on and taken off, leader and member are told.
func TestRulesOfAStage(t *testing.T) {
	stories(t, func(d *desk) {
		var tag string
		d.must(d.App.DB.Read().NewRaw("SELECT id FROM mirror_tag WHERE corp_id = ? ORDER BY id LIMIT 1", d.Corp).Scan(d.t.Context(), &tag))
		d.meet("zhang", "王小明")
		d.save(func(f *stage.FlowForm) {
			f.Stages[3].Enter = stage.Acts{Tag: []string{tag}, Untag: []string{}, Tell: []string{"leader", "member"}}
			f.Stages[3].Leave = stage.Acts{Tag: []string{}, Untag: []string{tag}, Tell: []string{}}
		})
		tags := func() (n int) {
			d.must(d.App.DB.Read().NewRaw("SELECT COUNT(*) FROM mirror_follow_tag WHERE corp_id = ? AND tag_id = ?", d.Corp, tag).Scan(d.t.Context(), &n))
			return n
		}
		d.move("owner", "王小明", "已成交")
		if tags() != 1 {
			d.t.Error("the tag was not put on")
		}
		d.expect("zhang", d.titles("zhang"), []string{"客户阶段变化"})
		d.expect("wang", d.titles("wang"), []string{"客户阶段变化"})
		d.move("owner", "王小明", "跟进中")
		if tags() != 0 {
			d.t.Error("the tag was not taken off")
		}
		d.expect("no more", d.titles("wang"), []string{"客户阶段变化"})
		q := ask.TimelineQuery{Viewer: viewer.System(d.Corp), Customer: d.card("王小明").Customer, About: []string{"tag"}, Limit: 10}
		told, err := d.App.Asks.Timeline(t.Context(), q)
		d.must(err)
		if len(told) != 2 || told[0].Kind != "tag.removed.stage" || told[1].Kind != "tag.added.stage" || told[1].Values["by"] != d.flow.Name {
			t.Errorf("the timeline says %+v", told)
		}

		// What became of the tags stands with the move: taken, refused with what to do, or deleted.
		last := func() map[string]string {
			told, err := d.App.Asks.Timeline(t.Context(), ask.TimelineQuery{Viewer: viewer.System(d.Corp), Customer: d.card("王小明").Customer, About: []string{"stage"}, Limit: 1})
			d.must(err)
			return told[0].Values
		}
		name := told[1].Values["tags"]
		if v := last(); v["detail"] != "stage.marks.done" || v["tags"] != "−"+name {
			d.t.Errorf("taken: %q", v)
		}
		for _, code := range []int{errcode.NotFollowed, errcode.InvalidTagID, errcode.MemberOutOfRange} {
			fault, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultCode, Code: code, Path: "/cgi-bin/externalcontact/mark_tag"})
			d.must(err)
			d.move("owner", "王小明", "已成交")
			v, card := last(), d.card("王小明")
			zh, en := (&wecom.Error{Code: code}).Advice()
			if v["detail"] != "stage.marks.refused" || v["tags"] != "+"+name || v["advice"] != zh || v["adviceEn"] != en || card.Refused == nil || *card.Refused != (corp.Words{ZH: zh, EN: en}) {
				d.t.Errorf("refused with %d: %q, %+v", code, v, card.Refused)
			}
			d.Sim.ClearFaults(fault)
			d.move("owner", "王小明", "跟进中")
			if card := d.card("王小明"); last()["detail"] != "stage.marks.done" || card.Refused != nil {
				d.t.Errorf("taken after %d: %q %+v", code, last(), card.Refused)
			}
		}
		_, err = d.Sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagDelete, Tag: tag})
		d.must(err)
		d.Settle()
		d.move("owner", "王小明", "已成交")
		if v := last(); v["detail"] != "stage.marks.lost" || d.card("王小明").Refused != nil {
			d.t.Errorf("of a tag that is gone: %q", v)
		}
	})
}

// TestFields tell customers apart by stage.
func TestFields(t *testing.T) {
	stories(t, func(d *desk) {
		d.meet("zhang", "王小明")
		d.meet("li", "赵小红")
		d.move("owner", "赵小红", "有意向")
		d.Advance(day)
		v := viewer.System(d.Corp)
		fields, err := d.App.Asks.Fields(d.t.Context(), v)
		d.must(err)
		count := func(key string, op ask.Op, values ...string) (n int) {
			i := slices.IndexFunc(fields, func(f ask.Field) bool { return f.Key == key })
			c, err := fields[i].Where(d.t.Context(), ask.Test{Viewer: v, Read: d.App.DB.Read(), Op: op, Values: values, Zone: time.FixedZone("", 8*3600), Now: d.Clock.Now(), Follow: "f"})
			d.must(err)
			d.must(d.App.DB.Read().NewRaw("SELECT COUNT(*) FROM mirror_follow AS f WHERE f.corp_id = ? AND f.standing = 1 AND "+c.SQL, append([]any{d.Corp}, c.Args...)...).Scan(context.Background(), &n))
			return n
		}
		for _, c := range []struct {
			key    string
			op     ask.Op
			values []string
			want   int
		}{
			{"stage.stage", ask.OpAny, []string{d.stage("有意向").String()}, 1},
			{"stage.stage", ask.OpNone, []string{d.stage("有意向").String()}, 1},
			{"stage.stage", ask.OpSet, nil, 2},
			{"stage.stage", ask.OpEmpty, nil, 0},
			{"stage.overdue", ask.OpIs, []string{"true"}, 1},
			{"stage.overdue", ask.OpIs, []string{"false"}, 1},
			{"stage.entered", ask.OpWithin, []string{"1"}, 0},
			{"stage.entered", ask.OpWithin, []string{"2"}, 2},
			{"stage.entered", ask.OpBeyond, []string{"0"}, 2},
			{"stage.entered", ask.OpLess, []string{"2026-11-23"}, 0},
			{"stage.entered", ask.OpMore, []string{"2026-11-22"}, 2},
			{"stage.entered", ask.OpBetween, []string{"2026-11-23", "2026-11-23"}, 2},
			{"stage.entered", ask.OpSet, nil, 2},
			{"stage.entered", ask.OpEmpty, nil, 0},
		} {
			if got := count(c.key, c.op, c.values...); got != c.want {
				d.t.Errorf("%s %s %v: %d, want %d", c.key, c.op, c.values, got, c.want)
			}
		}
	})
}

func jsonOf(d *desk, form stage.FlowForm, version int64) string {
	d.t.Helper()
	return marshal(d, struct {
		stage.FlowForm
		Version int64 `json:"version"`
	}{form, version})
}
