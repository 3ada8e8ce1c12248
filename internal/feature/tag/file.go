package tag

import (
	"iter"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/sheet"
)

const (
	// maxLines is how many lines of a file are taken; more belong into several files.
	maxLines = 100_000
	// maxFile is the largest file in bytes, maxUnfolded what a workbook may become.
	maxFile     = 20 << 20
	maxUnfolded = 400 << 20
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

// linesOf reads a file line by line, XLSX or CSV by its content.
func linesOf(content []byte) iter.Seq2[line, error] {
	most := sheet.Limits{Lines: maxLines, Rows: 3 * maxLines, Columns: 200, Cell: 500, Unfolded: maxUnfolded}
	return func(yield func(line, error) bool) {
		var columns []func(*line) *string
		for row, err := range sheet.Lines(content, most) {
			if err != nil {
				yield(line{}, err)
				return
			}
			if columns == nil {
				if columns = columnsOf(row.Cells); columns == nil {
					yield(line{}, unreadable("第一行没有可识别的列名"))
					return
				}
				continue
			}
			l := line{number: row.N}
			for c, cell := range row.Cells {
				if c < len(columns) && columns[c] != nil {
					*columns[c](&l) = strings.TrimSpace(strings.TrimPrefix(db.Clean(cell), "'"))
				}
			}
			if (!l.empty() || l.member != "") && !yield(l, nil) {
				return
			}
		}
		if columns == nil {
			yield(line{}, unreadable("文件是空的"))
		}
	}
}

// columnsOf tells by the head of a table where its columns go, nil when it names none.
func columnsOf(head []string) []func(*line) *string {
	columns := make([]func(*line) *string, len(head))
	known, named := headings(), false
	for i, h := range head {
		columns[i] = known[strings.ToLower(strings.TrimPrefix(h, "\ufeff"))]
		named = named || columns[i] != nil
	}
	if !named {
		return nil
	}
	return columns
}

func unreadable(why string) error {
	return fault.New(fault.Invalid, why).WithAdvice("请使用 XLSX 或 CSV，第一行为列名：external_userid、手机号，或 备注 与 成员")
}
