package search

import (
	"encoding/base32"
	"hash/fnv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	// MaxText is how many characters of a document are indexed.
	MaxText = 10000
	// maxQuery is how many characters of a query count.
	maxQuery = 64
	// maxGrams is how many grams of a query select candidates; more do not narrow.
	maxGrams = 12
	// border stands in folded text between letters of different kinds, "vip|客户": there
	// a word begins, and yet "vip客" is found as it is written. No text contains it.
	border = '|'
)

// class sorts characters by how they are indexed.
type class int

const (
	gap   class = iota // separates words
	thick              // written without spaces, one or two characters mean something: Chinese, emoji
	thin               // letters and digits of alphabets
)

func classOf(r rune) class {
	switch {
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan):
		return thick
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.Mn, r), unicode.Is(unicode.Mc, r):
		return thin
	case unicode.Is(unicode.So, r):
		return thick
	default:
		return gap
	}
}

// fold writes text in the form that is compared: words with a space before each.
func fold(pieces ...string) string {
	var b strings.Builder
	left := MaxText
	for _, piece := range pieces {
		foldInto(&b, piece, &left)
	}
	return b.String()
}

func foldInto(b *strings.Builder, text string, left *int) {
	last := gap
	runes := []rune(strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(text, " "))))
	for i, r := range runes {
		if *left == 0 {
			return
		}
		// Invisible joiners and variation selectors come and go with the input method.
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			continue
		}
		if r == '-' && i > 0 && i+1 < len(runes) && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i+1]) {
			continue // 138-0013-8000
		}
		c := classOf(r)
		switch {
		case c == gap:
		case last == gap:
			b.WriteByte(' ')
		case c != last:
			b.WriteByte(border)
		}
		if c != gap {
			b.WriteRune(r)
			*left--
		}
		last = c
	}
}

// word is one word of a query, folded.
type word struct {
	text   string
	begins bool // must begin a word of the text
}

func wordsOf(query string) []word {
	var b strings.Builder
	left := maxQuery
	foldInto(&b, query, &left)
	var words []word
	for text := range strings.FieldsSeq(b.String()) {
		runes := []rune(text)
		words = append(words, word{text, len(runes) <= 2 && classOf(runes[0]) == thin && !strings.ContainsRune(text, border)})
	}
	return words
}

// partition is a short code of corp and kind that begins each of their grams. Two may
// share a code: that costs a little time, nothing else, for lists bind the corp.
func partition(corp, kind string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(corp + "\x00" + kind))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)))[:6]
}

// gramsOf lists the grams of a folded body, each once, in order.
func gramsOf(body, prefix string) []string {
	g := gatherer{prefix: prefix, seen: map[string]bool{}}
	for text := range strings.FieldsSeq(body) {
		for run := range strings.SplitSeq(text, string(border)) {
			runes := []rune(run)
			if classOf(runes[0]) == thick {
				g.each(runes, 1)
				g.each(runes, 2)
				continue
			}
			g.add(firstMark + string(runes[:1]))
			if len(runes) > 1 {
				g.add(firstMark + string(runes[:2]))
			}
			g.each(runes, 3)
		}
	}
	return g.list
}

// queryGrams lists grams that every match must have: pairs rather than single
// characters, triples rather than beginnings.
func queryGrams(words []word, prefix string) []string {
	g := gatherer{prefix: prefix, seen: map[string]bool{}}
	for _, w := range words {
		for i, run := range strings.Split(w.text, string(border)) {
			runes := []rune(run)
			switch {
			case classOf(runes[0]) == thick:
				g.each(runes, min(2, len(runes)))
			case len(runes) >= 3:
				g.each(runes, 3)
			case i > 0 || w.begins:
				g.add(firstMark + run)
			}
			// A short first run of letters before a border, "b座", may end a longer word
			// of the text: it gives no gram, the characters after it do.
		}
	}
	return g.list[:min(len(g.list), maxGrams)]
}

// firstMark begins the grams of how a word of letters begins.
const firstMark = "0"

type gatherer struct {
	prefix string
	seen   map[string]bool
	list   []string
}

func (g *gatherer) add(gram string) {
	gram = g.prefix + gram
	if !g.seen[gram] {
		g.seen[gram] = true
		g.list = append(g.list, gram)
	}
}

func (g *gatherer) each(runes []rune, n int) {
	for i := 0; i+n <= len(runes); i++ {
		g.add(string(runes[i : i+n]))
	}
}
