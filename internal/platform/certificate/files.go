package certificate

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// lookEvery is how often the files are read again. They are small: reading them finds
// also what a changed time stamp would hide.
const lookEvery = 30 * time.Second

// warnBefore is how long before its end a certificate in a file is complained about.
const warnBefore = 14 * 24 * time.Hour

// Files are a certificate and its key in two PEM files that somebody else renews.
type Files struct {
	cert, key string
	clock     clock.Clock
	log       *slog.Logger
	current   atomic.Pointer[loaded]
}

// loaded is a pair that works, with the bytes it was made of.
type loaded struct {
	pair      *tls.Certificate
	cert, key []byte
	until     time.Time
}

// OpenFiles reads the pair; here a pair that does not work is an error, for there is no
// older one to go on with.
func OpenFiles(cert, key string, c clock.Clock, log *slog.Logger) (*Files, error) {
	f := &Files{cert: cert, key: key, clock: c, log: log}
	if _, err := f.Look(); err != nil {
		return nil, err
	}
	return f, nil
}

// TLS is the configuration for a listener.
func (f *Files) TLS() *tls.Config {
	return modern(func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.current.Load().pair, nil })
}

// Until is when the certificate in use ends.
func (f *Files) Until() time.Time { return f.current.Load().until }

// Look reads the files and takes them into use when they have changed and work. On an
// error what was in use stays in use.
func (f *Files) Look() (changed bool, err error) {
	cert, err := os.ReadFile(filepath.Clean(f.cert))
	if err != nil {
		return false, fmt.Errorf("certificate: %w", err)
	}
	key, err := os.ReadFile(filepath.Clean(f.key))
	if err != nil {
		return false, fmt.Errorf("certificate: %w", err)
	}
	old := f.current.Load()
	if old != nil && bytes.Equal(old.cert, cert) && bytes.Equal(old.key, key) {
		return false, nil
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return false, fmt.Errorf("certificate: %s and %s: %w", f.cert, f.key, err)
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return false, fmt.Errorf("certificate: %s: %w", f.cert, err)
	}
	now := f.clock.Now()
	if !now.Before(leaf.NotAfter) && old != nil && now.Before(old.until) {
		return false, fmt.Errorf("certificate: %s ended on %s; the one in use is good until %s",
			f.cert, leaf.NotAfter.UTC().Format(time.DateOnly), old.until.UTC().Format(time.DateOnly))
	}
	f.current.Store(&loaded{pair: &pair, cert: cert, key: key, until: leaf.NotAfter})
	return true, nil
}

// Watch looks now and then, and whenever it is told to, until ctx ends.
func (f *Files) Watch(ctx context.Context, again <-chan struct{}) error {
	complaint, ending := "", time.Time{}
	for {
		if until := f.Until(); f.clock.Now().Add(warnBefore).After(until) && !until.Equal(ending) {
			ending = until
			f.log.WarnContext(ctx, "the certificate ends soon; renew its files", "file", f.cert, "until", until.UTC().Format(time.RFC3339))
		}
		timer := f.clock.NewTimer(lookEvery)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-again:
			timer.Stop()
			complaint = "" // whoever asked wants to hear the answer
		case <-timer.C:
		}
		changed, err := f.Look()
		switch {
		case err != nil && err.Error() != complaint:
			complaint = err.Error()
			f.log.ErrorContext(ctx, "the new certificate cannot be used; the old one stays", "error", complaint)
		case err == nil:
			complaint = ""
		}
		if changed {
			f.log.InfoContext(ctx, "a new certificate is in use", "file", f.cert, "until", f.Until().UTC().Format(time.RFC3339))
		}
	}
}
