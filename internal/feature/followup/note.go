package followup

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type noteRow struct {
	bun.BaseModel `bun:"table:followup_note,alias:n"`

	ID         id.ID  `bun:"id,pk"`
	Corp       string `bun:"corp_id"`
	Customer   string `bun:"customer"`
	CustomerID id.ID  `bun:"customer_id"`
	Author     string `bun:"author"`
	Member     string `bun:"member_id"`
	Name       string `bun:"name"`
	How        string `bun:"how"`
	Text       string `bun:"body"`
	Pictures   string `bun:"pictures"`
	Mentions   string `bun:"mentions"`
	CreatedAt  int64  `bun:"created_at"`
	EditedAt   int64  `bun:"edited_at"`
	Findable   int    `bun:"findable"` // 1 once the search index knows it
}

// NoteForm is what somebody writes down.
type NoteForm struct {
	How      string   `json:"how" enum:"note,call,message" doc:"what was done: a note, a call, a chat"`
	Text     string   `json:"text" maxLength:"2000" audit:"personal"`
	Pictures []id.ID  `json:"pictures" maxItems:"9"`
	Mentions []string `json:"mentions" maxItems:"20" doc:"userids of colleagues who are told"`
}

// Note is one entry as the page shows it.
type Note struct {
	ID        id.ID             `json:"id"`
	How       string            `json:"how" enum:"note,call,message"`
	Text      string            `json:"text" audit:"personal"`
	Pictures  []id.ID           `json:"pictures"`
	Mentions  []string          `json:"mentions"`
	Names     map[string]string `json:"names" doc:"of those mentioned, by userid"`
	Member    string            `json:"member"`
	Name      string            `json:"name"`
	CreatedAt time.Time         `json:"createdAt"`
	EditedAt  *time.Time        `json:"editedAt,omitempty"`
	Mine      bool              `json:"mine" doc:"the viewer wrote it and may change it"`
	Removable bool              `json:"removable"`
}

// check tidies the form and refuses what is no note.
func (f NoteForm) check(v viewer.Viewer) (NoteForm, error) {
	var check fault.Check
	f.Text = strings.TrimSpace(f.Text)
	check.That(f.Text != "" || len(f.Pictures) > 0, "text", "请填写内容或添加图片")
	check.That(f.Text == db.Clean(f.Text), "text", "含有无效字符")
	f.Mentions = append([]string{}, slices.Compact(slices.Sorted(slices.Values(f.Mentions)))...)
	f.Pictures = append([]id.ID{}, f.Pictures...)
	for _, m := range f.Mentions {
		check.That(v.Knows(m), "mentions", "没有这位成员，或不在您的通讯录范围内")
	}
	return f, check.Err()
}

// customer finds a customer whom the viewer sees: one of whose follows is in his scope.
func (s *service) customer(ctx context.Context, q db.Querier, v viewer.Viewer, which id.ID) (mirror.Customer, error) {
	c, err := mirror.CustomerByID(ctx, q, v.Corp, which)
	if err != nil || v.Scope.Reach == viewer.All {
		return c, err
	}
	follows, err := mirror.FollowsOf(ctx, q, v.Corp, c.ID)
	if err == nil && !slices.ContainsFunc(follows, func(f mirror.Follow) bool { return v.Sees(f.Member) }) {
		err = fault.Missing("客户")
	}
	return c, err
}

// about is who asks, and the customer whom it is about.
func (s *service) about(ctx context.Context, which id.ID) (viewer.Viewer, mirror.Customer, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return v, mirror.Customer{}, err
	}
	c, err := s.customer(ctx, s.db.Read(), v, which)
	return v, c, err
}

type notesInput struct {
	ID id.ID `path:"id" doc:"of the customer"`
	web.Paging
}

type place struct {
	At int64 `json:"a"`
	ID id.ID `json:"i"`
}

