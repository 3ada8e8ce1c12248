package product_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/product"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestUploadsAreToldByContent: a picture is what its bytes say, whatever its name; what a
// browser could run is refused, and what was taken comes back as what it is.
func TestUploadsAreToldByContent(t *testing.T) {
	h := apptest.Open(t, db.SQLite, apptest.Options{Features: product.Features()})
	client := h.Client()
	defer client.CloseIdleConnections()
	ask := func(method, path, kind string, body io.Reader) (int, http.Header, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", kind)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, answer.Header, string(text)
	}
	signIn := `{"name":"admin","password":"` + apptest.Password + `"}`
	if status, _, text := ask("POST", "/api/account/sign-in", "application/json", strings.NewReader(signIn)); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	var pair wecomsim.Pair
	h.Sim.Inspect(func(w *wecomsim.World) {
		for _, m := range w.Corps[0].Members {
			pair.Member = m.UserID
		}
		for _, p := range w.People {
			pair.Person = p.ID
		}
	})
	if _, err := h.Sim.Add(wecomsim.Add{Person: pair.Person, Member: pair.Member}); err != nil {
		t.Fatal(err)
	}
	h.Settle()
	_, _, text := ask("GET", "/api/customer/customers?limit=1", "application/json", nil)
	var customers struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(text), &customers); err != nil || len(customers.Items) != 1 {
		t.Fatalf("%v %s", err, text)
	}
	const png = "\x89PNG\r\n\x1a\n0000"
	files := map[string]struct {
		bytes   string
		refused bool
	}{
		"picture.png":      {png, false},
		"picture.html":     {png, false}, // a picture under another name is a picture
		"page.png":         {"<html><script>alert(1)</script></html>", true},
		"drawing.png":      {`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, true},
		"xml.png":          {`<?xml version="1.0"?><svg/>`, true},
		"program.png":      {"MZ\x90\x00\x03\x00\x00\x00", true},
		"script.png":       {"#!/bin/sh\nreboot\n", true},
		"document.png":     {"%PDF-1.7 hello", true},
		"archive.png":      {"PK\x03\x04\x14\x00\x00\x00", true},
		"text.png":         {"alert(1)", true},
		"nothing.png":      {"", true},
		"../../../etc/png": {"root:x:0:0", true},
	}
	for path, shown := range map[string]string{
		"/api/message/pictures": "", "/api/followup/customers/" + customers.Items[0].ID + "/pictures": "/api/followup/pictures/",
	} {
		for name, file := range files {
			var form bytes.Buffer
			w := multipart.NewWriter(&form)
			part, err := w.CreateFormFile("file", name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(part, file.bytes); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			status, _, text := ask("POST", path, w.FormDataContentType(), &form)
			if file.refused != (status == http.StatusUnprocessableEntity) || !file.refused && status != http.StatusOK {
				t.Errorf("%s to %s: %d %s", name, path, status, text)
			}
			if file.refused || status != http.StatusOK {
				continue
			}
			var kept struct {
				ID   string `json:"id"`
				Show string `json:"show"`
			}
			if err := json.Unmarshal([]byte(text), &kept); err != nil {
				t.Fatal(err)
			}
			if shown != "" {
				kept.Show = shown + kept.ID
			}
			status, head, text := ask("GET", kept.Show, "", nil)
			if status != http.StatusOK || head.Get("Content-Type") != "image/png" || head.Get("X-Content-Type-Options") != "nosniff" || text != png {
				t.Errorf("%s: %d, %v, %q", kept.Show, status, head, text)
			}
		}
	}
}
