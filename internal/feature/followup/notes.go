package followup

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// kindNote is the notes' kind in the search index.
const kindNote = "note"

// NoteFilter narrows the list of all notes; its parts are joined by "and".
type NoteFilter struct {
	Text    string    `json:"q,omitempty" query:"q" maxLength:"50" doc:"part of the note"`
	Members []string  `json:"member,omitempty" query:"member,explode" maxItems:"100" doc:"userids of who wrote it"`
	How     []string  `json:"how,omitempty" query:"how,explode" maxItems:"3" enum:"note,call,message"`
	From    time.Time `json:"from,omitzero" query:"from" doc:"written at or after"`
	To      time.Time `json:"to,omitzero" query:"to" doc:"written before"`
}

func (f NoteFilter) check() error {
	var check fault.Check
	check.That(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "to", "结束时间须晚于开始时间")
	check.That(f.Text == db.Clean(f.Text) && len([]rune(f.Text)) <= 50, "q", "最多 50 个字，不能含有无效字符")
	check.That(len(f.Members) <= 100, "member", "最多 100 名成员")
	for _, m := range f.Members {
		check.That(m != "" && len(m) <= 64 && m == db.Clean(m), "member", "成员账号无效")
	}
	for _, h := range f.How {
		check.That(slices.Contains([]string{"note", "call", "message"}, h), "how", "没有这样的跟进方式")
	}
	return check.Err()
}

// NoteLine is a note with whom it is about, as the list of all notes shows it.
type NoteLine struct {
	Note
	CustomerID   id.ID  `json:"customerId"`
	CustomerName string `json:"customerName"`
}

type allNotesInput struct {
	web.Paging
	NoteFilter
}

