package app_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/product"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// posted is a callback as anybody on the network may send it.
type posted struct {
	t     *testing.T
	h     *apptest.House
	codec *callback.Codec
	app   wecomsim.AppView
}

func newPosted(t *testing.T, h *apptest.House) *posted {
	t.Helper()
	p := &posted{t: t, h: h}
	for _, a := range h.Sim.Describe("").Corps[0].Apps {
		if a.AgentID == wecomsim.DefaultAgentID {
			p.app = a
		}
	}
	p.codec = p.codecOf(h.Corp)
	return p
}

// codecOf has our token and key and another receiver.
func (p *posted) codecOf(corp string) *callback.Codec {
	p.t.Helper()
	codec, err := callback.New(p.app.CallbackToken, p.app.CallbackAESKey, corp)
	if err != nil {
		p.t.Fatal(err)
	}
	return codec
}

func (p *posted) seal(codec *callback.Codec, corp, plaintext string) (url.Values, []byte) {
	p.t.Helper()
	query, body, err := codec.Seal([]byte(plaintext), corp, "", p.h.Clock.Now().Unix(), "nonce")
	if err != nil {
		p.t.Fatal(err)
	}
	return query, body
}

func (p *posted) send(method, path string, query url.Values, body io.Reader) (int, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.h.URL+path+"?"+query.Encode(), body)
	if err != nil {
		p.t.Fatal(err)
	}
	status, header, text := send(p.t, p.h, r)
	if header.Get("X-Content-Type-Options") != "nosniff" {
		p.t.Errorf("%s %s: an answer without the usual headers: %v", method, path, header)
	}
	return status, string(text)
}

// kept counts what the database has of callbacks.
func (p *posted) kept() int {
	p.t.Helper()
	n := 0
	err := p.h.App.DB.Read().NewRaw("SELECT (SELECT count(*) FROM mirror_inbox) + (SELECT count(*) FROM job_job WHERE kind = 'mirror.translate')").Scan(p.t.Context(), &n)
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

func added(h *apptest.House, customer string) string {
	return fmt.Sprintf(`<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName>sys</FromUserName><CreateTime>%d</CreateTime>`+
		`<MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType>`+
		`<UserID>nobody</UserID><ExternalUserID>%s</ExternalUserID></xml>`, h.Corp, h.Clock.Now().Unix(), customer)
}

// TestBadCallbacksAtTheDoor sends over the network, through the whole server, what must
// not come in: each gets a clear answer, none leaves a trace, and the door still works.
func TestBadCallbacksAtTheDoor(t *testing.T) {
	apptest.Each(t, apptest.Options{Features: product.Features(), NoSync: true}, func(t *testing.T, h *apptest.House) {
		p := newPosted(t, h)
		const path, other = "/callback/app", "ww1111111111111111"
		query, body := p.seal(p.codec, h.Corp, added(h, "wmOne"))
		forged := url.Values{"msg_signature": {strings.Repeat("0", 40)}, "timestamp": query["timestamp"], "nonce": query["nonce"]}
		otherQuery, otherBody := p.seal(p.codecOf(other), other, added(h, "wmOther"))
		bomb := `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">` +
			`<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><xml><Encrypt>&c;</Encrypt></xml>`
		bombQuery, bombBody := p.seal(p.codec, h.Corp, bomb)
		deep := strings.Repeat("<a>", 200_000)
		for _, c := range []struct {
			name, method, path string
			query              url.Values
			body               io.Reader
			want               int
			says               string
		}{
			{"malformed XML", "POST", path, query, strings.NewReader("<xml><Encrypt>"), 400, "XML"},
			{"no XML", "POST", path, query, strings.NewReader("{}"), 400, "XML"},
			{"nested without end", "POST", path, query, strings.NewReader(deep), 400, "XML"},
			{"empty body", "POST", path, query, http.NoBody, 400, "XML"},
			{"XML bomb as envelope", "POST", path, query, strings.NewReader(bomb), 400, "entities"},
			{"XML bomb inside", "POST", path, bombQuery, bytes.NewReader(bombBody), 400, "entities"},
			{"wrong signature", "POST", path, forged, bytes.NewReader(body), 403, "signature"},
			{"no signature", "POST", path, nil, bytes.NewReader(body), 400, "msg_signature"},
			{"meant for another corp", "POST", path, otherQuery, bytes.NewReader(otherBody), 403, "another corp"},
			{"10 MB", "POST", path, query, bytes.NewReader(make([]byte, 10<<20)), 413, "1024 KB"},
			{"10 MB without a length", "POST", path, query, io.LimitReader(zeros{}, 10<<20), 413, "1 MB"},
			{"unknown address", "POST", "/callback/nobody", query, bytes.NewReader(body), 404, "no app"},
			{"no address", "POST", "/callback/", query, bytes.NewReader(body), 404, "no app"},
			{"PUT", "PUT", path, query, bytes.NewReader(body), 405, "GET or POST"},
			{"DELETE", "DELETE", path, query, http.NoBody, 405, "GET or POST"},
			{"GET without an echo", "GET", path, query, http.NoBody, 400, "msg_signature"},
		} {
			if status, text := p.send(c.method, c.path, c.query, c.body); status != c.want || !strings.Contains(text, c.says) {
				t.Errorf("%s: %d %q, want %d and %q", c.name, status, text, c.want, c.says)
			}
		}
		if n := p.kept(); n != 0 {
			t.Errorf("%d rows were stored", n)
		}
		if status, text := p.send("POST", path, query, bytes.NewReader(body)); status != http.StatusOK || text != "" {
			t.Errorf("a good callback afterwards: %d %q", status, text)
		}
		h.Settle()
		if n := p.kept(); n != 2 {
			t.Errorf("a good callback leaves %d rows, want its own and its job", n)
		}
	})
}

// TestAddressIsVerifiedOverTheNetwork lets WeCom verify the address as saving it in the
// admin console does, and somebody who does not know the token.
func TestAddressIsVerifiedOverTheNetwork(t *testing.T) {
	apptest.Each(t, apptest.Options{Features: product.Features(), NoSync: true}, func(t *testing.T, h *apptest.House) {
		if v, err := h.Sim.VerifyURL(h.Corp, wecomsim.DefaultAgentID); err != nil || !v.OK {
			t.Errorf("verification: %+v %v", v, err)
		}
		p := newPosted(t, h)
		query, err := p.codec.Challenge([]byte("1616140317555161061"), h.Clock.Now().Unix(), "nonce")
		if err != nil {
			t.Fatal(err)
		}
		if status, text := p.send("GET", "/callback/app", query, http.NoBody); status != http.StatusOK || text != "1616140317555161061" {
			t.Errorf("the echo: %d %q", status, text)
		}
		query.Set("timestamp", "1")
		if status, text := p.send("GET", "/callback/app", query, http.NoBody); status != http.StatusForbidden || !strings.Contains(text, "signature") {
			t.Errorf("a wrong signature: %d %q", status, text)
		}
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
