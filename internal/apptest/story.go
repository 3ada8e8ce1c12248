package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// Stories runs every file of the pattern as a story on both engines, each in a house of
// its own with these features and a Door, and a corp without members. A story is a script
// (testscript) of the commands listed at Story; people can read it.
func Stories(t *testing.T, pattern string, features ...feature.New) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories at %s: %v", pattern, err)
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			for _, file := range files {
				t.Run(strings.TrimSuffix(filepath.Base(file), ".story"), func(t *testing.T) {
					t.Parallel() // most of a story's time goes into opening its house
					s := NewStory(t, e, features...)
					testscript.Run(t, testscript.Params{Files: []string{file}, Cmds: s.commands()})
				})
			}
		})
	}
}

// Story is a house and the names that a script has given. Its commands:
//
//	member zhang 张三 [department=2] [contact=no] [active=no]   joins the corp; or changes if there
//	department 2 销售部                                         exists from now on
//	person wang 王小明                                          somebody with WeChat
//	code 展会 members=zhang,li …                                made by the console, then printed
//	edit 展会 members=li … · delete 展会                        by the console
//	greeting company [target] 你好 [on=no] [picture=yes] [link=] of the company, a department or member
//	scan wang 展会 [by=zhang] [unsettled]                       what was printed is scanned
//	add wang zhang [unsettled] · accept zhang wang              without a code; the member confirms
//	lose wang zhang · drop zhang wang                           the customer, the member deletes
//	speak wang zhang 在吗 · taken wang zhang                    before the greeting; by another app
//	resign zhang · fault kind path=… count=… · heal             at WeCom
//	line slow=5s|lose|cut operation [count] · line mend         between us and WeCom
//	waits operation [2] · answered operation [2]                until so many calls wait on the slow line; came back
//	advance 20s · settle · sync · repeat                        time; work; first sync; every callback again
//	chat wang zhang '你好'   ! chat …                           what the customer received
//	tags wang zhang 展会 · remark wang zhang 展会-王小明        as WeCom has them
//	serves 展会 li,wang                                         to whom WeCom leads
//	count 展会 added=1 lost=0 deleted=0 today=1                 in the console
//	status 展会 live · problem 展会 李四                        in the console
//	tile channelcode.today 1                                    on the home page
//	delivery wang sent [source] [reason]                        what became of the greeting
//	told wang tag.added.channel 展会                            a line of his timeline with these values
//	calls operation 1                                           how often WeCom was asked
//	api owner GET /api/…  [body] → stdout: status and body      any request; {展会} is its id
//	hand, refuse, items …                                       hand-overs: see handovers
type Story struct {
	*House

	t      *testing.T
	line   *Line
	people map[string]string // script's name → person
	codes  map[string]*printed
	begun  map[string]int // how often each operation had been called when the story began
}

// printed is a code as it hangs on the wall: the contact way it was printed from.
type printed struct{ id, way string }

// NewStory opens an empty house for a story.
func NewStory(t *testing.T, e db.Engine, features ...feature.New) *Story {
	t.Helper()
	s := &Story{t: t, line: &Line{}, people: map[string]string{}, codes: map[string]*printed{}}
	door := Door(func() string { return s.Corp })
	s.House = Open(t, e, Options{
		Seed: &wecomsim.SeedOptions{Departments: 1}, Features: append(slices.Clone(features), door), Transport: s.line,
	})
	s.line.Clock = s.Clock
	s.begun = s.called()
	return s
}

// Line is the program's line to WeCom.
func (s *Story) Line() *Line { return s.line }

func (s *Story) called() map[string]int {
	n := map[string]int{}
	for path, c := range s.Sim.Counters() {
		n[filepath.Base(path)] = c.Calls
	}
	return n
}

// Request is one request by somebody (WhoHeader); the answer's status and body.
func (s *Story) Request(who, method, path, body string) (int, string) {
	s.t.Helper()
	for name, c := range s.codes {
		path = strings.ReplaceAll(path, "{"+name+"}", c.id)
	}
	kind := ""
	if body != "" {
		kind = "application/json"
	}
	return s.send(who, method, path, kind, strings.NewReader(body))
}

func (s *Story) send(who, method, path, kind string, body io.Reader) (int, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set(WhoHeader, who)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	raw, err := io.ReadAll(response.Body)
	if closing := response.Body.Close(); err != nil || closing != nil {
		s.t.Fatal(err, closing)
	}
	return response.StatusCode, string(raw)
}

