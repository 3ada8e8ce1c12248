package stage_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature/stage"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
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
	})
}

// TestFunnel: how far, how long, by whom.
func TestFunnel(t *testing.T) {
	stories(t, func(d *desk) {
		for _, name := range []string{"王小明", "赵小红"} {
			d.meet("zhang", name)
		}
		d.meet("li", "孙小刚")
		d.Advance(2 * time.Hour)
		d.move("owner", "王小明", "跟进中")
		d.Advance(2 * time.Hour)
		d.move("owner", "王小明", "已成交")
		d.move("owner", "孙小刚", "已拒绝")
		now := d.Clock.Now()
		period := "from=" + url.QueryEscape(now.Add(-day).Format(time.RFC3339)) + "&to=" + url.QueryEscape(now.Add(day).Format(time.RFC3339))
		var f stage.Funnel
		d.call("GET", "/flows/"+d.flow.ID.String()+"/funnel?"+period, nil, &f)
		var reached []int64
		for _, s := range f.Stages {
			reached = append(reached, s.Reached)
		}
		if f.Joined != 3 || f.Won != 1 || f.Lost != 1 || !slices.Equal(reached, []int64{3, 1, 1, 1, 1, 0}) {
			d.t.Errorf("joined %d won %d lost %d reached %v", f.Joined, f.Won, f.Lost, reached)
		}
		if s := f.Stages[0]; s.Left != 2 || s.Dwell != (3*time.Hour).Milliseconds() {
			d.t.Errorf("the first stage: %+v", s)
		}
		if len(f.Members) != 2 || f.Members[0].Key != "zhang" || f.Members[0].Won != 1 || f.Members[0].Joined != 2 {
			d.t.Errorf("members %+v", f.Members)
		}
		if len(f.Departments) != 1 || f.Departments[0].Name != "销售部" || f.Departments[0].Joined != 3 {
			d.t.Errorf("departments %+v", f.Departments)
		}
		d.callAs("self:li:stage.read", "GET", "/flows/"+d.flow.ID.String()+"/funnel?"+period, nil, &f)
		if f.Joined != 1 || len(f.Members) != 1 {
			d.t.Errorf("li is told of %+v", f)
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
