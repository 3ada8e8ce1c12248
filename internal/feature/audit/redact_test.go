package audit

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

type inner struct {
	Note   string `json:"note"`
	Answer string `json:"answer" audit:"secret"`
}

type marked struct {
	Name     string            `json:"name"`
	Key      string            `json:"key"`
	Pin      string            `json:"pin" audit:"secret"`
	Home     string            `json:"home" audit:"personal"`
	Cache    []string          `json:"cache" audit:"-"`
	TokenTTL int               `json:"tokenTtl" audit:"open"`
	Inner    inner             `json:"inner"`
	List     []inner           `json:"list"`
	ByName   map[string]inner  `json:"byName"`
	Any      any               `json:"any"`
	Secrets  map[string]string `json:"secrets"`
}

func redacted(t *testing.T, before, after any) (string, string) {
	t.Helper()
	out, err := redactAll([]web.Change{{Object: "thing:1", Before: before, After: after}})
	if err != nil {
		t.Fatal(err)
	}
	text := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	return text(out[0].Before), text(out[0].After)
}

func TestRedactionByName(t *testing.T) {
	type m = map[string]any
	rows := []struct {
		name          string
		before, after any
		wantB, wantA  string
	}{
		{"nothing to hide", m{"name": "展会", "cap": 3}, m{"name": "门店", "cap": 4}, `{"cap":3,"name":"展会"}`, `{"cap":4,"name":"门店"}`},
		{"a new secret", nil, m{"secret": "abc"}, `null`, `{"secret":"••••••"}`},
		{"a secret that stayed", m{"secret": "abc"}, m{"secret": "abc"}, `{"secret":"••••••"}`, `{"secret":"••••••"}`},
		{"a secret that changed", m{"secret": "abc"}, m{"secret": "abd"}, `{"secret":"••••••"}`, `{"secret":"•••••• (changed)"}`},
		{"a secret that went", m{"secret": "abc"}, m{"secret": ""}, `{"secret":"••••••"}`, `{"secret":""}`},
		{
			"in any spelling", nil,
			m{"app_secret": "a", "AccessToken": "b", "newPassword": "c", "EncodingAESKey": "d", "private-key": "e", "totpSeed": "f", "Cookie": "g"},
			`null`,
			`{"AccessToken":"••••••","Cookie":"••••••","EncodingAESKey":"••••••","app_secret":"••••••","newPassword":"••••••","private-key":"••••••","totpSeed":"••••••"}`,
		},
		{"the key of a role is its name", nil, m{"key": "sales", "hotkeys": "x"}, `null`, `{"hotkeys":"••••••","key":"sales"}`},
		{"a list of secrets", m{"recoveryCodes": []string{"a", "b"}}, nil, `{"recoveryCodes":["••••••","••••••"]}`, `null`},
		{"what lies under a secret", nil, m{"credentials": m{"user": "u", "more": m{"x": "y"}}}, `null`, `{"credentials":{"more":{"x":"••••••"},"user":"••••••"}}`},
		{"whether there is one is no secret", nil, m{"password": true}, `null`, `{"password":true}`},
		{"a telephone number", m{"mobile": "13812345678"}, m{"mobile": "13812340000"}, `{"mobile":"138****5678"}`, `{"mobile":"138****0000"}`},
		{"one whose middle changed", m{"mobile": "13812345678"}, m{"mobile": "13899995678"}, `{"mobile":"138****5678"}`, `{"mobile":"138****5678 (changed)"}`},
		{"several", nil, m{"mobiles": []string{"13812345678"}, "email": "wang@example.com", "phone": "110"}, `null`, `{"email":"w***@example.com","mobiles":["138****5678"],"phone":"***"}`},
		{"a telephone number in a text", nil, m{"text": "请拨打13812345678，或 021-55556666"}, `null`, `{"text":"请拨打138****5678，或 021-55556666"}`},
		{"an identity card in a text", nil, m{"text": "身份证 11010519491231002X"}, `null`, `{"text":"身份证 110105********002X"}`},
		{"a number that is none", nil, m{"text": "订单 91381234567812"}, `null`, `{"text":"订单 91381234567812"}`},
		{"a key in a link", nil, m{"url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6&x=1"}, `null`, `{"url":"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=••••••\u0026x=1"}`},
		{"deep inside lists", nil, m{"apps": []any{m{"name": "a", "secret": "s"}}}, `null`, `{"apps":[{"name":"a","secret":"••••••"}]}`},
		{"a bare text", "拨打 13812345678", nil, `"拨打 138****5678"`, `null`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if b, a := redacted(t, row.before, row.after); b != row.wantB || a != row.wantA {
				t.Errorf("\nbefore %s\n  want %s\nafter  %s\n  want %s", b, row.wantB, a, row.wantA)
			}
		})
	}
}

