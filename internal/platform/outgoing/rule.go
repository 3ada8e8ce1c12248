package outgoing

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"unicode"
)

// Pictures is the Key of hosts where WeCom keeps avatars and codes.
const Pictures = "wecom.pictures"

// Permit is a host that may be called, with the setting that says so.
type Permit struct {
	// Host is "qyapi.weixin.qq.com", "127.0.0.1:8090" for one port only, "*.qpic.cn" for
	// everything below. A full URL stands for its host and port.
	Host string
	// Key is the setting by which the host is on the list: "wecom.base_url".
	Key string
	// Inside says that the operator named this very host, so that it may lie inside the
	// network. Never for a whole domain, whose names others give out.
	Inside bool
}

// rule is an entry of the list.
type rule struct {
	Permit

	host string // exact, or the part after "*."
	port string // "" for any
	wild bool
	text string // as written, without the scheme
}

func parseRule(p Permit) (rule, error) {
	r := rule{Permit: p, text: p.Host}
	host := p.Host
	if strings.Contains(host, "://") {
		u, err := url.Parse(host)
		if err != nil || u.Host == "" {
			return rule{}, fmt.Errorf("outgoing: %q is no URL", p.Host)
		}
		host, r.text = u.Host, u.Host
	}
	if h, port, err := net.SplitHostPort(host); err == nil {
		host, r.port = h, port
	}
	host, r.wild = strings.CutPrefix(strings.ToLower(strings.Trim(host, "[]")), "*.")
	if r.host = host; host == "" || strings.ContainsAny(host, "*/ @") {
		return rule{}, fmt.Errorf("outgoing: %q is no host, host:port or *.domain", p.Host)
	}
	r.Inside = r.Inside && !r.wild
	return r, nil
}

func (r rule) covers(host, port string) bool {
	if r.port != "" && r.port != port {
		return false
	}
	if r.wild {
		return strings.HasSuffix(host, "."+r.host)
	}
	return host == r.host
}

// target is the host and port that a URL leads to.
func target(u *url.URL) (host, port string) {
	if port = u.Port(); port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), port
}

// printable makes a refused name, which anybody may have made up, safe in the log and in
// the book.
func printable(host string) string {
	host = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != '"' {
			return r
		}
		return '?'
	}, host)
	if runes := []rune(host); len(runes) > longestHost {
		return string(runes[:longestHost]) + "…"
	}
	return host
}

// longestHost is as long as a name in the DNS may be.
const longestHost = 253
