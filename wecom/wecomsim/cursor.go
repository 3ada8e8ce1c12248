package wecomsim

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file makes the opaque cursors of paged operations. A cursor belongs to
// one operation, one corp and one set of parameters, and lives for an hour
// (unverified: WeCom only says that they are short-lived). A bad or expired one
// is answered with 40058 (unverified).

const cursorLife = time.Hour

// position is where the next page begins.
type position struct {
	User  int   // index in a list of members
	After int64 // a running number or an offset
	Made  int64 // unix seconds
}

// nextCursor seals a position for the operation and its parameters.
func (c *call) nextCursor(scope string, p position) string {
	p.Made = c.now.Unix()
	plain := fmt.Appendf(nil, "%d.%d.%d", p.User, p.After, p.Made)
	sum := cursorSum(c.corp.ID, scope, plain)
	return base64.RawURLEncoding.EncodeToString(append(sum, plain...))
}

// cursor opens what nextCursor made; "" is the start.
func (c *call) cursor(text, scope string) (position, error) {
	var p position
	if text == "" {
		return p, nil
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(data) < 8 || !bytes.Equal(cursorSum(c.corp.ID, scope, data[8:]), data[:8]) {
		return p, fail(errcode.ParameterRule, "invalid cursor")
	}
	if _, err := fmt.Sscanf(string(data[8:]), "%d.%d.%d", &p.User, &p.After, &p.Made); err != nil {
		return p, fail(errcode.ParameterRule, "invalid cursor")
	}
	if c.now.Sub(time.Unix(p.Made, 0)) > cursorLife {
		return p, fail(errcode.ParameterRule, "cursor expired")
	}
	return p, nil
}

func cursorSum(corp, scope string, plain []byte) []byte {
	sum := sha256.Sum256([]byte("wecomsim cursor\x00" + corp + "\x00" + scope + "\x00" + string(plain)))
	return sum[:8]
}

// shortHash is a stable text of n letters and digits for a name.
func shortHash(name string, n int) string {
	sum := sha256.Sum256([]byte("wecomsim\x00" + name))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:n]
}

// pageSize checks a limit: 0 means the default, above the maximum is 40058.
func pageSize(limit, standard, most int) (int, error) {
	if limit == 0 {
		return standard, nil
	}
	if limit < 0 || limit > most {
		return 0, fail(errcode.ParameterRule, "limit must lie between 1 and %d", most)
	}
	return limit, nil
}
