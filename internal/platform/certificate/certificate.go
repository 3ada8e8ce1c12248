// Package certificate lets the server speak TLS by itself, with certificates that are
// renewed without a restart: from files that somebody else renews (Files), or obtained
// from a certificate authority by ACME (ACME).
//
// Both give a *tls.Config of modern versions only. A certificate that cannot be read or
// obtained never takes the place of one that works: it is logged, and the old one stays.
package certificate

import (
	"context"
	"crypto/tls"
)

// Source gives certificates to handshakes.
type Source interface {
	// TLS is the configuration for a listener.
	TLS() *tls.Config
	// Watch keeps the certificates fresh until ctx ends. Each value of again makes it look
	// at once.
	Watch(ctx context.Context, again <-chan struct{}) error
}

// modern is TLS 1.2 with forward secrecy and authenticated encryption, and TLS 1.3.
func modern(get func(*tls.ClientHelloInfo) (*tls.Certificate, error), protocols ...string) *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: get,
		NextProtos:     append([]string{"h2", "http/1.1"}, protocols...),
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
	}
}
