package wecom_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// TestEveryOperation calls every operation with the request of testdata, and looks at
// what arrives and at what the caller gets from the response of testdata.
func TestEveryOperation(t *testing.T) {
	for _, o := range operations() {
		if o.call == nil {
			continue // tokens, tickets and media have tests of their own
		}
		t.Run(o.path, func(t *testing.T) {
			answer, err := os.ReadFile(filepath.FromSlash("testdata/cgi-bin/" + o.path + ".response.json"))
			if err != nil {
				t.Fatal(err)
			}
			var body []byte
			var got *http.Request
			s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				got = r
				body, _ = io.ReadAll(r.Body)
				_, _ = w.Write(answer)
			})
			var request any
			var sent []byte
			if o.request != nil {
				request = o.request()
				if sent, err = os.ReadFile(requests(t, o.path)[0]); err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal(sent, request); err != nil {
					t.Fatal(err)
				}
			}
			response, err := o.call(t.Context(), newClient(t, s, nil), request)
			if err != nil {
				t.Fatal(err)
			}
			if got.URL.Path != "/cgi-bin/"+o.path {
				t.Errorf("called %s", got.URL.Path)
			}
			wantMethod := http.MethodGet
			if o.request != nil {
				wantMethod = http.MethodPost
			}
			if got.Method != wantMethod {
				t.Errorf("called with %s", got.Method)
			}
			query := maps.Clone(got.URL.Query())
			delete(query, "access_token")
			if query.Encode() != o.query {
				t.Errorf("the query is %q, want %q", query.Encode(), o.query)
			}
			if o.request != nil && !reflect.DeepEqual(generic(t, body), generic(t, sent)) {
				t.Errorf("the body is %s, want %s", body, sent)
			}
			encoded, err := json.Marshal(response)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(generic(t, encoded), generic(t, answer)) {
				t.Errorf("the caller got %s, want %s", encoded, answer)
			}
		})
	}
}

func TestErrorsOfTheExchange(t *testing.T) {
	page := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	code := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { reply(w, code, "hint: [1] from ip: 203.0.113.7") }
	}
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		class  errcode.Class
		code   int
		text   string // part of the error
	}{
		"bad gateway":          {page(502, "text/html", "<html>nginx</html>"), errcode.ClassTransient, 0, "502"},
		"HTML with status 200": {page(200, "text/html", "<html>portal</html>"), errcode.ClassTransient, 0, "not JSON"},
		"cut JSON":             {page(200, "application/json", `{"errcode":0,"tag_gr`), errcode.ClassTransient, 0, "not JSON"},
		"empty body":           {page(200, "application/json", ""), errcode.ClassTransient, 0, "not JSON"},
		"not found":            {page(404, "text/html", "no"), errcode.ClassConfig, 0, "404"},
		"redirect":             {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, errcode.ClassConfig, 0, "302"},
		"field of other type":  {page(200, "application/json", `{"errcode":0,"tag_group":"xxxx"}`), errcode.ClassItem, 0, "tag_group"},
		"error of other shape": {page(200, "application/json", `{"errcode":48002,"errmsg":"no","tag_group":""}`), errcode.ClassConfig, 48002, "APIForbidden"},
		"busy":                 {code(-1), errcode.ClassTransient, -1, "SystemBusy"},
		"too often":            {code(45009), errcode.ClassQuota, 45009, "RateLimited"},
		"not allowed":          {code(60020), errcode.ClassConfig, 60020, "UntrustedIP"},
		"bad tag":              {code(40068), errcode.ClassItem, 40068, "InvalidTagID"},
		"unheard of":           {code(123456789), errcode.ClassItem, 123456789, "123456789"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, newServer(t, test.answer), nil)
			_, err := c.ListCorpTags(t.Context(), wecom.ListCorpTagsRequest{})
			if wecom.ClassOf(err) != test.class || wecom.CodeOf(err) != test.code {
				t.Errorf("class %q code %d, want %q %d: %v", wecom.ClassOf(err), wecom.CodeOf(err), test.class, test.code, err)
			}
			if err == nil || !strings.Contains(err.Error(), test.text) || !strings.Contains(err.Error(), "externalcontact/get_corp_tag_list") {
				t.Errorf("the error does not say %q and the operation: %v", test.text, err)
			}
			if test.code != 0 && !errors.Is(err, wecom.Code(test.code)) {
				t.Errorf("errors.Is does not find the code in %v", err)
			}
			if e, ok := errors.AsType[*wecom.Error](err); ok {
				if zh, en := e.Advice(); zh == "" || en == "" {
					t.Errorf("there is no advice for %v", err)
				}
			}
		})
	}
}

