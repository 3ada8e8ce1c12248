package notice

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a text card in UTF-8 bytes (developer.work.weixin.qq.com/document/path/90236).
const (
	maxTitle = 128
	maxText  = 512
)

// lineBreak is how a card tells lines apart.
const lineBreak = "<br>"

// cardTitle makes a title fit for a card.
func cardTitle(title string) string { return cut(plain(title), maxTitle) }

// cardText makes lines fit for a card: no markup but our own line breaks, and short enough.
// Empty lines go.
func cardText(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		line = plain(line)
		if line == "" {
			continue
		}
		if b.Len() > 0 {
			if b.Len()+len(lineBreak)+len("…") >= maxText {
				break
			}
			b.WriteString(lineBreak)
		}
		if room := maxText - b.Len(); len(line) > room {
			b.WriteString(cut(line, room))
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

// plain makes an outside text one line without markup: cards understand some HTML.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '<':
			return '＜'
		case r == '>':
			return '＞'
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// Name makes somebody's name fit for a line of a Text: one line, and so short that the rest
// of the line is read too.
func Name(s string) string {
	s = plain(s)
	if r := []rune(s); len(r) > maxName {
		return string(r[:maxName-1]) + "…"
	}
	return s
}

// maxName is how many characters of a name a card shows.
const maxName = 40

// cut shortens to a number of bytes without splitting a character.
func cut(s string, limit int) string {
	const dots = "…"
	if len(s) <= limit {
		return s
	}
	limit -= len(dots)
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:max(limit, 0)] + dots
}
