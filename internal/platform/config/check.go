package config

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// maxNode is the largest node number (platform/id has ten bits for it).
const maxNode = 1023

// Check finds every value that cannot work, and names it.
func (c *Config) Check() error {
	var wrong []error
	must := func(ok bool, name, want string, got any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf("config: %s must be %s, not %q", name, want, fmt.Sprint(got)))
		}
	}
	must(c.Data != "", "data", "a folder", c.Data)
	must(len(c.Roles) > 0, "roles", "web, jobs or both", c.Roles)
	for _, r := range c.Roles {
		must(r == "web" || r == "jobs", "roles", "web, jobs or both", r)
	}
	must(c.Node >= 0 && c.Node <= maxNode, "node", "0 to 1023", c.Node)
	must(isListen(c.HTTP.Listen), "http.listen", "host:port", c.HTTP.Listen)
	must(isListen(c.Sim.Listen), "sim.listen", "host:port", c.Sim.Listen)
	must(c.HTTP.PublicURL == "" || isOrigin(c.HTTP.PublicURL), "http.public_url", "http(s)://host without a path", c.HTTP.PublicURL)
	must((c.HTTP.TLSCert == "") == (c.HTTP.TLSKey == ""), "http.tls_cert and http.tls_key", "given together", c.HTTP.TLSCert+c.HTTP.TLSKey)
	c.checkACME(must)
	for name, n := range map[string]int{"account": c.HTTP.Limits.Account, "corp": c.HTTP.Limits.Corp, "address": c.HTTP.Limits.Address, "public": c.HTTP.Limits.Public} {
		must(n >= 0, "http.limits."+name, "0 or more", n)
	}
	must(c.SignIn.ConfirmSeconds >= 1 && c.SignIn.ConfirmSeconds <= 3600, "sign_in.confirm_seconds", "1 to 3600", c.SignIn.ConfirmSeconds)
	must(c.HTTP.RedirectListen == "" || isListen(c.HTTP.RedirectListen), "http.redirect_listen", "host:port or empty", c.HTTP.RedirectListen)
	must(c.HTTP.RedirectListen == "" || c.HTTP.TLS() && strings.HasPrefix(c.PublicURL(), "https://"),
		"http.redirect_listen", "used with TLS and an http.public_url that begins with https://", c.HTTP.RedirectListen)
	dsn := c.DB.DSN.Reveal()
	scheme, _, _ := strings.Cut(dsn, ":")
	must(dsn == "" || slices.Contains([]string{"sqlite", "postgres", "postgresql"}, scheme), "db.dsn", "sqlite:<file> or postgres://…", scheme+":…")
	must(c.DB.MaxConns >= 0, "db.max_conns", "0 or more", c.DB.MaxConns)
	must(c.Blob.Kind == "disk" || c.Blob.Kind == "s3", "blob.kind", "disk or s3", c.Blob.Kind)
	if c.Blob.Kind == "s3" {
		must(c.Blob.S3.Endpoint != "" && !strings.Contains(c.Blob.S3.Endpoint, "/"), "blob.s3.endpoint", "a host name without https://", c.Blob.S3.Endpoint)
		must(c.Blob.S3.Bucket != "", "blob.s3.bucket", "named", c.Blob.S3.Bucket)
		must(c.Blob.S3.AccessKey != "", "blob.s3.access_key", "given", c.Blob.S3.AccessKey)
		must(!c.Blob.S3.SecretKey.IsZero(), "blob.s3.secret_key", "given", "")
	}
	must(c.Secret.KeyFile == "" || c.Secret.Keys.IsZero(), "secret.keys", "given without secret.key_file", "")
	for name, u := range map[string]string{"wecom.base_url": c.WeCom.BaseURL, "wecom.open_url": c.WeCom.OpenURL, "wecom.login_url": c.WeCom.LoginURL} {
		must(isOrigin(u), name, "http(s)://host without a path", u)
	}
	must(c.Admin.Name != "", "admin.name", "given", c.Admin.Name)
	must(slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level), "log.level", "debug, info, warn or error", c.Log.Level)
	must(c.Log.Format == "text" || c.Log.Format == "json", "log.format", "text or json", c.Log.Format)
	slices.SortFunc(wrong, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(wrong...)
}

