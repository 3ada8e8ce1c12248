package config_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/config"
)

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "queqiao.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func setting(l *config.Loaded, name string) config.Setting {
	for _, s := range l.Explain() {
		if s.Name == name {
			return s
		}
	}
	return config.Setting{}
}

func TestDefaults(t *testing.T) {
	l, err := config.Load(config.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	if l.HTTP.Listen != "127.0.0.1:8080" || l.Sim.Listen != "127.0.0.1:8090" || l.DSN() != "sqlite:data/queqiao.db" ||
		l.KeyFile() != "data/keys" || l.PublicURL() != "http://127.0.0.1:8080" || !l.Has("web") || !l.Has("jobs") {
		t.Errorf("%+v", l.Config)
	}
	for _, s := range l.Explain() {
		if s.Origin != "default" || s.About == "" || !strings.HasPrefix(s.Env, "QUEQIAO_") {
			t.Errorf("%+v", s)
		}
	}
}

func TestLaterSourcesWin(t *testing.T) {
	path := file(t, `
data = "/var/lib/queqiao"
roles = ["jobs"]
node = 3
[http]
listen = "0.0.0.0:80"
public_url = "https://file.example.com"
trusted_proxies = ["10.0.0.0/8", "::1/128"]
[outgoing]
allow = ["a.example.com"]
`)
	l, err := config.Load(config.Sources{
		File: path,
		Environ: []string{
			"HOME=/root", "QUEQIAO_HTTP__LISTEN=0.0.0.0:81", "QUEQIAO_HTTP__PUBLIC_URL=https://env.example.com",
			"QUEQIAO_ADMIN_PASSWORD=s3cret=x", "QUEQIAO_OUTGOING__ALLOW=b.example.com, c.example.com", "QUEQIAO_LOG__LEVEL=",
			"QUEQIAO_TEST_POSTGRES=postgres://x", "QUEQIAO_CONFIG=elsewhere",
		},
		Flags: map[string]string{"http.listen": "0.0.0.0:82", "db.max_conns": "7"},
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct{ name, value, origin string }{
		{"data", "/var/lib/queqiao", "file " + path},
		{"roles", "jobs", "file " + path},
		{"node", "3", "file " + path},
		{"http.listen", "0.0.0.0:82", "flag"},
		{"http.public_url", "https://env.example.com", "env QUEQIAO_HTTP__PUBLIC_URL"},
		{"http.trusted_proxies", "10.0.0.0/8,::1/128", "file " + path},
		{"outgoing.allow", "b.example.com,c.example.com", "env QUEQIAO_OUTGOING__ALLOW"},
		{"admin.password", "••••", "env QUEQIAO_ADMIN_PASSWORD"},
		{"db.max_conns", "7", "flag"},
		{"log.level", "info", "default"},
	}
	for _, row := range rows {
		if s := setting(l, row.name); s.Value != row.value || s.Origin != row.origin {
			t.Errorf("%s is %q from %q, want %q from %q", row.name, s.Value, s.Origin, row.value, row.origin)
		}
	}
	if l.Admin.Password.Reveal() != "s3cret=x" || len(l.HTTP.TrustedProxies) != 2 || l.Has("web") {
		t.Errorf("%+v", l.Config)
	}
	if l.DSN() != "sqlite:/var/lib/queqiao/queqiao.db" || l.PublicURL() != "https://env.example.com" {
		t.Errorf("%s, %s", l.DSN(), l.PublicURL())
	}
	for _, s := range l.Explain() {
		if strings.Contains(s.Value, "s3cret") {
			t.Errorf("a secret is shown: %+v", s)
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	rows := []struct {
		name    string
		sources config.Sources
		want    []string // parts of the error
	}{
		{"unknown in the file", config.Sources{File: "[http]\nlistn = \"x\"\n[htp]\na = 1\n"}, []string{`"http.listn"`, "did you mean http.listen?", `"htp.a"`, "file "}},
		{"unknown variable", config.Sources{Environ: []string{"QUEQIAO_HTTP__LISTN=x"}}, []string{"QUEQIAO_HTTP__LISTN", "did you mean QUEQIAO_HTTP__LISTEN?"}},
		{"unknown flag", config.Sources{Flags: map[string]string{"nope": "x"}}, []string{`"nope"`, "flag"}},
		{"a section as a value", config.Sources{Environ: []string{"QUEQIAO_HTTP=x"}}, []string{"QUEQIAO_HTTP"}},
		{"two names for one field", config.Sources{Environ: []string{"QUEQIAO_ADMIN_PASSWORD=a", "QUEQIAO_ADMIN__PASSWORD=b"}}, []string{"QUEQIAO_ADMIN_PASSWORD", "QUEQIAO_ADMIN__PASSWORD", "same field"}},
		{"no such file", config.Sources{File: "/nonexistent.toml"}, []string{"/nonexistent.toml does not exist"}},
		{"no TOML", config.Sources{File: "listen = "}, []string{"queqiao.toml"}},
		{"not a number", config.Sources{Flags: map[string]string{"node": "many"}}, []string{"node"}},
		{"not a network", config.Sources{Flags: map[string]string{"http.trusted_proxies": "10.0.0.1/99"}}, []string{"trusted_proxies"}},
		{"values", config.Sources{Flags: map[string]string{
			"node": "1024", "http.listen": "8080", "http.public_url": "scrm.example.com", "blob.kind": "tape", "roles": "web,worker",
			"db.dsn": "mysql://root:hunter2@x", "log.level": "loud", "log.format": "xml", "wecom.base_url": "https://x/y", "http.tls_key": "k",
		}}, []string{"node must", "http.listen must", "http.public_url must", "blob.kind must", "roles must", "db.dsn must", "log.level must", "log.format must", "wecom.base_url must", "http.tls_cert"}},
		{"s3 incomplete", config.Sources{Flags: map[string]string{"blob.kind": "s3"}}, []string{"blob.s3.endpoint", "blob.s3.bucket", "blob.s3.access_key", "blob.s3.secret_key"}},
		{"empty", config.Sources{Flags: map[string]string{"data": "", "roles": "", "admin.name": ""}}, []string{"data must", "roles must", "admin.name must"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if row.sources.File != "" && !strings.HasPrefix(row.sources.File, "/") {
				row.sources.File = file(t, row.sources.File)
			}
			_, err := config.Load(row.sources)
			if err == nil {
				t.Fatal("was accepted")
			}
			for _, want := range row.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("a password is in the error")
			}
		})
	}
}

func TestEachFieldHasOneName(t *testing.T) {
	l, err := config.Load(config.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, s := range l.Explain() {
		for _, env := range []string{s.Env, strings.ReplaceAll(s.Env, "__", "_")} {
			if other, ok := seen[env]; ok && other != s.Name {
				t.Errorf("%s is the variable of %s and %s", env, other, s.Name)
			}
			seen[env] = s.Name
		}
	}
}

func TestFileFrom(t *testing.T) {
	t.Chdir(t.TempDir())
	if got := config.FileFrom("", nil); got != "" {
		t.Errorf("none: %q", got)
	}
	if err := os.WriteFile("queqiao.toml", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := config.FileFrom("", nil); got != "queqiao.toml" {
		t.Errorf("here: %q", got)
	}
	if got := config.FileFrom("", []string{"QUEQIAO_CONFIG=/etc/q.toml"}); got != "/etc/q.toml" {
		t.Errorf("environment: %q", got)
	}
	if got := config.FileFrom("x.toml", []string{"QUEQIAO_CONFIG=/etc/q.toml"}); got != "x.toml" {
		t.Errorf("flag: %q", got)
	}
}

func TestPlainHTTPStaysOnThisMachine(t *testing.T) {
	rows := []struct {
		listen string
		more   map[string]string
		ok     bool
	}{
		{"127.0.0.1:8080", nil, true},
		{"[::1]:8080", nil, true},
		{"localhost:8080", nil, true},
		{"[::ffff:127.0.0.1]:8080", nil, true},
		{"0.0.0.0:8080", nil, false},
		{":8080", nil, false},
		{"[::]:8080", nil, false},
		{"10.0.0.5:8080", nil, false},
		{"localhost.example.com:8080", nil, false},
		{":8080", map[string]string{"http.tls_cert": "a", "http.tls_key": "b"}, true},
		{":8080", map[string]string{"http.acme.domains": "a.example.com", "http.acme.agreed": "true"}, true},
		{":8080", map[string]string{"http.trusted_proxies": "10.0.0.0/8"}, true},
		{":8080", map[string]string{"http.insecure": "true"}, true},
	}
	for _, row := range rows {
		flags := map[string]string{"http.listen": row.listen}
		maps.Copy(flags, row.more)
		l, err := config.Load(config.Sources{Flags: flags})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.HTTP.CheckExposure(); (err == nil) != row.ok {
			t.Errorf("%s with %v: %v", row.listen, row.more, err)
		} else if err != nil && !strings.Contains(err.Error(), "http.insecure") {
			t.Errorf("%v does not say what to do", err)
		}
	}
}

func TestSettingsOfTLS(t *testing.T) {
	acme := map[string]string{"http.acme.domains": "scrm.example.com", "http.acme.agreed": "true", "http.redirect_listen": ":80"}
	l, err := config.Load(config.Sources{Flags: acme})
	if err != nil || l.PublicURL() != "https://scrm.example.com" || !l.HTTP.TLS() {
		t.Errorf("%v %v", l, err)
	}
	for name, row := range map[string]map[string]string{
		"http.acme.agreed":     {"http.acme.domains": "a.example.com"},
		"http.acme.domains":    {"http.acme.domains": "*.example.com", "http.acme.agreed": "true"},
		"http.acme.directory":  {"http.acme.directory": "http://ca.example.com/"},
		"http.redirect_listen": {"http.redirect_listen": ":80"},
		"empty when":           {"http.acme.domains": "a.example.com", "http.acme.agreed": "true", "http.tls_cert": "a", "http.tls_key": "b"},
		"https://":             {"http.redirect_listen": ":80", "http.tls_cert": "a", "http.tls_key": "b", "http.public_url": "http://a.example.com"},
	} {
		if _, err := config.Load(config.Sources{Flags: row}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: %v", row, err)
		}
	}
}
