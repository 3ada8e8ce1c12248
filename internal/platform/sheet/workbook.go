package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"path"
	"strconv"
	"strings"
)

const (
	// maxParts is how many parts a workbook has at most, of which we read four.
	maxParts = 500
	// maxTexts and maxTextBytes bound the texts that cells share.
	maxTexts     = 2_000_000
	maxTextBytes = 64 << 20
	// maxRow is the number of a sheet's last row, maxSheets how many are looked at.
	maxRow    = 1_048_576
	maxSheets = 1000
)

// entryMark begins each entry of a zip archive's directory.
const entryMark = "PK\x01\x02"

// Archive opens a zip archive of at most so many entries. They are counted before the
// directory is read, which costs ten times what it takes in the file; what the archive
// itself says of their number is not believed.
func Archive(raw []byte, most int) (*zip.Reader, error) {
	if bytes.Count(raw, []byte(entryMark)) > most {
		return nil, tooLarge()
	}
	book, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, Unreadable(err)
	}
	return book, nil
}

// workbook is what is known of one while its first sheet is read.
type workbook struct {
	parts map[string]*zip.File
	most  Limits
	texts texts
}

// texts are the strings that cells share, end to end.
type texts struct {
	bytes []byte
	ends  []int
}

func (s *texts) at(i int) (string, bool) {
	if i < 0 || i >= len(s.ends) {
		return "", false
	}
	from := 0
	if i > 0 {
		from = s.ends[i-1]
	}
	return string(s.bytes[from:s.ends[i]]), true
}

// xlsxLines reads the first sheet of a workbook. Values come as they are stored: a date is
// the number of its day, a long number has all its digits.
func xlsxLines(raw []byte, most Limits) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		book := &workbook{parts: map[string]*zip.File{}, most: most}
		first, err := book.open(raw)
		if err == nil {
			err = book.readTexts()
		}
		if err == nil {
			err = book.read(first, func(p *part) error { return book.rows(p, yield) })
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(Line{}, forPeople(err))
		}
	}
}

// errEnough says that nobody wants to read on.
var errEnough = errors.New("sheet: enough")

func forPeople(err error) error {
	if errors.Is(err, errRecord) {
		return tooLarge()
	}
	return err
}

// open finds the part with the first sheet.
func (b *workbook) open(raw []byte) (first string, err error) {
	archive, err := Archive(raw, maxParts)
	if err != nil {
		return "", err
	}
	total := int64(0)
	for _, f := range archive.File {
		// What a part claims to unfold to is also the most that is read of it.
		size := f.FileInfo().Size()
		if total += size; size < 0 || total > b.most.Unfolded {
			return "", tooLarge()
		}
		b.parts[partName(f.Name)] = f
	}
	where := "xl/workbook.xml"
	var id string
	err = b.read("_rels/.rels", func(p *part) error {
		return p.each(func(e xml.StartElement) error {
			if e.Name.Local == "Relationship" && strings.HasSuffix(attr(e, "Type"), "/officeDocument") {
				where = partName(attr(e, "Target"))
			}
			return nil
		})
	})
	if err != nil {
		return "", err
	}
	err = b.read(where, func(p *part) error {
		return p.each(func(e xml.StartElement) error {
			if e.Name.Local == "sheet" && id == "" {
				for _, a := range e.Attr {
					if a.Name.Local == "id" && a.Name.Space != "" {
						id = a.Value
					}
				}
			}
			return nil
		})
	})
	if err != nil {
		return "", err
	}
	folder, file := path.Split(where)
	err = b.read(folder+"_rels/"+file+".rels", func(p *part) error {
		return p.each(func(e xml.StartElement) error {
			if e.Name.Local != "Relationship" {
				return nil
			}
			target := attr(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = folder + target
			}
			switch {
			case id != "" && attr(e, "Id") == id:
				first = partName(target)
			case strings.HasSuffix(attr(e, "Type"), "/sharedStrings"):
				b.parts[sharedTexts] = b.parts[partName(target)]
			}
			return nil
		})
	})
	if first == "" {
		first = "xl/worksheets/sheet1.xml"
	}
	if err == nil && b.parts[first] == nil {
		err = Unreadable(errors.New("no sheet"))
	}
	return first, err
}

