package message

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the tables of this package.
func Migrations() db.Migrations {
	return db.Migrations{Set: "message", FS: db.Folder(files, "migrations")}
}

// Slug names the package among the features: its routes.
const Slug = "message"

// Limits of uploadimg (90256): JPG or PNG of 6 bytes to 2 MB.
const (
	maxPicture = 2 << 20
	minPicture = 6
)

// Pictures keeps the pictures that stand in messages: our own copy for showing, WeCom's
// permanent address for sending, so that a greeting never has to upload.
type Pictures struct {
	DB    *db.DB
	Corps *corp.Registry
	Blob  blob.Store
	Clock clock.Clock
}

// Routes are POST and GET /api/message/pictures.
func (p *Pictures) Routes() []web.Route {
	return []web.Route{
		web.Raw(http.MethodPost, "/pictures", "", "上传消息图片", p.upload, web.SignedIn(), web.MaxBody(maxPicture+64<<10), web.Named("uploadPicture")),
		web.Raw(http.MethodGet, "/pictures/{hash}", "", "查看消息图片", p.show, web.SignedIn(), web.Named("showPicture")),
	}
}

func (p *Pictures) upload(w http.ResponseWriter, r *http.Request) error {
	v, err := viewer.From(r.Context())
	if err != nil {
		return err
	}
	raw, err := readPart(r)
	if err != nil {
		return err
	}
	a, err := p.Keep(r.Context(), v.Corp, raw)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(a)
}

// readPart takes the file of the form field "file".
func readPart(r *http.Request) ([]byte, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Invalid, "请以表单上传图片，字段名为 file").Because(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, fault.New(fault.Invalid, "表单里没有图片，字段名为 file")
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "图片没有传完整，请重试").Because(err)
		}
		if part.FormName() != "file" {
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(part, maxPicture+1))
		if err != nil {
			return nil, fault.New(fault.Invalid, "图片没有传完整，请重试").Because(err)
		}
		return raw, nil
	}
}

// Keep stores a picture and gives the attachment for it. Equal bytes are kept once per corp.
func (p *Pictures) Keep(ctx context.Context, corpID string, raw []byte) (Attachment, error) {
	kind := http.DetectContentType(raw) // by content: a file name proves nothing
	var check fault.Check
	check.That(kind == "image/png" || kind == "image/jpeg", "file", "请选择 JPG 或 PNG 图片")
	check.That(len(raw) >= minPicture && len(raw) <= maxPicture, "file", "图片须小于 2 MB")
	if err := check.Err(); err != nil {
		return Attachment{}, err
	}
	sum := sha256.Sum256(raw)
	hash := hex.EncodeToString(sum[:])
	a := Attachment{Kind: Image, Show: "/api/message/pictures/" + hash}
	err := p.DB.Read().NewRaw("SELECT url FROM message_picture WHERE corp_id = ? AND hash = ?", corpID, hash).Scan(ctx, &a.URL)
	if err == nil || !db.NoRows(err) {
		return a, err
	}
	if _, err := p.Blob.Put(ctx, key(corpID, hash), bytes.NewReader(raw), int64(len(raw)), kind); err != nil {
		return Attachment{}, err
	}
	client, err := p.Corps.Client(ctx, corpID)
	if err != nil {
		return Attachment{}, err
	}
	// Twice is harmless: a second upload of the same bytes gives a second address that
	// nobody uses and costs one of the day's quota.
	up, err := client.UploadImage(ctx, wecom.File{Name: hash[:16] + map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}[kind], ContentType: kind, Content: bytes.NewReader(raw)})
	if err != nil {
		return Attachment{}, corp.Fault(err)
	}
	a.URL = up.URL
	return a, p.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: "picture:" + hash, After: map[string]any{"kind": kind, "size": len(raw)}})
		_, err := tx.NewRaw(`INSERT INTO message_picture (corp_id, hash, kind, size, url, created_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (corp_id, hash) DO NOTHING`, corpID, hash, kind, len(raw), up.URL, db.NowMS(p.Clock)).Exec(ctx)
		return err
	})
}

func key(corpID, hash string) string { return "message/" + corpID + "/" + hash }

var hashShape = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (p *Pictures) show(w http.ResponseWriter, r *http.Request) error {
	v, err := viewer.From(r.Context())
	if err != nil {
		return err
	}
	hash := r.PathValue("hash")
	if !hashShape.MatchString(hash) {
		return fault.Missing("图片")
	}
	body, info, err := p.Blob.Get(r.Context(), key(v.Corp, hash))
	if errors.Is(err, blob.ErrNotFound) {
		return fault.Missing("图片")
	}
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }() // only read from
	w.Header().Set("Content-Type", info.Type)
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size, 10))
	w.Header().Set("Cache-Control", "private, max-age=86400, immutable")
	_, err = io.Copy(w, body)
	return err
}
