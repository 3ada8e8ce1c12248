package wecomsim

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file keeps media (90253, 90254, 90256, 95098).
//
// Not modelled: upload_by_url, media/get/jssdk, resolution and duration of
// moments' videos, conversion of pictures, the monthly quota of uploadimg.

// mediaLife is how long temporary media lives; every app of the corp may use it.
const mediaLife = 3 * 24 * time.Hour

// mediaMax are the largest sizes in bytes by kind (media.md).
func mediaMax(kind string) int64 {
	switch kind {
	case wecom.MediaImage, wecom.MediaVideo:
		return 10 << 20
	case wecom.MediaVoice:
		return 2 << 20
	case wecom.MediaFile:
		return 20 << 20
	}
	return 0
}

func mediaOperations() []operation {
	return []operation{
		{path: "/cgi-bin/media/upload", method: http.MethodPost, doc: 90253, binary: true, handle: uploadMedia},
		{path: "/cgi-bin/media/uploadimg", method: http.MethodPost, doc: 90256, binary: true, handle: uploadImage},
		{path: "/cgi-bin/media/upload_attachment", method: http.MethodPost, doc: 95098, needs: needsCustomer, binary: true, handle: uploadAttachment},
		{path: "/cgi-bin/media/get", method: http.MethodGet, doc: 90254, handle: get(getMedia)},
	}
}

func uploadMedia(c *call) (any, error) {
	kind := c.query.Get("type")
	m, err := c.receive(kind, mediaMax(kind))
	if err != nil {
		return nil, err
	}
	c.keep(m, "upload")
	return wecom.UploadMediaResponse{Result: good(), Type: kind, MediaID: m.ID, CreatedAt: strconv.FormatInt(c.now.Unix(), 10)}, nil
}

func uploadAttachment(c *call) (any, error) {
	kind, purpose := c.query.Get("media_type"), c.query.Get("attachment_type")
	if purpose != "1" && purpose != "2" {
		return nil, fail(errcode.ParameterRule, "attachment_type must be 1 or 2")
	}
	if kind == wecom.MediaVoice {
		return nil, fail(errcode.InvalidType, "media_type must be image, video or file")
	}
	m, err := c.receive(kind, mediaMax(kind))
	if err != nil {
		return nil, err
	}
	c.keep(m, "upload_attachment")
	return wecom.UploadAttachmentResponse{Result: good(), Type: kind, MediaID: m.ID, CreatedAt: c.now.Unix()}, nil
}

// uploadImage keeps a picture for ever, 5 B to 2 MB, JPG or PNG.
func uploadImage(c *call) (any, error) {
	if !c.sim.limits.takeOne(c.now, c.corp.ID, "uploadimg", 24*time.Hour, c.sim.limit().UploadImgPerDay) {
		return nil, fail(errcode.RateLimited, "uploadimg quota of the day used up")
	}
	m, err := c.receive(wecom.MediaImage, 2<<20)
	if err != nil {
		return nil, err
	}
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	m.ID, m.Via, m.CreatedAt = c.sim.randomID("", 40), "uploadimg", c.now
	c.corp.Images[m.ID] = m
	return wecom.UploadImageResponse{Result: good(), URL: c.base + "/media/img/" + m.ID}, nil
}

func (c *call) keep(m *Media, via string) {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	m.ID, m.Via, m.CreatedAt = c.sim.randomID("3", 43), via, c.now
	c.corp.Media[m.ID] = m
}

// receive reads the one multipart part named media and checks size and kind:
// 40005 bad type parameter, 40004 wrong content, 44001 empty, 40006 under 6
// bytes, 45001 too big, 45007 voice above 60 s.
func (c *call) receive(kind string, most int64) (*Media, error) {
	if most == 0 {
		return nil, fail(errcode.InvalidType, "type must be image, voice, video or file")
	}
	c.req.Body = http.MaxBytesReader(nil, c.req.Body, most+1<<20)
	parts, err := c.req.MultipartReader()
	if err != nil {
		return nil, fail(errcode.EmptyMedia, "the body is not multipart/form-data")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, fail(errcode.EmptyMedia, "no part named media")
		}
		if err != nil {
			return nil, fail(errcode.EmptyMedia, "broken multipart body")
		}
		if part.FormName() != "media" || part.FileName() == "" {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(part, most+1))
		if err != nil {
			return nil, fail(errcode.EmptyMedia, "broken multipart body")
		}
		switch {
		case len(data) == 0:
			return nil, fail(errcode.EmptyMedia, "empty media data")
		case len(data) <= 5:
			return nil, fail(errcode.InvalidFileSize, "media must be larger than 5 bytes")
		case int64(len(data)) > most:
			return nil, fail(errcode.MediaTooLarge, "media above %d bytes", most)
		}
		m := &Media{Kind: kind, Name: fileName(part), MIME: http.DetectContentType(data), Data: data}
		return m, checkContent(m)
	}
}