func (c *Config) checkACME(must func(ok bool, name, want string, got any)) {
	a := c.HTTP.ACME
	for _, d := range a.Domains {
		must(strings.Contains(d, ".") && !strings.ContainsAny(d, ":/@* "), "http.acme.domains", "host names without a wildcard", d)
	}
	must(len(a.Domains) == 0 || a.Agreed, "http.acme.agreed", "true: certificates are given only to those who agree to the authority's terms", a.Agreed)
	must(len(a.Domains) == 0 || c.HTTP.TLSCert == "", "http.acme.domains", "empty when http.tls_cert is given", a.Domains)
	must(isDirectory(a.Directory), "http.acme.directory", "an https:// address", a.Directory)
}

func isDirectory(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}

// TLS tells whether the server speaks TLS by itself.
func (h HTTP) TLS() bool { return h.TLSCert != "" || len(h.ACME.Domains) > 0 }

// CheckExposure refuses to speak plain http to other machines when nothing says that it is
// meant: passwords and sessions would travel readable.
func (h HTTP) CheckExposure() error {
	if h.TLS() || h.Insecure || len(h.TrustedProxies) > 0 || loopback(h.Listen) {
		return nil
	}
	return fmt.Errorf("http.listen %s can be reached from other machines, and passwords would travel unencrypted: "+
		"give http.tls_cert and http.tls_key, or http.acme.domains, or name the proxy in front that speaks TLS in http.trusted_proxies; "+
		"or listen on 127.0.0.1. For a network that you trust, http.insecure=true allows it", h.Listen)
}

// PlainBehindProxies tells that plain http is spoken for the trusted proxies alone.
func (h HTTP) PlainBehindProxies() bool {
	return !h.TLS() && !h.Insecure && len(h.TrustedProxies) > 0
}

// loopback tells whether only this machine reaches an address to listen on.
func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err == nil && host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// Has tells whether this process plays a role, "web" or "jobs".
func (c *Config) Has(role string) bool { return slices.Contains(c.Roles, role) }

// DSN is the database to open: the one configured, else the embedded one in the data
// folder.
func (c *Config) DSN() string {
	if dsn := c.DB.DSN.Reveal(); dsn != "" {
		return dsn
	}
	return "sqlite:" + c.Path("queqiao.db")
}

// KeyFile is the file with the sealing keys.
func (c *Config) KeyFile() string {
	if c.Secret.KeyFile != "" {
		return c.Secret.KeyFile
	}
	return c.Path("keys")
}

// Witness is the folder where this machine notes how far the audit log has grown.
func (c *Config) Witness() string {
	switch {
	case c.Secret.Witness != "":
		return c.Secret.Witness
	case c.Secret.Keys.IsZero():
		return filepath.Join(filepath.Dir(c.KeyFile()), "witness")
	default:
		return c.Path("witness")
	}
}

// Path is a file in the data folder.
func (c *Config) Path(name string) string { return filepath.Join(string(c.Data), name) }

// PublicURL is how the outside reaches us, without a slash at the end.
func (c *Config) PublicURL() string {
	if c.HTTP.PublicURL != "" {
		return strings.TrimSuffix(c.HTTP.PublicURL, "/")
	}
	if len(c.HTTP.ACME.Domains) > 0 {
		return "https://" + c.HTTP.ACME.Domains[0]
	}
	if c.HTTP.TLS() {
		return "https://" + c.HTTP.Listen
	}
	return "http://" + c.HTTP.Listen
}

func isListen(s string) bool {
	_, port, err := net.SplitHostPort(s)
	return err == nil && port != ""
}

func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" &&
		strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

// suggest says " (did you mean x?)" when a known name is near.
func suggest(wrong string, known []string) string {
	best, distance := "", 4
	for _, k := range known {
		if d := edits(wrong, k); d < distance || d == distance && k < best {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + best + "?)"
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

func keysOf[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }
