package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The codes of RFC 6238 as authenticator apps make them: SHA-1, six digits, 30 seconds.
// The apps know nothing else; HMAC does not need what SHA-1 has lost.
const (
	totpPeriod = 30 * time.Second
	totpDigits = 6
	totpKey    = 20 // bytes, the length of the hash (RFC 4226, R6)
	// totpWindow is how many steps a clock may be wrong either way.
	totpWindow = 1
)

// base32Text is how secrets and recovery codes are written for people.
func base32Text(b []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// newTOTP makes a secret.
func newTOTP() []byte {
	key := make([]byte, totpKey)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return key
}

// totpStep is the time step of a moment.
func totpStep(at time.Time) int64 { return at.Unix() / int64(totpPeriod/time.Second) }

// totpCode is the code of one step (RFC 4226, 5.3).
func totpCode(key []byte, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac := hmac.New(sha1.New, key)
	_, _ = mac.Write(counter[:]) // a hash takes everything
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	value := binary.BigEndian.Uint32(sum[offset:offset+4]) & 0x7fffffff
	return fmt.Sprintf("%0*d", totpDigits, value%1_000_000)
}

// totpMatch finds the step whose code this is, among those around now that come after
// the last one taken: each code works once.
func totpMatch(key []byte, code string, now time.Time, last int64) (step int64, ok bool) {
	present := totpStep(now)
	for s := present - totpWindow; s <= present+totpWindow; s++ {
		if s > last && subtle.ConstantTimeCompare([]byte(totpCode(key, s)), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// totpURI is what an authenticator app reads from the QR code.
func totpURI(key []byte, issuer, name string) string {
	return "otpauth://totp/" + url.PathEscape(issuer+":"+name) + "?" + url.Values{
		"secret": {base32Text(key)}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"},
	}.Encode()
}

// tidyCode takes out what people put between the characters of a code.
func tidyCode(code string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u3000' || r == '\t' {
			return -1
		}
		return r
	}, code))
}

// recoveryCount is how many recovery codes there are; each stands for the phone once.
const recoveryCount = 10

// newRecovery makes a recovery code of 80 bits: "ABCD-EFGH-IJKL-MNOP".
func newRecovery() string {
	raw := make([]byte, 10)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	text := base32Text(raw)
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

// fingerprint is how random tokens and recovery codes are kept: nobody can guess 80 bits,
// so a plain hash is enough. It is the one that scs makes of a session's token.
func fingerprint(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
