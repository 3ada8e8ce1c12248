package web

import (
	"encoding/csv"
	"fmt"
	"iter"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Rows are the lines of a table, as a query yields them; the first error ends it.
type Rows = iter.Seq2[[]any, error]

// byteOrderMark tells Excel that a CSV file is UTF-8.
const byteOrderMark = "\xef\xbb\xbf"

// CSV answers with a table as a download. Rows are written as they come, so the table
// may be of any length. An error before the first row becomes a problem; a later one
// ends the connection, so that half a file is not taken for a whole one.
//
// Cells that a spreadsheet would run as a formula get a leading apostrophe.
func CSV(w http.ResponseWriter, name string, header []string, rows Rows) error {
	out := csv.NewWriter(w)
	begin := func() error {
		download(w, name+".csv", "text/csv; charset=utf-8")
		if _, err := w.Write([]byte(byteOrderMark)); err != nil {
			return err
		}
		return out.Write(harmless(header))
	}
	begun := false
	for row, err := range rows {
		if err == nil && !begun {
			begun, err = true, begin()
		}
		if err == nil {
			cells := make([]string, len(row))
			for i, v := range row {
				cells[i] = cellText(v)
			}
			err = out.Write(cells)
		}
		if err != nil {
			return err
		}
	}
	if !begun {
		if err := begin(); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// MaxXLSXRows is the most rows a sheet takes, its head included.
const MaxXLSXRows = excelize.TotalRows

// XLSX answers with a table as an Excel file of one sheet. Rows go through a temporary
// file, so memory stays small; the answer begins when the last row is in, and an error
// on the way becomes a problem. More than MaxXLSXRows rows are an error: offer CSV.
func XLSX(w http.ResponseWriter, name, sheet string, header []string, rows Rows) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closeErr := book.Close(); err == nil {
			err = closeErr
		}
	}()
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("web: xlsx: %w", err)
	}
	out, err := book.NewStreamWriter(sheet)
	if err != nil {
		return fmt.Errorf("web: xlsx: %w", err)
	}
	line := make([]any, len(header))
	for i, h := range header {
		line[i] = harmlessText(h)
	}
	n := 1
	if err := out.SetRow("A1", line); err != nil {
		return fmt.Errorf("web: xlsx: %w", err)
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if n++; n > MaxXLSXRows {
			return fmt.Errorf("web: xlsx: more than %d rows", MaxXLSXRows)
		}
		cells := make([]any, len(row))
		for i, v := range row {
			cells[i] = cellValue(v)
		}
		if err := out.SetRow("A"+strconv.Itoa(n), cells); err != nil {
			return fmt.Errorf("web: xlsx: row %d: %w", n, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("web: xlsx: %w", err)
	}
	download(w, name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	if _, err := book.WriteTo(w); err != nil {
		return fmt.Errorf("web: xlsx: %w", err)
	}
	return nil
}

// download names the file, in Chinese too.
func download(w http.ResponseWriter, name, contentType string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}

// timeLayout is how tables write a moment; the value carries the corp's time zone.
const timeLayout = "2006-01-02 15:04:05"

func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return harmlessText(v)
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.Format(timeLayout)
	case fmt.Stringer:
		return harmlessText(v.String())
	default:
		return fmt.Sprint(v) // numbers and booleans: "-5" is a number, no formula
	}
}

// cellValue keeps numbers as numbers. Text is stored as text there, which Excel never
// runs, but a file saved on as CSV would be run: so it is made harmless too.
func cellValue(v any) any {
	switch v.(type) {
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, float32, float64, bool:
		if _, named := v.(fmt.Stringer); !named {
			return v
		}
	}
	return cellText(v)
}

func harmless(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = harmlessText(c)
	}
	return out
}

// harmlessText disarms formulas (OWASP, CSV injection). What a spreadsheet or a person does
// not see in front of the sign, spaces and marks of direction among it, does not hide it.
func harmlessText(s string) string {
	if s == "" {
		return s
	}
	if strings.ContainsRune("\t\r\n", rune(s[0])) {
		return "'" + s
	}
	seen := strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
	if first, _ := utf8.DecodeRuneInString(seen); strings.ContainsRune("=+-@＝＋－＠﹦﹢﹣﹫", first) {
		return "'" + s
	}
	return s
}