// sharedTexts is where the shared texts are, whatever the workbook calls the part.
const sharedTexts = "\x00texts"

// partName is the name of a part as all programs mean it.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

// read opens a part, if it is there.
func (b *workbook) read(name string, do func(*part) error) (err error) {
	f := b.parts[partName(name)]
	if name == sharedTexts {
		f = b.parts[name]
	}
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return Unreadable(err)
	}
	defer func() { _ = r.Close() }() // only read from
	measured := &gauge{from: io.LimitReader(r, b.most.Unfolded)}
	return do(&part{measured, xml.NewDecoder(measured)})
}

// readTexts reads the texts that cells share.
func (b *workbook) readTexts() error {
	return b.read(sharedTexts, func(p *part) error {
		return p.each(func(e xml.StartElement) error {
			if e.Name.Local != "si" {
				return nil
			}
			text, err := p.text("si", b.most.Cell)
			if err != nil {
				return err
			}
			b.texts.bytes = append(b.texts.bytes, text...)
			b.texts.ends = append(b.texts.ends, len(b.texts.bytes))
			if len(b.texts.ends) > maxTexts || len(b.texts.bytes) > maxTextBytes {
				return tooLarge()
			}
			return nil
		})
	})
}

// rows reads the rows of a sheet.
func (b *workbook) rows(p *part, yield func(Line, error) bool) error {
	n := 0
	return p.each(func(e xml.StartElement) error {
		if e.Name.Local != "row" {
			return nil
		}
		n++
		if said, err := strconv.Atoi(attr(e, "r")); err == nil && said > n {
			n = said
		}
		if n > maxRow {
			return tooLarge()
		}
		cells, err := b.cells(p)
		if err != nil {
			return err
		}
		if !yield(Line{n, cells}, nil) {
			return errEnough
		}
		return nil
	})
}

// cells reads a row up to its end. What stands further to the right than is read costs nothing.
func (b *workbook) cells(p *part) (cells []string, err error) {
	column := 0
	for {
		t, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil, Unreadable(io.ErrUnexpectedEOF)
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.EndElement:
			if t.Name.Local == "row" {
				return cells, nil
			}
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			if at, ok := columnOf(attr(t, "r")); ok {
				column = at
			}
			value, err := b.value(p, attr(t, "t"))
			if err != nil {
				return nil, err
			}
			if value != "" && column < b.most.Columns {
				for len(cells) <= column {
					cells = append(cells, "")
				}
				cells[column] = value
			}
			column++
		}
	}
}

// value reads a cell up to its end.
func (b *workbook) value(p *part, kind string) (value string, err error) {
	for {
		t, err := p.next()
		if errors.Is(err, io.EOF) {
			return "", Unreadable(io.ErrUnexpectedEOF)
		}
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.EndElement:
			if t.Name.Local == "c" {
				return b.meant(value, kind), nil
			}
		case xml.StartElement:
			if name := t.Name.Local; name == "v" || name == "is" {
				if value, err = p.text(name, b.most.Cell); err != nil {
					return "", err
				}
			}
		}
	}
}

// meant is what a stored value says.
func (b *workbook) meant(value, kind string) string {
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil {
			return ""
		}
		text, _ := b.texts.at(i)
		return text
	case "inlineStr", "str":
		return value
	default: // n, b, d, e
		return whole(value)
	}
}

// columnOf reads the letters of a cell's name: 0 for A1.
func columnOf(name string) (column int, ok bool) {
	for i := range len(name) {
		c := name[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		if column = column*26 + int(c-'A') + 1; column > 1<<20 {
			break
		}
	}
	return column - 1, column > 0
}
