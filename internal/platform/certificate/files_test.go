package certificate_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/certificate"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

var start = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

// pair makes a certificate for loopback that is good for some days.
func pair(t *testing.T, serial int64, days int) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "scrm.test"}, DNSNames: []string{"scrm.test"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:   start.Add(-24 * time.Hour * 400), NotAfter: start.Add(time.Duration(days) * 24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
}

// logbook is a log that several goroutines write.
type logbook struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// keeper is a certificate in files with a server that uses it.
type keeper struct {
	t         *testing.T
	cert, key string
	files     *certificate.Files
	clock     *clock.Fake
	log       *logbook
	listener  net.Listener
}

func newKeeper(t *testing.T) *keeper {
	t.Helper()
	dir := t.TempDir()
	k := &keeper{t: t, cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), clock: clock.NewFake(start), log: &logbook{}}
	k.write(pair(t, 1, 90))
	var err error
	if k.files, err = certificate.OpenFiles(k.cert, k.key, k.clock, slog.New(slog.NewTextHandler(k.log, nil))); err != nil {
		t.Fatal(err)
	}
	if k.listener, err = tls.Listen("tcp", "127.0.0.1:0", k.files.TLS()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.listener.Close() })
	go func() {
		for {
			c, err := k.listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(io.Discard, c) // the handshake happens here
				_ = c.Close()
			}()
		}
	}()
	return k
}

func (k *keeper) write(cert, key []byte) {
	k.t.Helper()
	for name, content := range map[string][]byte{k.cert: cert, k.key: key} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			k.t.Fatal(err)
		}
	}
}

// serial is that of the certificate which a new connection gets.
func (k *keeper) serial() int64 {
	k.t.Helper()
	c, err := tls.Dial("tcp", k.listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12})
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// until waits for a condition of another goroutine.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	over := time.After(10 * time.Second)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-over:
			t.Fatalf("never: %s", what)
		case <-look.C:
		}
	}
}

// TestRenewedFilesAreTaken: new files are taken by looking now and then, and at once when
// somebody asks; broken ones leave the old certificate in use and are complained about once.
func TestRenewedFilesAreTaken(t *testing.T) {
	k := newKeeper(t)
	again := make(chan struct{})
	done := make(chan error, 1)
	go func() { done <- k.files.Watch(t.Context(), again) }()
	if got := k.serial(); got != 1 {
		t.Fatalf("serial %d", got)
	}
	k.write(pair(t, 2, 90))
	until(t, "the second certificate, by looking", func() bool { k.clock.Advance(time.Minute); return k.serial() == 2 })

	k.write([]byte("-----BEGIN NONSENSE"), []byte("x"))
	until(t, "a complaint", func() bool {
		k.clock.Advance(time.Minute)
		return strings.Contains(k.log.String(), "the old one stays")
	})
	for range 5 {
		k.clock.Advance(time.Minute)
	}
	if got := k.serial(); got != 2 {
		t.Errorf("after broken files: serial %d", got)
	}
	cert, _ := pair(t, 3, 90)
	_, key := pair(t, 4, 90)
	k.write(cert, key)
	again <- struct{}{}
	again <- struct{}{} // the second is taken only when the first was seen to
	if got := k.serial(); got != 2 || !strings.Contains(k.log.String(), "private key does not match") {
		t.Errorf("a certificate with another's key: serial %d; %s", got, k.log.String())
	}
	k.write(pair(t, 5, 90))
	again <- struct{}{}
	until(t, "the fifth certificate, when asked", func() bool { return k.serial() == 5 })
	if n := strings.Count(k.log.String(), "NONSENSE") + strings.Count(k.log.String(), "failed to find any PEM"); n > 3 {
		t.Errorf("complained %d times of the same", n)
	}
}

// TestEndedCertificates: a certificate that has ended does not take the place of one that
// has not; one that ends soon is complained about.
func TestEndedCertificates(t *testing.T) {
	k := newKeeper(t)
	k.write(pair(t, 2, -1))
	if changed, err := k.files.Look(); changed || err == nil || k.serial() != 1 {
		t.Errorf("an ended certificate: %v %v", changed, err)
	}
	k.write(pair(t, 3, 5))
	if changed, err := k.files.Look(); !changed || err != nil {
		t.Errorf("one that ends soon: %v %v", changed, err)
	}
	done := make(chan error, 1)
	go func() { done <- k.files.Watch(t.Context(), nil) }()
	until(t, "a warning", func() bool { return strings.Contains(k.log.String(), "ends soon") })
}

func TestNoFilesToBeginWith(t *testing.T) {
	dir := t.TempDir()
	if _, err := certificate.OpenFiles(filepath.Join(dir, "a"), filepath.Join(dir, "b"), clock.NewFake(start), slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("%v", err)
	}
}

// TestModernOnly: old versions and weak suites are refused.
func TestModernOnly(t *testing.T) {
	k := newKeeper(t)
	rows := []struct {
		name    string
		version uint16
		suites  []uint16
		ok      bool
	}{
		{"1.3", tls.VersionTLS13, nil, true},
		{"1.2", tls.VersionTLS12, nil, true},
		{"1.1", tls.VersionTLS11, nil, false},
		{"1.0", tls.VersionTLS10, nil, false},
		{"1.2 without forward secrecy", tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}, false},
		{"1.2 with CBC", tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}, false},
	}
	for _, row := range rows {
		c, err := tls.Dial("tcp", k.listener.Addr().String(), &tls.Config{
			InsecureSkipVerify: true, MinVersion: row.version, MaxVersion: row.version, CipherSuites: row.suites, NextProtos: []string{"h2"},
		})
		if (err == nil) != row.ok {
			t.Errorf("%s: %v", row.name, err)
		}
		if err == nil {
			if c.ConnectionState().NegotiatedProtocol != "h2" {
				t.Errorf("%s: no HTTP/2", row.name)
			}
			_ = c.Close()
		}
	}
}
