package callback

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// What can be wrong with XML. The errors that are returned wrap one of these and
// say more.
var (
	ErrXML = errors.New("callback: the XML cannot be read")
	ErrDTD = errors.New("callback: the XML declares a document type or entities")
)

const (
	maxDepth    = 16
	maxElements = 20_000
)

// Parse turns the plaintext of a callback into one of the types of Catalogue, or
// into *Unknown, which is no error. It fails with ErrXML, ErrDTD or ErrTooLarge.
//
// Blanks around texts are taken away, which some of the platform's own samples
// have, except in what people wrote.
func Parse(plaintext []byte) (Event, error) {
	var head Header
	err := scan(plaintext, func(path []string, text string) error {
		if len(path) != 2 {
			return nil
		}
		switch text = strings.TrimSpace(text); path[1] {
		case "MsgType":
			head.MsgType = text
		case "Event":
			head.Event = text
		case "InfoType":
			head.InfoType = text
		case "ChangeType":
			head.ChangeType = text
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	event := newEvent(head.Kind())
	if event == nil {
		event = &Unknown{Raw: bytes.Clone(plaintext)}
	}
	if err := xml.Unmarshal(plaintext, event); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrXML, head.Kind(), err)
	}
	trim(reflect.ValueOf(event).Elem())
	return event, nil
}

// newEvent makes an empty value for a kind, nil when the kind is not known.
func newEvent(kind Kind) Event {
	for _, entry := range Catalogue() {
		// The platform's pages do not agree on the letter case of event names.
		if entry.Kind.MsgType == kind.MsgType && entry.Kind.ChangeType == kind.ChangeType &&
			strings.EqualFold(entry.Kind.Event, kind.Event) {
			return entry.New()
		}
	}
	return nil
}

// scan walks through a document once before anything is decoded. It refuses what a
// callback never has and an attacker would send: document types, processing
// instructions, great depth, great numbers, a second root. It calls leaf with the
// path and the text of each element that has no children.
func scan(document []byte, leaf func(path []string, text string) error) error {
	if len(document) > MaxBody {
		return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, MaxBody)
	}
	var (
		decoder  = xml.NewDecoder(bytes.NewReader(document))
		path     []string
		text     strings.Builder
		isLeaf   bool
		elements int
	)
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrXML, err)
		}
		switch token := token.(type) {
		case xml.Directive:
			return fmt.Errorf("%w, which no callback does", ErrDTD)
		case xml.ProcInst:
			if token.Target != "xml" {
				return fmt.Errorf("%w: it holds a processing instruction", ErrXML)
			}
		case xml.StartElement:
			elements++
			path = append(path, token.Name.Local)
			if len(path) == 1 && (elements > 1 || token.Name.Local != "xml") {
				return fmt.Errorf("%w: it must have one root called xml", ErrXML)
			}
			if len(path) > maxDepth || elements > maxElements {
				return fmt.Errorf("%w: it is deeper than %d or has more than %d elements", ErrXML, maxDepth, maxElements)
			}
			text.Reset()
			isLeaf = true
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			if isLeaf {
				if err := leaf(path, text.String()); err != nil {
					return err
				}
			}
			path = path[:len(path)-1]
			text.Reset()
			isLeaf = false
		}
	}
	if elements == 0 {
		return fmt.Errorf("%w: it is empty", ErrXML)
	}
	return nil
}

// trim takes the blanks around the texts of an event away.
func trim(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.TrimSpace(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			trim(v.Elem())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return // the raw plaintext of Unknown
		}
		for i := range v.Len() {
			trim(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() && field.Name != "Content" {
				trim(v.Field(i))
			}
		}
	}
}
