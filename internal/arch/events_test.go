package arch

import (
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "add new events and fields to testdata/events.golden.json")

const (
	eventDir    = "internal/event"
	eventGolden = "testdata/events.golden.json"
)

// news is the JSON of all events: event → field → Go type.
type news map[string]map[string]string

// vocabulary reads the events off the source: every exported struct that embeds Meta.
func vocabulary(tree fs.FS) (news, []string, error) {
	parsed, err := goFiles(tree)
	if err != nil {
		return nil, nil, err
	}
	structs := map[string]*ast.StructType{}
	places := map[string]string{}
	for _, file := range parsed {
		if file.Dir != eventDir || file.Test {
			continue
		}
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.TYPE {
				continue
			}
			for _, spec := range general.Specs {
				named, isType := spec.(*ast.TypeSpec)
				if !isType {
					continue
				}
				if of, isStruct := named.Type.(*ast.StructType); isStruct {
					structs[named.Name.Name] = of
					places[named.Name.Name] = file.Place(named)
				}
			}
		}
	}
	var findings []string
	var read func(owner string, into map[string]string)
	read = func(owner string, into map[string]string) {
		for _, field := range structs[owner].Fields.List {
			if len(field.Names) == 0 {
				if embedded := types.ExprString(field.Type); structs[embedded] != nil {
					read(embedded, into)
				}
				continue
			}
			var tag reflect.StructTag
			if field.Tag != nil {
				text, _ := strconv.Unquote(field.Tag.Value)
				tag = reflect.StructTag(text)
			}
			name, _, _ := strings.Cut(tag.Get("json"), ",")
			if name == "" || name == "-" {
				findings = append(findings, fmt.Sprintf("%s: %s.%s has no JSON name: events are stored and sent as JSON",
					places[owner], owner, field.Names[0]))
				continue
			}
			into[name] = types.ExprString(field.Type)
		}
	}
	all := news{}
	for _, name := range slices.Sorted(maps.Keys(structs)) {
		embedsMeta := slices.ContainsFunc(structs[name].Fields.List, func(f *ast.Field) bool {
			return len(f.Names) == 0 && types.ExprString(f.Type) == "Meta"
		})
		if embedsMeta {
			all[name] = map[string]string{}
			read(name, all[name])
		}
	}
	return all, findings, nil
}

// gone lists what the golden vocabulary holds and the present one does not: events wait
// in the queue and at subscribers while the program is replaced by a newer one.
func gone(golden, now news) []string {
	var findings []string
	for _, event := range slices.Sorted(maps.Keys(golden)) {
		fields, known := now[event]
		if !known {
			findings = append(findings, fmt.Sprintf("event %s is gone: queued ones could no longer be delivered", event))
			continue
		}
		for _, field := range slices.Sorted(maps.Keys(golden[event])) {
			was := golden[event][field]
			if is, there := fields[field]; !there || is != was {
				findings = append(findings, fmt.Sprintf("event %s: field %q was %s and is %s: fields are only ever added",
					event, field, was, orGone(is)))
			}
		}
	}
	return findings
}

func orGone(goType string) string {
	if goType == "" {
		return "gone"
	}
	return goType
}

// unknown lists what is new and not yet in the golden file.
func unknown(golden, now news) []string { return gone(now, golden) }

func TestEvents(t *testing.T) {
	now, findings, err := vocabulary(repository())
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range findings {
		t.Error(finding)
	}
	golden := news{}
	if text, err := os.ReadFile(eventGolden); err == nil {
		if err := json.Unmarshal(text, &golden); err != nil {
			t.Fatal(err)
		}
	} else if !*update {
		t.Fatal(err)
	}
	for _, breach := range gone(golden, now) {
		t.Error(breach)
	}
	if t.Failed() || len(unknown(golden, now)) == 0 {
		return
	}
	if !*update {
		t.Errorf("events or fields are new: go test ./internal/arch -run Events -update notes them in %s", eventGolden)
		return
	}
	text, err := json.MarshalIndent(now, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(eventGolden, append(text, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEventsOnlyGrow(t *testing.T) {
	const meta = "package event\ntype Meta struct { Event id.ID `json:\"event\"` }\n"
	was := vocabularyOf(t, meta+"type Lost struct {\n\tMeta\n\tMember string `json:\"member\"`\n}\ntype Key struct{ A int }\n")
	if want := (news{"Lost": {"event": "id.ID", "member": "string"}}); !reflect.DeepEqual(was, want) {
		t.Fatalf("vocabulary is %v, want %v", was, want)
	}
	tests := map[string]struct{ source, want string }{
		"a field more":      {"type Lost struct {\n\tMeta\n\tMember string `json:\"member\"`\n\tWhy string `json:\"why,omitempty\"`\n}\n", ""},
		"a field renamed":   {"type Lost struct {\n\tMeta\n\tMember string `json:\"userid\"`\n}\n", `event Lost: field "member" was string and is gone`},
		"another type":      {"type Lost struct {\n\tMeta\n\tMember int `json:\"member\"`\n}\n", `event Lost: field "member" was string and is int`},
		"an event is gone":  {"", "event Lost is gone"},
		"Meta lost a field": {"type Lost struct {\n\tMember string `json:\"member\"`\n}\n", "event Lost is gone"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			findings := strings.Join(gone(was, vocabularyOf(t, meta+test.source)), "\n")
			if test.want == "" && findings != "" || !strings.Contains(findings, test.want) {
				t.Errorf("findings are %q, want %q", findings, test.want)
			}
		})
	}
	t.Run("a field without a JSON name", func(t *testing.T) {
		catches(t, func(tree fs.FS) ([]string, error) {
			_, findings, err := vocabulary(tree)
			return findings, err
		}, map[string]string{eventDir + "/a.go": meta + "type Lost struct {\n\tMeta\n\tMember string\n}\n"}, "Lost.Member has no JSON name")
	})
}

// vocabularyOf is the vocabulary of one file.
func vocabularyOf(t *testing.T, text string) news {
	t.Helper()
	all, _, err := vocabulary(fstest.MapFS{eventDir + "/event.go": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
