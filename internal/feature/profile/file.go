package profile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/sheet"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// maxFile is the largest file of a profile, in bytes.
const maxFile = 20 << 20

// maxDocumentParts is how many parts an Office document has at most: a long presentation
// has a few thousand.
const maxDocumentParts = 10_000

// FileView is a file as a value shows it.
type FileView struct {
	ID   id.ID  `json:"id" bun:"id"`
	Name string `json:"name" bun:"name"`
	Type string `json:"type" bun:"type"`
	Size int64  `json:"size" bun:"size"`
}

func blobKey(corp string, file id.ID) string { return "profile/" + corp + "/" + file.String() }

// filesByID reads files of a corp.
func filesByID(ctx context.Context, q db.Querier, corp string, texts []string) (map[string]FileView, error) {
	var ids []id.ID
	for _, t := range texts {
		if i, err := id.Parse(t); err == nil {
			ids = append(ids, i)
		}
	}
	found := map[string]FileView{}
	for part := range slices.Chunk(ids, maxIn) {
		var rows []FileView
		if err := q.NewRaw(`SELECT id, name, type, size FROM profile_file WHERE id IN (?) AND corp_id = ?`, bun.List(part), corp).Scan(ctx, &rows); err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[r.ID.String()] = r
		}
	}
	return found, nil
}

// upload takes a file for a field of a customer. It belongs to no value yet: saving the
// profile puts it there, and one that is never saved goes after thirty days.
func (s *service) upload(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	customer, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return fault.Missing("客户").Because(err)
	}
	v, c, err := s.seen(ctx, customer)
	if err != nil {
		return err
	}
	fields, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return err
	}
	wanted, err := id.Parse(r.URL.Query().Get("field"))
	if err != nil {
		return fault.New(fault.Invalid, "没有这个字段").Because(err)
	}
	f, err := fieldIn(fields, wanted)
	if err != nil || !f.seenBy(v) {
		return fault.New(fault.Invalid, "没有这个字段")
	}
	if f.Kind != File || f.Archived || !f.filledBy(v) {
		return fault.New(fault.Forbidden, "您不能向这个字段上传文件")
	}
	name, raw, err := readUpload(r, maxFile)
	if err != nil {
		return err
	}
	kind, ok := contentType(raw)
	if !ok {
		return fault.New(fault.Invalid, "不支持这种文件").WithAdvice("可以上传图片、PDF、Word、Excel、PowerPoint 和纯文本文件")
	}
	view := FileView{ID: s.ids.New(), Name: name, Type: kind, Size: int64(len(raw))}
	// Written before the row: a file without a row harms nobody.
	if _, err := s.blob.Put(ctx, blobKey(v.Corp, view.ID), bytes.NewReader(raw), view.Size, kind); err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		now := db.NowMS(s.clock)
		_, err := tx.NewRaw(`INSERT INTO profile_file (id, corp_id, customer, field_id, name, type, size, loose_at, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			view.ID, v.Corp, c.Customer, f.ID, view.Name, view.Type, view.Size, now, v.Actor(), now).Exec(ctx)
		web.Note(ctx, web.Change{Object: "profile:file:" + view.ID.String(), After: map[string]any{"customer": c.ID, "field": f.ID, "size": view.Size, "type": view.Type}})
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, view)
}

// readUpload reads the one file of a form, up to most bytes.
func readUpload(r *http.Request, most int64) (name string, raw []byte, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, fault.New(fault.Invalid, "请以表单上传文件").Because(err)
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return "", nil, fault.New(fault.Invalid, "没有收到文件").Because(err)
		}
		if part.FormName() != "file" {
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(part, most+1))
		switch {
		case err != nil:
			return "", nil, fault.New(fault.Invalid, "文件没有传完，请重试").Because(err)
		case int64(len(raw)) > most:
			return "", nil, fault.Newf(fault.TooLarge, "文件不能超过 %d MB", most>>20)
		case len(raw) == 0:
			return "", nil, fault.New(fault.Invalid, "文件是空的")
		}
		return fileName(part.FileName()), raw, nil
	}
}

// fileName is a harmless name: its last part, without what a disk would not take.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(db.Clean(name), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`/:*?"<>|`, r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	if name = strings.TrimSpace(name); name == "" || name == "." || name == ".." {
		name = "文件"
	}
	if r := []rune(name); len(r) > 100 {
		extension := []rune(path.Ext(name))
		if len(extension) > 10 {
			extension = nil
		}
		name = string(r[:100-len(extension)]) + string(extension)
	}
	return name
}

