package profile

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// cell is one value as it is kept: see profile_value.
type cell struct {
	Text   string  `json:"text"`
	Token  string  `json:"token"`
	Number float64 `json:"number"`
}

// The limits of values.
const (
	maxText    = 500
	maxAddress = 200
	maxToken   = 64
	maxFiles   = 9
	maxNumber  = 1e15 // beyond it a float drops digits
)

// cellsOf checks what somebody wrote into a field, by the field's kind. had are the values
// the field has now: an option that is put away may stay. wrong says what does not fit, none
// when all does.
//
// The texts of a choice are keys of options; those of a file are ids.
func (f Field) cellsOf(values []string, had []cell) (cells []cell, wrong web.Because) {
	var given []string
	for _, v := range values {
		if v = strings.TrimSpace(db.Clean(v)); v != "" {
			given = append(given, v)
		}
	}
	switch {
	case len(given) == 0:
		return nil, wrong
	case f.Kind == Choice || f.Kind == Multi:
		return f.chosen(given, had)
	case f.Kind == File:
		return filesOf(given)
	case len(given) > 1:
		return nil, web.Why("wrongMany")
	}
	c, wrong := f.Kind.cellOf(given[0])
	if !wrong.None() {
		return nil, wrong
	}
	return []cell{c}, wrong
}

// cellOf reads one value of a kind that has a single one.
func (k Kind) cellOf(text string) (c cell, wrong web.Because) {
	switch k {
	case Number:
		n, err := strconv.ParseFloat(strings.NewReplacer(",", "", "，", "", " ", "").Replace(text), 64)
		if err != nil || math.IsNaN(n) || math.Abs(n) > maxNumber {
			return c, web.Why("wrongNumber")
		}
		plain := strconv.FormatFloat(n, 'f', -1, 64)
		return cell{plain, plain, n}, wrong
	case Date:
		day, ok := dayOf(text)
		if !ok {
			return c, web.Why("wrongDate")
		}
		return cell{day.Format(time.DateOnly), day.Format(time.DateOnly), float64(day.Year()*10000 + int(day.Month())*100 + day.Day())}, wrong
	case Phone:
		token := digits(text)
		if n := len(token); n < 5 || n > 20 || utf8.RuneCountInString(text) > 30 || strings.ContainsFunc(text, notOfPhone) {
			return c, web.Why("wrongPhone")
		}
		return cell{Text: text, Token: token}, wrong
	case Address:
		if utf8.RuneCountInString(text) > maxAddress {
			return c, web.Why("wrongLong", "n", strconv.Itoa(maxAddress))
		}
	default:
		if utf8.RuneCountInString(text) > maxText {
			return c, web.Why("wrongLong", "n", strconv.Itoa(maxText))
		}
	}
	return cell{Text: text, Token: folded(text)}, wrong
}

// chosen are the options with these keys, in the field's order.
func (f Field) chosen(keys []string, had []cell) (cells []cell, wrong web.Because) {
	if f.Kind == Choice && len(keys) > 1 {
		return nil, web.Why("wrongOne")
	}
	for _, key := range keys {
		o, ok := f.option(key)
		kept := slices.ContainsFunc(had, func(c cell) bool { return c.Token == key })
		if !ok || o.Archived && !kept {
			return nil, web.Why("wrongOption")
		}
	}
	for _, o := range f.Options {
		if slices.Contains(keys, o.Key) {
			cells = append(cells, cell{Text: o.Key, Token: o.Key})
		}
	}
	return cells, wrong
}

func filesOf(ids []string) (cells []cell, wrong web.Because) {
	if len(ids) > maxFiles {
		return nil, web.Why("wrongFiles", "n", strconv.Itoa(maxFiles))
	}
	for _, i := range ids {
		if !slices.ContainsFunc(cells, func(c cell) bool { return c.Token == i }) {
			cells = append(cells, cell{Text: i, Token: i})
		}
	}
	return cells, wrong
}

// dayOf reads a day as people write it.
func dayOf(text string) (time.Time, bool) {
	text = strings.NewReplacer("年", "-", "月", "-", "日", "", "号", "", "/", "-", ".", "-", " ", "").Replace(text)
	for _, layout := range []string{"2006-1-2", "20060102"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, t.Year() >= 1900 && t.Year() <= 2100
		}
	}
	return time.Time{}, false
}

// digits are the digits of a telephone number, without the prefix of the mainland.
func digits(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	d := b.String()
	if bare, ok := strings.CutPrefix(d, "86"); ok && len(bare) == 11 && bare[0] == '1' {
		return bare
	}
	return d
}

func notOfPhone(r rune) bool {
	return !(r >= '0' && r <= '9') && !strings.ContainsRune("+-() （）#*转", r)
}

// folded makes equal what people take for equal: letter case and spaces do not count.
func folded(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
	if r := []rune(text); len(r) > maxToken {
		return string(r[:maxToken])
	}
	return text
}

// textsOf are the texts of some values.
func textsOf(cells []cell) []string {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = c.Text
	}
	return texts
}

// words are values as people read them: names of options, telephone numbers masked for
// those who may not read them, names of files.
func (f Field) words(v viewer.Viewer, texts []string, files map[string]string) string {
	words := make([]string, len(texts))
	for i, t := range texts {
		words[i] = t
		switch f.Kind {
		case Choice, Multi:
			if o, ok := f.option(t); ok {
				words[i] = o.Name
			}
		case Phone:
			if !v.Can(viewer.PermissionPhone) {
				words[i] = viewer.MaskPhone(t)
			}
		case File:
			words[i] = files[t]
		default: // as it is written
		}
	}
	joined := strings.Join(words, "、")
	if f.Kind == Number && f.Unit != "" && joined != "" {
		joined += " " + f.Unit
	}
	return joined
}
