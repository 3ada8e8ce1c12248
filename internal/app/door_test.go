package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/product"
)

// open are the routes that answer without a session, each for a reason. One that is not
// here and lets a stranger in fails the test.
var open = map[string]string{
	"account.getMethods":       "the sign-in page shows the ways to sign in",
	"account.postSignIn":       "signs in",
	"account.postSignInCode":   "ends a sign-in with its second step",
	"account.getWecomStart":    "leads to WeCom's sign-in",
	"account.getWecomCallback": "comes back from it",
}

var variable = regexp.MustCompile(`\{[^}]+\}`)

// TestStrangersStayOutside asks every route of the product without a session.
func TestStrangersStayOutside(t *testing.T) {
	h := apptest.Open(t, db.SQLite, apptest.Options{Features: product.Features(), NoSync: true})
	routes := h.App.Web.Routes()
	if len(routes) < 30 {
		t.Fatalf("only %d routes", len(routes))
	}
	for _, r := range routes {
		if r.Summary == "" || r.Audience == "" {
			t.Errorf("%s %s lacks a summary or an audience", r.Method, r.Path)
		}
		if r.Audience == web.Public {
			if r.Permission != "" || r.SignedIn {
				t.Errorf("%s is public and asks for a permission", r.Operation)
			}
			if open[r.Operation] == "" {
				t.Errorf("%s is public: say why in this test, or close it", r.Operation)
			}
			continue
		}
		if (r.Permission == "") != r.SignedIn {
			t.Errorf("%s: want a permission, or that being signed in is enough", r.Operation)
		}
		if r.Method != http.MethodGet && !r.Audit {
			t.Errorf("%s writes and is not recorded", r.Operation)
		}
		status, problem := ask(t, h, r.Method, variable.ReplaceAllString(r.Path, "1"), "{}")
		if status != http.StatusUnauthorized && status != http.StatusForbidden {
			t.Errorf("%s answers a stranger %d", r.Operation, status)
		}
		if problem.Code == "" || problem.Detail == "" {
			t.Errorf("%s refuses without a problem: %+v", r.Operation, problem)
		}
	}
}

// TestUnknownAddresses asks what is not there.
func TestUnknownAddresses(t *testing.T) {
	h := apptest.Open(t, db.SQLite, apptest.Options{Features: product.Features(), NoSync: true})
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/api/nothing", http.StatusNotFound},
		{http.MethodPost, "/api/customer/nothing/at/all", http.StatusNotFound},
		{http.MethodGet, "/api/channelcode/codes/1/nothing", http.StatusNotFound},
		{http.MethodDelete, "/api/account/me", http.StatusMethodNotAllowed},
	} {
		status, problem := ask(t, h, c.method, c.path, "")
		if status != c.want || problem.Status != c.want || problem.Detail == "" || problem.Code == "" {
			t.Errorf("%s %s: %d %+v, want a problem %d", c.method, c.path, status, problem, c.want)
		}
	}
}

// problem is an RFC 9457 answer.
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// ask sends a request and reads the problem of the answer, if it is one.
func ask(t *testing.T, h *apptest.House, method, path, body string) (int, problem) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	status, header, raw := send(t, h, r)
	var p problem
	if strings.HasPrefix(header.Get("Content-Type"), "application/problem+json") {
		if err := json.Unmarshal(raw, &p); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, raw)
		}
	}
	return status, p
}

// send gives the answer to a request as it is, redirects included.
func send(t *testing.T, h *apptest.House, r *http.Request) (int, http.Header, []byte) {
	t.Helper()
	client := h.Client()
	defer client.CloseIdleConnections()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	raw, err := io.ReadAll(answer.Body)
	if closed := answer.Body.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}
	return answer.StatusCode, answer.Header, raw
}
