package privacy

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/kept"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// export makes the file. Twice is harmless: it is written whole under the same name, and
// only a request that is still wanted is recorded as done.
func (s *service) export(ctx context.Context, j job.Job[args]) error {
	r, p, err := s.load(ctx, j)
	if err != nil {
		return err
	}
	r.PartsJSON = "[]" // of a try that broke off: what is held is counted anew
	parts, err := s.survey(ctx, &r, p)
	if err != nil {
		return err
	}
	zone := s.corps.Location(ctx, r.Corp)
	info, err := s.files.Make(ctx, r.key(), "application/zip", func(w io.Writer) error {
		return archive{s: s, r: r, p: p, zone: zone, zip: zip.NewWriter(w)}.write(ctx)
	})
	if err != nil {
		return err
	}
	for i := range parts {
		parts[i].Done = true
	}
	now := s.clock.Now()
	r.Bytes, r.FinishedAt, r.ExpiresAt = info.Size, db.MS(now), db.MS(now.Add(keepFor))
	return s.files.Record(ctx, r.key(), func(ctx context.Context, tx db.Tx) (bool, error) {
		wanted, err := advance(ctx, tx, r, parts)
		if err == nil && wanted {
			wanted, err = exported(ctx, tx, r)
			if err == nil && wanted {
				err = s.ended(ctx, tx, r.Corp, r.ID, web.Done)
			}
		}
		if err == nil {
			err = s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String())
		}
		if err == nil {
			err = j.Done(ctx, tx)
		}
		return wanted, err
	})
}

// archive is one file in the making; memory holds a row of it.
type archive struct {
	s    *service
	r    request
	p    ask.Person
	zone *time.Location
	zip  *zip.Writer
}

// write puts in what people read first, the data for machines, the same as tables, the files.
func (a archive) write(ctx context.Context) error {
	holdings := a.s.asks.Personal().Holdings
	if err := a.entry(a.word("说明.txt", "README.txt"), func(w io.Writer) error {
		_, err := io.WriteString(w, a.word(readmeZH, readmeEN))
		return err
	}); err != nil {
		return err
	}
	if err := a.entry("personal.json", func(w io.Writer) error { return a.json(ctx, w, holdings) }); err != nil {
		return err
	}
	for i, h := range holdings {
		if len(h.Cells) == 0 {
			continue
		}
		head := make([]string, len(h.Cells))
		for k, c := range h.Cells {
			head[k] = a.word(c.ZH, c.EN)
		}
		name := fmt.Sprintf("%02d-%s.csv", i+1, safe(a.word(h.ZH, h.EN)))
		if err := a.entry(name, func(w io.Writer) error { return web.WriteCSV(w, head, a.rows(ctx, h)) }); err != nil {
			return err
		}
	}
	for _, h := range holdings {
		if h.Files == nil || h.Key == "privacy.requests" {
			continue // earlier exports hold the same once more
		}
		if err := a.files(ctx, h); err != nil {
			return err
		}
	}
	return a.zip.Close()
}

func (a archive) word(zh, en string) string {
	if a.r.English {
		return en
	}
	return zh
}

func (a archive) entry(name string, write func(w io.Writer) error) error {
	w, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.UnixMilli(a.r.CreatedAt).In(a.zone)})
	if err != nil {
		return err
	}
	return write(w)
}

// rows are the lines of a table.
func (a archive) rows(ctx context.Context, h ask.Holding) web.Rows {
	return func(yield func([]any, error) bool) {
		for row, err := range h.Rows(ctx, a.s.db.Read(), a.p) {
			for i, c := range h.Cells[:len(row)] {
				row[i] = a.said(c, a.cell(c, row[i]))
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// said puts words in the place of a code.
func (a archive) said(c ask.Cell, value any) any {
	if words, known := c.Says[fmt.Sprint(value)]; known {
		return a.word(words[0], words[1])
	}
	return value
}

// cell is a value as people read it.
func (a archive) cell(c ask.Cell, value any) any {
	n, whole := value.(int64)
	switch {
	case c.Sort == ask.Moment && whole && n > 0:
		return time.UnixMilli(n).In(a.zone)
	case c.Sort == ask.Moment:
		return ""
	case c.Sort == ask.Number && whole:
		return id.ID(n).String()
	default:
		return value
	}
}

// json writes one document, row by row.
func (a archive) json(ctx context.Context, w io.Writer, holdings []ask.Holding) error {
	head, err := json.Marshal(map[string]any{"corp": a.p.Corp, "external_userid": a.p.Customer, "made_at": time.UnixMilli(a.r.CreatedAt).In(a.zone).Format(time.RFC3339)})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, `{"request":%s,"holdings":{`, head); err != nil {
		return err
	}
	first := true
	for _, h := range holdings {
		if len(h.Cells) == 0 {
			continue
		}
		comma := ","
		if first {
			comma, first = "", false
		}
		if _, err := fmt.Fprintf(w, "%s\n%q:[", comma, h.Key); err != nil {
			return err
		}
		if err := a.list(ctx, w, h); err != nil {
			return err
		}
		if _, err := io.WriteString(w, "]"); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, "}}\n")
	return err
}

func (a archive) list(ctx context.Context, w io.Writer, h ask.Holding) error {
	comma := "\n"
	for row, err := range h.Rows(ctx, a.s.db.Read(), a.p) {
		if err != nil {
			return err
		}
		var line bytes.Buffer
		line.WriteString(comma + "{")
		for i, c := range h.Cells {
			value, err := json.Marshal(a.value(c, row[i]))
			if err != nil {
				return err
			}
			if i > 0 {
				line.WriteByte(',')
			}
			fmt.Fprintf(&line, "%q:%s", c.Key, value)
		}
		line.WriteByte('}')
		if _, err := w.Write(line.Bytes()); err != nil {
			return err
		}
		comma = ",\n"
	}
	return nil
}

// value is a value as machines read it.
func (a archive) value(c ask.Cell, value any) any {
	if text, ok := value.(string); ok && c.Sort == ask.Tree && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	switch v := a.cell(c, value).(type) {
	case time.Time:
		return v.Format(time.RFC3339)
	case string:
		if c.Sort == ask.Moment && v == "" {
			return nil
		}
		return v
	default:
		return v
	}
}

// files copies what lies in the store; one that is gone is left out.
func (a archive) files(ctx context.Context, h ask.Holding) error {
	files, err := h.Files(ctx, a.s.db.Read(), a.p)
	if err != nil {
		return err
	}
	for _, f := range files {
		content, info, err := a.s.files.Blob.Get(ctx, f.Key)
		if errors.Is(err, blob.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		err = a.entry("files/"+h.Key+"/"+safe(f.Name)+suffix(f.Name, info.Type), func(w io.Writer) error {
			_, err := io.Copy(w, content)
			return err
		})
		if err = errors.Join(err, content.Close()); err != nil {
			return err
		}
	}
	return nil
}

// safe keeps a name inside its folder, whatever people called the file.
func safe(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
	return strings.TrimLeft(name, ".")
}

// suffix is what a picture without one needs to be opened by a click.
func suffix(name, contentType string) string {
	if path.Ext(name) != "" {
		return ""
	}
	return map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}[contentType]
}

// sweep removes files whose time is over.
func (s *service) sweep(ctx context.Context, _ job.Job[struct{}]) error {
	due := func(ctx context.Context, q db.Querier, most int) ([]request, error) {
		return expired(ctx, q, db.NowMS(s.clock), most)
	}
	return kept.Sweep(ctx, s.files, due, request.key, func(ctx context.Context, tx db.Tx, r request) error {
		if err := expire(ctx, tx, r); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String())
	})
}
