package errcode_test

import (
	"testing"
	"unicode"

	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

func TestEveryCodeIsCompleteAndUnique(t *testing.T) {
	codes, names := map[int]bool{}, map[string]bool{}
	classes := map[errcode.Class]bool{
		errcode.ClassTransient: true, errcode.ClassToken: true, errcode.ClassQuota: true,
		errcode.ClassConfig: true, errcode.ClassItem: true,
	}
	for _, info := range errcode.All() {
		if codes[info.Code] || names[info.Name] {
			t.Errorf("%d %s is listed twice", info.Code, info.Name)
		}
		codes[info.Code], names[info.Name] = true, true
		if !classes[info.Class] {
			t.Errorf("%d %s: class %q is none of the five", info.Code, info.Name, info.Class)
		}
		if !hasHan(info.AdviceZH) {
			t.Errorf("%d %s: the Chinese advice %q holds no Chinese", info.Code, info.Name, info.AdviceZH)
		}
		if info.AdviceEN == "" || info.AdviceEN == info.AdviceZH {
			t.Errorf("%d %s: the English advice is missing", info.Code, info.Name)
		}
	}
}

// The retry policy of the platform notes, code by code.
func TestClasses(t *testing.T) {
	want := map[errcode.Class][]int{
		errcode.ClassTransient: {-1, 45033, 41063, 41096, 41079, 41078},
		errcode.ClassToken:     {40014, 42001, 41001},
		errcode.ClassQuota:     {45009},
		errcode.ClassConfig:    {40001, 40013, 48002, 48009, 50001, 50003, 60011, 60020, 60111, 301002, 301042, 301053},
		errcode.ClassItem:      {40007, 40058, 40096, 41050, 41051, 84061, 81013, 40130, 999999999},
	}
	for class, codes := range want {
		for _, code := range codes {
			if got := errcode.ClassOf(code); got != class {
				t.Errorf("ClassOf(%d) = %s, want %s", code, got, class)
			}
		}
	}
}

func TestLookup(t *testing.T) {
	info, ok := errcode.Lookup(errcode.UntrustedIP)
	if !ok || info.Code != 60020 || info.Name != "UntrustedIP" {
		t.Errorf("Lookup(UntrustedIP) = %+v, %v", info, ok)
	}
	if _, ok := errcode.Lookup(errcode.OK); ok {
		t.Error("Lookup(OK) finds an error")
	}
}

func hasHan(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			return true
		}
	}
	return false
}
