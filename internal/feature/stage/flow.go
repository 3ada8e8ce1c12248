package stage

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Class says what it means to stand in a stage.
type Class string

// The classes.
const (
	Waiting Class = "waiting" // 待跟进
	Active  Class = "active"  // 跟进中
	Won     Class = "won"     // 已成交
	Lost    Class = "lost"    // 已结束
)

// Limits of a corp.
const (
	mostFlows  = 10
	mostStages = 10
)

// Flow is an order of stages that customers go through (流程).
type Flow struct {
	ID       id.ID   `json:"id"`
	Corp     string  `json:"-"`
	Name     string  `json:"name"`
	Note     string  `json:"note"`
	Position int     `json:"position"`
	Seen     Seen    `json:"seen"`
	Joins    Joins   `json:"joins"`
	Stages   []Stage `json:"stages"`
	Version  int64   `json:"version"`
	Removed  int64   `json:"-"`
}

// Seen says for which members' customers a flow is.
type Seen struct {
	All         bool     `json:"all"`
	Members     []string `json:"members" maxItems:"500"`
	Departments []int64  `json:"departments" maxItems:"100" doc:"with all departments below"`
}

// Joins says which new customers come into the flow's first stage by themselves.
type Joins struct {
	Kind   string   `json:"kind" enum:"none,all,states"`
	States []string `json:"states" maxItems:"100" doc:"states of the channel codes by which they come"`
}

// takes tells whether somebody who came by a state comes in.
func (j Joins) takes(state string) bool {
	return j.Kind == "all" || j.Kind == "states" && state != "" && slices.Contains(j.States, state)
}

// Stage is one step of a flow (阶段).
type Stage struct {
	ID   id.ID  `json:"id"`
	Flow id.ID  `json:"-"`
	Name string `json:"name"`
	Note string `json:"note"`
	// Position is the place in the order; with gaps where a stage was taken away.
	Position int   `json:"-"`
	Class    Class `json:"class" enum:"waiting,active,won,lost"`
	Catches  bool  `json:"catches" doc:"customers who delete the member come here by themselves"`
	Cycle    Cycle `json:"cycle"`
	Enter    Acts  `json:"enter" doc:"what happens when a customer comes in"`
	Leave    Acts  `json:"leave" doc:"what happens when one leaves"`
	Pull     Pull  `json:"pull" doc:"who comes here by himself, from earlier stages"`
	Into     id.ID `json:"into,omitzero" doc:"set while the stage is being emptied into this one"`
}

// Acts are what happens to a customer who enters or leaves a stage.
type Acts struct {
	Tag   []string `json:"tag" maxItems:"10" doc:"corp tags to put on"`
	Untag []string `json:"untag" maxItems:"10" doc:"corp tags to take off"`
	Tell  []string `json:"tell" maxItems:"2" enum:"member,leader" doc:"who gets a message"`
}

// none tells that nothing happens.
func (a Acts) none() bool { return len(a.Tag)+len(a.Untag)+len(a.Tell) == 0 }

// first is where those who come in begin.
func (f Flow) first() Stage { return f.Stages[0] }

// stage finds one of the flow's stages that stand.
func (f Flow) stage(which id.ID) (Stage, error) {
	for _, s := range f.Stages {
		if s.ID == which && s.Into == 0 {
			return s, nil
		}
	}
	return Stage{}, fault.Missing("阶段")
}

// way says which step it is from one stage to another; coming into the flow and leaving it
// is none, but for those who come where the flow ends.
func (f Flow) way(from, to Stage) event.StageWay {
	place := func(s Stage) int { return slices.IndexFunc(f.Stages, func(o Stage) bool { return o.ID == s.ID }) }
	switch {
	case to.ID == 0 || to.ID == from.ID:
		return ""
	case to.Class == Won && from.Class != Won:
		return event.StageWon
	case to.Class == Lost && from.Class != Lost:
		return event.StageEnded
	case from.ID == 0:
		return ""
	case place(to) > place(from):
		return event.StageForward
	default:
		return event.StageBack
	}
}

// catching is the stage for those who left, false when there is none.
func (f Flow) catching() (Stage, bool) {
	i := slices.IndexFunc(f.Stages, func(s Stage) bool { return s.Catches && s.Into == 0 })
	if i < 0 {
		return Stage{}, false
	}
	return f.Stages[i], true
}

// FlowForm is what an editor says of a flow.
type FlowForm struct {
	Name   string      `json:"name" minLength:"1" maxLength:"20"`
	Note   string      `json:"note,omitempty" maxLength:"200"`
	Seen   Seen        `json:"seen"`
	Joins  Joins       `json:"joins"`
	Stages []StageForm `json:"stages" minItems:"1" maxItems:"10" doc:"in order; a stage that stands is taken away by its own operation, not by leaving it out"`
}

// StageForm is what an editor says of a stage.
type StageForm struct {
	ID      id.ID  `json:"id,omitzero" doc:"absent for a new one"`
	Name    string `json:"name" minLength:"1" maxLength:"20"`
	Note    string `json:"note,omitempty" maxLength:"200"`
	Class   Class  `json:"class" enum:"waiting,active,won,lost"`
	Catches bool   `json:"catches,omitempty"`
	Cycle   Cycle  `json:"cycle"`
	Enter   Acts   `json:"enter"`
	Leave   Acts   `json:"leave"`
	Pull    Pull   `json:"pull,omitzero" doc:"who comes here by himself, from earlier stages; absent: nobody"`
}

