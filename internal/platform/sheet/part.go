package sheet

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// part is a part of a workbook while it is read, mark by mark.
type part struct {
	measured *gauge
	marks    *xml.Decoder
}

// next gives the next mark. None may be longer than a record.
func (p *part) next() (xml.Token, error) {
	p.measured.reset()
	t, err := p.marks.RawToken()
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, errRecord) {
		return t, err
	}
	return nil, Unreadable(err)
}

// each calls for each element that begins.
func (p *part) each(do func(xml.StartElement) error) error {
	for {
		t, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := do(e); err != nil {
				return err
			}
		}
	}
}

// attr is an attribute of an element, "" for none.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// text reads what an element says up to its end, without how it is pronounced; of more
// characters than are read of a cell it takes some.
func (p *part) text(element string, most int) (string, error) {
	var b strings.Builder
	spoken, inside := 0, 0
	for {
		t, err := p.next()
		if errors.Is(err, io.EOF) {
			return "", Unreadable(io.ErrUnexpectedEOF)
		}
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "rPh":
				spoken++
			case "t":
				inside++
			}
		case xml.EndElement:
			switch t.Name.Local {
			case element:
				return unescaped(b.String()), nil
			case "rPh":
				spoken--
			case "t":
				inside--
			}
		case xml.CharData:
			if spoken == 0 && (inside > 0 || element == "v") && b.Len() <= most*utf8Most {
				b.Write(t[:min(len(t), (most+1)*utf8Most)])
			}
		}
	}
}

var escape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescaped reads the signs that XML cannot hold as workbooks write them: _x000D_.
func unescaped(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escape.ReplaceAllStringFunc(text, func(sign string) string {
		n, err := strconv.ParseUint(sign[2:6], 16, 16)
		if err != nil {
			return sign
		}
		return string(rune(n))
	})
}

// utf8Most is how many bytes a character takes at most.
const utf8Most = 4
