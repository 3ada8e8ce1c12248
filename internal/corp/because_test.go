package corp_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// TestWhyAndTold: what WeCom said is kept by its code and told in both languages, and so is
// what was kept in Chinese before.
func TestWhyAndTold(t *testing.T) {
	t.Parallel()
	refused := fmt.Errorf("call: %w", &wecom.Error{Code: errcode.NotVerified, Msg: "not verified"})
	away := &wecom.Error{HTTPStatus: 503, Class: errcode.ClassTransient}
	info, _ := errcode.Lookup(errcode.NotVerified)
	zh, en := fmt.Sprintf("%s（%d）", info.AdviceZH, info.Code), fmt.Sprintf("%s (%d)", info.AdviceEN, info.Code)
	lost, lostEN := away.Advice()
	odd, oddEN := (&wecom.Error{}).Advice()
	for name, c := range map[string]struct {
		kept string
		code int
		want web.Because
	}{
		"nothing":               {"", 0, web.Because{}},
		"of before":             {"旧的", 0, web.Because{Text: "旧的"}},
		"of before, with code":  {"旧的", errcode.NotVerified, web.Because{Text: "旧的", EN: en}},
		"a code of ours":        {web.Why("gone").Kept(), errcode.NotVerified, web.Why("gone")},
		"refused":               {corp.Why(refused).Kept(), 0, web.Because{Text: zh, EN: en}},
		"refused, of one":       {corp.WhyRefused(errcode.NotVerified).Kept(), 0, web.Because{Text: zh, EN: en}},
		"away":                  {corp.Why(away).Kept(), 0, web.Because{Text: lost, EN: lostEN}},
		"nobody knows how":      {corp.Why(&wecom.Error{}).Kept(), 0, web.Because{Text: odd, EN: oddEN}},
		"a code after a call":   {corp.WhyAfter("gaveUp", away, "n", "3").Kept(), 0, web.Because{Code: "gaveUp", Values: map[string]string{"n": "3"}, Text: lost, EN: lostEN}},
		"a code after no call":  {corp.WhyAfter("gaveUp", errors.New("broken")).Kept(), 0, web.Why("gaveUp")},
		"another error's, none": {corp.Why(errors.New("broken")).Kept(), 0, web.Because{}},
	} {
		if got := corp.Told(c.kept, c.code); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q is %+v, want %+v", name, c.kept, got, c.want)
		}
	}
	if b := corp.Told(corp.WhyRefused(-999999).Kept(), 0); strings.Count(b.Text, "-999999") != 1 || strings.Count(b.EN, "-999999") != 1 {
		t.Errorf("a code that nobody knows: %+v", b)
	}
}