// call is a request of the owner that must succeed.
func (s *Story) call(ts *testscript.TestScript, method, path string, body any, into any) {
	raw, err := json.Marshal(body)
	ts.Check(err)
	if body == nil {
		raw = nil
	}
	status, answer := s.Request("owner", method, path, string(raw))
	if status/100 != 2 {
		ts.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if into != nil {
		ts.Check(json.NewDecoder(bytes.NewReader([]byte(answer))).Decode(into))
	}
}

// command is one word of the scripts; it fails through ts.
type command = func(ts *testscript.TestScript, a args)

// args are a command's words; those of the form key=value are set apart.
type args struct {
	neg   bool
	words []string
	set   map[string]string
}

func (a args) word(ts *testscript.TestScript, i int) string {
	if i >= len(a.words) {
		ts.Fatalf("a word is missing: %v", a.words)
	}
	return a.words[i]
}

// count is a number among the words, 1 when it is not given.
func (a args) count(ts *testscript.TestScript, i int) int {
	if i >= len(a.words) {
		return 1
	}
	return must(strconv.Atoi(a.words[i]))(ts)
}

func (s *Story) commands() map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, bool, []string){}
	for name, run := range merged(s.acts(), s.console(), s.checks(), s.handovers()) {
		all[name] = func(ts *testscript.TestScript, neg bool, words []string) {
			a := args{neg: neg, set: map[string]string{}}
			for _, w := range words {
				// A key is plain letters: JSON bodies and sentences are words.
				key, value, ok := strings.Cut(w, "=")
				if ok && strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
					a.set[key] = value
					continue
				}
				a.words = append(a.words, w)
			}
			run(ts, a)
		}
	}
	return all
}

func merged(groups ...map[string]command) map[string]command {
	all := map[string]command{}
	for _, g := range groups {
		maps.Copy(all, g)
	}
	return all
}

func (s *Story) person(ts *testscript.TestScript, name string) string {
	p := s.people[name]
	if p == "" {
		ts.Fatalf("who is %s? Say first: person %s 名字", name, name)
	}
	return p
}

func (s *Story) code(ts *testscript.TestScript, name string) *printed {
	c := s.codes[name]
	if c == nil {
		ts.Fatalf("no code %s in this story", name)
	}
	return c
}

// settle ends a command, unless the script says that it does not wait.
func (s *Story) settle(a args) {
	if !slices.Contains(a.words, "unsettled") {
		s.Settle()
	}
}

// await blocks until the line's calls of an operation are as wanted.
func (s *Story) await(ts *testscript.TestScript, operation string, wanted func(waiting, carried int) bool) {
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	for {
		waiting, carried, moved := s.line.Calls(operation)
		if wanted(waiting, carried) {
			return
		}
		select {
		case <-moved:
		case <-ctx.Done():
			ts.Fatalf("%s: %d calls wait and %d came back, others are expected", operation, waiting, carried)
		}
	}
}

func list(text string) []string {
	if text == "" {
		return []string{}
	}
	return strings.Split(text, ",")
}

func must[T any](v T, err error) func(ts *testscript.TestScript) T {
	return func(ts *testscript.TestScript) T {
		if err != nil {
			ts.Fatalf("%v", err)
		}
		return v
	}
}

func quoted(what string, a args) string {
	return fmt.Sprintf("%s %s", what, strings.Join(a.words, " "))
}

// MakeCode makes a channel code of a form and remembers it by a name, as the script's
// command does.
func (s *Story) MakeCode(name, form string) {
	s.t.Helper()
	status, answer := s.Request("owner", "POST", "/api/channelcode/codes", form)
	var made struct {
		ID    string `json:"id"`
		State string `json:"state"`
	}
	if err := json.Unmarshal([]byte(answer), &made); err != nil || status/100 != 2 {
		s.t.Fatalf("make %s: %d %s %v", name, status, answer, err)
	}
	s.Settle()
	s.codes[name] = &printed{id: made.ID, way: s.wayOf(made.State)}
}

// Jobs counts the jobs of a kind that were asked for, up to 500.
func (s *Story) Jobs(kind string) int {
	s.t.Helper()
	rows, err := s.App.Queue.List(s.t.Context(), job.Filter{Corp: s.Corp, Kind: kind, Limit: 500})
	if err != nil {
		s.t.Fatal(err)
	}
	return len(rows)
}
