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
