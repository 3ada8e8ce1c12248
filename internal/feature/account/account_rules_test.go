package account

import (
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

func TestSafeNext(t *testing.T) {
	for next, want := range map[string]string{
		"":                              "/",
		"/":                             "/",
		"/customer":                     "/customer",
		"/customer?tag=a&period=7d#top": "/customer?tag=a&period=7d#top",
		"/channelcode/01abc":            "/channelcode/01abc",
		"customer":                      "/",
		"//evil.example":                "/",
		"///evil.example":               "/",
		"/\\evil.example":               "/",
		"/%5Cevil.example":              "/",
		"/%2F%2Fevil.example":           "/",
		"https://evil.example/":         "/",
		"javascript:alert(1)":           "/",
		"/\tevil.example":               "/",
		"/\n/evil.example":              "/",
		"/api/account/sign-out":         "/",
		"/API/account/sign-out":         "/",
		"/" + strings.Repeat("a", 2100): "/",
	} {
		if got := safeNext(next); got != want {
			t.Errorf("safeNext(%q) = %q, want %q", next, got, want)
		}
	}
}

func TestValidatePassword(t *testing.T) {
	for password, ok := range map[string]bool{
		"correct horse battery":    true,
		"鹊桥相会在七夕的晚上呀":              true,
		"tiny":                     false,
		"123456789":                false,
		"1234567890":               false,
		"0987654321":               false,
		"aaaaaaaaaaaa":             false,
		"abababababab":             false,
		"my-ADMIN-secret":          false, // holds the sign-in name
		"nul\x00nul\x00nul":        false,
		strings.Repeat("ab1x", 32): true,
		strings.Repeat("ab1x", 33): false,
	} {
		err := validatePassword("next", password, "admin")
		if ok != (err == nil) {
			t.Errorf("%q: %v", password, err)
		}
		if f := fault.As(err); err != nil && (f == nil || f.Code != fault.Invalid || f.Fields[0].Name != "next") {
			t.Errorf("%q: %v is not a fault of the field", password, err)
		}
	}
}

func TestMadeUpPasswordsAreGoodAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		p := madeUp()
		if seen[p] {
			t.Fatalf("%q came twice", p)
		}
		seen[p] = true
		if err := validatePassword("", p, "admin"); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, same := range []string{"Admin", " admin ", "ＡＤＭＩＮ"} {
		if lookup(same) != "admin" {
			t.Errorf("lookup(%q) = %q", same, lookup(same))
		}
	}
}

func TestInsideWeCom(t *testing.T) {
	for agent, want := range map[string]bool{
		"Mozilla/5.0 (iPhone) MicroMessenger/7.0.1 wxwork/4.1.20 MicroMessenger/7.0.1": true,
		"Mozilla/5.0 (Windows NT 10.0) WindowsWechat QBCore MicroMessenger/7.0":        false,
		"Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0":                                 false,
	} {
		if insideWeCom(agent) != want {
			t.Errorf("insideWeCom(%q) = %v", agent, !want)
		}
	}
}

func TestMenuFor(t *testing.T) {
	entries := []feature.MenuEntry{
		{Group: feature.GroupManagement, Key: "eventlog", Path: "/eventlog", Permission: "eventlog.read"},
		{Group: feature.GroupAcquire, Key: "welcome", Path: "/welcome", Permission: "welcome.read", Order: 20},
		{Group: feature.GroupAcquire, Key: "channelcode", Path: "/channelcode", Permission: "channelcode.read", Order: 10},
		{Group: feature.GroupHome, Key: "home", Path: "/"},
	}
	keys := func(v viewer.Viewer) (all []string) {
		for _, g := range menuFor(v, entries) {
			all = append(all, string(g.Group)+":")
			for _, i := range g.Items {
				all = append(all, i.Key)
			}
		}
		return all
	}
	for permissions, want := range map[string][]string{
		"*":                             {"home:", "home", "acquire:", "channelcode", "welcome", "management:", "eventlog"},
		"welcome.read channelcode.read": {"home:", "home", "acquire:", "channelcode", "welcome"},
		"eventlog.*":                    {"home:", "home", "management:", "eventlog"},
		"":                              {"home:", "home"},
	} {
		v := viewer.Viewer{Permissions: strings.Fields(permissions)}
		if got := keys(v); !slices.Equal(got, want) {
			t.Errorf("%q sees %v, want %v", permissions, got, want)
		}
	}
}
