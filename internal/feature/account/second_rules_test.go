package account

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestTOTP holds the codes against RFC 6238, appendix B (SHA-1, the last six digits).
func TestTOTP(t *testing.T) {
	key := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := totpCode(key, totpStep(time.Unix(at, 0))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestTOTPWindow(t *testing.T) {
	key, now := newTOTP(), time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	present := totpStep(now)
	for name, c := range map[string]struct {
		step, last int64
		ok         bool
	}{
		"now":                   {present, 0, true},
		"a clock that is slow":  {present - 1, 0, true},
		"a clock that is quick": {present + 1, 0, true},
		"too old":               {present - 2, 0, false},
		"too early":             {present + 2, 0, false},
		"used already":          {present, present, false},
		"before one used":       {present - 1, present, false},
		"after one used":        {present + 1, present, true},
	} {
		step, ok := totpMatch(key, totpCode(key, c.step), now, c.last)
		if ok != c.ok || ok && step != c.step {
			t.Errorf("%s: %d %v", name, step, ok)
		}
	}
	if _, ok := totpMatch(key, "", now, 0); ok {
		t.Error("no code is a code")
	}
}

func TestTOTPAddress(t *testing.T) {
	u, err := url.Parse(totpURI([]byte("12345678901234567890"), "Queqiao", "王 & 芳"))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Queqiao:王 & 芳" ||
		u.Query().Get("secret") != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" || u.Query().Get("issuer") != "Queqiao" {
		t.Errorf("%v %v", u, err)
	}
}

func TestRecoveryCodes(t *testing.T) {
	seen := map[string]bool{}
	for _, code := range newRecoveries() {
		if len(code) != 19 || seen[code] || strings.Count(code, "-") != 3 {
			t.Errorf("%q", code)
		}
		seen[code] = true
		if tidyCode(" "+strings.ToLower(code)) != strings.ReplaceAll(code, "-", "") {
			t.Errorf("%q typed in small letters is another", code)
		}
	}
	if len(seen) != recoveryCount {
		t.Errorf("%d codes", len(seen))
	}
}

func TestCommonPasswords(t *testing.T) {
	for password, common := range map[string]bool{
		"Password123": true, "P@ssw0rd2024": true, "password-password": true, "qwertyuiop": true, "1qaz2wsx3edc": true, "qazwsxedc1": true,
		"Admin@12345": true, "administrator": true, "woaini1314520": true, "iloveyou2026!": true, "welcome2queqiao": true,
		"13912345678": true, "2026-11-22 08": true, "Zhongguo2026": true, "mimaMima888": true, "asdfghjkl;'": true, "letmein.letmein": true,
		"我爱你中国2026年10": true, "hello world 1": true, "abcd1234abcd": true, "Tencent@2026": true,
		"seven magpies carry": false, "correct horse battery": false, "bridge-of-magpies-7": false, "鹊桥相会在七夕的晚上呀": false,
		"Magpie-bridge-7": false, "tlPx93-kkvw": false, "the password of my cat Momo": false,
	} {
		if commonplace(password) != common {
			t.Errorf("%q: %v", password, !common)
		}
		if common && validatePassword("next", password, "") == nil {
			t.Errorf("%q is taken", password)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		" 王芳 ": "王芳", "ops@example.com": "ops@example.com", "": "", "   ": "", "two words": "", "a\u202eb": "", "nul\x00": "",
		strings.Repeat("名", 64): strings.Repeat("名", 64), strings.Repeat("名", 65): "",
	} {
		got, err := validateName(name)
		if want == "" && (fault.CodeOf(err) != fault.Invalid) || want != "" && (err != nil || got != want) {
			t.Errorf("%q: %q %v", name, got, err)
		}
	}
}

func TestMayManage(t *testing.T) {
	owner, some := []string{"*"}[:1:1], []string{"account.manage", "customer.*"}
	for name, c := range map[string]struct {
		own     []string
		founder bool
		other   []string
		target  Account
		want    bool
	}{
		"an owner another owner":       {owner, false, owner, Account{}, true},
		"an owner the founder":         {owner, false, owner, Account{Founder: true}, false},
		"the founder anybody":          {owner, true, owner, Account{}, true},
		"one with a part an owner":     {some, false, owner, Account{}, false},
		"one with a part less":         {some, false, []string{"customer.read"}, Account{}, true},
		"one with a part the same":     {some, false, some, Account{}, true},
		"one with a part another part": {some, false, []string{"churn.read"}, Account{}, false},
	} {
		v := viewer.Viewer{Permissions: c.own}
		if c.founder {
			v.Permissions = append(v.Permissions, viewer.Installation+"*")
		}
		if got := mayManage(v, c.target, viewer.Viewer{Permissions: c.other}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
