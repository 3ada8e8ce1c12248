package account

import (
	"crypto/rand"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Account is a local account (本地账号): somebody who signs in by name and password.
type Account struct {
	ID       id.ID  `bun:"id"`
	Name     string `bun:"name"`
	Lookup   string `bun:"lookup"`
	Password string `bun:"password"` // argon2id in PHC form, never the password itself
	// Founder is the administrator made at the first start.
	Founder   bool   `bun:"founder"`
	Corp      string `bun:"corp_id"` // where he worked last
	CreatedAt int64  `bun:"created_at"`
	ChangedAt int64  `bun:"changed_at"` // when the password was set
}

// The bounds of a password in characters. The upper one keeps hashing cheap.
const (
	minPassword = 10
	maxPassword = 128
	maxName     = 64
)

// lookup is a sign-in name as it is compared: what looks the same is the same.
func lookup(name string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(name)))
}

// validatePassword says what is wrong with a new password. Length is what counts; rules
// about kinds of characters only lead to "Password1!".
func validatePassword(field, password, name string) error {
	var check fault.Check
	length := utf8.RuneCountInString(password)
	switch {
	case length < minPassword:
		check.That(false, field, "密码至少 10 个字符")
	case length > maxPassword:
		check.That(false, field, "密码最多 128 个字符")
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		check.That(false, field, "密码含有无法识别的字符")
	case name != "" && strings.Contains(lookup(password), lookup(name)):
		check.That(false, field, "密码不能包含登录名")
	case fewKinds(password):
		check.That(false, field, "密码太简单：请不要重复同样的字符或使用连续的字符")
	}
	return check.Err()
}

// fewKinds finds passwords made of hardly more than three different characters, or of
// characters that follow each other, such as 1234567890.
func fewKinds(password string) bool {
	kinds := map[rune]bool{}
	steps, runes := 0, []rune(password)
	for i, r := range runes {
		kinds[unicode.ToLower(r)] = true
		if i > 0 && (r-runes[i-1] == 1 || runes[i-1]-r == 1) {
			steps++
		}
	}
	return len(kinds) < 4 || steps >= len(runes)-2
}

// madeUp is a password for the first administrator: 16 characters, 80 bits, without
// those that are hard to tell apart.
func madeUp() string {
	const letters = "abcdefghjkmnpqrstvwxyz23456789ABCDEFGHJKMNPQRSTVWXYZ"
	var b strings.Builder
	for b.Len() < 16 {
		// 208 is four times the number of letters: each is equally likely.
		var one [1]byte
		if _, err := rand.Read(one[:]); err == nil && one[0] < 208 {
			b.WriteByte(letters[int(one[0])%len(letters)])
		}
	}
	return b.String()
}

// safeNext is where a signed-in person may be sent: a path of the console itself, else
// its first page. Addresses of other hosts in any disguise are refused, and so are our
// own API's, since a redirect is followed with the session.
func safeNext(next string) string {
	const home = "/"
	if len(next) > 2000 || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsRune(next, '\\') || strings.ContainsFunc(next, unicode.IsControl) {
		return home
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") ||
		strings.ContainsRune(u.Path, '\\') || strings.HasPrefix(strings.ToLower(u.Path), "/api/") {
		return home
	}
	return next
}

// insideWeCom tells whether a browser is the one inside the WeCom client. Its name there
// is wxwork, together with MicroMessenger; plain WeChat has only the latter.
func insideWeCom(userAgent string) bool {
	return strings.Contains(strings.ToLower(userAgent), "wxwork/")
}
