package intention_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature/intention"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// company has four customers: 甲 50 high (zhang and li), 乙 32 medium (li), 丙 20 medium
// (wang), 丁 8 low (zhang).
func (h *house) company() {
	h.t.Helper()
	h.meet("甲", "zhang")
	h.meet("乙", "li")
	h.meet("丙", "wang")
	p, err := h.Sim.AddPerson(wecomsim.NewPerson{Name: "丁"})
	h.must(err)
	h.people["丁"] = p.ID
	h.may(h.Sim.Add(wecomsim.Add{Person: p.ID, Member: "zhang", ByMember: true}))
	h.may(h.Sim.Add(wecomsim.Add{Person: h.people["甲"], Member: "li"}))
	group, err := h.Sim.CreateGroup(wecomsim.CreateGroup{Owner: "li", Name: "新品群", Members: []string{"zhang", "li"}})
	h.must(err)
	for _, name := range []string{"甲", "乙"} {
		h.may(h.Sim.JoinGroup(wecomsim.JoinGroup{Group: group.ChatID, Person: h.people[name]}))
	}
	h.Settle()
	h.tell(h.step("甲", "zhang", event.StageForward))
	h.Settle()
}

// TestListFiltersAndScope: by score, each filter alone and together, and only whom the
// viewer's members follow now.
func TestListFiltersAndScope(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		const all = "甲 50 high, 乙 32 medium, 丙 20 medium, 丁 8 low"
		name := url.QueryEscape
		for query, want := range map[string]string{
			"":                          all,
			"level=high":                "甲 50 high",
			"level=high&level=low":      "甲 50 high, 丁 8 low",
			"level=asleep":              "",
			"min=20&max=32":             "乙 32 medium, 丙 20 medium",
			"min=33":                    "甲 50 high",
			"max=8":                     "丁 8 low",
			"member=li":                 "甲 50 high, 乙 32 medium",
			"member=li&level=medium":    "乙 32 medium",
			"member=nobody":             "",
			"department=1":              all,
			"department=9":              "",
			"q=" + name("甲"):            "甲 50 high",
			"q=" + name("甲") + "&max=9": "",
			"signal=group.joined":       "乙 32 medium",
			"movedFrom=2026-11-23T00:00:00Z&movedTo=2026-11-24T00:00:00Z": "甲 50 high",
			"movedFrom=2026-11-24T00:00:00Z":                              "",
		} {
			if got := h.list("owner", query); got != want {
				t.Errorf("%q: %s, want %s", query, got, want)
			}
		}
		for who, want := range map[string]string{
			"self:zhang:intention.read":        "甲 50 high, 丁 8 low",
			"self:wang:intention.read":         "丙 20 medium",
			"team:li+wang:intention.read":      "甲 50 high, 乙 32 medium, 丙 20 medium",
			"self:nobody:intention.read":       "",
			"stranger":                         "",
			"all:intention.read,customer.read": all,
		} {
			if got := h.list(who, ""); got != want {
				t.Errorf("%s sees %s, want %s", who, got, want)
			}
		}
		for _, query := range []string{"level=hot", "min=9&max=3", "movedFrom=2026-11-24T00:00:00Z&movedTo=2026-11-23T00:00:00Z", "after=x", "odd=1", "q=a%00"} {
			if status, answer := h.Request("owner", "GET", "/api/intention/customers?"+query, ""); status != 422 {
				t.Errorf("%s: %d %s", query, status, answer)
			}
		}
		// What members outside the scope did is one sum without names.
		path := "/api/intention/customers/" + h.found("甲").ID.String()
		_, answer := h.Request("self:zhang:intention.read", "GET", path, "")
		var c intention.Card
		h.must(json.Unmarshal([]byte(answer), &c))
		if c.Points != 50 || len(c.Reasons) != 2 || !c.Reasons[1].Over || c.Others != 32 || strings.Contains(answer, "成员li") || strings.Contains(answer, "新品群") {
			t.Errorf("%s", answer)
		}
		_, answer = h.Request("owner", "GET", path, "")
		if !strings.Contains(answer, "新品群") || !strings.Contains(answer, "成员li") || !strings.Contains(answer, `"others":0`) {
			t.Errorf("%s", answer)
		}
		// Who parts from everybody in scope leaves the list; his card stays for those who knew him.
		id := h.found("丙").ID.String()
		h.may(h.Sim.DeleteMember(h.pair("丙", "wang")))
		h.Settle()
		if got := h.list("self:wang:intention.read", ""); got != "" {
			t.Errorf("after the loss: %s", got)
		}
		for who, want := range map[string]int{"self:wang:intention.read": 200, "self:zhang:intention.read": 404, "owner": 200, "stranger": 404} {
			if status, _ := h.Request(who, "GET", "/api/intention/customers/"+id, ""); status != want {
				t.Errorf("%s opens the card: %d", who, status)
			}
		}
	})
}

