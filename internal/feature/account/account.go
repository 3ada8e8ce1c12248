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
	Previous string `bun:"previous"` // the one before, "" for none
	// Founder is the administrator made at the first start.
	Founder bool `bun:"founder"`
	// Home is the corp that made the account and manages it, "" for the founder.
	Home       string `bun:"home"`
	Corp       string `bun:"corp_id"` // where he worked last
	CreatedAt  int64  `bun:"created_at"`
	ChangedAt  int64  `bun:"changed_at"` // when the password was set
	SignedInAt int64  `bun:"signed_in_at"`
	DisabledAt int64  `bun:"disabled_at"` // 0: enabled
	// MustChange says that the password was made up by us and is good for one thing only:
	// choosing another.
	MustChange bool   `bun:"must_change"`
	TOTP       string `bun:"totp"`         // sealed secret of the second step, "" without
	Pending    string `bun:"totp_pending"` // sealed secret shown, but not proved yet
	Step       int64  `bun:"totp_step"`    // time step of the last code taken
}

// maxName is the longest sign-in name in characters.
const maxName = 64

// lookup is a sign-in name as it is compared: what looks the same is the same.
func lookup(name string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(name)))
}

// validateName gives the sign-in name of a new account as it is kept.
func validateName(name string) (string, error) {
	name = strings.TrimSpace(name)
	var check fault.Check
	switch {
	case name == "":
		check.That(false, "name", "请填写登录名")
	case utf8.RuneCountInString(name) > maxName:
		check.That(false, "name", "登录名最多 64 个字符")
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }):
		check.That(false, "name", "登录名不能含有空格或不可见的字符")
	}
	return name, check.Err()
}

// madeUp is a first password, to be replaced by its owner: 16 characters, 80 bits, without
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
