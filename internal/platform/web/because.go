package web

import (
	"encoding/json"
	"maps"
	"strings"
)

// Because is why something in the background came to nothing, for whoever reads it later in
// his own language: a code, for which the pages have the words under "<slug>.because.<code>",
// and the values for them. What another system said, and what was kept in words before there
// was a code, is Text; beside a code it stands where its words have "{said}".
type Because struct {
	Code   string            `json:"code,omitempty"`
	Values map[string]string `json:"values,omitempty"`
	Text   string            `json:"text,omitempty" doc:"in Chinese, where there is no code; beside a code it is what another system said, for {said} in the words"`
	EN     string            `json:"en,omitempty" doc:"the text in English, where it is known"`
}

// Why makes a Because of a code with names and values by turns.
func Why(code string, values ...string) Because {
	b := Because{Code: code}
	for i := 0; i+1 < len(values); i += 2 {
		if b.Values == nil {
			b.Values = map[string]string{}
		}
		b.Values[values[i]] = values[i+1]
	}
	return b
}

// Kept is how it is kept in a column of text: the words where there is no code, so that what
// was kept before is read the same way.
func (b Because) Kept() string {
	if b.Code == "" {
		return b.Text
	}
	kept := maps.Clone(b.Values)
	if kept == nil {
		kept = map[string]string{}
	}
	kept["because"] = b.Code
	raw, err := json.Marshal(kept)
	if err != nil {
		return b.Code // strings always have a JSON form
	}
	return string(raw)
}

// KeptWhy reads what Kept wrote.
func KeptWhy(kept string) Because {
	var values map[string]string
	if !strings.HasPrefix(kept, "{") || json.Unmarshal([]byte(kept), &values) != nil || values["because"] == "" {
		return Because{Text: kept}
	}
	b := Because{Code: values["because"], Values: values}
	if delete(values, "because"); len(values) == 0 {
		b.Values = nil
	}
	return b
}

// In gives the words in one language, for a file: those of the code, which the pages have
// too, in Chinese and English, else what was said.
func (b Because) In(english bool, words map[string][2]string) string {
	said, in := b.Text, 0
	if english {
		in = 1
		if b.EN != "" {
			said = b.EN
		}
	}
	if b.Code == "" {
		return said
	}
	text := words[b.Code][in]
	if text == "" {
		return b.Code
	}
	places := []string{"{said}", said}
	for name, value := range b.Values {
		places = append(places, "{"+name+"}", value)
	}
	return strings.NewReplacer(places...).Replace(text)
}

// None tells that there is nothing to say.
func (b Because) None() bool { return b.Code == "" && b.Text == "" }