// Notes lists what was written down about a customer, the newest first.
func (s *service) Notes(ctx context.Context, in *notesInput) (*web.Page[Note], error) {
	v, c, err := s.about(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	after, err := web.After[place](in.Paging)
	if err != nil {
		return nil, err
	}
	var rows []noteRow
	query := s.db.Read().NewSelect().Model(&rows).Where("n.corp_id = ? AND n.customer = ?", v.Corp, c.Customer).
		OrderExpr("n.created_at DESC, n.id DESC").Limit(int64(in.Limit + 1))
	if after != nil {
		query = query.Where("(n.created_at, n.id) < (?, ?)", after.At, after.ID)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	p := web.NewPage(rows, in.Limit, noteRow.place)
	notes, err := s.notes(ctx, v, p.Items)
	return &web.Page[Note]{Items: notes, Next: p.Next}, err
}

// note is a row as the viewer may read it: telephone numbers in what others wrote are
// masked as everywhere; what he wrote himself he may change, and so reads it as it is.
func (r noteRow) note(v viewer.Viewer) (Note, error) {
	n := Note{ID: r.ID, How: r.How, Text: r.Text, Names: map[string]string{}, Member: r.Member, Name: r.Name, CreatedAt: db.FromMS(r.CreatedAt), Mine: r.Author == v.Actor()}
	n.Removable = n.Mine || v.Can("followup.manage")
	if !n.Mine {
		n.Text = v.MaskText(n.Text)
	}
	if r.EditedAt > 0 {
		at := db.FromMS(r.EditedAt)
		n.EditedAt = &at
	}
	if err := json.Unmarshal([]byte(r.Pictures), &n.Pictures); err != nil {
		return n, fmt.Errorf("followup: note %s: %w", r.ID, err)
	}
	return n, json.Unmarshal([]byte(r.Mentions), &n.Mentions)
}

func jsonOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("followup: %T cannot be written as JSON: %v", v, err)) // plain lists of ours
	}
	return db.Clean(string(raw))
}

type addNoteInput struct {
	ID   id.ID `path:"id" doc:"of the customer"`
	Body NoteForm
}

// AddNote writes something down about a customer and tells those mentioned.
func (s *service) AddNote(ctx context.Context, in *addNoteInput) (*Note, error) {
	v, c, err := s.about(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	form, err := in.Body.check(v)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	r := noteRow{
		ID: s.ids.New(), Corp: v.Corp, Customer: c.Customer, CustomerID: c.ID, Author: v.Actor(), Member: v.Member, Name: v.Name,
		How: form.How, Text: form.Text, Pictures: jsonOf(form.Pictures), Mentions: jsonOf(form.Mentions), CreatedAt: db.MS(now), Findable: 1,
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := s.hold(ctx, tx, c.ID, v.Corp, form.Pictures); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return err
		}
		if err := s.findable(ctx, tx, r); err != nil {
			return err
		}
		if v.Member != "" {
			meta := event.Meta{Event: r.ID, Corp: v.Corp, At: now}
			if err := s.events.Publish(ctx, tx, event.FollowedUp{Meta: meta, Member: v.Member, Customer: c.Customer, How: form.How}); err != nil {
				return err
			}
		}
		web.Note(ctx, web.Change{Object: "followup:note:" + r.ID.String(), Of: "customer:" + c.ID.String(), After: form})
		if err := s.mention(ctx, tx, v, c, r, form.Mentions); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, v.Corp, slug, c.ID.String())
	})
	if err != nil {
		return nil, err
	}
	n, err := r.note(v)
	return &n, err
}

// mention tells colleagues of a note. The key is the note's: told once each, also when
// the note is changed.
func (s *service) mention(ctx context.Context, tx db.Tx, v viewer.Viewer, c mirror.Customer, r noteRow, who []string) error {
	if len(who) == 0 {
		return nil
	}
	return s.notices.Send(ctx, tx, notice.Message{
		Corp: v.Corp, To: notice.Receivers{Members: who}, Kind: noticeMentioned, Title: v.Name + " 在跟进记录中提到了您",
		Text: "客户：" + c.Name + "\n" + r.Text, Href: "/customer/" + c.ID.String(), Key: r.ID.String(),
	})
}

