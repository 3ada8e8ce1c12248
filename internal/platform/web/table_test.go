package web_test

import (
	"bytes"
	"errors"
	"iter"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// tableOf yields rows, and an error before row failAt (-1 for none).
func tableOf(failAt int, rows ...[]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for i, r := range rows {
			if i == failAt {
				yield(nil, errors.New("the query broke"))
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func sample() [][]any {
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.FixedZone("CST", 8*3600))
	return [][]any{
		{"王芳", int64(-5), at, id.ID(7), true, nil, 1.5},
		{"=HYPERLINK(\"http://evil\")", 0, time.Time{}, id.ID(0), false, "+1", "-x"},
		{"@cmd, \"quoted\"\nline", 3, at, id.ID(8), true, "\t=1", "＝1"},
	}
}

var heads = []string{"姓名", "分", "时间", "编号", "是", "备注", "=x"}

func TestCSV(t *testing.T) {
	f := newFixture(nil, web.Raw("GET", "/x", "", "导出", func(w http.ResponseWriter, _ *http.Request) error {
		return web.CSV(w, "客户 2026", heads, tableOf(-1, sample()...))
	}, web.For(web.Public)))
	w := f.call("GET", "/api/code/x", "")
	want := "\xef\xbb\xbf姓名,分,时间,编号,是,备注,'=x\n" +
		"王芳,-5,2026-03-01 10:00:00,0000000000007,true,,1.5\n" +
		"\"'=HYPERLINK(\"\"http://evil\"\")\",0,,,false,'+1,'-x\n" +
		"\"'@cmd, \"\"quoted\"\"\nline\",3,2026-03-01 10:00:00,0000000000008,true,'\t=1,'＝1\n"
	if diff := cmp.Diff(want, w.Body.String()); diff != "" {
		t.Error(diff)
	}
	if got := w.Header().Get("Content-Disposition"); got != "attachment; filename*=utf-8''%E5%AE%A2%E6%88%B7%202026.csv" {
		t.Errorf("disposition %q", got)
	}
	if got := w.Header().Get("Content-Type"); got != "text/csv; charset=utf-8" {
		t.Errorf("type %q", got)
	}
}

func TestCSVThatBreaks(t *testing.T) {
	route := func(failAt int, rows [][]any) *fixture {
		return newFixture(nil, web.Raw("GET", "/x", "", "导出", func(w http.ResponseWriter, _ *http.Request) error {
			return web.CSV(w, "x", heads, tableOf(failAt, rows...))
		}, web.For(web.Public)))
	}
	w := route(0, sample()).call("GET", "/api/code/x", "")
	if p := problemOf(t, w); p.Status != 500 || w.Header().Get("Content-Disposition") != "" {
		t.Errorf("%+v %v", p, w.Header())
	}
	for _, encoding := range []string{"", "gzip"} {
		func() {
			defer func() {
				if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
					t.Error("half a table was passed off as a whole one")
				}
			}()
			route(2, sample()).call("GET", "/api/code/x", "", "Accept-Encoding", encoding)
		}()
	}
	if w := route(-1, nil).call("GET", "/api/code/x", ""); w.Code != 200 || !strings.Contains(w.Body.String(), "姓名") {
		t.Errorf("an empty table: %d %q", w.Code, w.Body)
	}
}

func TestXLSX(t *testing.T) {
	serve := func(failAt int) *fixture {
		return newFixture(nil, web.Raw("GET", "/x", "", "导出", func(w http.ResponseWriter, _ *http.Request) error {
			return web.XLSX(w, "客户", "客户", heads, tableOf(failAt, sample()...))
		}, web.For(web.Public)))
	}
	w := serve(-1).call("GET", "/api/code/x", "", "Accept-Encoding", "gzip")
	if w.Code != 200 || w.Header().Get("Content-Encoding") != "" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	book, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	got, err := book.GetRows("客户")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"姓名", "分", "时间", "编号", "是", "备注", "'=x"},
		{"王芳", "-5", "2026-03-01 10:00:00", "0000000000007", "TRUE", "", "1.5"},
		{"'=HYPERLINK(\"http://evil\")", "0", "", "", "FALSE", "'+1", "'-x"},
		{"'@cmd, \"quoted\"\nline", "3", "2026-03-01 10:00:00", "0000000000008", "TRUE", "'\t=1", "'＝1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if p := problemOf(t, serve(2).call("GET", "/api/code/x", "")); p.Status != 500 {
		t.Errorf("%+v", p)
	}
}
