package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// writePair writes a certificate for loopback.
func writePair(t *testing.T, folder string, serial int64) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := clock.System().Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(90 * 24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// TestTLSByItself: the program speaks TLS on its own, says so to browsers, leads plain http
// there, and takes a renewed certificate at SIGHUP without a restart.
func TestTLSByItself(t *testing.T) {
	folder := t.TempDir()
	cert, key := writePair(t, folder, 1)
	spare, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	plain := spare.Addr().String()
	_ = spare.Close()
	p := start(t, "tls", map[string]string{
		"data": t.TempDir(), "http.listen": "127.0.0.1:0", "http.tls_cert": cert, "http.tls_key": key,
		"http.redirect_listen": plain, "http.public_url": "https://scrm.test",
	})
	address := strings.TrimPrefix(p.url, "http://")
	serial := int64(0)
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	ask := func(url string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.TLS != nil {
			serial = answer.TLS.PeerCertificates[0].SerialNumber.Int64()
		}
		return answer
	}
	answer := ask("https://" + address + "/healthz")
	if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 || answer.Header.Get("Strict-Transport-Security") == "" || serial != 1 {
		t.Errorf("%s %s, HSTS %q, serial %d", answer.Proto, answer.Status, answer.Header.Get("Strict-Transport-Security"), serial)
	}
	answer = ask("http://" + plain + "/customer?id=7")
	if answer.StatusCode != http.StatusPermanentRedirect || answer.Header.Get("Location") != "https://scrm.test/customer?id=7" {
		t.Errorf("plain http: %s to %s", answer.Status, answer.Header.Get("Location"))
	}
	writePair(t, folder, 2)
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	until(t, "the renewed certificate is served", 20*time.Second, func() bool { ask("https://" + address + "/healthz"); return serial == 2 })
}
