package wecomsim

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

// This file serves the page of the two phones (phones/README.md): the member's
// WeCom beside the customer's WeChat, driven by the control interface alone.
// The page is plain modules and styles, so that a program built without npm has
// it too.
//
// Not modelled: see phones/README.md.

//go:embed phones
var phoneFiles embed.FS

// phonesPath is the address of the page; its parts lie below.
const phonesPath = "/_sim/phones"

// phonesPolicy lets the page run and look like its own files only. Pictures may
// also come from programs on this machine (posters and cards of the product);
// frames are the phones' inner browsers, which open what a link says.
const phonesPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self' data: http://127.0.0.1:* http://localhost:*; frame-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// phonePages puts the page and the ways to it on the mux. The files are no
// secret and need no control token; what the page asks /_sim for does.
func (s *Sim) phonePages(mux *http.ServeMux) {
	mux.HandleFunc("GET "+phonesPath, phoneFile)
	mux.HandleFunc("GET "+phonesPath+"/{file...}", phoneFile)
	mux.HandleFunc("GET /{$}", frontDoor)
	mux.HandleFunc("GET /_sim/{$}", frontDoor)
}

// frontDoor leads browsers to the phones and programs to the list of routes.
func frontDoor(w http.ResponseWriter, r *http.Request) {
	to := "/_sim"
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		to = phonesPath
	}
	if r.URL.RawQuery != "" { // it may hold the control token
		to += "?" + r.URL.RawQuery
	}
	http.Redirect(w, r, to, http.StatusFound)
}

// phoneFile answers one file of the page; browsers ask each time whether it is
// still the same, so that a new program is never shown with old parts.
func phoneFile(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if name == "" {
		name = "index.html"
	}
	data, err := fs.ReadFile(phoneFiles, "phones/"+name)
	if err != nil || strings.HasSuffix(name, ".md") {
		http.NotFound(w, r)
		return
	}
	sum := sha256.Sum256(data)
	h := w.Header()
	h.Set("Content-Security-Policy", phonesPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}
