package mirror

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// This file carries changes of ours to WeCom. A request is a job that the caller's
// transaction asks for; WeCom tells nothing about changes made through its API, so the
// job writes them into the mirror itself once WeCom has taken them. Those of one
// customer are carried out in the order in which they were asked for (customerLine).

const (
	kindMarkTags = "mark-tags"
	kindRemark   = "remark"
)

// markTagsArgs are one call of mark_tag.
type markTagsArgs struct {
	Member   string   `json:"member"`
	Customer string   `json:"customer"`
	Add      []string `json:"add,omitempty"`
	Remove   []string `json:"remove,omitempty"`
	By       Causes   `json:"by,omitempty"`
	For      string   `json:"for,omitempty"` // who waits for the end of it: see MarkTagsFor
}

// MarkTags asks WeCom to put corp tags on a follow and take others off (mark_tag, doc
// 92118). The follow must stand when the call is made; otherwise nothing happens and the
// failed call is recorded. Platform tags among them are written without asking WeCom. What
// changes is kept with its cause.
func (m *Mirror) MarkTags(ctx context.Context, tx db.Tx, corp, member, customer string, add, remove []string, by Causes) error {
	return m.MarkTagsFor(ctx, tx, corp, member, customer, add, remove, by, "")
}

// markTags is the job. Twice is harmless: tags are a set, in WeCom and here.
func (m *Mirror) markTags(ctx context.Context, j job.Job[markTagsArgs]) error {
	a := j.Args
	var err error
	if a.Member, err = memberKey(ctx, m.db.Read(), j.Corp, a.Member); err != nil { // he may have got another userid
		return err
	}
	err = m.CallMark(ctx, j.Corp, a.Member, a.Customer, a.Add, a.Remove)
	if final := wecom.IsItem(err) || fault.CodeOf(err) == fault.NotFound || fault.CodeOf(err) == fault.Conflict; final {
		// No such follow or tag any more, as the call log says; or no such corp.
		if told := m.marksRefused(ctx, j.Corp, a, err); told != nil {
			return told
		}
		return job.Cancel(err)
	}
	if err != nil {
		return outcome(err)
	}
	return m.changeFollow(ctx, j.Corp, a.Member, a.Customer, func(ctx context.Context, tx db.Tx, f *Follow) (bool, error) {
		x, err := m.markRows(ctx, tx, *f, a.Add, a.Remove)
		if err != nil {
			return false, err
		}
		if err := m.tellTagged(ctx, tx, *f, x.fresh); err != nil {
			return false, err
		}
		return x.differs(), m.keepMarks(ctx, tx, x.changes(*f, db.NowMS(m.clock), a.By))
	}, func(ctx context.Context, tx db.Tx) error {
		if err := m.marksSettled(ctx, tx, j.Corp, a, event.MarksSettled{}); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// markRows changes the tags of a follow here and tells what that changed.
func (m *Mirror) markRows(ctx context.Context, tx db.Tx, f Follow, add, remove []string) (x marked, err error) {
	known, err := followTags(ctx, tx, []id.ID{f.ID})
	if err != nil {
		return x, err
	}
	library, err := TagsByID(ctx, tx, f.Corp, add)
	if err != nil {
		return x, err
	}
	has := map[string]bool{}
	for _, t := range known[f.ID] {
		has[t.Tag] = true
		if slices.Contains(remove, t.Tag) && !slices.Contains(add, t.Tag) {
			x.gone = append(x.gone, &t)
		}
	}
	for _, t := range add {
		_, known := library[t]
		kind := TagCorp
		switch {
		case IsOwnTag(t) && !known:
			continue // deleted meanwhile
		case IsOwnTag(t):
			kind = TagOwn
		case !known:
			kind = TagStrategy
		}
		if !has[t] {
			has[t] = true
			x.fresh = append(x.fresh, tagOf(f, t, kind))
		}
	}
	if !x.differs() {
		return x, nil
	}
	if err := writeTags(ctx, tx, x.gone, x.fresh); err != nil {
		return x, err
	}
	return x, countTags(ctx, tx, []id.ID{f.ID})
}

// tellTagged tells which tags came onto a follow, members' own left out.
func (m *Mirror) tellTagged(ctx context.Context, tx db.Tx, f Follow, come []*tagRow) error {
	var tags []string
	for _, t := range come {
		if t.Kind != TagPersonal {
			tags = append(tags, t.Tag)
		}
	}
	if len(tags) == 0 {
		return nil
	}
	meta := event.Meta{Event: m.ids.New(), Corp: f.Corp, At: m.clock.Now()}
	return m.bus.Publish(ctx, tx, event.CustomerTagged{Meta: meta, Member: f.Member, Customer: f.Customer, Tags: tags})
}

// Details are what a member notes about a customer. What is nil stays as it is.
type Details struct {
	Remark      *string  `json:"remark,omitempty"`      // up to 20 characters
	Description *string  `json:"description,omitempty"` // up to 150 characters
	Company     *string  `json:"company,omitempty"`     // up to 20 characters, WeChat customers only
	Mobiles     []string `json:"mobiles,omitempty"`     // the whole list; empty but not nil clears it
	By          Cause    `json:"by,omitzero"`           // who wants it so
}

// Validate checks WeCom's lengths (doc 92115), in characters.
func (d Details) Validate() error {
	var check fault.Check
	check.That(d.Remark != nil || d.Description != nil || d.Company != nil || d.Mobiles != nil, "remark", "请至少填写一项")
	for _, x := range []struct {
		value *string
		most  int
		field string
		text  string
	}{
		{d.Remark, 20, "remark", "备注最多 20 个字"},
		{d.Description, 150, "description", "描述最多 150 个字"},
		{d.Company, 20, "company", "备注公司名最多 20 个字"},
	} {
		check.That(x.value == nil || utf8.RuneCountInString(*x.value) <= x.most, x.field, x.text)
	}
	return check.Err()
}

// remarkArgs are one call of remark.
type remarkArgs struct {
	Member   string  `json:"member"`
	Customer string  `json:"customer"`
	Details  Details `json:"details"`
	Clear    bool    `json:"clear,omitempty"` // Mobiles is empty and not nil, which JSON cannot say
}

// Remark asks WeCom to set the remark (备注) of a follow.
func (m *Mirror) Remark(ctx context.Context, tx db.Tx, corp, member, customer, remark string, by Cause) error {
	return m.Describe(ctx, tx, corp, member, customer, Details{Remark: &remark, By: by})
}

// Describe asks WeCom to change what a member noted about a customer (remark, doc 92115).
func (m *Mirror) Describe(ctx context.Context, tx db.Tx, corp, member, customer string, d Details) error {
	if err := d.Validate(); err != nil {
		return err
	}
	_, err := m.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindRemark, Corp: corp, Key: customerLine(customer),
		Args: remarkArgs{Member: member, Customer: customer, Details: d, Clear: d.Mobiles != nil && len(d.Mobiles) == 0},
	})
	return err
}

// remark is the job. Twice is harmless: it sets what is already set.
func (m *Mirror) remark(ctx context.Context, j job.Job[remarkArgs]) error {
	client, err := m.corps.Client(ctx, j.Corp)
	if err != nil {
		return outcome(err)
	}
	a, d := j.Args, j.Args.Details
	if a.Member, err = memberKey(ctx, m.db.Read(), j.Corp, a.Member); err != nil { // he may have got another userid
		return err
	}
	request := wecom.RemarkRequest{
		UserID: a.Member, ExternalUserID: a.Customer, Remark: d.Remark, Description: d.Description,
		RemarkCompany: d.Company, RemarkMobiles: d.Mobiles,
	}
	if a.Clear {
		request.RemarkMobiles = []string{""}
	}
	err = client.Remark(ctx, request)
	if wecom.IsItem(err) {
		return job.Cancel(err) // no such follow any more; the call log says so
	}
	if err != nil {
		return outcome(err)
	}
	return m.changeFollow(ctx, j.Corp, a.Member, a.Customer, func(ctx context.Context, tx db.Tx, f *Follow) (bool, error) {
		before := *f
		for _, x := range []struct{ to, from *string }{{&f.Remark, d.Remark}, {&f.Description, d.Description}, {&f.Company, d.Company}} {
			if x.from != nil {
				*x.to = db.Clean(*x.from)
			}
		}
		if request.RemarkMobiles != nil {
			f.MobilesJSON = mobilesJSON(request.RemarkMobiles)
		}
		return *f != before, m.keepDetails(ctx, tx, detailChanges(before, *f, db.NowMS(m.clock), d.By))
	}, j.Done)
}

// changeFollow writes what WeCom has taken into the follow's row, tells CustomerChanged
// when that made a difference, and finishes the job, all in one transaction.
func (m *Mirror) changeFollow(ctx context.Context, corp, member, customer string,
	change func(context.Context, db.Tx, *Follow) (bool, error), done func(context.Context, job.Tx) error,
) error {
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		c, err := m.lockCustomer(ctx, tx, corp, customer)
		if err != nil {
			return err
		}
		if member, err = memberKey(ctx, tx, corp, member); err != nil {
			return err
		}
		f, known, err := followRow(ctx, tx, corp, member, customer)
		if err != nil {
			return err
		}
		if !known {
			// Asked for before our own row came; a reading brings both.
			if err := m.askForDetails(ctx, tx, refreshArgs{Customer: customer}, corp); err != nil {
				return err
			}
			return done(ctx, tx)
		}
		differs, err := change(ctx, tx, &f)
		if err != nil {
			return err
		}
		if differs {
			if err := m.writeChanged(ctx, tx, c, f); err != nil {
				return err
			}
		}
		return done(ctx, tx)
	})
}

func (m *Mirror) writeChanged(ctx context.Context, tx db.Tx, c Customer, f Follow) error {
	f.UpdatedAt = db.NowMS(m.clock)
	if err := writeFollows(ctx, tx, []*Follow{&f}); err != nil {
		return err
	}
	if err := m.search.Put(ctx, tx, []search.Document{followDocument(f, c.Name)}...); err != nil {
		return err
	}
	if err := m.tellPages(ctx, tx, f.Corp, ids(c.ID), ids(f.ID)); err != nil {
		return err
	}
	meta := event.Meta{Event: m.ids.New(), Corp: f.Corp, At: m.clock.Now()}
	return m.bus.Publish(ctx, tx, event.CustomerChanged{Meta: meta, Member: f.Member, Customer: f.Customer})
}
