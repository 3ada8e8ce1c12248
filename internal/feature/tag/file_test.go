package tag_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
)

// workbook is an XLSX whose sheet holds these rows, beside so many parts that nobody needs.
func workbook(t *testing.T, rows string, parts int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name, text string) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	const head = `<?xml version="1.0" encoding="UTF-8"?>`
	add("[Content_Types].xml", head+`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`)
	add("_rels/.rels", head+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	add("xl/workbook.xml", head+`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>`)
	add("xl/_rels/workbook.xml.rels", head+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`)
	add("xl/worksheets/sheet1.xml", head+`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row><c t="inlineStr"><is><t>备注</t></is></c></row>`+rows+`</sheetData></worksheet>`)
	for i := range parts {
		add(fmt.Sprintf("xl/media/%d", i), "")
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestFilesThatUnfold: what costs a few bytes in a file must not cost much here.
func TestFilesThatUnfold(t *testing.T) {
	for name, c := range map[string]struct {
		file    []byte
		refused string
		lines   int
	}{
		"one line":          {workbook(t, `<row><c t="inlineStr"><is><t>张三</t></is></c></row>`, 3), "", 1},
		"far cells":         {workbook(t, `<row><c t="inlineStr"><is><t>张三</t></is></c></row>`+strings.Repeat(`<row><c r="XFD1"><v>1</v></c></row>`, 500), 0), "", 1},
		"blank rows":        {workbook(t, strings.Repeat(`<row/>`, 300_000), 0), "行", 0},
		"many parts":        {workbook(t, `<row/>`, 20_000), "太大", 0},
		"blank lines":       {[]byte("备注\n" + strings.Repeat(",\n", 300_000)), "行", 0},
		"one line of cells": {[]byte("备注\n" + strings.Repeat(",", 3<<20)), "太长", 0},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		n, err := tag.Lines(c.file)
		runtime.ReadMemStats(&after)
		if n != c.lines || (err == nil) != (c.refused == "") || err != nil && !strings.Contains(err.Error(), c.refused) {
			t.Errorf("%s: %d lines, %v", name, n, err)
		}
		if cost := (after.TotalAlloc - before.TotalAlloc) >> 20; cost > 48 {
			t.Errorf("%s: %d MB of memory", name, cost)
		}
	}
}
