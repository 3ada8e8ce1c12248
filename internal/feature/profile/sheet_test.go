package profile_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature/profile"
)

// bomb is a workbook whose sheet says that it unfolds to half a gigabyte.
func bomb(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	_, err := z.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CompressedSize64: 0, UncompressedSize64: 500 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// archive is a workbook with these rows, and so many parts that nobody needs.
func archive(t testing.TB, parts int, rows string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range parts {
		if _, err := z.Create(fmt.Sprintf("xl/media/%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"xl/workbook.xml":          `<workbook/>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	} {
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

// FuzzTable: whatever people upload is read or refused, within the limits.
func FuzzTable(f *testing.F) {
	f.Add([]byte("external_userid,城市\nwm1,杭州\n"))
	f.Add([]byte("\xef\xbb\xbfa;b\n\"x\ny\";2\n"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00\n\x00"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("a\tb\n'=1+1\t1.38E+10\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > 1<<16 {
			return
		}
		last := 0
		for _, l := range profile.Table(raw) {
			if l.N <= last || len(l.Cells) > 200 {
				t.Fatalf("line %d after %d with %d cells", l.N, last, len(l.Cells))
			}
			last = l.N
			for _, c := range l.Cells {
				if len([]rune(c)) > 2000 {
					t.Fatalf("a cell of %d characters", len([]rune(c)))
				}
			}
		}
	})
}
