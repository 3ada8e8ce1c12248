package profile

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// The limits of tables that people upload. A file is small; what it unfolds to need not be.
const (
	maxSheet    = 20 << 20  // bytes as uploaded
	maxUnfolded = 400 << 20 // bytes of a workbook's parts
	maxInMemory = 8 << 20   // bytes of a part; larger ones go through a temporary file
	maxParts    = 500
	maxLines    = 100_000
	maxColumns  = 200
	maxCell     = 2000 // characters that are read of a cell
)

// line is one line of a table; the first with anything in it is the head.
type line struct {
	n     int // as people count, from 1
	cells []string
}

// lines reads a table, XLSX or CSV, line by line; empty lines are left out. What cannot be
// read ends it with an error for people.
func lines(raw []byte) iter.Seq2[line, error] {
	inner := csvLines(raw)
	if bytes.HasPrefix(raw, []byte("PK\x03\x04")) {
		inner = xlsxLines(raw)
	}
	return func(yield func(line, error) bool) {
		count := 0
		for l, err := range inner {
			if err != nil {
				yield(line{}, err)
				return
			}
			if len(l.cells) > maxColumns {
				l.cells = l.cells[:maxColumns]
			}
			empty := true
			for i, c := range l.cells {
				l.cells[i] = plainCell(c)
				empty = empty && l.cells[i] == ""
			}
			if empty {
				continue
			}
			if count++; count > maxLines+1 {
				yield(line{}, fault.Newf(fault.TooLarge, "表格超过 %d 行", maxLines).WithAdvice("请拆成几个文件分别导入"))
				return
			}
			if !yield(l, nil) {
				return
			}
		}
	}
}

// plainCell takes off what a spreadsheet put around a text: spaces, and the apostrophe by
// which our own files disarm formulas.
func plainCell(c string) string {
	c = strings.TrimSpace(strings.ToValidUTF8(c, ""))
	if rest, ok := strings.CutPrefix(c, "'"); ok && rest != "" && strings.ContainsAny(rest[:1], "=+-@") {
		c = rest
	}
	if len(c) > maxCell && utf8.RuneCountInString(c) > maxCell {
		c = string([]rune(c)[:maxCell])
	}
	return c
}

func unreadable(err error) error {
	return fault.New(fault.Invalid, "读不了这个文件").WithAdvice("请另存为 .xlsx 或 .csv 后再上传；加密的文件须先取消密码").Because(err)
}

// xlsxLines reads the first sheet of a workbook. Values come as they are stored: a date is
// the number of its day, a long number has all its digits.
func xlsxLines(raw []byte) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		if err := bounded(raw); err != nil {
			yield(line{}, err)
			return
		}
		book, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnfolded, UnzipXMLSizeLimit: maxInMemory})
		if err != nil {
			yield(line{}, unreadable(err))
			return
		}
		defer func() { _ = book.Close() }() // temporary files, if any, are the system's to sweep
		names := book.GetSheetList()
		if len(names) == 0 {
			yield(line{}, unreadable(errors.New("no sheet")))
			return
		}
		rows, err := book.Rows(names[0])
		if err != nil {
			yield(line{}, unreadable(err))
			return
		}
		defer func() { _ = rows.Close() }() // only read from
		for n := 1; rows.Next(); n++ {
			cells, err := rows.Columns()
			if err != nil {
				yield(line{}, unreadable(err))
				return
			}
			for i, c := range cells {
				cells[i] = whole(c)
			}
			if !yield(line{n, cells}, nil) {
				return
			}
		}
		if err := rows.Error(); err != nil {
			yield(line{}, unreadable(err))
		}
	}
}

// bounded refuses a workbook that unfolds to more than fits.
func bounded(raw []byte) error {
	book, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return unreadable(err)
	}
	total := uint64(0)
	for _, part := range book.File {
		// What a part claims to unfold to is also the most that is read of it.
		total += min(part.UncompressedSize64, maxUnfolded+1)
	}
	if total > maxUnfolded || len(book.File) > maxParts {
		return fault.New(fault.TooLarge, "表格太大").WithAdvice("请删去图片和多余的工作表，或另存为 .csv 后再上传")
	}
	return nil
}

var scientific = regexp.MustCompile(`^[0-9](\.[0-9]+)?E\+?[0-9]{1,2}$`)

// whole writes out a long number, such as a telephone number, that a sheet stores as 1.38E+10.
func whole(c string) string {
	if !scientific.MatchString(c) {
		return c
	}
	f, _, err := big.ParseFloat(c, 10, 128, big.ToNearestEven)
	if err != nil || !f.IsInt() {
		return c
	}
	return f.Text('f', 0)
}

// csvLines reads a CSV file: UTF-8, UTF-16 with its mark, or GB 18030 as Chinese Excel
// saves it; parted by comma, semicolon or tab.
func csvLines(raw []byte) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		var text io.Reader = bytes.NewReader(raw)
		switch {
		case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
			text = bytes.NewReader(raw[3:])
		case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
			text = transform.NewReader(text, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
		case !utf8.Valid(raw):
			text = transform.NewReader(text, simplifiedchinese.GB18030.NewDecoder())
		}
		if bytes.IndexByte(raw, 0) >= 0 && !bytes.HasPrefix(raw, []byte("\xff\xfe")) && !bytes.HasPrefix(raw, []byte("\xfe\xff")) {
			yield(line{}, unreadable(errors.New("not a text")))
			return
		}
		r := csv.NewReader(text)
		r.FieldsPerRecord, r.LazyQuotes, r.Comma = -1, true, separator(raw)
		for {
			cells, err := r.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(line{}, unreadable(err))
				return
			}
			n, _ := r.FieldPos(0)
			if !yield(line{n, cells}, nil) {
				return
			}
		}
	}
}

// separator is the sign that parts the first line most often.
func separator(raw []byte) rune {
	first, _, _ := bytes.Cut(raw, []byte("\n"))
	best, most := ',', bytes.Count(first, []byte(","))
	for _, r := range []rune{'\t', ';'} {
		if n := bytes.Count(first, []byte(string(r))); n > most {
			best, most = r, n
		}
	}
	return best
}

// imported reads a cell of a file into a field: options by their names, dates as sheets
// store them too.
func (f Field) imported(text string) (cells []cell, wrong string) {
	switch f.Kind {
	case Choice, Multi:
		var keys []string
		parts := []string{text}
		if f.Kind == Multi {
			parts = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(optionMarks, r) })
		}
		for _, p := range parts {
			key, ok := f.named(p)
			if !ok {
				return nil, "没有选项「" + clipped(strings.TrimSpace(p)) + "」"
			}
			keys = append(keys, key)
		}
		return f.cellsOf(keys, nil)
	case Date:
		// Sheets count days from 1899-12-30.
		if serial, err := strconv.ParseFloat(text, 64); err == nil && serial >= 1 && serial < 80000 {
			text = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(serial)).Format(time.DateOnly)
		}
		// A moment is cut to its day.
		if day, _, ok := strings.Cut(text, " "); ok {
			text = day
		}
	case File:
		return nil, "文件不能导入"
	default: // as it is written
	}
	return f.cellsOf([]string{text}, nil)
}

func (f Field) named(name string) (key string, ok bool) {
	for _, o := range f.Options {
		if !o.Archived && folded(o.Name) == folded(name) {
			return o.Key, true
		}
	}
	return "", false
}

func clipped(text string) string {
	if r := []rune(text); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return text
}
