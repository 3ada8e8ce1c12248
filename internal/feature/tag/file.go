package tag

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

const (
	// maxLines is how many lines of a file are taken; more belong into several files.
	maxLines = 5_000
	// maxFile is the largest file in bytes, maxUnzipped what a sheet may become.
	maxFile     = 4 << 20
	maxUnzipped = 64 << 20
)

// line is what one line of a file says of a customer.
type line struct {
	number   int
	external string // external_userid
	phone    string
	remark   string
	member   string // userid or name
}

// words is the line as people know it.
func (l line) words() string {
	var parts []string
	for _, p := range []string{l.external, l.phone, l.remark, l.member} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " · ")
}

func (l line) empty() bool { return l.external+l.phone+l.remark == "" }

// headings are the words that name a column.
func headings() map[string]func(*line) *string {
	return map[string]func(*line) *string{
		"external_userid": func(l *line) *string { return &l.external },
		"客户id":            func(l *line) *string { return &l.external },
		"手机号":             func(l *line) *string { return &l.phone },
		"手机":              func(l *line) *string { return &l.phone },
		"电话":              func(l *line) *string { return &l.phone },
		"phone":           func(l *line) *string { return &l.phone },
		"备注":              func(l *line) *string { return &l.remark },
		"客户备注":            func(l *line) *string { return &l.remark },
		"remark":          func(l *line) *string { return &l.remark },
		"成员":              func(l *line) *string { return &l.member },
		"所属成员":            func(l *line) *string { return &l.member },
		"成员账号":            func(l *line) *string { return &l.member },
		"member":          func(l *line) *string { return &l.member },
		"userid":          func(l *line) *string { return &l.member },
	}
}

// linesOf reads a file, XLSX or CSV by its content.
func linesOf(content []byte) ([]line, error) {
	rows, err := tableOf(content)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, unreadable("文件是空的")
	}
	columns := make([]func(*line) *string, len(rows[0]))
	known, named := headings(), false
	for i, h := range rows[0] {
		columns[i] = known[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")))]
		named = named || columns[i] != nil
	}
	if !named {
		return nil, unreadable("第一行没有可识别的列名")
	}
	var lines []line
	for i, row := range rows[1:] {
		l := line{number: i + 2}
		for c, cell := range row {
			if c < len(columns) && columns[c] != nil {
				*columns[c](&l) = strings.TrimSpace(strings.TrimPrefix(db.Clean(cell), "'"))
			}
		}
		if l.empty() && l.member == "" {
			continue
		}
		if len(lines) == maxLines {
			return nil, fault.Newf(fault.TooLarge, "一次最多导入 %d 行", maxLines).WithAdvice("请拆成多个文件")
		}
		lines = append(lines, l)
	}
	if len(lines) == 0 {
		return nil, unreadable("文件里没有客户")
	}
	return lines, nil
}

func unreadable(why string) error {
	return fault.New(fault.Invalid, why).WithAdvice("请使用 XLSX 或 CSV，第一行为列名：external_userid、手机号，或 备注 与 成员")
}

func tableOf(content []byte) ([][]string, error) {
	if bytes.HasPrefix(content, []byte("PK")) {
		book, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
		if err != nil {
			return nil, unreadable("无法读取这个 Excel 文件")
		}
		rows, err := sheetOf(book)
		if errors.Join(err, book.Close()) != nil {
			return nil, unreadable("无法读取这个 Excel 文件")
		}
		return rows, nil
	}
	if !utf8.Valid(content) {
		// Chinese Excel saves CSV in the code page of Windows.
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(content)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, unreadable("文件的编码不是 UTF-8 或 GB18030")
		}
		content = decoded
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	var rows [][]string
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, unreadable("无法读取这个 CSV 文件")
		}
		rows = append(rows, slices.Clone(row))
	}
}

// sheetOf reads the first sheet.
func sheetOf(book *excelize.File) ([][]string, error) {
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		return nil, nil
	}
	return book.GetRows(sheets[0])
}