type noteInput struct {
	ID id.ID `path:"id"`
}

type editNoteInput struct {
	ID   id.ID `path:"id"`
	Body NoteForm
}

// noteSeen finds a note of a customer whom the viewer sees.
func (s *service) noteSeen(ctx context.Context, q db.Querier, v viewer.Viewer, which id.ID) (noteRow, mirror.Customer, error) {
	var r noteRow
	err := q.NewSelect().Model(&r).Where("n.corp_id = ? AND n.id = ?", v.Corp, which).Scan(ctx)
	if db.NoRows(err) {
		return r, mirror.Customer{}, fault.Missing("跟进记录")
	}
	if err != nil {
		return r, mirror.Customer{}, err
	}
	c, err := s.customer(ctx, q, v, r.CustomerID)
	if fault.CodeOf(err) == fault.NotFound {
		err = fault.Missing("跟进记录")
	}
	return r, c, err
}

// EditNote changes a note of the viewer's own.
func (s *service) EditNote(ctx context.Context, in *editNoteInput) (*Note, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	form, err := in.Body.check(v)
	if err != nil {
		return nil, err
	}
	var r noteRow
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var c mirror.Customer
		var err error
		if r, c, err = s.noteSeen(ctx, tx, v, in.ID); err != nil {
			return err
		}
		before, err := r.note(v)
		if err != nil {
			return err
		}
		if !before.Mine {
			return fault.New(fault.Conflict, "只有作者本人能修改跟进记录")
		}
		// Let go before they are held: what stays in the note is held in the end.
		if err := s.letGo(ctx, tx, v.Corp, before.Pictures); err != nil {
			return err
		}
		if err := s.hold(ctx, tx, c.ID, v.Corp, form.Pictures); err != nil {
			return err
		}
		r.How, r.Text, r.Pictures, r.Mentions, r.EditedAt = form.How, form.Text, jsonOf(form.Pictures), jsonOf(form.Mentions), db.NowMS(s.clock)
		if _, err := tx.NewRaw("UPDATE followup_note SET how = ?, body = ?, pictures = ?, mentions = ?, edited_at = ? WHERE corp_id = ? AND id = ?",
			r.How, r.Text, r.Pictures, r.Mentions, r.EditedAt, v.Corp, r.ID).Exec(ctx); err != nil {
			return err
		}
		if err := s.findable(ctx, tx, r); err != nil {
			return err
		}
		web.Note(ctx, web.Change{
			Object: "followup:note:" + r.ID.String(), Of: "customer:" + c.ID.String(),
			Before: NoteForm{How: before.How, Text: before.Text, Pictures: before.Pictures, Mentions: before.Mentions}, After: form,
		})
		if err := s.mention(ctx, tx, v, c, r, form.Mentions); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, v.Corp, slug, c.ID.String())
	})
	if err != nil {
		return nil, err
	}
	n, err := r.note(v)
	return &n, err
}

// RemoveNote takes a note away: one's own, or anybody's for who manages.
func (s *service) RemoveNote(ctx context.Context, in *noteInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		r, c, err := s.noteSeen(ctx, tx, v, in.ID)
		if err != nil {
			return err
		}
		before, err := r.note(v)
		if err != nil {
			return err
		}
		if !before.Removable {
			return fault.New(fault.Conflict, "只能删除自己写的跟进记录")
		}
		if _, err := tx.NewRaw("DELETE FROM followup_note WHERE corp_id = ? AND id = ?", v.Corp, r.ID).Exec(ctx); err != nil {
			return err
		}
		if err := s.letGo(ctx, tx, v.Corp, before.Pictures); err != nil {
			return err
		}
		r.Text = ""
		if err := s.findable(ctx, tx, r); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "followup:note:" + r.ID.String(), Of: "customer:" + c.ID.String(), Before: before})
		return s.live.Publish(ctx, tx, v.Corp, slug, c.ID.String())
	})
}
