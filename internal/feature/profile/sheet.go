package profile

import (
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/sheet"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// maxSheet is the largest table in bytes, as uploaded.
const maxSheet = 20 << 20

// maxLines is how many lines a table has at most.
const maxLines = 100_000

// line is one line of a table.
type line = sheet.Line

// lines reads a table that somebody uploaded.
func lines(raw []byte) iter.Seq2[line, error] {
	return sheet.Lines(raw, sheet.Limits{Lines: maxLines, Rows: 1_048_576, Columns: 200, Cell: 2000, Unfolded: 400 << 20})
}

// imported reads a cell of a file into a field: options by their names, dates as sheets
// store them too.
func (f Field) imported(text string) (cells []cell, wrong web.Because) {
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
				return nil, web.Why("wrongWord", "option", clipped(strings.TrimSpace(p)))
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
		return nil, web.Why("wrongFile")
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
