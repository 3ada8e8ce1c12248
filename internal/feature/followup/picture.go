package followup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// maxPicture is the largest picture of a note in bytes.
const maxPicture = 5 << 20

func key(corp string, picture id.ID) string { return "followup/" + corp + "/" + picture.String() }

// upload keeps a picture for a note about a customer.
func (s *service) upload(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := viewer.From(ctx)
	if err != nil {
		return err
	}
	which, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return fault.Missing("客户")
	}
	c, err := s.customer(ctx, s.db.Read(), v, which)
	if err != nil {
		return err
	}
	raw, err := part(r)
	if err != nil {
		return err
	}
	kind := http.DetectContentType(raw) // by content: a file name proves nothing
	var check fault.Check
	check.That(slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp"}, kind), "file", "请选择 JPG、PNG、GIF 或 WebP 图片")
	check.That(len(raw) <= maxPicture, "file", "图片须小于 5 MB")
	if err := check.Err(); err != nil {
		return err
	}
	made := s.ids.New()
	// Twice is harmless: a second upload is another picture that no note names.
	if _, err := s.blob.Put(ctx, key(v.Corp, made), bytes.NewReader(raw), int64(len(raw)), kind); err != nil {
		return err
	}
	now := db.NowMS(s.clock)
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: "followup:picture:" + made.String(), Of: "customer:" + c.ID.String(), After: map[string]any{"kind": kind, "size": len(raw)}})
		_, err := tx.NewRaw("INSERT INTO followup_picture (id, corp_id, customer_id, kind, size, created_at, loose_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
			made, v.Corp, c.ID, kind, len(raw), now, now).Exec(ctx)
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]id.ID{"id": made})
}

// part takes the file of the form field "file".
func part(r *http.Request) ([]byte, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Invalid, "请以表单上传图片，字段名为 file").Because(err)
	}
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, fault.New(fault.Invalid, "表单里没有图片，字段名为 file")
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "图片没有传完整，请重试").Because(err)
		}
		if p.FormName() == "file" {
			raw, err := io.ReadAll(io.LimitReader(p, maxPicture+1))
			if err != nil {
				return nil, fault.New(fault.Invalid, "图片没有传完整，请重试").Because(err)
			}
			return raw, nil
		}
	}
}

// show answers a picture to whoever sees the customer.
func (s *service) show(w http.ResponseWriter, r *http.Request) (err error) {
	ctx := r.Context()
	v, err := viewer.From(ctx)
	if err != nil {
		return err
	}
	which, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return fault.Missing("图片")
	}
	var customer id.ID
	var kind string
	err = s.db.Read().NewRaw("SELECT customer_id, kind FROM followup_picture WHERE corp_id = ? AND id = ?", v.Corp, which).Scan(ctx, &customer, &kind)
	if db.NoRows(err) {
		return fault.Missing("图片")
	}
	if err != nil {
		return err
	}
	if _, err := s.customer(ctx, s.db.Read(), v, customer); err != nil {
		return fault.Missing("图片")
	}
	file, info, err := s.blob.Get(ctx, key(v.Corp, which))
	if errors.Is(err, blob.ErrNotFound) {
		return fault.Missing("图片")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size, 10))
	w.Header().Set("Cache-Control", "private, max-age=86400")
	_, err = io.Copy(w, file)
	return err
}

// hold refuses pictures that were not uploaded for this customer, and keeps the others.
func (s *service) hold(ctx context.Context, tx db.Tx, customer id.ID, corp string, pictures []id.ID) error {
	if len(pictures) == 0 {
		return nil
	}
	res, err := tx.NewRaw("UPDATE followup_picture SET loose_at = 0 WHERE corp_id = ? AND customer_id = ? AND id IN (?)", corp, customer, bun.List(pictures)).Exec(ctx)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	var check fault.Check
	check.That(n == int64(len(pictures)), "pictures", "图片无效，请重新上传")
	return check.Err()
}
