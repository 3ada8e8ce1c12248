package profile

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type lineRow struct {
	ID      id.ID  `bun:"id"`
	Kind    string `bun:"kind"`
	Source  string `bun:"source"`
	Changes string `bun:"changes"`
	Member  string `bun:"member_id"`
	Who     string `bun:"who"`
	At      int64  `bun:"at"`
}

// timeline tells who changed what: the lines of every record in scope that shares the
// profile. What the viewer does not see of a field, he does not read in its history.
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	group, err := groupOf(ctx, s.db.Read(), q.Viewer.Corp, q.Customer)
	if err != nil {
		return nil, err
	}
	within, err := s.inScope(ctx, q.Viewer, group)
	if err != nil {
		return nil, err
	}
	within[q.Customer] = true // the asker has looked
	var records []string
	for _, c := range group {
		if within[c] {
			records = append(records, c)
		}
	}
	fields, err := fieldsOf(ctx, s.db.Read(), q.Viewer.Corp)
	if err != nil {
		return nil, err
	}
	var entries []ask.Entry
	at, before := int64(0), id.ID(0)
	for {
		rows, err := s.lines(ctx, q, records, at, before)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			at, before = r.At, r.ID
			e, shown, err := s.entryOf(ctx, q.Viewer, fields, r)
			if err != nil {
				return nil, err
			}
			if shown && q.Covers(e) {
				entries = append(entries, e)
			}
		}
		if len(rows) <= q.Limit || len(entries) >= q.Limit {
			return entries[:min(len(entries), q.Limit)], nil
		}
	}
}

func (s *service) lines(ctx context.Context, q ask.TimelineQuery, records []string, at int64, before id.ID) ([]lineRow, error) {
	query := s.db.Read().NewSelect().ColumnExpr("id, kind, source, changes, member_id, who, at").TableExpr("profile_change").
		Where("corp_id = ? AND customer IN (?)", q.Viewer.Corp, bun.List(records)).OrderExpr("at DESC, id DESC").Limit(int64(q.Limit + 1))
	switch {
	case at != 0:
		query = query.Where("(at < ? OR at = ? AND id < ?)", at, at, before)
	default:
		under := q.Under("at", "id", "profile.")
		query = query.Where(under.SQL, under.Args...)
	}
	var rows []lineRow
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	return rows, nil
}

// entryOf puts a line into words; not shown when the viewer sees none of its fields.
func (s *service) entryOf(ctx context.Context, v viewer.Viewer, fields []Field, r lineRow) (e ask.Entry, shown bool, err error) {
	e = ask.Entry{At: db.FromMS(r.At), Key: "profile." + r.ID.String(), Kind: "profile." + r.Kind, Member: r.Member, Values: map[string]string{"who": r.Who}}
	var changes []change
	if err := json.Unmarshal([]byte(r.Changes), &changes); err != nil {
		return e, false, fmt.Errorf("profile: change %s: %w", r.ID, err)
	}
	if r.Kind != wasEdited {
		for _, c := range changes {
			e.Values["reason"] = strings.Join(c.After, "")
		}
		return e, true, nil
	}
	if r.Source != "page" {
		e.Kind = "profile." + r.Source
	}
	e.Values["text"], err = s.story(ctx, v, fields, changes)
	return e, e.Values["text"] != "", err
}

// story is "等级：银牌 → 金牌；生日：– → 1990-03-08" of the changes that the viewer may see.
func (s *service) story(ctx context.Context, v viewer.Viewer, fields []Field, changes []change) (string, error) {
	var files []string
	for _, c := range changes {
		if f, err := fieldIn(fields, c.Field); err == nil && f.Kind == File {
			files = append(append(files, c.Before...), c.After...)
		}
	}
	names := map[string]string{}
	if len(files) > 0 {
		found, err := filesByID(ctx, s.db.Read(), v.Corp, files)
		if err != nil {
			return "", err
		}
		for _, t := range files {
			names[t] = "（已删除的文件）"
			if f, ok := found[t]; ok {
				names[t] = f.Name
			}
		}
	}
	var parts []string
	for _, c := range changes {
		f, err := fieldIn(fields, c.Field)
		if err != nil || !f.seenBy(v) {
			continue
		}
		mask := v
		if f.Kind == Phone {
			// A line of a timeline is a list: numbers are masked in it for everybody.
			mask.Permissions = nil
		}
		words := func(texts []string) string {
			if w := f.words(mask, texts, names); w != "" {
				return w
			}
			return "–"
		}
		parts = append(parts, f.Name+"："+words(c.Before)+" → "+words(c.After))
	}
	return strings.Join(slices.Compact(parts), "；"), nil
}