// TestRules: rules are previewed, change nothing before they are applied, and then all scores.
func TestRules(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		const rules = `"halfLife":14,"high":30,"medium":20,"low":5,"signals":[{"key":"group.joined","points":40,"perDay":2,"inTotal":4},{"key":"added.member","points":0,"perDay":1,"inTotal":3}]`
		var effect intention.Effect
		h.call("POST", "/api/intention/setting/preview", "{"+rules+"}", &effect)
		got, err := json.Marshal(effect.Levels)
		h.must(err)
		const want = `[{"level":"high","before":1,"after":2},{"level":"medium","before":2,"after":1},{"level":"low","before":1,"after":0},{"level":"asleep","before":0,"after":1}]`
		if string(got) != want || effect.Changed != 2 || effect.Up != 1 || effect.Down != 1 || effect.Customers != 4 || effect.Looked != 4 {
			t.Errorf("%s %+v", got, effect)
		}
		if m := effect.Movers; len(m) != 3 || m[2].Name != "丁" || m[2].Before != 8 || m[2].After != 0 || m[0].After-m[0].Before != 28 {
			t.Errorf("%+v", effect.Movers)
		}
		_, answer := h.Request("self:wang:intention.setting", "POST", "/api/intention/setting/preview", "{"+rules+"}")
		if !strings.Contains(answer, `"movers":[]`) || !strings.Contains(answer, `"changed":2`) {
			t.Errorf("who sees nobody who moves: %s", answer)
		}
		const before = "甲 50 high, 乙 32 medium, 丙 20 medium, 丁 8 low"
		if got := h.list("owner", ""); got != before {
			t.Errorf("a preview changed %s", got)
		}
		told := len(h.cards("zhang"))
		h.call("PUT", "/api/intention/setting", `{`+rules+`,"receivers":"all","pauseDays":5,"version":0}`, nil)
		h.Settle()
		if got := h.list("owner", ""); got != "甲 78 high, 乙 60 high, 丙 20 medium, 丁 0 asleep" {
			t.Errorf("afterwards: %s", got)
		}
		if kinds := h.timeline("乙"); strings.Contains(kinds, "intention") || len(h.cards("zhang")) != told {
			t.Errorf("rules told members: %s, %d cards", kinds, len(h.cards("zhang")))
		}
		var setting intention.SettingView
		h.call("GET", "/api/intention/setting", "", &setting)
		if setting.Progress != nil || setting.Version != 1 || setting.Receivers != "all" || setting.PauseDays != 5 || len(setting.Signals) != len(intention.Signals()) {
			t.Errorf("%+v", setting)
		}
		// What happens next counts by them at once.
		h.meet("戊", "zhang")
		if got := h.found("戊").Level; got != "medium" {
			t.Errorf("%s", got)
		}
		// Two people at once: the second is told.
		status, answer := h.Request("owner", "PUT", "/api/intention/setting", `{`+rules+`,"receivers":"all","pauseDays":5,"version":0}`)
		if status != 409 {
			t.Errorf("an old version: %d %s", status, answer)
		}
		for _, wrong := range []string{
			strings.Replace(rules, `"high":30`, `"high":20`, 1), strings.Replace(rules, `"perDay":2`, `"perDay":5`, 1),
			strings.Replace(rules, "group.joined", "astrology", 1), strings.Replace(rules, `"halfLife":14`, `"halfLife":0`, 1),
		} {
			if status, answer := h.Request("owner", "POST", "/api/intention/setting/preview", "{"+wrong+"}"); status != 422 {
				t.Errorf("%s: %d %s", wrong, status, answer)
			}
		}
		for _, who := range []string{"all:intention.read", "all:intention.export"} {
			if status, _ := h.Request(who, "POST", "/api/intention/setting/preview", "{"+rules+"}"); status != 403 {
				t.Errorf("%s previews: %d", who, status)
			}
		}
	})
}