// AllNotes lists the notes about all customers whom the viewer sees, the newest first.
func (s *service) AllNotes(ctx context.Context, in *allNotesInput) (*web.Page[NoteLine], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, err := web.After[place](in.Paging)
	if err != nil {
		return nil, err
	}
	rows, err := s.allNotes(ctx, v, in.NoteFilter, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := web.NewPage(rows, in.Limit, noteRow.place)
	lines, err := s.lines(ctx, v, p.Items)
	return &web.Page[NoteLine]{Items: lines, Next: p.Next}, err
}

func (r noteRow) place() place { return place{r.CreatedAt, r.ID} }

// allNotes reads notes in the list's order. A note belongs to its customer: it is seen by
// who sees one of his follows.
func (s *service) allNotes(ctx context.Context, v viewer.Viewer, f NoteFilter, after *place, limit int) ([]noteRow, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	match, err := s.search.Find(ctx, s.db.Read(), v.Corp, kindNote, f.Text)
	if err != nil || match.None() {
		return nil, err
	}
	var rows []noteRow
	query := s.db.Read().NewSelect().Model(&rows).Where("n.corp_id = ?", v.Corp).Limit(int64(limit))
	scope := v.Where("f.corp_id", "f.member_id")
	switch {
	case v.Scope.Reach == viewer.All:
		query = query.OrderExpr("n.created_at DESC, n.id DESC")
	case len(v.Scope.Members) <= ownLists:
		// From his customers to their notes: what others wrote is not walked through. The sum
		// keeps planners from doing that for the sake of the order.
		query = query.Where("n.customer IN (SELECT f.customer FROM mirror_follow AS f WHERE "+scope.SQL+")", scope.Args...).
			OrderExpr("n.created_at + 0 DESC, n.id DESC")
	default:
		query = query.Where("EXISTS (SELECT 1 FROM mirror_follow AS f WHERE f.customer_id = n.customer_id AND "+scope.SQL+")", scope.Args...).
			OrderExpr("n.created_at DESC, n.id DESC")
	}
	if !match.Everything() {
		sql, args := match.Condition("n.id")
		query = query.Where(sql, args...)
	}
	if len(f.Members) > 0 {
		query = query.Where("n.member_id IN (?)", bun.List(f.Members))
	}
	if len(f.How) > 0 {
		query = query.Where("n.how IN (?)", bun.List(f.How))
	}
	if !f.From.IsZero() {
		query = query.Where("n.created_at >= ?", db.MS(f.From))
	}
	if !f.To.IsZero() {
		query = query.Where("n.created_at < ?", db.MS(f.To))
	}
	if after != nil {
		query = query.Where("(n.created_at, n.id) < (?, ?)", after.At, after.ID)
	}
	return rows, query.Scan(ctx)
}

// ownLists is how many members' customers are few enough to begin at; of more the newest
// notes of all are soon found among the corp's.
const ownLists = 8

// lines dresses notes with names: two queries, however many.
func (s *service) lines(ctx context.Context, v viewer.Viewer, rows []noteRow) ([]NoteLine, error) {
	var customers []string
	for _, r := range rows {
		customers = append(customers, r.Customer)
	}
	notes, err := s.notes(ctx, v, rows)
	if err != nil {
		return nil, err
	}
	names, err := mirror.CustomerNames(ctx, s.db.Read(), v.Corp, customers)
	out := make([]NoteLine, len(rows))
	for i, r := range rows {
		out[i] = NoteLine{Note: notes[i], CustomerID: r.CustomerID, CustomerName: names[r.Customer]}
	}
	return out, err
}

// notes dresses notes with the names of those mentioned, in one query.
func (s *service) notes(ctx context.Context, v viewer.Viewer, rows []noteRow) ([]Note, error) {
	notes := make([]Note, len(rows))
	var mentioned []string
	for i, r := range rows {
		n, err := r.note(v)
		if err != nil {
			return nil, err
		}
		notes[i], mentioned = n, append(mentioned, n.Mentions...)
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, mentioned)
	for _, n := range notes {
		for _, m := range n.Mentions {
			n.Names[m] = names[m]
		}
	}
	return notes, err
}

// findable makes a note findable by its text, or no longer when it has none.
func (s *service) findable(ctx context.Context, tx db.Tx, r noteRow) error {
	return s.search.Put(ctx, tx, r.document())
}

// document is a note as the search index takes it.
func (r noteRow) document() search.Document {
	return search.Document{Corp: r.Corp, Kind: kindNote, Ref: r.ID, Text: []string{r.Text}}
}

// exportPage is how many notes are read at a time; memory does not grow with the file.
const exportPage = 500

// exports are all notes as a file.
func (s *service) exports() []feature.Export {
	return []feature.Export{{
		Key: "followup.notes", ZH: "跟进记录", EN: "Follow-up notes", Permission: "followup.export",
		Columns: func(context.Context, viewer.Viewer) ([]feature.ExportColumn, error) {
			return []feature.ExportColumn{
				{Key: "at", ZH: "时间", EN: "Time", Chosen: true},
				{Key: "customer", ZH: "客户", EN: "Customer", Chosen: true},
				{Key: "member", ZH: "跟进人", EN: "Written by", Chosen: true},
				{Key: "how", ZH: "方式", EN: "Kind", Chosen: true},
				{Key: "text", ZH: "内容", EN: "Text", Chosen: true},
				{Key: "pictures", ZH: "图片数", EN: "Pictures", Chosen: true},
				{Key: "edited", ZH: "修改时间", EN: "Edited", Chosen: false},
			}, nil
		},
		Check: func(_ context.Context, q feature.ExportQuery) error {
			f, err := noteFilter(q)
			if err != nil {
				return err
			}
			return f.check()
		},
		Rows: s.exportRows,
	}}
}

func noteFilter(q feature.ExportQuery) (NoteFilter, error) {
	var f NoteFilter
	if err := json.Unmarshal(q.Filter, &f); err != nil {
		return f, fault.New(fault.Invalid, "筛选条件无效").Because(err)
	}
	return f, nil
}

// exportRows reads the list in pages, in its order.
func (s *service) exportRows(ctx context.Context, q feature.ExportQuery) web.Rows {
	return func(yield func([]any, error) bool) {
		f, err := noteFilter(q)
		if err != nil {
			yield(nil, err)
			return
		}
		zone := s.corps.Location(ctx, q.Viewer.Corp)
		for after := (*place)(nil); ; {
			rows, err := s.allNotes(ctx, q.Viewer, f, after, exportPage)
			var lines []NoteLine
			if err == nil {
				lines, err = s.lines(ctx, q.Viewer, rows)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, n := range lines {
				row := make([]any, len(q.Columns))
				for i, column := range q.Columns {
					row[i] = n.cell(column, zone, q.English)
				}
				if !yield(row, nil) {
					return
				}
			}
			if len(rows) < exportPage {
				return
			}
			last := rows[len(rows)-1].place()
			after = &last
		}
	}
}

func (n NoteLine) cell(column string, zone *time.Location, english bool) any {
	switch column {
	case "at":
		return n.CreatedAt.In(zone)
	case "customer":
		return n.CustomerName
	case "member":
		return n.Name
	case "how":
		if english {
			return n.How
		}
		return map[string]string{"note": "记录", "call": "电话", "message": "消息"}[n.How]
	case "text":
		return n.Text
	case "pictures":
		return len(n.Pictures)
	case "edited":
		if n.EditedAt != nil {
			return n.EditedAt.In(zone)
		}
	}
	return nil
}
