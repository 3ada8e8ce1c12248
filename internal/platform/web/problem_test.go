package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

func TestErrorsAsProblems(t *testing.T) {
	rows := []struct {
		name   string
		err    error
		status int
		code   string
		detail string // "" to skip
	}{
		{"invalid", &fault.Fault{Code: fault.Invalid, Message: "填写有误", Fields: []fault.Field{{Name: "name", Message: "必填"}}}, 422, "invalid", "填写有误"},
		{"wrapped", fmt.Errorf("create: %w", fault.New(fault.Conflict, "名称重复")), 409, "conflict", "名称重复"},
		{"not found", fault.Missing("活码"), 404, "not_found", ""},
		{"forbidden", fault.New(fault.Forbidden, "不行"), 403, "forbidden", "不行"},
		{"unauthenticated", fault.New(fault.Unauthenticated, "请先登录"), 401, "unauthenticated", ""},
		{"too large", fault.New(fault.TooLarge, "太大"), 413, "too_large", ""},
		{"limited", web.Limited(1500 * time.Millisecond), 429, "limited", ""},
		{"upstream", &fault.Fault{Code: fault.Upstream, Message: "企业微信拒绝", Upstream: 84061, Advice: "客户已删除"}, 502, "upstream", ""},
		{"unavailable", fault.New(fault.Unavailable, "稍后"), 503, "unavailable", ""},
		{"deadline", context.DeadlineExceeded, 503, "unavailable", ""},
		{"anything", errors.New("pq: password=hunter2"), 500, "internal", "系统出错了，请把编号告诉管理员"},
		{"nothing", nil, 500, "internal", ""},
	}
	for _, row := range rows {
		for _, kind := range []string{"typed", "raw"} {
			if kind == "raw" && row.err == nil {
				continue // a raw handler without an error has answered by itself
			}
			t.Run(row.name+" "+kind, func(t *testing.T) {
				f := newFixture(nil,
					web.Get("/typed", "", "看", func(context.Context, *empty) (*named, error) { return nil, row.err }, web.For(web.Public)),
					web.Raw("GET", "/raw", "", "看", func(http.ResponseWriter, *http.Request) error { return row.err }, web.For(web.Public)))
				w := f.call("GET", "/api/code/"+kind, "")
				p := problemOf(t, w)
				if w.Code != row.status || p.Code != row.code || row.detail != "" && p.Detail != row.detail {
					t.Errorf("%d %s %q", w.Code, p.Code, p.Detail)
				}
				if p.Type != "urn:queqiao:problem:"+row.code || p.Title == "" || p.Detail == "" {
					t.Errorf("%+v", p)
				}
				if p.Reference == "" || p.Reference != w.Header().Get("X-Request-Id") || !strings.Contains(f.log.String(), p.Reference) {
					t.Errorf("reference %q is not in header and log", p.Reference)
				}
				if strings.Contains(w.Body.String(), "hunter2") {
					t.Error("the cause left the program")
				}
				if row.name == "anything" && !strings.Contains(f.log.String(), "hunter2") {
					t.Error("the cause is not in the log")
				}
				if got := w.Header().Get("Retry-After"); (row.name == "limited") != (got == "2") {
					t.Errorf("Retry-After %q", got)
				}
				if row.name == "upstream" && (p.Upstream != 84061 || p.Advice != "客户已删除") {
					t.Errorf("%+v", p)
				}
				if row.name == "invalid" && !cmp.Equal(p.Errors, []fault.Field{{Name: "name", Message: "必填"}}) {
					t.Errorf("errors %+v", p.Errors)
				}
			})
		}
	}
}

func TestPanicIsAProblem(t *testing.T) {
	f := newFixture(nil,
		web.Get("/typed", "", "看", func(context.Context, *empty) (*named, error) { panic("boom 4711") }, web.For(web.Public)),
		web.Raw("GET", "/half", "", "看", func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = w.Write([]byte("half"))
			return errors.New("late")
		}, web.For(web.Public)))
	w := f.call("GET", "/api/code/typed", "")
	if p := problemOf(t, w); w.Code != 500 || strings.Contains(w.Body.String(), "4711") || !strings.Contains(f.log.String(), "boom 4711") || p.Reference == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Error("half an answer was passed off as a whole one")
		}
	}()
	f.call("GET", "/api/code/half", "")
}

// form has one field of each rule.
type form struct {
	ID    id.ID `path:"id"`
	Limit int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Body  struct {
		Name   string    `json:"name" minLength:"1" maxLength:"5"`
		Kind   string    `json:"kind,omitempty" enum:"a,b"`
		Count  int       `json:"count,omitempty" minimum:"2" maximum:"9"`
		Mail   string    `json:"mail,omitempty" format:"email"`
		Site   string    `json:"site,omitempty" format:"uri"`
		From   time.Time `json:"from,omitzero"`
		Phone  string    `json:"phone,omitempty" pattern:"^1[0-9]{10}$"`
		Tags   []string  `json:"tags,omitempty" minItems:"1" maxItems:"2" uniqueItems:"true"`
		Parent id.ID     `json:"parent,omitempty"`
		Shifts []struct {
			Day int `json:"day" maximum:"7"`
		} `json:"shifts,omitempty"`
	}
}

