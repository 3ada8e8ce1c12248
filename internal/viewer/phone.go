package viewer

import (
	"regexp"
	"strings"
	"unicode"
)

// PermissionPhone lets its holder read telephone numbers in full; everybody else, and
// every list and export, has them masked.
const PermissionPhone = "customer.phone"

// MaskPhone hides four digits of a telephone number, 138****1234; of one with less than
// eight digits, all but the last two.
func MaskPhone(number string) string {
	runes := []rune(strings.TrimSpace(number))
	var digits []int // where they stand; whatever is no mark between them counts
	for i, r := range runes {
		if unicode.IsDigit(r) || unicode.IsLetter(r) {
			digits = append(digits, i)
		}
	}
	n := len(digits)
	from, to := n-8, n-4
	if n < 8 {
		from, to = 0, max(n-2, 0)
	}
	if n < 3 {
		to = n
	}
	for _, i := range digits[from:to] {
		runes[i] = '*'
	}
	return string(runes)
}

// MaskPhones masks each number of a list.
func MaskPhones(numbers []string) []string {
	masked := make([]string, len(numbers))
	for i, n := range numbers {
		masked[i] = MaskPhone(n)
	}
	return masked
}

// mobile finds mobile numbers of the mainland in running text; longer rows of digits, ids
// and moments, are none.
var mobile = regexp.MustCompile(`(^|[^0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})($|[^0-9])`)

// MaskText hides the mobile numbers that stand in a text, for those who may not read them.
func (v Viewer) MaskText(text string) string {
	if v.Can(PermissionPhone) {
		return text
	}
	// Twice: two numbers may share the one character between them.
	for range 2 {
		text = mobile.ReplaceAllString(text, "$1$2****$3$4")
	}
	return text
}