// TestRulesUnderWay: while new rules are carried out, what they change is no news either, for
// whoever something happens to meanwhile, and for whoever they lower.
func TestRulesUnderWay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		h.exec(`INSERT INTO notice_kind (corp_id, kind, policy, updated_by, updated_at) VALUES (?, 'intention.cooling', 'choice', '', 0)`, h.Corp)
		told := len(h.cards("li"))
		rules := func(version, high int) { // as if the scores were still to be reckoned by them
			h.exec(`INSERT INTO intention_setting (corp_id, model, version, applied, place, done, total, receivers, pause_days, updated_by, updated_at)
				VALUES (?, ?, ?, 0, '', 0, 0, 'newest', 0, '', 0) ON CONFLICT (corp_id) DO UPDATE SET model = excluded.model, version = excluded.version`,
				h.Corp, fmt.Sprintf(`{"halfLife":14,"high":%d,"medium":20,"low":5}`, high), version)
		}
		rules(1, 30)
		h.tell(h.followed("乙", "li", "note")) // 32, high by the new rules, and now 37
		if v := h.found("乙"); v.Points != 37 || v.Level != "high" || v.MovedAt != nil || len(h.cards("li")) != told {
			t.Errorf("%+v, %d cards", v, len(h.cards("li")))
		}
		h.tell(h.step("丙", "wang", event.StageForward)) // 20, and now 38: by what happened
		if v := h.found("丙"); v.Points != 38 || v.MovedAt == nil || len(h.cards("wang")) != 1 {
			t.Errorf("%+v, %d cards", v, len(h.cards("wang")))
		}
		rules(2, 60)
		h.Advance(10 * time.Minute)
		if kinds := h.timeline("甲"); len(h.cards("li")) != told || strings.Contains(kinds, "intention.fell") {
			t.Errorf("%d cards, %s", len(h.cards("li")), kinds)
		}
	})
}

// TestMembersAreTold: when a customer turns hot, once in a while, and when he cools down if
// the corp wants that.
func TestMembersAreTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		cards := h.cards("li") // who added him last; the step was zhang's
		if len(cards) != 1 || len(h.cards("zhang")) != 0 || cards[0].Title != "客户变为高意向" || !strings.Contains(cards[0].Description, "甲") {
			t.Fatalf("li: %+v, zhang: %+v", cards, h.cards("zhang"))
		}
		h.exec(`INSERT INTO notice_kind (corp_id, kind, policy, updated_by, updated_at) VALUES (?, 'intention.cooling', 'choice', '', 0)`, h.Corp)
		h.Advance(2 * day) // 45
		h.Advance(10 * time.Minute)
		h.tell(h.step("甲", "zhang", event.StageForward))
		if got := len(h.cards("li")); got != 1 {
			t.Errorf("hot again within the pause: %d cards", got)
		}
		for range 12 {
			h.Advance(12 * time.Hour)
		}
		h.Advance(10 * time.Minute)
		if cards := h.cards("li"); len(cards) != 2 || !strings.Contains(cards[1].Title, "降温") && !strings.Contains(cards[0].Title, "降温") {
			t.Errorf("after cooling down: %+v", cards)
		}
	})
}

// TestNobodyIsToldOfWhatIsLongPast: news that comes a day late changes scores, and wakes nobody.
func TestNobodyIsToldOfWhatIsLongPast(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		step, note := h.step("乙", "li", event.StageForward), h.followed("乙", "li", "note")
		step.At, note.At = step.At.Add(-25*time.Hour), note.At.Add(-25*time.Hour) // heard of more than a day late
		h.tell(step)
		h.tell(note)
		if got := len(h.cards("li")); got != 1 || h.found("乙").Level != "high" {
			t.Errorf("%d cards after what was long past, %+v", got, h.found("乙"))
		}
	})
}

