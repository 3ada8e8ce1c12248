package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// TestLongTableGoesOnInASecondSheet: a sheet takes so many rows and no more; what follows
// is not lost, and every sheet has its head.
func TestLongTableGoesOnInASecondSheet(t *testing.T) {
	book := excelize.NewFile()
	t.Cleanup(func() { closed(t, book) })
	rows := func(yield func([]any, error) bool) {
		for i := range 5 {
			if !yield([]any{i}, nil) {
				return
			}
		}
	}
	if err := fillXLSX(book, "客户", []string{"序号"}, rows, 3); err != nil {
		t.Fatal(err)
	}
	buffer, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	read, err := excelize.OpenReader(buffer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, read) })
	got := map[string][][]string{}
	for _, name := range read.GetSheetList() {
		if got[name], err = read.GetRows(name); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string][][]string{
		"客户": {{"序号"}, {"0"}, {"1"}}, "客户 2": {{"序号"}, {"2"}, {"3"}}, "客户 3": {{"序号"}, {"4"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func closed(t *testing.T, book *excelize.File) {
	t.Helper()
	if err := book.Close(); err != nil {
		t.Error(err)
	}
}
