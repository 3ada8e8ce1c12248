package apptest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"testing"
	"time"
)

// Console is a browser in which the first administrator is signed in.
type Console struct {
	t      testing.TB
	url    string
	client *http.Client
}

// Console signs the first administrator in.
func (h *House) Console() *Console { return SignIn(h.t, h.URL) }

// SignIn signs the first administrator in at a program that may run in another process;
// its password is Password.
func SignIn(t testing.TB, url string) *Console {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &Console{t: t, url: url, client: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
	t.Cleanup(c.client.CloseIdleConnections)
	c.Do(http.MethodPost, "/api/account/sign-in", map[string]string{"name": "admin", "password": Password}, nil)
	return c
}

// Do sends body as JSON (nothing when nil) and reads the answer into out (unless nil). An
// answer that is no success ends the test.
func (c *Console) Do(method, path string, body, out any) {
	c.t.Helper()
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			c.t.Fatal(err)
		}
	}
	c.send(method, path, "application/json", &sent, out)
}

// Upload sends a file as a form does, and reads the answer into out.
func (c *Console) Upload(path, name string, raw []byte, out any) {
	c.t.Helper()
	var sent bytes.Buffer
	form := multipart.NewWriter(&sent)
	file, err := form.CreateFormFile("file", name)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := file.Write(raw); err != nil {
		c.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		c.t.Fatal(err)
	}
	c.send(http.MethodPost, path, form.FormDataContentType(), &sent, out)
}

func (c *Console) send(method, path, kind string, body io.Reader, out any) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	answer, err := c.client.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	got, err := io.ReadAll(answer.Body)
	if closed := answer.Body.Close(); err != nil || closed != nil {
		c.t.Fatal(err, closed)
	}
	if answer.StatusCode/100 != 2 {
		c.t.Fatalf("%s %s: %d %s", method, path, answer.StatusCode, got)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(got, out); err != nil {
		c.t.Fatalf("%s %s: %v in %s", method, path, err, got)
	}
}
