package account

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// The bounds of a password in characters. The upper one keeps hashing cheap.
const (
	minPassword = 10
	maxPassword = 128
)

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
	case commonplace(password):
		check.That(false, field, "密码太常见：请不要只用常见的词、日期、号码或键盘上相邻的键拼成密码")
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

// commonWords are what the commonest passwords of published leaks are put together from,
// in English and Chinese, the longer before those they contain. With digits, years,
// phone numbers and marks between them they make up the few thousand that guessers try
// first; the rule finds them all instead of listing each.
const commonWords = `
	qwertyuiop asdfghjkl zxcvbnm qwertyui qwerty asdfgh zxcvbn qwert asdf zxcv qazwsxedc qazwsx wsxedc qaz wsx edc rfv tgb qwe asd zxc
	poiuytrewq lkjhgfdsa mnbvcxz abcdefghijklmnopqrstuvwxyz abcdefgh abcdef abcd abc
	administrator admin root guest test demo temp user manager system server database oracle
	password passwort passwd pass secret login welcome changeme letmein default master access
	iloveyou iloveu loveyou love you forever baby angel princess sunshine monkey dragon football baseball basketball superman batman pokemon starwars michael jordan
	hello world computer internet google facebook microsoft windows apple iphone samsung android hunter shadow freedom whatever trustno
	woaini wo ai ni woaiwo wode mima mimashi mima zhongguo beijing shanghai shenzhen guangzhou hangzhou tiankong laopo laogong baobao
	zhang wang chen yang zhao huang zhou jiang aini nihao dajia gongsi guanliyuan ceshi yonghu weixin qiye tencent alibaba taobao baidu
	queqiao scrm wecom wechat company corp crm office work money lucky
	密码 管理员 我爱你 中国 北京 上海 你好 测试 公司 企业 微信 鹊桥
`

// undisguise reads digits and marks as the letters that they stand for.
func undisguise(s string) string {
	return strings.NewReplacer("@", "a", "$", "s", "0", "o", "1", "i", "3", "e", "5", "s", "7", "t", "!", "i").Replace(s)
}

// leastOwn is how many letters a password must have that are its own.
const leastOwn = 4

// commonplace finds passwords of which hardly a letter is left once common words, digits
// and marks are taken away: "Password@2024", "woaini1314520", "1qaz2wsx3edc".
func commonplace(password string) bool {
	plain := strings.ToLower(norm.NFKC.String(password))
	return ownLetters(plain) < leastOwn || ownLetters(undisguise(plain)) < leastOwn
}

func ownLetters(s string) (n int) {
	for w := range strings.FieldsSeq(commonWords) {
		s = strings.ReplaceAll(s, w, " ")
	}
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}
