package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"
)

// ACMEOptions say for what and from whom certificates are obtained.
type ACMEOptions struct {
	// Domains are the names in the certificates, the public ones of this program.
	Domains []string
	// Directory is the certificate authority's ACME directory.
	Directory string
	// Email is whom the authority may write to; "" for nobody.
	Email string
	// Roots is a PEM file with the roots by which the authority's own TLS is trusted, for
	// one inside the house; "" for the system's.
	Roots string
	// Folder keeps account, certificates and keys.
	Folder string
	// TLSPort and HTTPPort are where we listen: the authority's questions come to the public
	// ports 443 and 80, which lead there. An HTTPPort of 0 leaves the way over HTTP out.
	TLSPort, HTTPPort int
	// Gate is asked before each request to the authority; an error refuses it. It gives the
	// proxy to use, nil for none.
	Gate func(*http.Request) (*url.URL, error)
	Log  *slog.Logger
}

// ACME obtains certificates and renews them in time.
type ACME struct {
	opts   ACMEOptions
	cache  *certmagic.Cache
	magic  *certmagic.Config
	issuer *certmagic.ACMEIssuer
}

// OpenACME prepares; nothing is asked of the authority before Watch.
func OpenACME(o ACMEOptions) (*ACME, error) {
	var roots *x509.CertPool
	if o.Roots != "" {
		pem, err := os.ReadFile(filepath.Clean(o.Roots))
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		if roots = x509.NewCertPool(); !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("certificate: %s holds no certificate", o.Roots)
		}
	}
	a := &ACME{opts: o}
	quiet := zap.NewNop() // what matters comes as an event and goes to our own log
	a.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return a.magic, nil },
		Logger:           quiet,
	})
	a.magic = certmagic.New(a.cache, certmagic.Config{
		Storage: &certmagic.FileStorage{Path: o.Folder}, Logger: quiet, OnEvent: a.tell,
		// Asking an authority's OCSP server would be another host to call; short-lived
		// certificates and most authorities have done away with it.
		OCSP: certmagic.OCSPConfig{DisableStapling: true},
	})
	a.issuer = certmagic.NewACMEIssuer(a.magic, certmagic.ACMEIssuer{
		CA: o.Directory, TestCA: o.Directory, Email: o.Email, Agreed: true, TrustedRoots: roots, HTTPProxy: o.Gate, Logger: quiet,
		AltTLSALPNPort: o.TLSPort, AltHTTPPort: o.HTTPPort, DisableHTTPChallenge: o.HTTPPort == 0,
	})
	a.magic.Issuers = []certmagic.Issuer{a.issuer}
	return a, nil
}

// TLS is the configuration for a listener; it also answers the authority's questions that
// come by TLS.
func (a *ACME) TLS() *tls.Config {
	own := a.magic.TLSConfig()
	return modern(own.GetCertificate, own.NextProtos...)
}

// Answer lets the authority's questions that come by HTTP be answered; everything else
// goes to next.
func (a *ACME) Answer(next http.Handler) http.Handler { return a.issuer.HTTPChallengeHandler(next) }

// Watch obtains what is missing and renews what ends, until ctx ends. Files that the
// operator changes play no part here: again is ignored.
func (a *ACME) Watch(ctx context.Context, _ <-chan struct{}) error {
	defer a.cache.Stop()
	if err := a.magic.ManageAsync(ctx, a.opts.Domains); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	<-ctx.Done()
	return nil
}

// tell logs what became of a certificate.
func (a *ACME) tell(ctx context.Context, event string, data map[string]any) error {
	name, _ := data["identifier"].(string)
	switch event {
	case "cert_obtained":
		a.opts.Log.InfoContext(ctx, "a certificate was obtained", "domain", name, "renewal", data["renewal"])
	case "cert_failed":
		err, ok := data["error"].(error)
		if !ok {
			err = errors.New("no reason was given")
		}
		a.opts.Log.ErrorContext(ctx, "no certificate was obtained; trying again later", "domain", name, "error", err.Error(),
			"advice", "the public ports 443 (and 80) of the domain must lead to this program, and the authority must be reachable from it")
	}
	return nil
}

// Obtained finds the certificate of a domain that ACME keeps in a folder: the one that lasts
// longest, whichever authority it is from. Without one the error is fs.ErrNotExist.
func Obtained(folder, domain string) (*x509.Certificate, error) {
	name := certmagic.StorageKeys.Safe(domain)
	files, err := filepath.Glob(filepath.Join(folder, "certificates", "*", name, name+".crt"))
	if err != nil {
		return nil, err
	}
	var best *x509.Certificate
	for _, file := range files {
		one, err := First(file)
		if err != nil {
			return nil, err
		}
		if best == nil || one.NotAfter.After(best.NotAfter) {
			best = one
		}
	}
	if best == nil {
		return nil, fs.ErrNotExist
	}
	return best, nil
}

// First reads the first certificate of a PEM file, that of the server itself.
func First(file string) (*x509.Certificate, error) {
	raw, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("no certificate in PEM form at its beginning")
	}
	return x509.ParseCertificate(block.Bytes)
}
