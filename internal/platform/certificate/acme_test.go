package certificate_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/certificate"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// authority is a small certificate authority that speaks ACME (RFC 8555). It does not
// check who signs its requests; it does check, as a real one does, that the name leads to
// the program: by HTTP (http-01) or by TLS (tls-alpn-01, RFC 8737).
type authority struct {
	*httptest.Server

	t      *testing.T
	key    *ecdsa.PrivateKey
	root   *x509.Certificate
	offers string // kind of challenge
	at     string // where the name leads to
	mu     sync.Mutex
	thumb  string // of the account's key
	proven bool
	leaf   []byte
	asked  []string
}

func newAuthority(t *testing.T, offers string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "root"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: clock.System().Now().Add(-time.Hour), NotAfter: clock.System().Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{t: t, key: key, root: root, offers: offers}
	a.Server = httptest.NewTLSServer(a)
	t.Cleanup(a.Close)
	return a
}

// roots is a file with what vouches for the authority's own server.
func (a *authority) roots() string {
	name := filepath.Join(a.t.TempDir(), "roots.pem")
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate().Raw}), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return name
}

// ServeHTTP answers an ACME client.
func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r.URL.Path)
	w.Header().Set("Replay-Nonce", rand.Text())
	var jws struct {
		Protected string `json:"protected"`
		Payload   string `json:"payload"`
	}
	if r.Method == http.MethodPost {
		if err := json.NewDecoder(r.Body).Decode(&jws); err != nil {
			a.t.Error(err)
		}
	}
	at := func(path string) string { return a.URL + path }
	challenge := map[string]any{"type": a.offers, "url": at("/challenge"), "token": "the-token-of-the-test", "status": "pending"}
	status := http.StatusOK
	var answer any
	order := map[string]any{
		"status": "pending", "identifiers": []any{map[string]string{"type": "dns", "value": "scrm.test"}},
		"authorizations": []string{at("/authorization")}, "finalize": at("/finalize"),
	}
	if a.proven {
		order["status"], challenge["status"] = "ready", "valid"
	}
	if a.leaf != nil {
		order["status"], order["certificate"] = "valid", at("/certificate")
	}
	switch r.URL.Path {
	case "/directory":
		answer = map[string]string{"newNonce": at("/nonce"), "newAccount": at("/account"), "newOrder": at("/new-order")}
	case "/nonce":
	case "/account":
		a.thumb = thumbprint(a.t, jws.Protected)
		w.Header().Set("Location", at("/account/1"))
		status, answer = http.StatusCreated, map[string]string{"status": "valid"}
	case "/new-order":
		w.Header().Set("Location", at("/order"))
		status, answer = http.StatusCreated, order
	case "/order":
		answer = order
	case "/authorization":
		answer = map[string]any{"status": challenge["status"], "identifier": map[string]string{"type": "dns", "value": "scrm.test"}, "challenges": []any{challenge}}
	case "/challenge":
		if err := a.prove(r.Context()); err != nil {
			a.t.Errorf("the name is not proven: %v", err)
		} else {
			a.proven, challenge["status"] = true, "valid"
		}
		answer = challenge
	case "/finalize":
		a.sign(jws.Payload)
		order["status"], order["certificate"] = "valid", at("/certificate")
		answer = order
	case "/certificate":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		_, _ = w.Write(a.leaf)
		return
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if answer != nil {
		_ = json.NewEncoder(w).Encode(answer)
	}
}

