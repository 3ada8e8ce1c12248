package callback

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// IDs is a comma list of numbers, such as 1,2,3 in Department.
type IDs []int64

// MarshalText writes the numbers with commas between them.
func (l IDs) MarshalText() ([]byte, error) {
	var b []byte
	for i, n := range l {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return b, nil
}

// UnmarshalText reads numbers with commas between them; empty text is an empty list.
func (l *IDs) UnmarshalText(text []byte) error {
	*l = IDs{}
	for _, part := range splitComma(string(text)) {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return fmt.Errorf("a comma list of numbers holds %q", part)
		}
		*l = append(*l, n)
	}
	return nil
}

// Names is a comma list of ids that are text, such as zhangsan,lisi in AddUserItems.
type Names []string

// MarshalText writes the ids with commas between them.
func (l Names) MarshalText() ([]byte, error) {
	return []byte(strings.Join(l, ",")), nil
}

// UnmarshalText reads ids with commas between them; empty text is an empty list.
func (l *Names) UnmarshalText(text []byte) error {
	*l = splitComma(string(text))
	return nil
}

func splitComma(text string) []string {
	parts := []string{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// UserIDs is MemChangeList: people who joined or left a group. WeCom sends Item
// children now and sent plain text before; both are read, Item children written.
type UserIDs []string

type userIDList struct {
	Items []string `xml:"Item"`
	Text  string   `xml:",chardata"`
}

// MarshalXML writes one Item for each person.
func (l UserIDs) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	return e.EncodeElement(struct {
		Items []string `xml:"Item"`
	}{l}, start)
}

// UnmarshalXML reads either shape.
func (l *UserIDs) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var list userIDList
	if err := d.DecodeElement(&list, &start); err != nil {
		return err
	}
	*l = UserIDs{}
	for _, item := range list.Items {
		if item = strings.TrimSpace(item); item != "" {
			*l = append(*l, item)
		}
	}
	// Ids are made of [0-9A-Za-z_-@.], so whatever else stands in plain text
	// separates them, which spares us guessing the separator.
	*l = append(*l, strings.FieldsFunc(list.Text, func(r rune) bool {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			return false
		default:
			return !strings.ContainsRune("_-@.", r)
		}
	})...)
	return nil
}

// SelectedItem is one answered question of a template card.
type SelectedItem struct {
	QuestionKey string
	OptionIDs   []string
}

type selectedItem struct {
	QuestionKey string   `xml:"QuestionKey"`
	OptionIDs   []string `xml:"OptionIds>OptionId"`
}

// selectedItemMisspelt adds the spelling that one of the platform's own samples
// has; the sources disagree about which one is sent.
type selectedItemMisspelt struct {
	selectedItem
	Outer []string `xml:"OpitonIds>OptionId"`
	Both  []string `xml:"OpitonIds>OpitonId"`
}

// MarshalXML writes the spelling of the documentation's text, OptionIds.
func (s SelectedItem) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	return e.EncodeElement(selectedItem(s), start)
}

// UnmarshalXML reads OptionIds and OpitonIds alike.
func (s *SelectedItem) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var in selectedItemMisspelt
	if err := d.DecodeElement(&in, &start); err != nil {
		return err
	}
	s.QuestionKey = strings.TrimSpace(in.QuestionKey)
	s.OptionIDs = append(append(in.OptionIDs, in.Outer...), in.Both...)
	for i := range s.OptionIDs {
		s.OptionIDs[i] = strings.TrimSpace(s.OptionIDs[i])
	}
	return nil
}
