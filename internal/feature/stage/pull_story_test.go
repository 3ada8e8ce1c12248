package stage_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature/stage"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// tagNamed makes a tag of the library.
func (d *desk) tagNamed(name string) string {
	d.t.Helper()
	made, err := d.Sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagCreate, GroupName: "进展" + name, Name: name})
	d.must(err)
	d.Settle()
	return made.Tag
}

// wears is a member giving a customer tags in his client.
func (d *desk) wears(member, person string, tags ...string) {
	d.t.Helper()
	_, err := d.Sim.EditFollow(wecomsim.EditFollow{Person: person, Member: member, Tags: &tags})
	d.must(err)
}

// moves is the story of a customer as stage tells it to somebody, the newest first.
func (d *desk) moves(v viewer.Viewer, name string) []string {
	d.t.Helper()
	told, err := d.App.Asks.Timeline(d.t.Context(), ask.TimelineQuery{Viewer: v, Customer: d.card(name).Customer, About: []string{"stage"}, Limit: 50})
	d.must(err)
	var got []string
	for _, e := range told {
		got = append(got, fmt.Sprintf("%s %s %s→%s %s", e.Member, strings.TrimPrefix(e.Kind, "stage."), e.Values["from"], e.Values["to"], e.Values["cause"]))
	}
	return got
}

