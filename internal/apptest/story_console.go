package apptest

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// console are what an administrator does in the console.
func (s *Story) console() map[string]command {
	return map[string]command{
		"code": func(ts *testscript.TestScript, a args) {
			name := a.word(ts, 0)
			body := map[string]any{"name": name, "members": []string{}, "skipVerify": true, "greeting": "default"}
			s.fill(ts, a, body)
			var made struct{ ID, State string }
			s.call(ts, "POST", "/api/channelcode/codes", body, &made)
			s.Settle()
			s.codes[name] = &printed{id: made.ID, way: s.wayOf(made.State)}
		},
		"edit": func(ts *testscript.TestScript, a args) {
			path := "/api/channelcode/codes/" + s.code(ts, a.word(ts, 0)).id
			body := map[string]any{}
			s.call(ts, "GET", path, nil, &body)
			changed := map[string]any{}
			for _, key := range []string{
				"name", "remark", "members", "shifts", "dailyCap", "backup", "skipVerify", "greeting", "content", "tags", "customerRemark", "version",
			} {
				changed[key] = body[key]
			}
			s.fill(ts, a, changed)
			s.call(ts, "PUT", path, changed, nil)
			s.settle(a)
		},
		"delete": func(ts *testscript.TestScript, a args) {
			s.call(ts, "DELETE", "/api/channelcode/codes/"+s.code(ts, a.word(ts, 0)).id, nil, nil)
			s.Settle()
		},
		"print": func(ts *testscript.TestScript, a args) { // again, when it was not live at first
			c := s.code(ts, a.word(ts, 0))
			c.way = s.wayOf("cc" + c.id)
		},
		"greeting": func(ts *testscript.TestScript, a args) {
			target, text := "", a.word(ts, len(a.words)-1)
			if len(a.words) > 2 {
				target = a.word(ts, 1)
			}
			s.call(ts, "POST", "/api/welcome/greetings", map[string]any{
				"level": a.word(ts, 0), "target": target, "enabled": a.set["on"] != "no", "content": s.content(ts, a, text),
			}, nil)
		},
		"api": func(ts *testscript.TestScript, a args) {
			body := ""
			if len(a.words) > 3 {
				body = a.words[3]
			}
			status, answer := s.Request(a.word(ts, 0), a.word(ts, 1), a.word(ts, 2), body)
			if (status/100 != 2) != a.neg {
				ts.Fatalf("%s: %d %s", quoted("api", a), status, answer)
			}
			_, err := ts.Stdout().Write([]byte(strconv.Itoa(status) + " " + answer + "\n"))
			ts.Check(err)
		},
	}
}

// fill puts what the script says of a code into the form.
func (s *Story) fill(ts *testscript.TestScript, a args, form map[string]any) {
	for key, value := range a.set {
		switch key {
		case "members", "backup":
			form[key] = list(value)
		case "tags":
			form[key] = s.tagIDs(ts, list(value))
		case "cap":
			form["dailyCap"] = must(strconv.Atoi(value))(ts)
		case "verify":
			form["skipVerify"] = value == "no"
		case "remark":
			form["customerRemark"] = value
		case "shift":
			form["shifts"] = shifts(ts, value)
		case "greeting":
			form["greeting"] = value
			if value != "none" && value != "default" {
				form["greeting"], form["content"] = "own", s.content(ts, a, value)
			}
		case "picture", "link": // of the greeting
		default:
			ts.Fatalf("a code has no %s", key)
		}
	}
}

// content is a text with what picture=yes and link=https://… add to it.
func (s *Story) content(ts *testscript.TestScript, a args, text string) map[string]any {
	var attachments []any
	if a.set["picture"] == "yes" {
		attachments = append(attachments, s.upload(ts))
	}
	if page := a.set["link"]; page != "" {
		attachments = append(attachments, map[string]string{"kind": "link", "title": "产品手册", "desc": "第一页", "url": page})
	}
	return map[string]any{"text": text, "attachments": attachments}
}

// upload sends a small picture as the message editor does, and gives the attachment.
func (s *Story) upload(ts *testscript.TestScript) map[string]any {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part := must(w.CreateFormFile("file", "square.png"))(ts)
	ts.Check(png.Encode(part, image.NewGray(image.Rect(0, 0, 8, 8))))
	ts.Check(w.Close())
	status, answer := s.send("owner", "POST", "/api/message/pictures", w.FormDataContentType(), &form)
	if status != http.StatusOK {
		ts.Fatalf("upload: %d %s", status, answer)
	}
	var attachment map[string]any
	ts.Check(json.Unmarshal([]byte(answer), &attachment))
	return attachment
}

// shifts reads "12345/09:00-18:00/zhang,li" and more of them after semicolons.
func shifts(ts *testscript.TestScript, text string) []map[string]any {
	var all []map[string]any
	minute := func(clock string) int {
		h, m, _ := strings.Cut(clock, ":")
		return must(strconv.Atoi(h))(ts)*60 + must(strconv.Atoi(m))(ts)
	}
	for one := range strings.SplitSeq(text, ";") {
		parts := strings.Split(one, "/")
		if len(parts) != 3 {
			ts.Fatalf("a shift is days/from-to/members, not %q", one)
		}
		var days []int
		for _, d := range parts[0] {
			days = append(days, int(d-'0'))
		}
		from, to, _ := strings.Cut(parts[1], "-")
		all = append(all, map[string]any{"days": days, "from": minute(from), "to": minute(to), "members": list(parts[2])})
	}
	return all
}

// tagIDs finds tags by name, and has WeCom's administrator make those that are missing.
func (s *Story) tagIDs(ts *testscript.TestScript, names []string) []string {
	ids := make([]string, len(names))
	for i, name := range names {
		s.Sim.Inspect(func(w *wecomsim.World) { ids[i] = tagNamed(w, name) })
		if ids[i] == "" {
			ids[i] = must(s.Sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagCreate, GroupName: "渠道", Name: name}))(ts).Tag
			s.Settle()
		}
	}
	return ids
}

func tagNamed(w *wecomsim.World, name string) string {
	for _, g := range w.Corps[0].TagGroups {
		for _, t := range g.Tags {
			if t.Name == name && !t.Deleted {
				return t.ID
			}
		}
	}
	return ""
}

// wayOf is the contact way that bears a state now; "" when there is none.
func (s *Story) wayOf(state string) (way string) {
	s.Sim.Inspect(func(w *wecomsim.World) {
		for _, x := range w.Corps[0].Ways {
			if x.State == state {
				way = x.ConfigID
			}
		}
	})
	return way
}
