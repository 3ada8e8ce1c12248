package wecom_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// TestUpload looks at what a server sees of an upload, the second time over: the first
// is refused for its token.
func TestUpload(t *testing.T) {
	content := bytes.Repeat([]byte("茶"), 50_000)
	const filename = `春茶"上新" 2026.png`
	for name, test := range map[string]struct {
		call   func(c *wecom.Client, file wecom.File) (string, error)
		query  string
		answer string
		want   string
	}{
		"media/upload": {func(c *wecom.Client, file wecom.File) (string, error) {
			r, err := c.UploadMedia(t.Context(), wecom.MediaImage, file)
			return r.MediaID + " " + r.CreatedAt, err
		}, "type=image", `{"errcode":0,"errmsg":"","type":"image","media_id":"M1","created_at":"1779238800"}`, "M1 1779238800"},
		"media/uploadimg": {func(c *wecom.Client, file wecom.File) (string, error) {
			r, err := c.UploadImage(t.Context(), file)
			return r.URL, err
		}, "", `{"errcode":0,"errmsg":"","url":"https://img.example.com/1"}`, "https://img.example.com/1"},
		"media/upload_attachment": {func(c *wecom.Client, file wecom.File) (string, error) {
			r, err := c.UploadAttachment(t.Context(), wecom.MediaVideo, wecom.AttachmentForMoments, file)
			return r.MediaID, err
		}, "attachment_type=1&media_type=video", `{"errcode":0,"errmsg":"","type":"video","media_id":"M2","created_at":1779238800}`, "M2"},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				if calls++; calls == 1 {
					reply(w, errcode.TokenExpired, "expired")
					return
				}
				query := r.URL.Query()
				query.Del("access_token")
				if r.URL.Path != "/cgi-bin/"+name || query.Encode() != test.query || r.Method != http.MethodPost {
					t.Errorf("%s %s", r.Method, r.URL)
				}
				if r.ContentLength <= int64(len(content)) || len(r.TransferEncoding) != 0 {
					t.Errorf("the length was told as %d with %v", r.ContentLength, r.TransferEncoding)
				}
				file, header, err := r.FormFile("media")
				if err != nil {
					t.Error(err)
					return
				}
				got, _ := io.ReadAll(file)
				if header.Filename != filename || header.Header.Get("Content-Type") != "image/png" || !bytes.Equal(got, content) {
					t.Errorf("got %q, %s, %d bytes", header.Filename, header.Header.Get("Content-Type"), len(got))
				}
				if len(r.MultipartForm.File) != 1 || len(r.MultipartForm.Value) != 0 {
					t.Errorf("the form has other parts: %v", r.MultipartForm)
				}
				_, _ = io.WriteString(w, test.answer)
			})
			// The content begins behind what was read already.
			reader := bytes.NewReader(append([]byte("head"), content...))
			_, _ = io.CopyN(io.Discard, reader, 4)
			got, err := test.call(newClient(t, s, nil), wecom.File{Name: filename, ContentType: "image/png", Content: reader})
			if err != nil || got != test.want || calls != 2 {
				t.Errorf("got %q after %d calls, %v", got, calls, err)
			}
		})
	}
}

// TestUploadCannotForgeParts: a file's name comes from people.
func TestUploadCannotForgeParts(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if _, _, err := r.FormFile("media"); err != nil {
			t.Error(err)
		}
		if len(r.MultipartForm.Value)+len(r.MultipartForm.File) != 1 {
			t.Errorf("the name made parts of its own: %v", r.MultipartForm)
		}
		reply(w, 0, "ok")
	})
	_, err := newClient(t, s, nil).UploadImage(t.Context(), wecom.File{
		Name:    "a.png\"\r\nX-Evil: 1\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"evil\"\r\n\r\n1",
		Content: strings.NewReader("12345"),
	})
	if err != nil {
		t.Error(err)
	}
}

func TestGetMedia(t *testing.T) {
	picture := bytes.Repeat([]byte{0xff, 0xd8, 0x00}, 1000)
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("media_id") {
		case "picture":
			w.Header().Set("Content-Type", "image/jpeg")
			w.Header().Set("Content-Disposition", `attachment; filename="tea.jpg"`)
			if r.Header.Get("Range") == "bytes=0-9" {
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write(picture[:10])
				return
			}
			w.Header().Set("Content-Length", "3000")
			_, _ = w.Write(picture)
		case "json file":
			w.Header().Set("Content-Disposition", `attachment; filename="a.json"`)
			_, _ = io.WriteString(w, `{"errcode":40007,"mine":true}`)
		case "odd":
			_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"invalid media_id"}`)
		default:
			reply(w, 40007, "invalid media_id")
		}
	})
	c := newClient(t, s, nil)
	read := func(d wecom.Download, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(d.Body)
		if err := d.Body.Close(); err != nil {
			t.Error(err)
		}
		if err != nil {
			t.Error(err)
		}
		return content
	}
	d, err := c.GetMedia(t.Context(), "picture", "")
	if got := read(d, err); !bytes.Equal(got, picture) || d.ContentType != "image/jpeg" || d.Filename != "tea.jpg" || d.Size != 3000 {
		t.Errorf("got %d bytes, %+v", len(got), d)
	}
	d, err = c.GetMedia(t.Context(), "picture", "bytes=0-9")
	if got := read(d, err); !bytes.Equal(got, picture[:10]) {
		t.Errorf("the range gave %d bytes", len(got))
	}
	d, err = c.GetVoice(t.Context(), "picture")
	if got := read(d, err); len(got) != 3000 {
		t.Errorf("the voice has %d bytes", len(got))
	}
	d, err = c.GetMedia(t.Context(), "json file", "")
	if got := read(d, err); !strings.Contains(string(got), "mine") {
		t.Errorf("a JSON file gave %s", got)
	}
	if _, err := c.GetMedia(t.Context(), "gone", ""); wecom.CodeOf(err) != 40007 {
		t.Errorf("expired media gave %v", err)
	}
	if _, err := c.GetMedia(t.Context(), "odd", ""); !wecom.IsItem(err) {
		t.Errorf("an answer without media gave %v", err)
	}
}