// TestComesByItself: tags and groups bring customers on, forward only, once, and by whose
// hand they came does not matter; each stage's acts hold, and may pull on.
func TestComesByItself(t *testing.T) {
	stories(t, func(d *desk) {
		asked, sent, priced := d.tagNamed("询价"), d.tagNamed("已报价"), d.tagNamed("议价")
		group, err := d.Sim.CreateGroup(wecomsim.CreateGroup{Owner: "zhang", Name: "老客户群", Members: []string{"li", "wang"}})
		d.must(err)
		d.Settle()
		chat := group.ChatID
		acts := func(tags ...string) stage.Acts { return stage.Acts{Tag: tags, Untag: []string{}, Tell: []string{}} }
		d.save(func(f *stage.FlowForm) {
			f.Stages[1].Pull = stage.Pull{Tags: []string{asked, priced}, Groups: []string{chat}}
			f.Stages[1].Enter = acts(sent) // pulls on into the next
			f.Stages[2].Pull = stage.Pull{Tags: []string{sent}, Groups: []string{}}
			f.Stages[2].Enter = acts(priced) // would pull back
		})
		boss := viewer.System(d.Corp)

		// His member gives him a tag: on, and by the act of that stage on again, not back.
		ming := d.meet("zhang", "王小明")
		d.Advance(time.Hour)
		d.wears("zhang", ming, asked)
		d.Settle()
		d.expect("pulled", d.stands("owner", ""), []string{"王小明/张三 有意向"})
		d.expect("his story", d.moves(boss, "王小明"), []string{
			"zhang pulledByTag 跟进中→有意向 已报价", "zhang pulledByTag 待跟进→跟进中 询价", "zhang joined →待跟进 ",
		})
		card := d.card("王小明")
		if card.FollowedAt != nil || card.DueAt == nil {
			d.t.Errorf("what came by itself counts as a follow-up: %+v", card)
		}

		// The same told twice is nothing; told late, who moved him since has his way; told
		// anew it pulls, and not from where the flow has ended.
		news := event.CustomerTagged{Meta: d.meta(), Member: "zhang", Customer: card.Customer, Tags: []string{asked}}
		d.tell(news)
		d.expect("told twice", d.stands("owner", ""), []string{"王小明/张三 有意向"})
		d.Advance(time.Hour)
		d.move("self:zhang:stage.move", "王小明", "待跟进")
		news.Event = d.App.IDs.New()
		d.tell(news)
		d.expect("told late", d.stands("owner", ""), []string{"王小明/张三 待跟进"})
		news.Meta = d.meta()
		d.tell(news)
		d.expect("told anew", d.stands("owner", ""), []string{"王小明/张三 跟进中"})
		d.move("owner", "王小明", "已拒绝")
		d.tell(event.CustomerTagged{Meta: d.meta(), Member: "zhang", Customer: card.Customer, Tags: []string{sent}})
		d.expect("ended", d.stands("owner", ""), []string{"王小明/张三 已拒绝"})

		// The tag is there before his place is: put on with the add, and known before the news
		// of the add is heard.
		hong := d.person("赵小红")
		_, err = d.Sim.Add(wecomsim.Add{Member: "li", Person: hong})
		d.must(err)
		d.wears("li", hong, asked)
		d.Settle()
		d.expect("tagged at once", d.stands("owner", "member=li"), []string{"赵小红/李四 有意向"})
		card = d.card("赵小红")
		d.call("DELETE", "/cards/"+card.ID.String(), nil, nil)
		d.tell(event.CustomerTagged{Meta: d.meta(), Member: "li", Customer: card.Customer, Tags: []string{asked}})
		d.expect("without a place", d.stands("owner", "member=li"), []string{})
		added := event.CustomerAdded{Meta: d.meta(), Member: "li", Customer: card.Customer}
		d.tell(added)
		d.expect("tagged before", d.stands("owner", "member=li"), []string{"赵小红/李四 有意向"})
		d.Advance(time.Hour)
		d.move("owner", "赵小红", "待跟进")
		added.Event = d.App.IDs.New()
		d.tell(added)
		d.expect("the add told late", d.stands("owner", "member=li"), []string{"赵小红/李四 待跟进"})

		// A group pulls all his places. Its name is for who has its owner in scope.
		gang := d.meet("zhang", "孙小刚")
		d.add("li", gang)
		d.Advance(time.Hour)
		_, err = d.Sim.JoinGroup(wecomsim.JoinGroup{Group: chat, Person: gang})
		d.must(err)
		d.Settle()
		at := func() (names []string) {
			for _, line := range d.stands("owner", "") {
				if strings.HasPrefix(line, "孙小刚") {
					names = append(names, line)
				}
			}
			return names
		}
		d.expect("both places", at(), []string{"孙小刚/张三 有意向", "孙小刚/李四 有意向"})
		self := func(member string) viewer.Viewer {
			return viewer.Viewer{Corp: d.Corp, Member: member, Permissions: []string{"stage.read", "customer.read"}, Scope: viewer.Scope{Reach: viewer.Self}}
		}
		for member, want := range map[string]string{"zhang": "zhang pulledByGroup 待跟进→跟进中 老客户群", "li": "li pulled 待跟进→跟进中 "} {
			if told := d.moves(self(member), "孙小刚"); !slices.Contains(told, want) {
				d.t.Errorf("%s is told %q, want %q", member, told, want)
			}
		}

		// He was in the group before he was added.
		jun := d.person("周小军")
		_, err = d.Sim.JoinGroup(wecomsim.JoinGroup{Group: chat, Person: jun})
		d.must(err)
		d.Settle()
		d.add("li", jun)
		if told := d.moves(boss, "周小军"); !slices.Contains(told, "li pulledByGroup 待跟进→跟进中 老客户群") {
			d.t.Errorf("who was in the group before: %q", told)
		}

		// What the form may not say.
		for _, c := range []struct {
			of   int
			pull stage.Pull
			want string
		}{
			{3, stage.Pull{Tags: []string{"nowhere"}, Groups: []string{}}, "自动移入的标签已不存在"},
			{3, stage.Pull{Tags: []string{}, Groups: []string{"nowhere"}}, "自动移入的客户群不存在"},
			{3, stage.Pull{Tags: []string{sent}, Groups: []string{}}, "同一个标签"},
			{0, stage.Pull{Tags: []string{"nowhere"}, Groups: []string{}}, "第一个阶段"},
		} {
			form := formOf(d.flow)
			form.Stages[c.of].Pull = c.pull
			status, answer := d.ask("owner", "PUT", "/flows/"+d.flow.ID.String(), jsonOf(d, form, d.flow.Version))
			if field := fmt.Sprintf("stages[%d].pull", c.of); status != http.StatusUnprocessableEntity || !strings.Contains(answer, c.want) || !strings.Contains(answer, field) {
				d.t.Errorf("%+v: %d %s", c.pull, status, answer)
			}
		}
	})
}
