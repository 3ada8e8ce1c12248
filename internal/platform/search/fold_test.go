package search

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

func TestFold(t *testing.T) {
	rows := map[string]string{
		"":                     "",
		"  ！!  ":               "",
		"王芳":                   " 王芳",
		"ＶＩＰ客户":                " vip|客户",
		"a-b_c 100%":           " a b c 100",
		"138-0013-8000":        " 13800138000",
		"1 - 2":                " 1 2",
		"张三(技术部)":              " 张三 技术部",
		"👩‍💻x":                 " 👩💻|x",
		"♥️ 心":                 " ♥ 心",
		"Ünïcode\tЖ":           " ünïcode ж",
		"李\u3000雷":             " 李 雷",
		"\u212b\ufb01":         " åfi", // compatibility forms
		"a|b":                  " a b",
		string([]byte{0, 255}): "",
	}
	for text, want := range rows {
		if got := fold(text); got != want {
			t.Errorf("fold(%q) is %q, want %q", text, got, want)
		}
	}
	if got := fold("甲", "", "乙"); got != " 甲 乙" {
		t.Errorf("pieces: %q", got)
	}
	if got := len([]rune(fold(strings.Repeat("字", MaxText+5)))); got != MaxText+1 {
		t.Errorf("a long text has %d characters", got)
	}
}

// holds is the rule itself, without any index.
func holds(body string, words []word) bool {
	for _, w := range words {
		switch {
		case w.begins && !strings.Contains(body, " "+w.text) && !strings.Contains(body, string(border)+w.text):
			return false
		case !strings.Contains(body, w.text):
			return false
		}
	}
	return true
}

// Whatever matches must be among the candidates: every gram of the query is a gram of
// the text.
func checkGrams(t interface {
	Helper()
	Fatalf(string, ...any)
}, text, query string,
) {
	t.Helper()
	body, words := fold(text), wordsOf(query)
	if len(words) == 0 || !holds(body, words) {
		return
	}
	known := gramsOf(body, "p")
	wanted := queryGrams(words, "p")
	if len(wanted) == 0 {
		t.Fatalf("query %q selects no candidates", query)
	}
	for _, g := range wanted {
		if !slices.Contains(known, g) {
			t.Fatalf("%q matches %q, but %q is not among its grams %q", query, text, g, known)
		}
		if strings.ContainsAny(g, " '\"\\|&!()<>:*\x00") {
			t.Fatalf("gram %q is not safe", g)
		}
	}
}

func TestCandidatesHoldEveryMatch(t *testing.T) {
	letter := rapid.SampledFrom([]rune("王王芳小ab1112-9 _|%🌹がéЖ\u0301\u200d"))
	rapid.Check(t, func(t *rapid.T) {
		text := []rune(rapid.StringOfN(letter, 1, 20, -1).Draw(t, "text"))
		from := rapid.IntRange(0, len(text)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(text)).Draw(t, "to")
		checkGrams(t, string(text), string(text[from:to]))
		checkGrams(t, string(text), rapid.StringOfN(letter, 1, 6, -1).Draw(t, "query"))
	})
}

func FuzzGrams(f *testing.F) {
	f.Add("ＶＩＰ客户 138-0013-8000", "p客 0013")
	f.Add("a|b", "|")
	f.Fuzz(func(t *testing.T, text, query string) { checkGrams(t, text, query) })
}

func FuzzQuery(f *testing.F) {
	d := dbtest.Open(f, db.SQLite, Migrations(db.SQLite))
	x := New(d)
	for _, q := range []string{"王", "a* OR b", `"`, "NEAR(", "'; DROP", "\x00", "?", "%", "{body}", "王芳 138"} {
		f.Add(q, q)
	}
	f.Fuzz(func(t *testing.T, text, query string) {
		ctx := t.Context()
		doc := Document{Corp: "ww1", Kind: "k", Ref: 1, Text: []string{text}}
		if err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return x.Put(ctx, tx, doc) }); err != nil {
			t.Fatal(err)
		}
		ids, err := x.Newest(ctx, d.Read(), "ww1", "k", query, 10)
		if err != nil {
			t.Fatal(err)
		}
		words := wordsOf(query)
		if want := len(words) > 0 && holds(fold(text), words); (len(ids) == 1) != want {
			t.Fatalf("%q in %q: found %v, want %v", query, text, ids, want)
		}
	})
}
