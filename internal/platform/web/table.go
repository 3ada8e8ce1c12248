package web

import (
	"encoding/csv"
	"fmt"
	"io"
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
func CSV(w http.ResponseWriter, name string, header []string, rows Rows) error {
	return writeCSV(w, header, rows, func() { Attach(w, name+".csv", "text/csv; charset=utf-8") })
}

// WriteCSV writes a table, row by row as they come.
//
// Cells that a spreadsheet would run as a formula get a leading apostrophe.
func WriteCSV(w io.Writer, header []string, rows Rows) error {
	return writeCSV(w, header, rows, func() {})
}

// writeCSV calls begin before the first byte, when the first row is there.
func writeCSV(w io.Writer, header []string, rows Rows, begin func()) error {
	out := csv.NewWriter(w)
	head := func() error {
		begin()
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return err
		}
		return out.Write(harmless(header))
	}
	begun := false
	for row, err := range rows {
		if err == nil && !begun {
			begun, err = true, head()
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
		if err := head(); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// MaxXLSXRows is the most rows a sheet takes, its head included.
const MaxXLSXRows = excelize.TotalRows

// XLSX answers with a table as an Excel file. Rows go through a temporary file, so memory
// stays small; the answer begins when the last row is in, and an error on the way becomes
// a problem. What is beyond MaxXLSXRows goes on in a second sheet, and so on.
func XLSX(w http.ResponseWriter, name, sheet string, header []string, rows Rows) error {
	return writeXLSX(w, sheet, header, rows, func() {
		Attach(w, name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	})
}

// WriteXLSX writes a table as an Excel file, as XLSX does.
func WriteXLSX(w io.Writer, sheet string, header []string, rows Rows) error {
	return writeXLSX(w, sheet, header, rows, func() {})
}

func writeXLSX(w io.Writer, sheet string, header []string, rows Rows, begin func()) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closeErr := book.Close(); err == nil {
			err = closeErr
		}
	}()
	if err := fillXLSX(book, sheet, header, rows, MaxXLSXRows); err != nil {
		return err
	}
	begin()
	if _, err := book.WriteTo(w); err != nil {
		return fmt.Errorf("web: xlsx: %w", err)
	}
	return nil
}

// fillXLSX puts the rows on as many sheets as they need: most is how many one takes, its head included.
func fillXLSX(book *excelize.File, sheet string, header []string, rows Rows, most int) error {
	line := make([]any, len(header))
	for i, h := range header {
		line[i] = harmlessText(h)
	}
	var out *excelize.StreamWriter
	sheets, n := 0, 0
	turn := func() (err error) {
		if out != nil {
			if err := out.Flush(); err != nil {
				return fmt.Errorf("web: xlsx: %w", err)
			}
		}
		name := sheet
		if sheets++; sheets > 1 {
			name = fmt.Sprintf("%s %d", sheet, sheets)
			_, err = book.NewSheet(name)
		} else {
			err = book.SetSheetName("Sheet1", name)
		}
		if err == nil {
			out, err = book.NewStreamWriter(name)
		}
		if err == nil {
			n, err = 1, out.SetRow("A1", line)
		}
		if err != nil {
			return fmt.Errorf("web: xlsx: %w", err)
		}
		return nil
	}
	if err := turn(); err != nil {
		return err
	}
	for row, err := range rows {
		if err == nil && n == most {
			err = turn()
		}
		if err != nil {
			return err
		}
		n++
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
	return nil
}

// Attach makes the answer a file to be saved under a name, which may be Chinese.
func Attach(w http.ResponseWriter, name, contentType string) {
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

// Pages makes the rows of a table from a list that is read page by page: page gives what
// comes after a place (nil for the beginning) and the next place, nil at the end. Memory
// holds one page, however long the table.
func Pages[T, K any](page func(after *K) ([]T, *K, error), cells func(T) []any) Rows {
	return func(yield func([]any, error) bool) {
		var after *K
		for {
			items, next, err := page(after)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, item := range items {
				if !yield(cells(item), nil) {
					return
				}
			}
			if next == nil {
				return
			}
			after = next
		}
	}
}

// NextPage is the place after a page that was read whole, nil when it came out shorter.
func NextPage[T, K any](page []T, size int, key func(T) K) *K {
	if len(page) < size {
		return nil
	}
	next := key(page[len(page)-1])
	return &next
}
