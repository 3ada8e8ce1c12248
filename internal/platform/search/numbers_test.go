package search_test

import (
	"slices"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/search"
)

func TestNumbers(t *testing.T) {
	for query, want := range map[string][]string{
		"":              nil,
		"王姐":            nil,
		"138":           {"138"},
		"138-0013-8000": {"13800138000"},
		"１３８ 王":         {"138"},
		"①③⑧":           {"138"},
		"王138 vip2 tom": {"王138", "vip2"},
		"+86 138":       {"86", "138"},
		"!! 。":          nil,
	} {
		if got := search.Numbers(query); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
}
