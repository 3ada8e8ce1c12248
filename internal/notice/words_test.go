package notice

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCardText(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		"一行":                         "一行",
		"一行\n\n 另 一行 \r\n":           "一行<br>另 一行",
		`<a href="x">点</a>` + "\x00": `＜a href="x"＞点＜/a＞`,
	} {
		if got := cardText(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// TestCardFits: WeCom refuses a title above 128 bytes and a text above 512.
func TestCardFits(t *testing.T) {
	for _, letter := range []string{"𠮷", "长", "a", "👩‍👩‍👧‍👦", "\u0301", "<", "行\n", "\xff", "四个字啊\n"} {
		for n := range 600 {
			text := strings.Repeat(letter, n)
			if got := cardText(text); len(got) > maxText || !utf8.ValidString(got) || strings.HasSuffix(got, "<b") {
				t.Fatalf("%d of %q give %d bytes", n, letter, len(got))
			}
			if got := cardTitle(text); len(got) > maxTitle || !utf8.ValidString(got) {
				t.Fatalf("%d of %q give a title of %d bytes", n, letter, len(got))
			}
		}
	}
}

func TestName(t *testing.T) {
	for name, want := range map[string]string{
		"王总":                     "王总",
		"a\n\tb":                 "a b",
		strings.Repeat("长", 200): strings.Repeat("长", 39) + "…",
	} {
		if got := Name(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}
