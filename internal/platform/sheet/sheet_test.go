package sheet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/queqiao-scrm/queqiao/internal/platform/sheet"
)

var limits = sheet.Limits{Lines: 1000, Rows: 5000, Columns: 20, Cell: 100, Unfolded: 64 << 20}

func read(raw []byte) (all []sheet.Line, err error) {
	for l, err := range sheet.Lines(raw, limits) {
		if err != nil {
			return all, err
		}
		all = append(all, l)
	}
	return all, nil
}

// saved is a workbook as another program writes it.
func saved(t testing.TB, fill func(*excelize.File) error) []byte {
	t.Helper()
	book := excelize.NewFile()
	var b bytes.Buffer
	if err := fill(book); err != nil {
		t.Fatal(err)
	}
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWorkbooks(t *testing.T) {
	raw := saved(t, func(f *excelize.File) error {
		for cell, value := range map[string]any{
			"B2": "姓名", "D2": "手机", "B3": " 张三 ", "D3": 13800000000.0, "B4": "'=1+1", "D4": 46349, "C9": "a & <b>\n第二行", "Z9": "too far", "A12": " ",
		} {
			if err := f.SetCellValue("Sheet1", cell, value); err != nil {
				return err
			}
		}
		if err := f.SetCellRichText("Sheet1", "A10", []excelize.RichTextRun{{Text: "甲"}, {Text: "乙", Font: &excelize.Font{Bold: true}}}); err != nil {
			return err
		}
		if _, err := f.NewSheet("第二张"); err != nil {
			return err
		}
		return f.SetCellValue("第二张", "A1", "nobody reads this")
	})
	got, err := read(raw)
	want := []sheet.Line{
		{N: 2, Cells: []string{"", "姓名", "", "手机"}},
		{N: 3, Cells: []string{"", "张三", "", "13800000000"}},
		{N: 4, Cells: []string{"", "=1+1", "", "46349"}},
		{N: 9, Cells: []string{"", "", "a & <b>\n第二行"}},
		{N: 10, Cells: []string{"甲乙"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

// TestStreamedWorkbooks reads what we write ourselves: texts inside the cells, none shared.
func TestStreamedWorkbooks(t *testing.T) {
	raw := saved(t, func(f *excelize.File) error {
		w, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			return err
		}
		for i := range 3 {
			if err := w.SetRow(fmt.Sprintf("A%d", i+1), []any{"客户", i, true, 1.38e+21}); err != nil {
				return err
			}
		}
		return w.Flush()
	})
	got, err := read(raw)
	if err != nil || len(got) != 3 || strings.Join(got[2].Cells, "|") != "客户|2|1|1380000000000000000000" {
		t.Errorf("%v %v", got, err)
	}
}

func TestTexts(t *testing.T) {
	for name, c := range map[string]struct {
		raw, want string
	}{
		"comma":              {"a,b\n1,2\n", "1:a|b 2:1|2 "},
		"semicolon":          {"\xef\xbb\xbfa;b\n\"x\ny\";2\n", "1:a|b 2:x\ny|2 "},
		"tab, disarmed":      {"a\tb\n'=1+1\t1.38E+10\n", "1:a|b 2:=1+1|1.38E+10 "},
		"UTF-16":             {"\xff\xfea\x00,\x00b\x00\n\x00", "1:a|b "},
		"GB 18030":           {"\xd0\xd5\xc3\xfb\n", "1:姓名 "},
		"neither":            {"a\n\xff\xff\xff\n", "1:a invalid"},
		"half a sign":        {"\xff\xfe\xff\xff\xff", "invalid"},
		"not a text":         {"a\x00b", "invalid"},
		"an archive of none": {"PK\x03\x04", "invalid"},
		"blank lines":        {"a\n\n,\n\nb\n", "1:a 5:b "},
	} {
		all, err := read([]byte(c.raw))
		var got strings.Builder
		for _, l := range all {
			fmt.Fprintf(&got, "%d:%s ", l.N, strings.Join(l.Cells, "|"))
		}
		if err != nil {
			got.WriteString("invalid")
		}
		if got.String() != c.want {
			t.Errorf("%s: %q, want %q (%v)", name, got.String(), c.want, err)
		}
	}
}

// parts makes a workbook of parts that are written as they are.
func parts(t testing.TB, rows string, more map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	all := map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="表" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="/xl/texts.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	}
	maps.Copy(all, more)
	for name, text := range all {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBombs: what costs a few bytes in a file costs little here, however it is spread.
func TestBombs(t *testing.T) {
	many := map[string]string{}
	for i := range 600 {
		many[fmt.Sprintf("xl/media/%d", i)] = ""
	}
	claimed := bytes.NewBuffer(nil)
	z := zip.NewWriter(claimed)
	if _, err := z.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, UncompressedSize64: 500 << 20}); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	x := strings.Repeat
	for name, c := range map[string]struct {
		raw   []byte
		lines int
		fails bool
	}{
		"far cells":               {parts(t, x(`<row><c r="XFD1"><v>1</v></c></row>`, 4000), nil), 0, false},
		"a row of cells":          {parts(t, `<row>`+x(`<c><v>1</v></c>`, 500_000)+`</row>`, nil), 1, false},
		"a row that is far":       {parts(t, `<row r="1048576"><c><v>1</v></c></row><row r="1048577"/>`, nil), 1, true},
		"blank rows":              {parts(t, x(`<row/>`, 500_000), nil), 0, true},
		"blank rows, lines after": {parts(t, x(`<row/>`, 5000)+`<row><c><v>1</v></c></row>`, nil), 0, true},
		"lines":                   {parts(t, x(`<row><c><v>1</v></c></row>`, 1500), nil), 1001, true},
		"a long cell":             {parts(t, `<row><c t="inlineStr"><is>`+x(`<t>`+x("长", 10_000)+`</t>`, 100)+`</is></c></row>`, nil), 1, false},
		"a text without end":      {parts(t, `<row><c t="inlineStr"><is><t>`+x("x", 20<<20)+`</t></is></c></row>`, nil), 0, true},
		"a name without end":      {parts(t, `<row><`+x("x", 20<<20)+`/></row>`, nil), 0, true},
		"shared texts":            {parts(t, `<row/>`, map[string]string{"xl/texts.xml": `<sst>` + x(`<si/>`, 2_000_001) + `</sst>`}), 0, true},
		"many parts":              {parts(t, `<row/>`, many), 0, true},
		"what it claims":          {claimed.Bytes(), 0, true},
		"a picture":               {parts(t, `<row/>`, map[string]string{"xl/media/1.png": x("x", 65<<20)}), 0, true},
		"deep":                    {parts(t, `<row>`+x("<a>", 500_000), nil), 0, true},
		"a line of commas":        {[]byte(x(",", 8<<20)), 0, true},
		"a quote without end":     {[]byte("a\n\"" + x("x\n", 4<<20)), 1, true},
		"lines of commas":         {[]byte(x(",\n", 500_000)), 0, true},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := read(c.raw)
		runtime.ReadMemStats(&after)
		if len(got) != c.lines || (err != nil) != c.fails {
			t.Errorf("%s: %d lines, want %d; %v", name, len(got), c.lines, err)
		}
		for _, l := range got {
			for _, cell := range l.Cells {
				if len(l.Cells) > limits.Columns || len([]rune(cell)) > limits.Cell {
					t.Fatalf("%s: line %d has %d cells, one of %d characters", name, l.N, len(l.Cells), len([]rune(cell)))
				}
			}
		}
		// All that was ever asked for, most of it given back at once.
		if cost := (after.TotalAlloc - before.TotalAlloc) >> 20; cost > 300 {
			t.Errorf("%s: %d MB of memory", name, cost)
		}
	}
}

func TestArchive(t *testing.T) {
	raw := parts(t, "", nil)
	if _, err := sheet.Archive(raw, 3); err != nil {
		t.Error(err)
	}
	if _, err := sheet.Archive(raw, 2); err == nil {
		t.Error("three entries were taken for two")
	}
}

// FuzzLines: whatever people upload is read or refused, within the limits.
func FuzzLines(f *testing.F) {
	f.Add([]byte("external_userid,城市\nwm1,杭州\n"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00\n\x00"))
	f.Add(parts(f, `<row><c r="B1" t="s"><v>0</v></c></row>`, map[string]string{"xl/texts.xml": `<sst><si><t>_x000D_甲</t></si></sst>`}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > 1<<16 {
			return
		}
		all, _ := read(raw)
		last := 0
		for _, l := range all {
			if l.N <= last || len(l.Cells) > limits.Columns {
				t.Fatalf("line %d after %d with %d cells", l.N, last, len(l.Cells))
			}
			last = l.N
		}
	})
}
