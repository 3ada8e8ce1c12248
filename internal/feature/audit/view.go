package audit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// View is a line of the log.
type View struct {
	ID         id.ID       `json:"id"`
	Seq        int64       `json:"seq" doc:"number in the corp's chain"`
	At         int64       `json:"at" doc:"unix ms"`
	Actor      string      `json:"actor" doc:"member:<userid>, account:<id>, system, or empty: nobody was identified"`
	ActorName  string      `json:"actorName" doc:"what he was called then; of the system, what he was called for whom it acted"`
	OnBehalf   string      `json:"onBehalf,omitempty" doc:"for whom he acted"`
	Operation  string      `json:"operation"`
	Action     string      `json:"action"`
	Summary    string      `json:"summary" doc:"the operation in words"`
	Object     string      `json:"object" doc:"<kind>:<id> of the first thing acted upon, empty for none"`
	ObjectName string      `json:"objectName" doc:"what people called it then; of customers, and of what belongs to one, what he is called now"`
	Outcome    web.Outcome `json:"outcome" enum:"done,refused,failed,stopped"`
	Status     int         `json:"status"`
	Code       string      `json:"code,omitempty" doc:"code of the problem that was the answer"`
	Address    string      `json:"address"`
	Device     string      `json:"device" doc:"browser and system, read from the agent"`
	Dangerous  bool        `json:"dangerous"`
	Skipped    int64       `json:"skipped,omitempty" doc:"refusals of the same address before this one that were only counted"`
}

// Detail is one entry with everything that is known of it.
type Detail struct {
	View
	Audience  string       `json:"audience"`
	Target    string       `json:"target" doc:"path of the call"`
	Took      int64        `json:"took" doc:"microseconds until the entry was made"`
	Agent     string       `json:"agent" doc:"User-Agent"`
	Reference string       `json:"reference" doc:"names the request in logs and problems"`
	Hash      string       `json:"hash"`
	Changes   []ObjectView `json:"changes"`
}

// ObjectView is one thing acted upon, and how it changed, field by field.
type ObjectView struct {
	Object string      `json:"object"`
	Name   string      `json:"name"`
	Kind   string      `json:"kind" enum:"created,changed,removed,touched" doc:"touched: nothing of it changed, or nothing is told"`
	Fields []FieldView `json:"fields"`
	Same   int         `json:"same" doc:"how many fields stayed as they were"`
}

// FieldView is a field before and after; what is absent was not there.
type FieldView struct {
	Path   string  `json:"path" doc:"shifts[0].from"`
	Before *string `json:"before,omitempty"`
	After  *string `json:"after,omitempty"`
}

func (e *entry) view(names map[string]string) View {
	return View{
		ID: e.ID, Seq: e.Seq, At: e.At, Actor: e.Actor, ActorName: e.ActorName, OnBehalf: e.OnBehalf, Operation: e.Operation,
		Action: e.Action, Summary: e.Summary, Object: e.Object, ObjectName: e.called(names), Outcome: e.Outcome, Status: e.Status,
		Code: e.Code, Address: e.Address, Device: deviceOf(e.Agent), Dangerous: e.Dangerous, Skipped: e.Skipped,
	}
}

func (e *entry) detail(names map[string]string) (Detail, error) {
	d := Detail{
		View: e.view(names), Audience: e.Audience, Target: e.Target, Took: e.Took, Agent: e.Agent, Reference: e.Reference, Hash: e.Hash,
		Changes: []ObjectView{},
	}
	changes, err := e.changes()
	for _, c := range changes {
		v := c.view()
		v.Name = cmp.Or(v.Name, names[c.customerOf()])
		d.Changes = append(d.Changes, v)
	}
	return d, err
}

func (e *entry) changes() ([]change, error) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(e.Changes)))
	decoder.UseNumber()
	var changes []change
	err := decoder.Decode(&changes)
	return changes, err
}

func (c change) view() ObjectView {
	v := ObjectView{Object: c.Object, Name: c.Name, Kind: "changed", Fields: []FieldView{}}
	before, after := map[string]string{}, map[string]string{}
	flatten("", c.Before, before)
	flatten("", c.After, after)
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, path := range slices.SortedFunc(maps.Keys(all), byPath) {
		b, hasB := before[path]
		a, hasA := after[path]
		if hasB && hasA && a == b {
			v.Same++
			continue
		}
		f := FieldView{Path: path}
		if hasB {
			f.Before = &b
		}
		if hasA {
			f.After = &a
		}
		v.Fields = append(v.Fields, f)
	}
	switch {
	case len(v.Fields) == 0:
		v.Kind = "touched"
	case c.Before == nil:
		v.Kind = "created"
	case c.After == nil:
		v.Kind = "removed"
	}
	return v
}

// flatten writes the leaves of a tree by their paths. A list of plain values is one leaf;
// what is empty is none.
func flatten(path string, v any, into map[string]string) {
	switch v := v.(type) {
	case nil:
	case map[string]any:
		for name, inner := range v {
			if path != "" {
				name = path + "." + name
			}
			flatten(name, inner, into)
		}
	case []any:
		if slices.ContainsFunc(v, func(x any) bool { return !lonelyOrBool(x) }) {
			for i, inner := range v {
				flatten(path+"["+strconv.Itoa(i)+"]", inner, into)
			}
			return
		}
		words := make([]string, len(v))
		for i, x := range v {
			words[i] = wordOf(x)
		}
		if len(words) > 0 {
			into[path] = strings.Join(words, "、")
		}
	default:
		if w := wordOf(v); w != "" {
			into[path] = w
		}
	}
}

func lonelyOrBool(v any) bool {
	_, is := v.(bool)
	return is || lonely(v)
}

func wordOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(raw)
	}
}

// byPath sorts paths as people count: shifts[2] before shifts[10].
func byPath(a, b string) int {
	for a != "" && b != "" {
		na, ra := digits(a)
		nb, rb := digits(b)
		switch {
		case na != "" && nb != "" && na != nb:
			if len(na) != len(nb) {
				return len(na) - len(nb)
			}
			return strings.Compare(na, nb)
		case na != "" && nb != "":
			a, b = ra, rb
		case a[0] != b[0]:
			return int(a[0]) - int(b[0])
		default:
			a, b = a[1:], b[1:]
		}
	}
	return len(a) - len(b)
}

func digits(s string) (number, rest string) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[:n], s[n:]
}

// deviceOf reads browser and system out of a User-Agent, as far as people care.
func deviceOf(agent string) string {
	first := func(names [][2]string) string {
		for _, n := range names {
			if strings.Contains(agent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	app := first([][2]string{
		{"wxwork/", "WeCom"},
		{"MicroMessenger/", "WeChat"},
		{"Edg", "Edge"},
		{"OPR/", "Opera"},
		{"Firefox/", "Firefox"},
		{"Chrome/", "Chrome"},
		{"Safari/", "Safari"},
		{"curl/", "curl"},
		{"Go-http-client", "Go"},
	})
	system := first([][2]string{
		{"HarmonyOS", "HarmonyOS"},
		{"iPhone", "iOS"},
		{"iPad", "iPadOS"},
		{"Android", "Android"},
		{"Windows", "Windows"},
		{"Mac OS X", "macOS"},
		{"Linux", "Linux"},
	})
	switch {
	case app == "":
		return system
	case system == "":
		return app
	default:
		return app + " · " + system
	}
}
