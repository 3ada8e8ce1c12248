package search

import (
	"strings"
	"unicode"
)

// Numbers gives the words of a query that hold digits, folded: those that a telephone
// number could match.
func Numbers(query string) []string {
	var found []string
	for _, w := range wordsOf(query) {
		text := strings.ReplaceAll(w.text, string(border), "")
		if strings.IndexFunc(text, unicode.IsNumber) >= 0 {
			found = append(found, text)
		}
	}
	return found
}