// thumbprint is that of the account's key (RFC 7638).
func thumbprint(t *testing.T, protected string) string {
	raw, err := base64.RawURLEncoding.DecodeString(protected)
	if err != nil {
		t.Error(err)
	}
	var head struct {
		JWK struct {
			Crv string `json:"crv"`
			Kty string `json:"kty"`
			X   string `json:"x"`
			Y   string `json:"y"`
		} `json:"jwk"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		t.Error(err)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, `{"crv":%q,"kty":%q,"x":%q,"y":%q}`, head.JWK.Crv, head.JWK.Kty, head.JWK.X, head.JWK.Y))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// prove asks where the name leads to.
func (a *authority) prove(ctx context.Context) error {
	want := "the-token-of-the-test." + a.thumb
	if a.offers == "http-01" {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.at+"/.well-known/acme-challenge/the-token-of-the-test", nil)
		if err != nil {
			return err
		}
		r.Host = "scrm.test"
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if body, err := io.ReadAll(answer.Body); err != nil || string(body) != want {
			return fmt.Errorf("it answers %d %q %w", answer.StatusCode, body, err)
		}
		return nil
	}
	c, err := tls.Dial("tcp", a.at, &tls.Config{InsecureSkipVerify: true, ServerName: "scrm.test", NextProtos: []string{"acme-tls/1"}, MinVersion: tls.VersionTLS12})
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	sum := sha256.Sum256([]byte(want))
	encoded, err := asn1.Marshal(sum[:])
	if err != nil {
		return err
	}
	for _, e := range c.ConnectionState().PeerCertificates[0].Extensions {
		if e.Id.String() == "1.3.6.1.5.5.7.1.31" && bytes.Equal(e.Value, encoded) {
			return nil
		}
	}
	return errors.New("the certificate lacks the proof")
}

func (a *authority) sign(payload string) {
	raw, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		a.t.Error(err)
	}
	var wish struct {
		CSR string `json:"csr"`
	}
	if err := json.Unmarshal(raw, &wish); err != nil {
		a.t.Error(err)
	}
	der, err := base64.RawURLEncoding.DecodeString(wish.CSR)
	if err != nil {
		a.t.Error(err)
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		a.t.Error(err)
		return
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(77), DNSNames: request.DNSNames, NotBefore: a.root.NotBefore, NotAfter: a.root.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	leaf, err := x509.CreateCertificate(rand.Reader, template, a.root, request.PublicKey, crypto.Signer(a.key))
	if err != nil {
		a.t.Error(err)
	}
	a.leaf = append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw})...)
}

// TestACME: a certificate is obtained without anybody's help, by either way of proof; each
// request was put to the gate first; after a restart the kept certificate serves without
// the authority.
func TestACME(t *testing.T) {
	for _, kind := range []string{"http-01", "tls-alpn-01"} {
		t.Run(kind, func(t *testing.T) {
			authority := newAuthority(t, kind)
			folder, log := t.TempDir(), &logbook{}
			var gated sync.Map
			options := certificate.ACMEOptions{
				Domains: []string{"scrm.test"}, Directory: authority.URL + "/directory", Email: "ops@scrm.test", Roots: authority.roots(), Folder: folder,
				Gate: func(r *http.Request) (*url.URL, error) { gated.Store(r.URL.Host, true); return nil, nil },
				Log:  slog.New(slog.NewTextHandler(log, nil)),
			}
			serve(t, options, authority, log)
			if !strings.Contains(log.String(), "a certificate was obtained") {
				t.Errorf("the log says %s", log.String())
			}
			if kept, err := certificate.Obtained(folder, "scrm.test"); err != nil || kept.VerifyHostname("scrm.test") != nil {
				t.Errorf("it is not found where it is kept: %v", err)
			}
			gated.Range(func(host, _ any) bool {
				if "https://"+fmt.Sprint(host) != authority.URL {
					t.Errorf("%v was called", host)
				}
				return true
			})
			if _, ok := gated.Load(strings.TrimPrefix(authority.URL, "https://")); !ok {
				t.Error("the gate was not asked")
			}
			authority.mu.Lock()
			authority.asked = nil
			authority.mu.Unlock()
			serve(t, options, authority, log)
			authority.mu.Lock()
			defer authority.mu.Unlock()
			if len(authority.asked) > 0 {
				t.Errorf("after a restart the authority was asked %q", authority.asked)
			}
		})
	}
}

// serve runs a server until it has a certificate of the authority.
func serve(t *testing.T, options certificate.ACMEOptions, authority *authority, log *logbook) {
	t.Helper()
	in := func() net.Listener {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	secure, plain := in(), in()
	defer plain.Close()
	options.TLSPort, options.HTTPPort = secure.Addr().(*net.TCPAddr).Port, plain.Addr().(*net.TCPAddr).Port
	acme, err := certificate.OpenACME(options)
	if err != nil {
		t.Fatal(err)
	}
	authority.mu.Lock()
	if authority.at = plain.Addr().String(); authority.offers != "http-01" {
		authority.at = secure.Addr().String()
	}
	authority.mu.Unlock()
	secure = tls.NewListener(secure, acme.TLS())
	defer secure.Close()
	go func() {
		_ = http.Serve(secure, http.NotFoundHandler())
	}()
	go func() {
		_ = http.Serve(plain, acme.Answer(http.NotFoundHandler()))
	}()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- acme.Watch(ctx, nil) }()
	pool := x509.NewCertPool()
	pool.AddCert(authority.root)
	until(t, "a certificate of the authority; "+log.String(), func() bool {
		c, err := tls.Dial("tcp", secure.Addr().String(), &tls.Config{RootCAs: pool, ServerName: "scrm.test", MinVersion: tls.VersionTLS12})
		if err != nil {
			return false
		}
		return c.Close() == nil
	})
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestACMERefused: without a certificate the reason is in the log, and the gate's refusal
// keeps the program from calling.
func TestACMERefused(t *testing.T) {
	authority := newAuthority(t, "http-01")
	log := &logbook{}
	acme, err := certificate.OpenACME(certificate.ACMEOptions{
		Domains: []string{"scrm.test"}, Directory: authority.URL + "/directory", Roots: authority.roots(), Folder: t.TempDir(),
		Gate: func(*http.Request) (*url.URL, error) { return nil, errors.New("not on the list") }, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- acme.Watch(ctx, nil) }()
	until(t, "the reason in the log", func() bool { return strings.Contains(log.String(), "not on the list") })
	stop()
	<-done
	if len(authority.asked) > 0 {
		t.Errorf("the authority was asked %q", authority.asked)
	}
}

func TestRootsThatAreNone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(name, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := certificate.OpenACME(certificate.ACMEOptions{Roots: name}); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("%v", err)
	}
}
