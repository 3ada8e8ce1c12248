package web

import (
	"bytes"
	"encoding/csv"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// FuzzHarmless: whatever a cell holds, a spreadsheet reads no formula, and nothing is lost
// but what UTF-8 does not have.
func FuzzHarmless(f *testing.F) {
	for _, s := range []string{"", "王芳", "=1+1", "\u202e=1+1", " \u200b\ufeff+1", "\x00@x", "-", "＝1", "a\n=1", "\xff=1", "'=1", "\u00a0=cmd|' /C calc'!A0", strings.Repeat("=", 40_000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w := httptest.NewRecorder()
		if err := CSV(w, "x", []string{"h"}, func(yield func([]any, error) bool) { yield([]any{s, 1}, nil) }); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(w.Body.Bytes(), []byte(byteOrderMark))))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != 2 {
			t.Fatalf("%q became %q, %v", s, rows, err)
		}
		cell := rows[1][0]
		visible := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
		if first, _ := utf8.DecodeRuneInString(visible); strings.ContainsRune("=+-@＝＋－＠", first) && visible != "" {
			t.Errorf("%q is a formula: %q", s, cell)
		}
		if got := strings.TrimPrefix(cell, "'"); got != strings.ReplaceAll(strings.TrimPrefix(s, "'"), "\r\n", "\n") && !strings.Contains(s, "\r") {
			t.Errorf("%q became %q", s, cell)
		}
	})
}

// TestHostileSheets: a workbook with what people may be called opens again.
func TestHostileSheets(t *testing.T) {
	names := []string{"<script>alert(1)</script>", "\u202eevil", "a\x00b\x0bc", "😀𠮷", strings.Repeat("长", 40_000), "=1+1", "]]>&<!--", "\xff\xfe"}
	w := httptest.NewRecorder()
	err := XLSX(w, "x", "表", []string{"h"}, func(yield func([]any, error) bool) {
		for _, n := range names {
			if !yield([]any{n}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	rows, err := book.GetRows("表")
	if err != nil || len(rows) != len(names)+1 || rows[1][0] != names[0] || rows[4][0] != names[3] || rows[6][0] != "'=1+1" {
		t.Errorf("%d rows, %v: %.40q", len(rows), err, rows)
	}
}
