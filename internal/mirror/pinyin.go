package mirror

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// pinyinOf writes a member's name the way people type it when they look for him: whole
// and by initials, "zhangsan zs". Other letters stay as they are, in lower case. Of
// characters with several readings the commonest counts, except in family names, where
// another one does.
func pinyinOf(name string) string {
	args := pinyin.NewArgs()
	var whole, initials strings.Builder
	first, inWord := true, false
	for _, r := range strings.ToLower(name) {
		reading := surname(r)
		if reading == "" || !first {
			reading = ""
			if all := pinyin.SinglePinyin(r, args); len(all) > 0 {
				reading = all[0]
			}
		}
		switch {
		case reading != "":
			first, inWord = false, false
			whole.WriteString(reading)
			initials.WriteByte(reading[0])
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			first = false
			whole.WriteRune(r)
			if !inWord {
				initials.WriteRune(r)
			}
			inWord = true
		default:
			inWord = false
		}
	}
	if whole.Len() == 0 {
		return ""
	}
	return whole.String() + " " + initials.String()
}

// surname is how a character is read as a family name, where that differs.
func surname(r rune) string {
	switch r {
	case '曾':
		return "zeng"
	case '单':
		return "shan"
	case '解':
		return "xie"
	case '仇':
		return "qiu"
	case '查':
		return "zha"
	case '朴':
		return "piao"
	case '区':
		return "ou"
	case '任':
		return "ren"
	case '盖':
		return "ge"
	case '翟':
		return "zhai"
	case '缪':
		return "miao"
	case '召':
		return "shao"
	case '冼':
		return "xian"
	case '尉':
		return "wei"
	case '万':
		return "wan"
	default:
		return ""
	}
}