func TestRedactionByTag(t *testing.T) {
	state := func(pin, answer string) *marked {
		return &marked{
			Name: "n", Key: "sales", Pin: pin, Home: "上海市浦东新区世纪大道一百号", Cache: []string{"big"}, TokenTTL: 3600, Inner: inner{"open", answer},
			List: []inner{{"open", answer}}, ByName: map[string]inner{"x": {"open", answer}}, Any: inner{"open", "untold"}, Secrets: map[string]string{"a": answer},
		}
	}
	before, after := redacted(t, state("1234", "blue"), state("9999", "green"))
	for _, told := range []string{"1234", "9999", "blue", "green", "浦东", "big"} {
		if strings.Contains(before+after, told) {
			t.Errorf("%s is told: %s %s", told, before, after)
		}
	}
	for _, kept := range []string{`"name":"n"`, `"key":"sales"`, `"note":"open"`, `"tokenTtl":3600`, `"home":"上海市****道一百号"`, `"pin":"•••••• (changed)"`} {
		if !strings.Contains(after, kept) {
			t.Errorf("%s is lacking: %s", kept, after)
		}
	}
}

func TestAStateThatIsTooLargeIsKeptAsItsHash(t *testing.T) {
	_, after := redacted(t, nil, map[string]string{"text": strings.Repeat("长", maxState)})
	if len(after) > 200 || !strings.Contains(after, `"tooLarge":`) || !strings.Contains(after, `"sha256":`) {
		t.Errorf("%.300s", after)
	}
}

func TestDiff(t *testing.T) {
	type m = map[string]any
	rows := []struct {
		name          string
		before, after any
		kind          string
		fields        string
		same          int
	}{
		{"changed", m{"name": "展会", "cap": 3, "on": true}, m{"name": "门店", "cap": 3, "on": false}, "changed", `name 展会→门店; on true→false`, 1},
		{"created", nil, m{"name": "展会", "tags": []string{}}, "created", `name ∅→展会`, 0},
		{"removed", m{"name": "展会"}, nil, "removed", `name 展会→∅`, 0},
		{"touched", nil, nil, "touched", ``, 0},
		{"nothing changed", m{"name": "x"}, m{"name": "x"}, "touched", ``, 1},
		{"a list of words is one value", m{"tags": []string{"a", "b"}}, m{"tags": []string{"a"}}, "changed", `tags a、b→a`, 0},
		{"shifts are counted as people count", m{"s": []m{{"f": 1}, {"f": 2}, {"f": 3}, {"f": 4}, {"f": 5}, {"f": 6}, {"f": 7}, {"f": 8}, {"f": 9}, {"f": 10}, {"f": 11}}}, m{"s": []m{{"f": 0}, {"f": 2}, {"f": 0}, {"f": 4}, {"f": 5}, {"f": 6}, {"f": 7}, {"f": 8}, {"f": 9}, {"f": 10}}}, "changed", `s[0].f 1→0; s[2].f 3→0; s[10].f 11→∅`, 8},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			changes, err := redactAll([]web.Change{{Object: "thing:1", Before: row.before, After: row.after}})
			if err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(changes)
			if err != nil {
				t.Fatal(err)
			}
			stored, err := (&entry{Changes: string(raw)}).changes()
			if err != nil {
				t.Fatal(err)
			}
			v := stored[0].view()
			var fields []string
			text := func(s *string) string {
				if s == nil {
					return "∅"
				}
				return *s
			}
			for _, f := range v.Fields {
				fields = append(fields, f.Path+" "+text(f.Before)+"→"+text(f.After))
			}
			if got := strings.Join(fields, "; "); got != row.fields || v.Kind != row.kind || v.Same != row.same {
				t.Errorf("%s, %s, %d the same", v.Kind, got, v.Same)
			}
		})
	}
}

func TestDevice(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36":                          "Chrome · Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0":            "Edge · Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 wxwork/4.1.20 MicroMessenger/7.0.1 Language/zh": "WeCom · iOS",
		"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.47":                               "WeChat · Android",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15":                    "Safari · macOS",
		"curl/8.5.0": "curl", "": "", "made up": "",
	} {
		if got := deviceOf(agent); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
}