func TestValidationInWords(t *testing.T) {
	f := newFixture(nil, web.Put("/codes/{id}", "", "改", func(_ context.Context, in *form) (*named, error) {
		return &named{fmt.Sprint(in.ID, in.Limit, in.Body.Parent)}, nil
	}, web.For(web.Public)))
	const good = "/api/code/codes/0fzzzzzzzzzz1"
	rows := []struct {
		name, target, body string
		status             int
		field, zh, en      string
	}{
		{"fine", good, `{"name":"展会","parent":""}`, 200, "", "", ""},
		{"required", good, `{}`, 422, "name", "必填", "is required"},
		{"empty", good, `{"name":""}`, 422, "name", "不能为空", "must not be empty"},
		{"long", good, `{"name":"一二三四五六"}`, 422, "name", "最多 5 个字符", "must have at most 5 characters"},
		{"type", good, `{"name":5}`, 422, "name", "必须是文字", "must be text"},
		{"enum", good, `{"name":"x","kind":"c"}`, 422, "kind", "只能是以下之一：a, b", "must be one of: a, b"},
		{"minimum", good, `{"name":"x","count":1}`, 422, "count", "不能小于 2", "must be at least 2"},
		{"maximum", good, `{"name":"x","count":10}`, 422, "count", "不能大于 9", "must be at most 9"},
		{"integer", good, `{"name":"x","count":2.5}`, 422, "count", "必须是整数", "must be a whole number"},
		{"mail", good, `{"name":"x","mail":"no"}`, 422, "mail", "必须是邮箱地址", "must be an e-mail address"},
		{"time", good, `{"name":"x","from":"yesterday"}`, 422, "from", "必须是时间，如 2026-01-02T15:04:05+08:00", "must be a time such as 2026-01-02T15:04:05+08:00"},
		{"pattern", good, `{"name":"x","phone":"123"}`, 422, "phone", "格式不正确", "has the wrong form (want ^1[0-9]{10}$)"},
		{"few", good, `{"name":"x","tags":[]}`, 422, "tags", "至少选择 1 项", "must have at least 1 item"},
		{"many", good, `{"name":"x","tags":["a","b","c"]}`, 422, "tags", "最多 2 项", "must have at most 2 items"},
		{"twice", good, `{"name":"x","tags":["a","a"]}`, 422, "tags", "不能重复", "must not hold the same item twice"},
		{"null list", good, `{"name":"x","tags":null,"shifts":[{"day":null}]}`, 422, "shifts[0].day", "必须是整数", "must be a whole number"},
		{"unknown", good, `{"name":"x","colour":"red"}`, 422, "colour", "没有这个字段，请检查拼写", "is not a field here; check the spelling"},
		{"nested", good, `{"name":"x","shifts":[{"day":1},{"day":8}]}`, 422, "shifts[1].day", "不能大于 7", "must be at most 7"},
		{"id in body", good, `{"name":"x","parent":"zzz"}`, 422, "parent", "格式不正确（id）", "is not a valid id"},
		{"id in path", "/api/code/codes/17", `{"name":"x"}`, 422, "id", "格式不正确（id）", "is not a valid id"},
		{"query", good + "?limit=0", `{"name":"x"}`, 422, "limit", "不能小于 1", "must be at least 1"},
		{"query type", good + "?limit=many", `{"name":"x"}`, 422, "limit", "必须是整数", "must be a whole number"},
		{"query unknown", good + "?limt=3", `{"name":"x"}`, 422, "limt", "没有这个查询参数，请检查拼写", "is not a query parameter here; check the spelling"},
	}
	for _, row := range rows {
		for language, want := range map[string]string{"": row.zh, "en-GB,zh;q=0.5": row.en, "fr, zh-TW": row.zh} {
			t.Run(row.name+" "+language, func(t *testing.T) {
				w := f.call("PUT", row.target, row.body, "Accept-Language", language)
				if row.status == 200 {
					if w.Code != 200 {
						t.Fatalf("%d %s", w.Code, w.Body)
					}
					return
				}
				p := problemOf(t, w)
				if w.Code != row.status || p.Code != "invalid" || !cmp.Equal(p.Errors, []fault.Field{{Name: row.field, Message: want}}) {
					t.Errorf("%d %+v, want %s: %s", w.Code, p.Errors, row.field, want)
				}
			})
		}
	}
	if got := f.call("PUT", good+"?limit=7", `{"name":"x","parent":"0fzzzzzzzzzz2"}`).Body.String(); !strings.Contains(got, "0fzzzzzzzzzz1 7 0fzzzzzzzzzz2") {
		t.Errorf("ids and query did not arrive: %s", got)
	}
}

func TestBrokenBodies(t *testing.T) {
	type in struct{ Body named }
	f := newFixture(nil, web.Post("/x", "", "写", func(_ context.Context, in *in) (*named, error) { return &in.Body, nil },
		web.For(web.Public), web.MaxBody(2048)))
	of := func(n int) string { return `{"name":"` + strings.Repeat("x", n-len(`{"name":""}`)) + `"}` }
	rows := []struct {
		name, body string
		headers    []string
		status     int
		code       string
	}{
		{"not JSON", `{"name":`, nil, 400, "invalid"},
		{"none", "", nil, 400, "invalid"},
		{"two", `{"name":"a"} {"name":"b"}`, nil, 400, "invalid"},
		{"form", "name=x", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "invalid"},
		{"as large as allowed", of(2048), nil, 200, ""},
		{"a byte too large", of(2049), nil, 413, "too_large"},
		{"far too large", of(1 << 20), nil, 413, "too_large"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := f.call("POST", "/api/code/x", row.body, row.headers...)
			if w.Code != row.status {
				t.Fatalf("%d %.200s", w.Code, w.Body)
			}
			if row.status != 200 {
				if p := problemOf(t, w); p.Code != row.code || strings.Contains(w.Body.String(), "xxx") {
					t.Errorf("%+v", p)
				}
			}
		})
	}
}
