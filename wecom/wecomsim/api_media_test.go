package wecomsim_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"
)

func pngBytes() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// post uploads one part and returns the answer.
func (w *world) post(path, part, name string, data []byte) map[string]any {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	p, err := form.CreateFormFile(part, name)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := p.Write(data); err != nil {
		w.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.Post(w.url+"/cgi-bin/"+path+"&access_token="+w.token, form.FormDataContentType(), &body)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	out := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// upload makes temporary media and returns its id.
func (w *world) upload(kind, name string, data []byte) string {
	w.t.Helper()
	out := w.post("media/upload?type="+kind, "media", name, data)
	if errcode(out) != 0 {
		w.t.Fatal(out)
	}
	return out["media_id"].(string)
}

func TestMedia(t *testing.T) {
	w := newWorld(t, nil)
	amr := append([]byte("#!AMR\n"), bytes.Repeat(append([]byte{0x3c}, make([]byte, 31)...), 3001)...) // 60.02 s of 12.2 kbit/s
	mp4 := append([]byte{0, 0, 0, 24}, []byte("ftypisom0000isom")...)
	for name, c := range map[string]struct {
		path, part string
		data       []byte
		code       int
	}{
		"type":          {"media/upload?type=nonsense", "media", pngBytes(), 40005},
		"part":          {"media/upload?type=image", "file", pngBytes(), 44001},
		"empty":         {"media/upload?type=file", "media", nil, 44001},
		"5 bytes":       {"media/upload?type=file", "media", []byte("12345"), 40006},
		"6 bytes":       {"media/upload?type=file", "media", []byte("123456"), 0},
		"no image":      {"media/upload?type=image", "media", []byte("no image here"), 40004},
		"image":         {"media/upload?type=image", "media", pngBytes(), 0},
		"image too big": {"media/upload?type=image", "media", append(pngBytes(), make([]byte, 10<<20)...), 45001},
		"file 20 MB":    {"media/upload?type=file", "media", make([]byte, 20<<20), 0},
		"file too big":  {"media/upload?type=file", "media", make([]byte, 20<<20+1), 45001},
		"voice 60 s":    {"media/upload?type=voice", "media", amr[:len(amr)-32], 0},
		"voice longer":  {"media/upload?type=voice", "media", amr, 45007},
		"no voice":      {"media/upload?type=voice", "media", pngBytes(), 40004},
		"video":         {"media/upload?type=video", "media", mp4, 0},
		"no video":      {"media/upload?type=video", "media", pngBytes(), 40004},
		"uploadimg":     {"media/uploadimg?x=1", "media", pngBytes(), 0},
		"uploadimg big": {"media/uploadimg?x=1", "media", append(pngBytes(), make([]byte, 2<<20)...), 45001},
		"attachment":    {"media/upload_attachment?media_type=image&attachment_type=1", "media", pngBytes(), 0},
		"purpose":       {"media/upload_attachment?media_type=image&attachment_type=3", "media", pngBytes(), 40058},
		"voice for it":  {"media/upload_attachment?media_type=voice&attachment_type=1", "media", amr, 40005},
	} {
		if out := w.post(c.path, c.part, "文件.png", c.data); errcode(out) != c.code {
			t.Errorf("%s: %v, want %d", name, out, c.code)
		}
	}
	id := w.upload("image", "图.png", pngBytes())
	fetch := func() (string, []byte) {
		resp, err := http.Get(w.url + "/cgi-bin/media/get?media_id=" + id + "&access_token=" + w.token)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		data, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.Header.Get("Content-Type"), data
	}
	if kind, data := fetch(); kind != "image/png" || !bytes.Equal(data, pngBytes()) {
		t.Errorf("fetched %s of %d bytes", kind, len(data))
	}
	other := w.as(secondApp) // usable by all apps of the corp
	_, r := w.friends("甲", w.members()[0])
	other.good("externalcontact/send_welcome_msg", m{"welcome_code": r.WelcomeCode, "attachments": []m{{"msgtype": "image", "image": m{"media_id": id}}}})
	attachment := w.post("media/upload_attachment?media_type=image&attachment_type=1", "media", "a.png", pngBytes())["media_id"]
	_, r = w.friends("乙", w.members()[0])
	w.bad(40007, "externalcontact/send_welcome_msg", m{"welcome_code": r.WelcomeCode, "attachments": []m{{"msgtype": "image", "image": m{"media_id": attachment}}}})
	w.sim.Clock().Advance(3 * 24 * time.Hour)
	w.token = w.tokenOf(firstApp)
	if kind, data := fetch(); kind != "application/json; charset=UTF-8" || !bytes.Contains(data, []byte("40007")) {
		t.Errorf("after three days: %s %s", kind, data)
	}
	url := w.post("media/uploadimg?x=1", "media", "a.png", pngBytes())["url"].(string)
	_, r = w.friends("丙", w.members()[0])
	w.good("externalcontact/send_welcome_msg", m{"welcome_code": r.WelcomeCode, "attachments": []m{{"msgtype": "image", "image": m{"pic_url": url}}}})
	for i := range 100 {
		if out := w.post("media/uploadimg?x=1", "media", "a.png", pngBytes()); errcode(out) != 0 {
			if errcode(out) != 45009 || i != 99 {
				t.Errorf("upload %d of the day: %v", i+2, out)
			}
			return
		}
	}
	t.Error("no quota for uploadimg")
}
