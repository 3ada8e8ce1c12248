package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
)

// writeCertificate makes a certificate of a host that lasts ninety days.
func writeCertificate(t *testing.T, file, host string, from time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotBefore: from, NotAfter: from.Add(90 * 24 * time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, made, made, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRoomAndOrder: how much of the disk is left, and how the database sorts.
func TestRoomAndOrder(t *testing.T) {
	for _, c := range []struct {
		free  uint64
		known bool
		want  corp.CheckState
	}{
		{0, true, corp.CheckFail},
		{gigabyte - 1, true, corp.CheckFail},
		{gigabyte, true, corp.CheckWarn},
		{5*gigabyte - 1, true, corp.CheckWarn},
		{5 * gigabyte, true, corp.CheckOK},
		{0, false, corp.CheckOK},
	} {
		if f := judgeDisk(c.free, c.known); f.State != c.want || (f.State == corp.CheckOK) != (f.Advice.ZH == "") {
			t.Errorf("%d bytes free: %+v", c.free, f)
		}
	}
	for collation, want := range map[string]corp.CheckState{
		"C": corp.CheckOK, "POSIX": corp.CheckOK, "C.UTF-8": corp.CheckOK, "C.utf8": corp.CheckOK,
		"zh_CN.UTF-8": corp.CheckWarn, "en_US.utf8": corp.CheckWarn, "Chinese": corp.CheckWarn,
	} {
		if f := judgeCollation(collation); f.State != want || (f.State == corp.CheckOK) != (f.Advice.ZH == "") {
			t.Errorf("%s: %+v", collation, f)
		}
	}
}

// TestCertificatesAreLookedAt: those of files and those that ACME obtained, by the same rules.
func TestCertificatesAreLookedAt(t *testing.T) {
	const host = "scrm.example.com"
	from := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		days   int // after the beginning
		issued string
		want   corp.CheckState
	}{
		"fresh": {1, host, corp.CheckOK}, "late, but renewed in time": {70, host, corp.CheckOK}, "about to end": {80, host, corp.CheckWarn},
		"over": {91, host, corp.CheckFail}, "another's": {1, "other.example.com", corp.CheckFail}, "none": {0, "", corp.CheckFail},
	} {
		for _, acme := range []bool{false, true} {
			folder := t.TempDir()
			a := &App{Config: config.Default(), opts: Options{Clock: clock.NewFake(from.AddDate(0, 0, c.days))}}
			a.Config.Data, a.Config.HTTP.PublicURL = config.Folder(folder), "https://"+host
			file := filepath.Join(folder, "own.pem")
			if acme {
				file = filepath.Join(folder, "certificates", "certificates", "authority.test-dir", host, host+".crt")
				a.Config.HTTP.ACME.Domains = []string{host}
			} else {
				a.Config.HTTP.TLSCert = file
			}
			if c.issued != "" {
				writeCertificate(t, file, c.issued, from)
			}
			var got corp.CheckState
			var said corp.Finding
			for _, f := range a.examineAddress() {
				if f.Check == checkCert {
					got, said = f.State, f
				}
			}
			if got != c.want || (got != corp.CheckOK) != (said.Advice.EN != "") {
				t.Errorf("%s, by ACME %v: %q, want %q: %+v", name, acme, got, c.want, said)
			}
		}
	}
}
