package churn

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	lost := time.Date(2026, 11, 22, 18, 30, 0, 0, time.UTC)
	shanghai := time.FixedZone("", 8*3600)
	for name, c := range map[string]struct {
		loss Ending
		want string
	}{
		"all known":       {Ending{Name: "爱丽丝", Remark: "王总", AddedAt: lost.Add(-50 * time.Hour)}, "客户 王总（爱丽丝） 于 2026-11-23 02:30 将您从联系人中删除，添加 2 天。"},
		"same remark":     {Ending{Name: "爱丽丝", Remark: "爱丽丝", AddedAt: lost}, "客户 爱丽丝 于 2026-11-23 02:30 将您从联系人中删除，添加 0 天。"},
		"only a remark":   {Ending{Remark: "王总"}, "客户 王总 于 2026-11-23 02:30 将您从联系人中删除。"},
		"nothing known":   {Ending{}, "客户 未知客户 于 2026-11-23 02:30 将您从联系人中删除。"},
		"only spaces":     {Ending{Name: " \n\t", Remark: "　"}, "客户 未知客户 于 2026-11-23 02:30 将您从联系人中删除。"},
		"markup":          {Ending{Name: `<a href="x">点</a>`}, `客户 ＜a href="x"＞点＜/a＞ 于 2026-11-23 02:30 将您从联系人中删除。`},
		"several lines":   {Ending{Name: "a\nb\tc"}, "客户 a b c 于 2026-11-23 02:30 将您从联系人中删除。"},
		"added later":     {Ending{Name: "钟", AddedAt: lost.Add(time.Hour)}, "客户 钟 于 2026-11-23 02:30 将您从联系人中删除。"},
		"a very long one": {Ending{Name: strings.Repeat("长", 200)}, "客户 " + strings.Repeat("长", 39) + "… 于 2026-11-23 02:30 将您从联系人中删除。"},
	} {
		c.loss.EndedAt = lost
		if got := c.loss.text(shanghai); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestTextFits: WeCom refuses a card whose description is longer than 512 bytes.
func TestTextFits(t *testing.T) {
	for _, letter := range []string{"𠮷", "长", "a", "👩‍👩‍👧‍👦", "\u0301", "<"} {
		l := Ending{Name: strings.Repeat(letter, 500), Remark: strings.Repeat(letter, 400) + "x", EndedAt: time.Unix(0, 0), AddedAt: time.Unix(-1e9, 0)}
		if text := l.text(time.UTC); len(text) > 512 || !utf8.ValidString(text) {
			t.Errorf("%q gives %d bytes", letter, len(text))
		}
	}
}