// fileName keeps the last element of the name that the uploader gave.
func fileName(p *multipart.Part) string { return path.Base(strings.ReplaceAll(p.FileName(), `\`, "/")) }

// checkContent looks at the first bytes: JPG and PNG, AMR, MP4.
func checkContent(m *Media) error {
	wrong := fail(errcode.InvalidMediaType, "the content is no %s of a supported format", m.Kind)
	switch m.Kind {
	case wecom.MediaImage:
		if m.MIME != "image/jpeg" && m.MIME != "image/png" {
			return wrong
		}
	case wecom.MediaVoice:
		if !bytes.HasPrefix(m.Data, []byte("#!AMR\n")) {
			return wrong
		}
		m.MIME = "audio/amr"
		if amrLength(m.Data) > time.Minute {
			return fail(errcode.VoiceTooLong, "voice longer than 60 s")
		}
	case wecom.MediaVideo:
		if len(m.Data) < 12 || string(m.Data[4:8]) != "ftyp" {
			return wrong
		}
		m.MIME = "video/mp4"
	}
	return nil
}

// amrLength counts the frames of an AMR narrow-band file, 20 ms each.
func amrLength(data []byte) time.Duration {
	sizes := [16]int{12, 13, 15, 17, 19, 20, 26, 31, 5} // bytes by frame type, the rest is empty
	frames := 0
	for i := len("#!AMR\n"); i < len(data); frames++ {
		i += 1 + sizes[data[i]>>3&15]
	}
	return time.Duration(frames) * 20 * time.Millisecond
}

// checkMedia refuses what is no usable temporary media of a kind: 40007 when
// unknown, expired, of another kind, or from the wrong upload interface.
func (c *call) checkMedia(id, kind string) error {
	m := c.corp.Media[id]
	if m == nil || !c.now.Before(m.CreatedAt.Add(mediaLife)) || m.Via != "upload" || m.Kind != kind {
		return fail(errcode.InvalidMediaID, "invalid media_id")
	}
	return nil
}

// isUploadedImage tells whether an address came from uploadimg.
func (c *call) isUploadedImage(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	name, ok := strings.CutPrefix(u.Path, "/media/img/")
	return ok && c.corp.Images[name] != nil
}

func getMedia(c *call) (any, error) {
	m := c.corp.Media[c.query.Get("media_id")]
	if m == nil || !c.now.Before(m.CreatedAt.Add(mediaLife)) {
		return nil, fail(errcode.InvalidMediaID, "invalid media_id")
	}
	return binaryAnswer{m}, nil
}

func serveMedia(w http.ResponseWriter, r *http.Request, m *Media) {
	w.Header().Set("Content-Type", m.MIME)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": m.Name}))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", m.CreatedAt, bytes.NewReader(m.Data))
}

// servePicture shows media on the phones page: /media/img/<name> of uploadimg,
// /media/<id> of temporary media.
func (s *Sim) servePicture(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, c := range s.world.Corps {
		store := c.Media
		if strings.HasPrefix(r.URL.Path, "/media/img/") {
			store = c.Images
		}
		if m := store[id]; m != nil {
			if !slices.Contains([]string{"image/jpeg", "image/png"}, m.MIME) {
				serveMedia(w, r, m)
				return
			}
			w.Header().Set("Content-Type", m.MIME)
			http.ServeContent(w, r, "", m.CreatedAt, bytes.NewReader(m.Data))
			return
		}
	}
	http.NotFound(w, r)
}