func TestNoConnection(t *testing.T) {
	s := newServer(t, fine)
	c := newClient(t, s, nil)
	if _, err := c.AccessToken(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Close()
	_, err := c.GetMember(t.Context(), "linxiaoyue")
	if !wecom.IsTransient(err) {
		t.Errorf("want a transient error, got %v", err)
	}
	// The address holds more than secrets that nobody needs in a log.
	if strings.Contains(err.Error(), "linxiaoyue") {
		t.Errorf("the error repeats the query: %v", err)
	}
}

func TestTimeoutAndCancel(t *testing.T) {
	hold := make(chan struct{})
	s := newServer(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	})
	defer close(hold)
	c := newClient(t, s, func(o *wecom.Options) { o.HTTPClient = &http.Client{Timeout: 20 * time.Millisecond} })
	if _, err := c.ListAgents(t.Context()); !wecom.IsTransient(err) {
		t.Errorf("want a transient error, got %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	c = newClient(t, s, nil)
	if _, err := c.AccessToken(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := c.ListAgents(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("want context.Canceled inside, got %v", err)
	}
}

func TestHugeAnswer(t *testing.T) {
	var sent atomic.Int64
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		chunk := bytes.Repeat([]byte("a"), 1<<16)
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"`)
		for {
			n, err := w.Write(chunk)
			sent.Add(int64(n))
			if err != nil {
				return // the client has hung up, as it should
			}
		}
	})
	c := newClient(t, s, func(o *wecom.Options) { o.MaxResponse = 1 << 20 })
	if _, err := c.ListAgents(t.Context()); !errors.Is(err, wecom.ErrTooLarge) {
		t.Errorf("want ErrTooLarge, got %v", err)
	}
	// What lies in the buffers of two sockets comes on top of the limit.
	if n := sent.Load(); n > 32<<20 {
		t.Errorf("%d bytes were taken for a limit of 1 MB", n)
	}
}

// TestNothingSecretIsTold breaks calls in every way that puts an address into an error,
// and looks for the token, the secret and a login code in all that comes out.
func TestNothingSecretIsTold(t *testing.T) {
	const loginCode = "LOGIN-CODE-7"
	var told []string
	note := func(o *wecom.Options) {
		o.Observe = func(_ context.Context, call wecom.CallInfo) {
			told = append(told, fmt.Sprintf("%+v", call))
		}
	}
	collect := func(c *wecom.Client) {
		_, err := c.GetUserInfo(t.Context(), loginCode)
		for ; err != nil; err = errors.Unwrap(err) {
			told = append(told, err.Error())
		}
	}
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		// A careless server that repeats what it was told.
		reply(w, 40029, "bad token "+r.URL.Query().Get("access_token"))
	})
	collect(newClient(t, s, note))

	// A transport that puts the address into its own error, and one that closes.
	for _, transport := range []http.RoundTripper{
		tripper(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "gettoken") {
				return http.DefaultTransport.RoundTrip(r)
			}
			return nil, errors.New("proxy refused " + r.URL.String() + " and " + r.URL.Query().Get("access_token"))
		}),
		tripper(func(r *http.Request) (*http.Response, error) {
			return nil, errors.New("no route for " + r.URL.String())
		}),
	} {
		collect(newClient(t, s, func(o *wecom.Options) { note(o); o.HTTPClient = &http.Client{Transport: transport} }))
	}
	closed := newServer(t, fine)
	c := newClient(t, closed, note)
	if _, err := c.AccessToken(t.Context()); err != nil {
		t.Fatal(err)
	}
	closed.Close()
	collect(c)

	if len(told) < 10 {
		t.Fatalf("only %d texts to look at", len(told))
	}
	for _, text := range told {
		for _, hidden := range []string{secret, "token-1+/&", url.QueryEscape(secret), url.QueryEscape("token-1+/&"), "token-1", loginCode} {
			if strings.Contains(text, hidden) {
				t.Errorf("%q holds %q", text, hidden)
			}
		}
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (t tripper) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func TestObserver(t *testing.T) {
	var calls []wecom.CallInfo
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) { reply(w, 84061, "not external contact") })
	c := newClient(t, s, func(o *wecom.Options) {
		o.Observe = func(_ context.Context, call wecom.CallInfo) { calls = append(calls, call) }
	})
	err := c.MarkTag(t.Context(), wecom.MarkTagRequest{UserID: "a", ExternalUserID: "b", AddTags: []string{"t"}})
	if len(calls) != 2 {
		t.Fatalf("%d exchanges were reported, want the token's and the call's", len(calls))
	}
	last := calls[1]
	if last.Op != "externalcontact/mark_tag" || last.CorpID != corpID || last.AgentID != 1000021 || last.App != "scrm" ||
		last.Code != 84061 || last.Class != errcode.ClassItem || last.HTTPStatus != 200 || !errors.Is(last.Err, err) || last.Start.IsZero() {
		t.Errorf("reported %+v for %v", last, err)
	}
}

func TestBadOptions(t *testing.T) {
	app := wecom.App{Secret: "x"}
	for name, options := range map[string]wecom.Options{
		"no corp":       {App: app},
		"no secret":     {CorpID: "ww"},
		"no scheme":     {CorpID: "ww", App: app, BaseURL: "qyapi.weixin.qq.com"},
		"other scheme":  {CorpID: "ww", App: app, BaseURL: "ftp://qyapi.weixin.qq.com"},
		"bad login URL": {CorpID: "ww", App: app, LoginBaseURL: "http://%zz"},
	} {
		if _, err := wecom.New(options); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestDo calls an operation that the package has no method for.
func TestDo(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path != "/cgi-bin/tag/create" || r.URL.Query().Get("debug") != "" || string(body) != `{"tagname":"A&B"}`+"\n" {
			t.Errorf("%s %s %s", r.Method, r.URL, body)
		}
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"created","tagid":12}`)
	})
	c := newClient(t, s, nil)
	var created struct {
		TagID int `json:"tagid"`
	}
	err := c.Do(t.Context(), http.MethodPost, "/cgi-bin/tag/create", nil, map[string]string{"tagname": "A&B"}, &created)
	if err != nil || created.TagID != 12 {
		t.Errorf("got %+v, %v", created, err)
	}
	if err := c.Do(t.Context(), http.MethodPost, "/cgi-bin/tag/create", nil, func() {}, nil); !wecom.IsItem(err) {
		t.Errorf("a body that cannot be encoded gave %v", err)
	}
}
