package app_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/product"
)

// TestExamine: each thing that the program stands on is missed when it is not there.
func TestExamine(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			status := http.StatusOK
			ourselves := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/healthz" {
					t.Errorf("asked for %s", r.URL.Path)
				}
				w.WriteHeader(status)
			}))
			defer ourselves.Close()
			cfg := settings(t, e)
			cfg.Node = 1 // a claimed number would need the queue's table first
			cfg.HTTP.PublicURL = ourselves.URL
			a, err := app.New(t.Context(), cfg, product.Features(), options())
			if err != nil {
				t.Fatal(err)
			}
			finds := func(check string, want corp.CheckState) {
				t.Helper()
				for _, f := range a.Examine(t.Context()) {
					if f.Check != check {
						continue
					}
					if f.State != want || f.Found.EN == "" || (f.State != corp.CheckOK) != (f.Advice.EN != "") {
						t.Errorf("%+v, want %s", f, want)
					}
					return
				}
				t.Errorf("%s is not looked at", check)
			}
			finds("database", corp.CheckOK)
			finds("migrations", corp.CheckFail)
			if err := a.DB.Migrate(t.Context(), a.Sets()...); err != nil {
				t.Fatal(err)
			}
			finds("migrations", corp.CheckOK)
			if e == db.Postgres {
				finds("collation", corp.CheckOK)
			}

			finds("callable", corp.CheckOK)
			status = http.StatusBadGateway // a proxy that does not find us
			finds("callable", corp.CheckWarn)
			ourselves.Close()
			finds("callable", corp.CheckWarn)

			for address, want := range map[string]corp.CheckState{
				"https://scrm.example.com": corp.CheckOK, "http://127.0.0.1:8080": corp.CheckWarn, "http://localhost": corp.CheckWarn,
				"http://192.0.2.1": corp.CheckFail, "scrm.example.com": corp.CheckFail,
			} {
				a.Config.HTTP.PublicURL = address
				finds("address", want)
			}
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			finds("database", corp.CheckFail)
		})
	}
}