// contentType tells what a file is by its content: a name proves nothing. Only kinds that
// a browser will not run are taken.
func contentType(raw []byte) (kind string, ok bool) {
	kind = http.DetectContentType(raw)
	kind, _, _ = mime.ParseMediaType(kind)
	switch kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf":
		return kind, true
	case "application/zip":
		return officeType(raw)
	case "text/plain":
		return kind, utf8.Valid(raw)
	}
	if bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
		return "application/x-ole-storage", true // .doc, .xls, .ppt
	}
	return "", false
}

// officeType tells the kinds of Office documents by the folder they keep their parts in.
func officeType(raw []byte) (kind string, ok bool) {
	book, err := sheet.Archive(raw, maxDocumentParts)
	if err != nil {
		return "", false
	}
	for _, f := range book.File {
		switch folder, _, _ := strings.Cut(f.Name, "/"); folder {
		case "word":
			return "application/vnd.openxmlformats-officedocument.wordprocessingml.document", true
		case "xl":
			return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true
		case "ppt":
			return "application/vnd.openxmlformats-officedocument.presentationml.presentation", true
		}
	}
	return "", false
}

// download gives a file to who sees its customer and its field.
func (s *service) download(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := viewer.From(ctx)
	if err != nil {
		return err
	}
	wanted, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return fault.Missing("文件").Because(err)
	}
	var row struct {
		FileView
		Customer string `bun:"customer"`
		Field    id.ID  `bun:"field_id"`
	}
	err = s.db.Read().NewRaw(`SELECT id, name, type, size, customer, field_id FROM profile_file WHERE id = ? AND corp_id = ?`, wanted, v.Corp).Scan(ctx, &row)
	if db.NoRows(err) {
		return fault.Missing("文件")
	}
	if err != nil {
		return err
	}
	if err := s.mayRead(ctx, v, row.Customer, row.Field); err != nil {
		return err
	}
	body, info, err := s.blob.Get(ctx, blobKey(v.Corp, row.ID))
	if errors.Is(err, blob.ErrNotFound) {
		return fault.Missing("文件")
	}
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }() // only read from
	web.Attach(w, row.Name, row.Type)
	h := w.Header()
	h.Set("Content-Length", strconv.FormatInt(info.Size, 10))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	_, err = io.Copy(w, body)
	return err
}

// mayRead lets those read a file who see the field and one of the records that share the
// profile.
func (s *service) mayRead(ctx context.Context, v viewer.Viewer, customer string, field id.ID) error {
	fields, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return err
	}
	if f, err := fieldIn(fields, field); err != nil || !f.seenBy(v) {
		return fault.Missing("文件")
	}
	group, err := groupOf(ctx, s.db.Read(), v.Corp, customer)
	if err != nil {
		return err
	}
	within, err := s.inScope(ctx, v, group)
	if err == nil && len(within) == 0 {
		return fault.Missing("文件")
	}
	return err
}

// keepFiles notes which files values hold now, and which none does any more.
func (s *service) keepFiles(ctx context.Context, tx db.Tx, corp string, fields []Field, outcomes [][]change, at int64) error {
	var held, loose []id.ID
	for _, o := range outcomes {
		for _, c := range o {
			if f, err := fieldIn(fields, c.Field); err != nil || f.Kind != File {
				continue
			}
			for _, t := range c.After {
				if i, err := id.Parse(t); err == nil {
					held = append(held, i)
				}
			}
			for _, t := range c.Before {
				if i, err := id.Parse(t); err == nil && !slices.Contains(c.After, t) {
					loose = append(loose, i)
				}
			}
		}
	}
	for since, files := range map[int64][]id.ID{0: held, at: loose} {
		if len(files) == 0 {
			continue
		}
		if _, err := tx.NewRaw(`UPDATE profile_file SET loose_at = ? WHERE id IN (?) AND corp_id = ?`, since, bun.List(files), corp).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