// tidy checks the form and gives it in its plain form; before is the flow as it stands.
func (f FlowForm) tidy(before *Flow) (FlowForm, error) {
	var check fault.Check
	f.Name, f.Note = strings.TrimSpace(f.Name), strings.TrimSpace(f.Note)
	words(&check, "name", f.Name, true, 20)
	words(&check, "note", f.Note, false, 200)
	check.That(f.Seen.All || len(f.Seen.Members)+len(f.Seen.Departments) > 0, "seen", "请选择适用的成员或部门")
	if f.Seen.All {
		f.Seen.Members, f.Seen.Departments = []string{}, []int64{}
	}
	check.That(f.Joins.Kind != "states" || len(f.Joins.States) > 0, "joins", "请选择渠道活码")
	if f.Joins.Kind != "states" {
		f.Joins.States = []string{}
	}
	check.That(len(f.Stages) <= mostStages, "stages", "一个流程最多 "+strconv.Itoa(mostStages)+" 个阶段")
	names, catching := map[string]bool{}, 0
	f.Stages = slices.Clone(f.Stages)
	for i := range f.Stages {
		s, at := &f.Stages[i], "stages["+strconv.Itoa(i)+"]."
		s.Name, s.Note = strings.TrimSpace(s.Name), strings.TrimSpace(s.Note)
		words(&check, at+"name", s.Name, true, 20)
		words(&check, at+"note", s.Note, false, 200)
		check.That(!names[s.Name], at+"name", "同一流程里阶段不能重名")
		names[s.Name] = true
		if s.Catches {
			catching++
		}
		check.That(!s.Catches || s.Class == Lost, at+"catches", "只有「结束」类阶段能接收流失客户")
		check.That(i > 0 || !s.Catches, at+"catches", "新客户从第一个阶段开始，它不能接收流失客户")
		s.Cycle = s.Cycle.tidy()
		check.That(s.Cycle.Times == 0 || s.Cycle.Every > 0, at+"cycle", "请填写重复提醒的间隔天数")
		check.That(s.Cycle.Escalate <= s.Cycle.Times+1, at+"cycle", "上报主管须在最后一次提醒之前或当次")
		s.Enter, s.Leave, s.Pull = s.Enter.tidy(&check, at+"enter"), s.Leave.tidy(&check, at+"leave"), s.Pull.tidy()
	}
	plainPulls(&check, f.Stages)
	check.That(catching <= 1, "stages", "只能有一个阶段接收流失客户")
	if before != nil {
		for _, old := range before.Stages {
			kept := slices.ContainsFunc(f.Stages, func(s StageForm) bool { return s.ID == old.ID })
			check.That(kept || old.Into != 0, "stages", "阶段「"+old.Name+"」还在使用，请用「删除阶段」并选择接收其客户的阶段")
		}
	}
	for i, s := range f.Stages {
		known := before != nil && slices.ContainsFunc(before.Stages, func(o Stage) bool { return o.ID == s.ID && o.Into == 0 })
		twice := slices.IndexFunc(f.Stages, func(o StageForm) bool { return o.ID == s.ID }) != i
		check.That(s.ID == 0 || known && !twice, "stages["+strconv.Itoa(i)+"].id", "没有这个阶段")
	}
	return f, check.Err()
}

func words(check *fault.Check, field, text string, required bool, most int) {
	check.That(!required || text != "", field, "请填写")
	check.That(utf8.RuneCountInString(text) <= most, field, "最多 "+strconv.Itoa(most)+" 个字")
	check.That(text == db.Clean(text), field, "含有无效字符")
}

// tidy empties what has no meaning.
func (c Cycle) tidy() Cycle {
	if c.Unit == "" {
		c.Unit = Days
	}
	if !c.on() {
		return Cycle{Unit: c.Unit, At: c.At}
	}
	if c.Every == 0 && c.Times == 0 {
		c.Escalate = min(c.Escalate, 1)
	}
	return c
}

// tidy checks acts and gives each list sorted, each once.
func (a Acts) tidy(check *fault.Check, field string) Acts {
	a.Tag, a.Untag, a.Tell = list(a.Tag), list(a.Untag), list(a.Tell)
	for _, t := range a.Tag {
		check.That(!slices.Contains(a.Untag, t), field, "同一个标签不能既添加又移除")
	}
	return a
}

func list(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return append([]string{}, slices.Compact(out)...)
}

// standard is the flow that every corp begins with; all of it can be changed.
func standard() FlowForm {
	work := func(days, at int) Cycle {
		return Cycle{Days: days, Unit: Workdays, At: at, Every: 1, Times: 2, Escalate: 3}
	}
	const nine = 9 * 60
	return FlowForm{
		Name: "客户跟进", Note: "", Seen: Seen{All: true, Members: []string{}, Departments: []int64{}}, Joins: Joins{Kind: "all", States: []string{}},
		Stages: []StageForm{
			{Name: "待跟进", Class: Waiting, Cycle: work(1, nine)},
			{Name: "跟进中", Class: Active, Cycle: work(3, nine)},
			{Name: "有意向", Class: Active, Cycle: work(2, nine)},
			{Name: "已成交", Class: Won, Cycle: Cycle{Days: 30, Unit: Days, At: nine}},
			{Name: "已拒绝", Class: Lost},
			{Name: "已流失", Class: Lost, Catches: true},
		},
	}
}
