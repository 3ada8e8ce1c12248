package viewer_test

import (
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

func TestMaskPhone(t *testing.T) {
	for number, want := range map[string]string{
		"13812341234":       "138****1234",
		"+86 13812341234":   "+86 138****1234",
		"138-1234-1234":     "138-****-1234",
		"010-87651234":      "010-****1234",
		"87651234":          "****1234",
		"12345":             "***45",
		"12":                "**",
		"":                  "",
		" 13812341234 ":     "138****1234",
		"座机 65432":          "** ***32",
		"00852 9123 4567 8": "00852 9*** *567 8",
	} {
		if got := viewer.MaskPhone(number); got != want {
			t.Errorf("%q: %q, want %q", number, got, want)
		}
	}
}

func TestMaskText(t *testing.T) {
	nobody, may := viewer.Viewer{}, viewer.Viewer{Permissions: []string{"customer.*"}}
	const text = `{"mobiles":["13812341234","13912341234"],"at":1763798400000,"x":13712341234,13612341234}`
	if got := may.MaskText(text); got != text {
		t.Errorf("masked for one who may read it: %s", got)
	}
	const want = `{"mobiles":["138****1234","139****1234"],"at":1763798400000,"x":137****1234,136****1234}`
	if got := nobody.MaskText(text); got != want {
		t.Errorf("%s", got)
	}
}
