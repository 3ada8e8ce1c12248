package picture

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/outgoing"
)

// longest is how many bytes an address may have.
const longest = 2000

type service struct {
	out    *outgoing.Transport
	client *http.Client
	shelf  *shelf
}

// shown answers with the picture at ?url=, or not_found.
func (s *service) shown(w http.ResponseWriter, r *http.Request) error {
	u, err := s.address(r.URL.Query().Get("url"))
	if err != nil {
		return err
	}
	f, ok := s.shelf.take(u.String())
	if !ok {
		if f.content, f.kind, err = outgoing.Picture(r.Context(), s.client, u.String()); err != nil {
			return fault.Missing("图片").Because(err) // the page shows the person's initials instead
		}
		s.shelf.put(u.String(), f)
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Content-Length", strconv.Itoa(len(f.content)))
	h.Set("Cache-Control", "private, max-age=86400")
	// Opened by itself a drawing must be nothing but a drawing.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	_, err = w.Write(f.content)
	return err
}

// address reads where a picture is. Only hosts that are on the list for pictures are asked;
// all of WeCom's speak https, though WeCom names many by http.
func (s *service) address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || len(text) > longest || u.Host == "" || u.User != nil {
		var check fault.Check
		check.That(false, "url", "须为图片的完整网址")
		return nil, check.Err()
	}
	p, ok := s.out.PermitFor(outgoing.Pictures, u)
	if !ok {
		return nil, fault.Missing("图片")
	}
	if u.Scheme == "http" && !p.Inside {
		u.Scheme = "https"
	}
	u.Fragment = ""
	return u, nil
}
