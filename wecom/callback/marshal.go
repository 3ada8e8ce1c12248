package callback

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// Marshal writes an event as WeCom does: texts inside CDATA, numbers bare. The
// kind in the header is the caller's business. An *Unknown gives its raw text.
func Marshal(event Event) ([]byte, error) {
	if unknown, ok := event.(*Unknown); ok {
		return bytes.Clone(unknown.Raw), nil
	}
	return marshalCDATA(event)
}

// marshalCDATA encodes a value and then puts its texts into CDATA. encoding/xml
// can do that only for types made for it, and plain strings read better.
func marshalCDATA(v any) ([]byte, error) {
	encoded, err := xml.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("callback: %T cannot be written: %w", v, err)
	}
	var out bytes.Buffer
	decoder := xml.NewDecoder(bytes.NewReader(encoded))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, fmt.Errorf("callback: %T cannot be written: %w", v, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			out.WriteString("<" + token.Name.Local + ">")
		case xml.EndElement:
			out.WriteString("</" + token.Name.Local + ">")
		case xml.CharData:
			if err := writeText(&out, token); err != nil {
				return nil, fmt.Errorf("callback: %T cannot be written: %w", v, err)
			}
		}
	}
}

// writeText writes a number bare and any other text inside CDATA, unless it holds a
// carriage return, which readers of XML turn into a line feed there.
func writeText(out *bytes.Buffer, text []byte) error {
	switch {
	case isNumber(text):
		out.Write(text)
	case bytes.ContainsRune(text, '\r'):
		return xml.EscapeText(out, text)
	default:
		out.WriteString("<![CDATA[")
		out.Write(bytes.ReplaceAll(text, []byte("]]>"), []byte("]]]]><![CDATA[>")))
		out.WriteString("]]>")
	}
	return nil
}

func isNumber(text []byte) bool {
	for _, b := range text {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}
