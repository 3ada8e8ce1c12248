package web_test

import (
	"reflect"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// TestBecauseIsKept: what is written is read again, and so are words that were kept before.
func TestBecauseIsKept(t *testing.T) {
	t.Parallel()
	for kept, want := range map[string]web.Because{
		"":                                   {},
		"标签已被删除":                             {Text: "标签已被删除"},
		`{"a":1}`:                            {Text: `{"a":1}`},
		`{"because":"left"}`:                 web.Why("left"),
		`{"because":"twice","n":"3"}`:        web.Why("twice", "n", "3"),
		`{"because":"many","n":"2","w":"张"}`: web.Why("many", "n", "2", "w", "张"),
	} {
		if got := web.KeptWhy(kept); !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %+v, want %+v", kept, got, want)
		} else if again := got.Kept(); again != kept {
			t.Errorf("%q is kept as %q", kept, again)
		}
	}
	if !(web.Because{}).None() || web.Why("left").None() {
		t.Error("None")
	}
}

// TestBecauseInWords: a file has the words in its reader's language.
func TestBecauseInWords(t *testing.T) {
	t.Parallel()
	words := map[string][2]string{
		"twice":  {"与第 {line} 行重复", "The same as line {line}"},
		"gaveUp": {"已停止：{said}", "Stopped: {said}"},
	}
	gaveUp := web.Why("gaveUp")
	gaveUp.Text, gaveUp.EN = "没有权限", "no right"
	for _, c := range []struct {
		why    web.Because
		zh, en string
	}{
		{web.Because{}, "", ""},
		{web.Because{Text: "没有权限"}, "没有权限", "没有权限"},
		{web.Because{Text: "没有权限", EN: "no right"}, "没有权限", "no right"},
		{web.Why("twice", "line", "3"), "与第 3 行重复", "The same as line 3"},
		{web.Why("twice", "line", "{said}"), "与第 {said} 行重复", "The same as line {said}"},
		{gaveUp, "已停止：没有权限", "Stopped: no right"},
		{web.Why("unheard"), "unheard", "unheard"},
	} {
		if zh, en := c.why.In(false, words), c.why.In(true, words); zh != c.zh || en != c.en {
			t.Errorf("%+v is %q, %q", c.why, zh, en)
		}
	}
}
