package setup_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/access"
	"github.com/queqiao-scrm/queqiao/internal/feature/account"
	"github.com/queqiao-scrm/queqiao/internal/feature/setup"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// desk is the founder's browser at a running program.
type desk struct {
	*apptest.House
	t      *testing.T
	client *http.Client
	who    string // for a house with a door
	// seen is every answer, to look for secrets in.
	seen strings.Builder
}

func features() []feature.New { return []feature.New{access.New, account.New, setup.New} }

// stories runs a story with the founder signed in, on both engines.
func stories(t *testing.T, o apptest.Options, story func(d *desk)) {
	t.Helper()
	if o.Features == nil {
		o.Features = features()
	}
	apptest.Each(t, o, func(t *testing.T, h *apptest.House) {
		d := &desk{House: h, t: t, client: h.Client()}
		t.Cleanup(d.client.CloseIdleConnections)
		d.want(200, "POST", "/api/account/sign-in", m{"name": "admin", "password": apptest.Password}, nil)
		story(d)
	})
}

type m = map[string]any

// call gives status and body of a request.
func (d *desk) call(method, path string, body any) (int, string) {
	d.t.Helper()
	var sent bytes.Buffer
	if body != nil {
		d.must(json.NewEncoder(&sent).Encode(body))
	}
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.URL+path, &sent)
	d.must(err)
	r.Header.Set("Content-Type", "application/json")
	if d.who != "" {
		r.Header.Set(apptest.WhoHeader, d.who)
	}
	answer, err := d.client.Do(r)
	d.must(err)
	got, err := io.ReadAll(answer.Body)
	d.must(err)
	d.must(answer.Body.Close())
	d.seen.Write(got)
	return answer.StatusCode, string(got)
}

// want calls, insists on the status and reads the answer.
func (d *desk) want(status int, method, path string, body, out any) string {
	d.t.Helper()
	got, text := d.call(method, path, body)
	if got != status {
		d.t.Fatalf("%s %s: %d %s, want %d", method, path, got, text, status)
	}
	if out != nil {
		d.must(json.Unmarshal([]byte(text), out))
	}
	return text
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// check examines the corp and gives one finding.
func (d *desk) check(name string) corp.Finding {
	d.t.Helper()
	var h setup.Health
	d.want(200, "POST", "/api/setup/check", nil, &h)
	findings := h.Corp.Findings
	if h.Installation != nil {
		findings = append(findings, h.Installation.Findings...)
	}
	for _, f := range findings {
		if f.Check == name {
			return f
		}
	}
	d.t.Fatalf("no check %s in %+v", name, h)
	return corp.Finding{}
}

// patch changes the app of the simulated corp.
func (d *desk) patch(p wecomsim.AppPatch) {
	d.t.Helper()
	_, err := d.Sim.ChangeApp(wecomsim.DefaultAgentID, p)
	d.must(err)
}

func (d *desk) fault(path string, code int) {
	d.t.Helper()
	_, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultCode, Path: path, Code: code})
	d.must(err)
}
