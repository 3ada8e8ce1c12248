// Package sheet reads tables that people upload, XLSX or CSV by their content, line by line.
//
// A file is small; what it unfolds to need not be: thirty bytes name a cell sixteen thousand
// columns away, a kilobyte holds a million blank rows, a row of commas has as many cells. So
// everything that is kept is bounded before it is kept, and reading stops at the bound. A
// workbook is read without its styles, pictures and formulas, and nothing goes to the disk.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// Limits are how much is read of a table.
type Limits struct {
	Lines    int   // with anything in them, beside the head
	Rows     int   // with the blank ones
	Columns  int   // those to the right are not read
	Cell     int   // characters that are read of a cell
	Unfolded int64 // bytes of all parts of a workbook
}

// maxRecord is how many bytes a line of a CSV file takes, or what stands between two marks
// of a workbook, at most.
const maxRecord = 256 << 10

// Line is one line of a table; the first with anything in it is the head.
type Line struct {
	N     int // as people count, from 1
	Cells []string
}

// At is the cell of a column, "" beyond the last.
func (l Line) At(column int) string {
	if column < len(l.Cells) {
		return l.Cells[column]
	}
	return ""
}

// Lines reads a table line by line; empty lines are left out. What cannot be read, or is
// more than the limits, ends it with an error for people.
func Lines(raw []byte, most Limits) iter.Seq2[Line, error] {
	inner := csvLines(raw)
	if bytes.HasPrefix(raw, []byte("PK\x03\x04")) {
		inner = xlsxLines(raw, most)
	}
	return func(yield func(Line, error) bool) {
		count, rows := 0, 0
		for l, err := range inner {
			if err != nil {
				yield(Line{}, err)
				return
			}
			if rows++; rows > most.Rows {
				yield(Line{}, fault.Newf(fault.TooLarge, "表格超过 %d 行（含空行）", most.Rows).WithAdvice("请删去空行，或拆成几个文件分别导入"))
				return
			}
			if len(l.Cells) > most.Columns {
				l.Cells = l.Cells[:most.Columns]
			}
			empty := true
			for i, c := range l.Cells {
				l.Cells[i] = plain(c, most.Cell)
				empty = empty && l.Cells[i] == ""
			}
			if empty {
				continue
			}
			if count++; count > most.Lines+1 {
				yield(Line{}, fault.Newf(fault.TooLarge, "表格超过 %d 行", most.Lines).WithAdvice("请拆成几个文件分别导入"))
				return
			}
			if !yield(l, nil) {
				return
			}
		}
	}
}

// plain takes off what a spreadsheet put around a text: spaces, and the apostrophe by
// which our own files disarm formulas.
func plain(c string, most int) string {
	c = strings.TrimSpace(strings.ToValidUTF8(c, ""))
	if rest, ok := strings.CutPrefix(c, "'"); ok && rest != "" && strings.ContainsAny(rest[:1], "=+-@") {
		c = rest
	}
	if len(c) > most && utf8.RuneCountInString(c) > most {
		c = string([]rune(c)[:most])
	}
	return c
}

// Unreadable says that a file is no table that we know.
func Unreadable(err error) error {
	return fault.New(fault.Invalid, "读不了这个文件").WithAdvice("请另存为 Excel（.xlsx）或 .csv 后再上传；加密的文件须先取消密码").Because(err)
}

func tooLarge() error {
	return fault.New(fault.TooLarge, "表格太大").WithAdvice("请删去图片和多余的工作表，或另存为 .csv 后再上传")
}

var errRecord = errors.New("sheet: more in one place than is read")

func tooLong() error {
	return fault.New(fault.TooLarge, "表格里有一行太长").WithAdvice("请检查引号是否成对，或另存为 .xlsx 后再上传")
}

// gauge lets so many bytes through between two resets.
type gauge struct {
	from io.Reader
	left int
}

func (g *gauge) reset() { g.left = maxRecord }

func (g *gauge) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, errRecord
	}
	n, err := g.from.Read(p[:min(len(p), g.left)])
	g.left -= n
	return n, err
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
func csvLines(raw []byte) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		var text io.Reader = bytes.NewReader(raw)
		decoded := false
		switch {
		case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
			text = bytes.NewReader(raw[3:])
		case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
			text, decoded = transform.NewReader(text, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), true
		case bytes.IndexByte(raw, 0) >= 0:
			yield(Line{}, Unreadable(errors.New("not a text")))
			return
		case !utf8.Valid(raw):
			text, decoded = transform.NewReader(text, simplifiedchinese.GB18030.NewDecoder()), true
		}
		measured := &gauge{from: text}
		r := csv.NewReader(measured)
		r.FieldsPerRecord, r.LazyQuotes, r.Comma = -1, true, separator(raw)
		for {
			measured.reset()
			cells, err := r.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if errors.Is(err, errRecord) {
				yield(Line{}, tooLong())
				return
			}
			if err != nil {
				yield(Line{}, Unreadable(err))
				return
			}
			if decoded && slices.ContainsFunc(cells, func(c string) bool { return strings.ContainsRune(c, utf8.RuneError) }) {
				yield(Line{}, fault.New(fault.Invalid, "文件的编码不是 UTF-8 或 GB18030").WithAdvice("请另存为 UTF-8 编码的 .csv，或 Excel（.xlsx）"))
				return
			}
			n, _ := r.FieldPos(0)
			if !yield(Line{n, cells}, nil) {
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
