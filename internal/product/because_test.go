package product_test

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	// becauseCode finds the codes of reasons where they are given, or written as they are kept.
	becauseCode = regexp.MustCompile(`(?:web\.Why\(|corp\.WhyAfter\(|"because":)"(\w+)"`)
	// becauseWords finds the words that a feature has for files in its because.go.
	becauseWords = regexp.MustCompile(`(?m)^\s+("\w+"):\s+\{(".*"), (".*")\},$`)
	becausePlace = regexp.MustCompile(`\{\w+\}`)
)

// TestEveryReasonHasWords: each code of why something in the background came to nothing has
// words in both languages, which name the same values; where a file has the words too, they
// are the same, and of each of the feature's codes.
func TestEveryReasonHasWords(t *testing.T) {
	zh, en := catalogue(t, "zh-CN"), catalogue(t, "en")
	folders, err := filepath.Glob("../feature/*")
	if err != nil {
		t.Fatal(err)
	}
	codes, tables := 0, 0
	// What is not a feature has its words where the pages show it.
	others := map[string]string{"../mirror": "setup", "../notice": "notice"}
	for _, folder := range append(folders, "../mirror", "../notice") {
		slug := cmp.Or(others[folder], filepath.Base(folder))
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		var given []string
		words := map[string][2]string{}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range becauseCode.FindAllStringSubmatch(string(source), -1) {
				given = append(given, found[1])
			}
			if filepath.Base(file) == "because.go" {
				for _, found := range becauseWords.FindAllStringSubmatch(string(source), -1) {
					words[unquoted(t, found[1])] = [2]string{unquoted(t, found[2]), unquoted(t, found[3])}
				}
			}
		}
		for code, w := range words {
			tables++
			if at := slug + ".because." + code; zh[at] != w[0] || en[at] != w[1] {
				t.Errorf("%s: a file says %q, the pages %q, %q", at, w, zh[at], en[at])
			}
			given = append(given, code)
		}
		slices.Sort(given)
		for _, code := range slices.Compact(given) {
			codes++
			at := slug + ".because." + code
			if zh[at] == "" || en[at] == "" {
				t.Errorf("%s has no words: %q, %q", at, zh[at], en[at])
			}
			if !slices.Equal(placesOf(zh[at]), placesOf(en[at])) {
				t.Errorf("%s names other values in the one language than in the other: %q, %q", at, zh[at], en[at])
			}
			if _, ok := words[code]; !ok && len(words) > 0 {
				t.Errorf("%s has no words for a file", at)
			}
		}
	}
	if codes < 30 || tables < 10 {
		t.Errorf("only %d codes were found, %d in files", codes, tables)
	}
}

func placesOf(words string) []string {
	found := becausePlace.FindAllString(words, -1)
	slices.Sort(found)
	return found
}

func unquoted(t *testing.T, literal string) string {
	t.Helper()
	text, err := strconv.Unquote(literal)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
