package channelcode

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/outgoing"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// picture keeps our own copy of the QR code. Twice is harmless: the same bytes under the
// same key.
func (s *service) picture(ctx context.Context, j job.Job[publishArgs]) error {
	c, err := byID(ctx, s.db.Read(), j.Corp, j.Args.Code)
	if err != nil {
		return job.Cancel(err)
	}
	if c.QR == "" || c.Status == Deleted {
		return nil
	}
	raw, kind, err := outgoing.Picture(ctx, s.http, c.QR)
	if err != nil {
		return err
	}
	key := "channelcode/" + c.Corp + "/" + c.ID.String()
	if _, err := s.blob.Put(ctx, key, bytes.NewReader(raw), int64(len(raw)), kind); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("UPDATE channelcode_code SET picture = ? WHERE corp_id = ? AND id = ?", key, c.Corp, c.ID).Exec(ctx)
		return err
	})
}

// errGone says that the picture is not there yet.
var errGone = errors.New("channelcode: no picture yet")

// picturePNG streams the QR code from our copy, or, in the moments before it was made,
// from WeCom.
func (s *service) picturePNG(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := viewer.From(ctx)
	if err != nil {
		return err
	}
	code, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return fault.Missing("渠道活码").Because(err)
	}
	c, err := seen(ctx, s.db.Read(), v, code)
	if err != nil {
		return err
	}
	if c.QR == "" {
		return fault.New(fault.NotFound, "二维码还在生成，请稍候").Because(errGone)
	}
	w.Header().Set("Cache-Control", "private, max-age=3600")
	if c.Picture == "" {
		raw, kind, err := outgoing.Picture(ctx, s.http, c.QR)
		if err != nil {
			return fault.New(fault.Upstream, "暂时取不到二维码图片，请稍后再试").Because(err)
		}
		w.Header().Set("Content-Type", kind)
		_, err = w.Write(raw)
		return err
	}
	body, info, err := s.blob.Get(ctx, c.Picture)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }() // only read from
	w.Header().Set("Content-Type", info.Type)
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size, 10))
	_, err = io.Copy(w, body)
	return err
}
