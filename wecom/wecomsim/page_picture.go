package wecomsim

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/fnv"
	"html/template"
	"image/png"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// This file draws avatars and QR codes, and serves the page behind a code.
//
// Not modelled: real photographs; avatars are letters on a colour.

// avatarPath is the address of a picture, to be put behind the base URL.
func avatarPath(kind, name string) string {
	return "/avatars/" + kind + "/" + (&url.URL{Path: name}).EscapedPath() + ".svg"
}

// avatar draws the first letter of a name on a colour that belongs to it.
func (s *Sim) avatar(w http.ResponseWriter, r *http.Request) {
	kind, name := r.PathValue("kind"), strings.TrimSuffix(r.PathValue("name"), ".svg")
	label, seed := s.avatarLabel(kind, name), fnv.New32a()
	_, _ = seed.Write([]byte(kind + name)) // a hash never fails
	hue := seed.Sum32() % 360
	round := 8
	if kind == "person" {
		round = 12
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">`+
		`<rect width="96" height="96" rx="%d" fill="hsl(%d,45%%,52%%)"/>`+
		`<text x="48" y="50" fill="#fff" font-family="sans-serif" font-size="42" text-anchor="middle" dominant-baseline="middle">%s</text></svg>`,
		round, hue, template.HTMLEscapeString(label))
}

// avatarLabel is one visible character for the picture.
func (s *Sim) avatarLabel(kind, name string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	text := name
	corpID, rest, _ := strings.Cut(name, "/")
	switch kind {
	case "person":
		if p := s.world.People[name]; p != nil {
			text = p.Name
		}
	case "member":
		if c := s.world.Corp(corpID); c != nil {
			if m := c.Members[userKey(rest)]; m != nil {
				r := []rune(m.Name)
				text = string(r[len(r)-1:])
			}
		}
	case "group":
		text = "群"
	case "app":
		if c := s.world.Corp(corpID); c != nil {
			for _, a := range c.Apps {
				if fmt.Sprint(a.AgentID) == rest {
					text = a.Name
				}
			}
		}
	}
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.So, r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "·"
}

// wayImage serves the QR code of a contact way.
func (s *Sim) wayImage(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimSuffix(r.PathValue("file"), ".png")
	s.mu.RLock()
	_, known := s.findWay(id)
	s.mu.RUnlock()
	if !known {
		http.NotFound(w, r)
		return
	}
	writeQR(w, s.base(r)+"/q/"+id)
}

// memberImage serves the personal code of a member, which leads to his entry in
// the control interface.
func (s *Sim) memberImage(w http.ResponseWriter, r *http.Request) {
	s.mu.RLock()
	c := s.world.Corp(r.PathValue("corp"))
	known := c != nil && c.Members[userKey(r.PathValue("userid"))] != nil
	s.mu.RUnlock()
	if !known {
		http.NotFound(w, r)
		return
	}
	writeQR(w, s.base(r)+"/_sim/members/"+r.PathValue("userid")+"?corp="+c.ID)
}

// findWay looks for a way in all corps. The caller holds the lock.
func (s *Sim) findWay(id string) (*Corp, bool) {
	for _, c := range s.world.Corps {
		if c.Ways[id] != nil {
			return c, true
		}
	}
	return nil, false
}

func (s *Sim) qrOfText(w http.ResponseWriter, r *http.Request) {
	text := r.URL.Query().Get("text")
	if text == "" || len(text) > 1000 {
		answerRefusal(w, refuse("text", "must have 1 to 1000 bytes"))
		return
	}
	writeQR(w, text)
}

func writeQR(w http.ResponseWriter, text string) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err == nil {
		code, err = barcode.Scale(code, 400, 400)
	}
	var buf bytes.Buffer
	if err == nil {
		err = png.Encode(&buf, code)
	}
	if err != nil {
		http.Error(w, "cannot draw the code: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(buf.Bytes())
}

// scanPage is what a QR code leads to: the choice of who scans it.
func (s *Sim) scanPage(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("way")
	s.mu.RLock()
	c, known := s.findWay(id)
	s.mu.RUnlock()
	if !known {
		showPage(w, http.StatusNotFound, pageData{Title: "二维码已失效", Text: "这个二维码对应的「联系我」已被删除。"})
		return
	}
	if err := s.mayControl(r); err != nil {
		showPage(w, http.StatusForbidden, pageData{Title: "不可用", Text: err.Error()})
		return
	}
	if r.Method == http.MethodPost {
		out, err := s.Scan(Scan{Corp: c.ID, Person: r.FormValue("person"), Way: id})
		if err != nil {
			showPage(w, http.StatusBadRequest, pageData{Title: "添加失败", Text: err.Error()})
			return
		}
		text := "已是好友，进入与 " + out.UserID + " 的聊天。"
		switch out.Event {
		case "add_external_contact":
			text = "已添加 " + out.UserID + "。"
		case "add_half_external_contact":
			text = "已发送申请，等待 " + out.UserID + " 通过。"
		}
		showPage(w, http.StatusOK, pageData{Title: "扫码结果", Text: text})
		return
	}
	data := pageData{Title: "谁来扫这个码？", Action: "/q/" + url.PathEscape(id), Field: "person"}
	s.mu.RLock()
	for _, p := range s.strangers(c, 30) {
		data.Choices = append(data.Choices, pageChoice{Value: p.ID, Label: p.Name, Picture: avatarPath("person", p.ID)})
	}
	s.mu.RUnlock()
	showPage(w, http.StatusOK, data)
}

// strangers returns up to n people whom the corp does not know yet, the newest
// first. The caller holds the lock.
func (s *Sim) strangers(c *Corp, n int) []*Person {
	var out []*Person
	for _, p := range s.world.People {
		if c.index.customerByPerson[p.ID] == nil {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *Person) int { return cmp.Compare(personNumber(b), personNumber(a)) })
	return out[:min(n, len(out))]
}
