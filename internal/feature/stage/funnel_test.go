package stage_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature/stage"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestFunnel: how far, how long, by whom.
func TestFunnel(t *testing.T) {
	stories(t, func(d *desk) {
		d.meet("zhang", "王小明")
		lost := d.meet("zhang", "赵小红")
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

		// Who left counts as ended, whether he stands where those come or on no board any more; a
		// stage that is taken away leaves a gap in the order.
		_, err := d.Sim.JoinMember(wecomsim.JoinMember{UserID: "zhao", Name: "赵六", Departments: []int{1}})
		d.must(err)
		d.Settle()
		d.meet("zhao", "周小军")
		d.move("owner", "周小军", "有意向")
		d.lose("zhang", lost)
		d.save(func(f *stage.FlowForm) { f.Stages[5].Catches = false })
		unseen := d.meet("li", "吴小美")
		d.move("owner", "吴小美", "有意向")
		d.lose("li", unseen)
		d.call("POST", "/stages/"+d.stage("跟进中").String()+"/remove", map[string]any{"into": d.stage("待跟进")}, nil)
		d.Settle()
		d.flow = d.flows()[0]
		d.figures(period)
		d.call("GET", "/flows/"+d.flow.ID.String()+"/funnel?"+period, nil, &f)
		reached = nil
		for _, s := range f.Stages {
			reached = append(reached, s.Reached)
		}
		if f.Joined != 5 || f.Won != 1 || f.Lost != 3 || !slices.Equal(reached, []int64{5, 3, 1, 1, 1}) || len(f.Departments) != 2 {
			d.t.Errorf("in the end joined %d won %d lost %d reached %v %+v", f.Joined, f.Won, f.Lost, reached, f.Departments)
		}
	})
}

// figures checks that each figure of the funnel is the number of rows that it opens, for
// everybody and however narrowed.
func (d *desk) figures(period string) {
	d.t.Helper()
	for _, who := range []string{"owner", "team:zhang+zhao:stage.read", "self:li:stage.read"} {
		for _, narrowed := range []string{"", "&member=li&member=zhao", "&department=2"} {
			asked := period + narrowed
			var f stage.Funnel
			d.callAs(who, "GET", "/flows/"+d.flow.ID.String()+"/funnel?"+asked, nil, &f)
			opens := map[string]int64{"": f.Joined, "&outcome=won": f.Won, "&outcome=lost": f.Lost}
			for i, s := range d.flow.Stages {
				if s.Class == stage.Lost {
					opens["&stage="+s.ID.String()] = f.Stages[i].Reached
				} else {
					opens["&reached="+s.ID.String()] = f.Stages[i].Reached
				}
			}
			for key, rows := range map[string][]stage.Conversion{"&main=": f.Departments, "&member=": f.Members} {
				for _, c := range rows {
					// A member's rows are asked for by his name alone.
					opens[key+c.Key], opens[key+c.Key+"&outcome=won"], opens[key+c.Key+"&outcome=lost"] = c.Joined, c.Won, c.Lost
				}
			}
			for more, figure := range opens {
				query := asked + more + "&all=true"
				if strings.HasPrefix(more, "&member=") {
					query = period + more + "&all=true"
				}
				var n web.Total
				d.callAs(who, "GET", "/flows/"+d.flow.ID.String()+"/cards/count?"+query, nil, &n)
				var page web.Page[stage.Card]
				d.callAs(who, "GET", "/flows/"+d.flow.ID.String()+"/cards?limit=100&"+query, nil, &page)
				if rows := len(page.Items); int64(rows) != figure || n.Count != figure {
					d.t.Errorf("%s: %s: the figure is %d, its rows are %d, counted %d", who, query, figure, rows, n.Count)
				}
			}
		}
	}
}