// TestConditionsExportAndTrend: other lists ask for score, level and change; the list is
// taken away as a file; the figures of a day are kept, of all and of each member.
func TestConditionsExportAndTrend(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		type listed struct {
			Items []struct {
				Name string `json:"name"`
			} `json:"items"`
		}
		for rule, want := range map[string]string{
			`{"field":"intention.score","op":"more","values":["20"]}`:                                          "乙 甲",
			`{"field":"intention.score","op":"is","values":["20"]}`:                                            "丙",
			`{"field":"intention.score","op":"less","values":["20"]}`:                                          "丁",
			`{"field":"intention.score","op":"between","values":["8","20"]}`:                                   "丁 丙",
			`{"field":"intention.score","op":"set"}`:                                                           "丁 丙 乙 甲",
			`{"field":"intention.score","op":"empty"}`:                                                         "",
			`{"field":"intention.level","op":"any","values":["high"]}`:                                         "甲",
			`{"field":"intention.level","op":"any","values":["high","low"]}`:                                   "丁 甲",
			`{"field":"intention.level","op":"none","values":["medium"]}`:                                      "丁 甲",
			`{"not":{"field":"intention.level","op":"any","values":["medium","asleep"]}}`:                      "丁 甲",
			`{"field":"intention.moved","op":"within","values":["1"]}`:                                         "甲",
			`{"field":"intention.moved","op":"more","values":["2026-11-23"]}`:                                  "",
			`{"all":[{"field":"intention.moved","op":"empty"},{"field":"member","op":"any","values":["li"]}]}`: "乙",
		} {
			var page listed
			h.call("GET", "/api/customer/customers?rule="+url.QueryEscape(rule), "", &page)
			var names []string
			for _, i := range page.Items {
				names = append(names, i.Name)
			}
			slices.Sort(names)
			wanted := strings.Fields(want)
			slices.Sort(wanted)
			if !slices.Equal(names, wanted) {
				t.Errorf("%s: %v, want %s", rule, names, want)
			}
		}
		file := h.taken(`{"list":"intention.customers","format":"csv","columns":["name","points","level","members","signal"],"filter":{"min":20}}`)
		if lines := strings.Split(strings.TrimSpace(file), "\n"); len(lines) != 4 || !strings.Contains(lines[1], "甲,50,高意向,") || !strings.Contains(lines[2], "乙,32,中意向,成员li,加入客户群") {
			t.Errorf("%s", file)
		}
		if file := h.taken(`{"list":"customer.customers","format":"csv","columns":["name","intention.score","intention.level"],"english":true}`); !strings.Contains(file, "甲,50,High") || !strings.Contains(file, "丁,8,Low") {
			t.Errorf("%s", file)
		}
		if status, answer := h.Request("owner", "POST", "/api/export/runs", `{"list":"intention.customers","format":"csv","columns":["name"],"filter":{"level":["hot"]}}`); status != 422 {
			t.Errorf("a filter that is none: %d %s", status, answer)
		}
		h.Advance(time.Hour)
		h.Advance(time.Minute)
		for who, want := range map[string]string{
			"owner":                     `{"days":[{"day":"2026-11-23","high":1,"medium":2,"low":1,"asleep":0}],"shared":false}`,
			"self:zhang:intention.read": `{"days":[{"day":"2026-11-23","high":1,"medium":0,"low":1,"asleep":0}],"shared":false}`,
			"team:zhang+li:intention.*": `{"days":[{"day":"2026-11-23","high":2,"medium":1,"low":1,"asleep":0}],"shared":true}`,
			"stranger":                  `{"days":[],"shared":false}`,
		} {
			if _, answer := h.Request(who, "GET", "/api/intention/trend", ""); strings.TrimSpace(answer) != want {
				t.Errorf("%s: %s, want %s", who, answer, want)
			}
		}
		var levels intention.LevelsView
		h.call("GET", "/api/intention/levels", "", &levels)
		if levels.Levels[0].Count != 1 || levels.Levels[1].Count != 2 || levels.Levels[2].Count != 1 || levels.Levels[3].Count != 0 || levels.Levels[0].From != 50 {
			t.Errorf("%+v", levels)
		}
	})
}

// taken is an exported file.
func (h *house) taken(body string) string {
	h.t.Helper()
	var run struct {
		ID string `json:"id"`
	}
	h.call("POST", "/api/export/runs", body, &run)
	h.Settle()
	status, file := h.Request("owner", "GET", "/api/export/runs/"+run.ID+"/file", "")
	if status != 200 {
		h.t.Fatalf("%s: %d %s", body, status, file)
	}
	return file
}
