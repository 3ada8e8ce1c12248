package mirror_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// tx runs fn in a transaction.
func (h *house) tx(fn func(ctx context.Context, tx db.Tx) error) {
	h.t.Helper()
	h.check(h.db.Tx(context.Background(), fn))
}

func TestTagsGoToWeCom(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		h.sync(mirror.ScopeFull)
		member, person := h.members()[0], h.people()[0]
		r, err := h.sim.Add(wecomsim.Add{Person: person, Member: member})
		h.check(err)
		h.happen()
		one, err := h.sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagCreate, GroupName: "渠道", Name: "展会"})
		h.check(err)
		two, err := h.sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagCreate, Group: one.Group, Name: "官网"})
		h.check(err)
		h.happen()
		heard[event.CustomerChanged](h)

		h.tx(func(ctx context.Context, tx db.Tx) error {
			if err := h.mirror.MarkTags(ctx, tx, h.corp, strings.ToUpper(member), r.ExternalUserID, []string{one.Tag, two.Tag}, nil, nil); err != nil {
				return err
			}
			return h.mirror.MarkTags(ctx, tx, h.corp, member, r.ExternalUserID, nil, []string{one.Tag}, nil)
		})
		h.settle()
		f := h.follow(member, r.ExternalUserID)
		tags, err := mirror.TagsOfFollows(context.Background(), h.db.Read(), h.corp, []id.ID{f.ID})
		h.check(err)
		if len(tags[f.ID]) != 1 || tags[f.ID][0].Name != "官网" || tags[f.ID][0].Kind != mirror.TagCorp {
			t.Errorf("tags = %+v", tags)
		}
		if changed := heard[event.CustomerChanged](h); len(changed) != 2 || changed[0].Member != member {
			t.Errorf("changed = %+v", changed)
		}
		if put := heard[event.CustomerTagged](h); len(put) != 1 || put[0].Member != member || sorted(put[0].Tags) != sorted([]string{one.Tag, two.Tag}) {
			t.Errorf("tagged = %+v", put)
		}
		h.equalWorldOf("details ")

		// The same once more makes no difference and no news.
		h.tx(func(ctx context.Context, tx db.Tx) error {
			return h.mirror.MarkTags(ctx, tx, h.corp, member, r.ExternalUserID, []string{two.Tag}, nil, nil)
		})
		h.settle()
		if changed := heard[event.CustomerChanged](h); len(changed) != 0 {
			t.Errorf("changed = %+v", changed)
		}
		if put := heard[event.CustomerTagged](h); len(put) != 0 {
			t.Errorf("tagged = %+v", put)
		}

		// A follow that has ended: WeCom refuses, nothing changes, the call is on record.
		h.check2(h.sim.DeleteCustomer(wecomsim.Pair{Person: person, Member: member}))
		h.happen()
		h.tx(func(ctx context.Context, tx db.Tx) error {
			return h.mirror.MarkTags(ctx, tx, h.corp, member, r.ExternalUserID, []string{one.Tag}, nil, nil)
		})
		h.settle()
		calls, err := h.corps.Calls(context.Background(), h.corp, corpCalls(errcode.NotFollowed))
		if err != nil || len(calls) == 0 {
			t.Errorf("calls = %+v, %v", calls, err)
		}
		if n := h.count(`SELECT count(*) FROM mirror_follow_tag WHERE follow_id = ?`, f.ID); n != 1 {
			t.Errorf("%d tags", n)
		}
		err = h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			return h.mirror.MarkTags(ctx, tx, h.corp, member, r.ExternalUserID, nil, nil, nil)
		})
		if fault.CodeOf(err) != fault.Invalid {
			t.Errorf("no tags at all: %v", err)
		}
	})
}

func TestRemarksGoToWeCom(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		h.sync(mirror.ScopeFull)
		member, person := h.members()[0], h.people()[0]
		r, err := h.sim.Add(wecomsim.Add{Person: person, Member: member})
		h.check(err)
		h.happen()
		company, mobiles := "鹊桥", []string{"13800000000"}
		h.tx(func(ctx context.Context, tx db.Tx) error {
			if err := h.mirror.Remark(ctx, tx, h.corp, member, r.ExternalUserID, "王姐", mirror.Cause{How: "page"}); err != nil {
				return err
			}
			return h.mirror.Describe(ctx, tx, h.corp, member, r.ExternalUserID, mirror.Details{Company: &company, Mobiles: mobiles})
		})
		h.settle()
		f := h.follow(member, r.ExternalUserID)
		if f.Remark != "王姐" || len(f.Mobiles()) != 1 {
			t.Errorf("follow = %+v", f)
		}
		match, err := h.search.Find(context.Background(), h.db.Read(), h.corp, "follow", "王姐")
		if err != nil || match.None() {
			t.Errorf("the remark is not found: %v", err)
		}
		h.tx(func(ctx context.Context, tx db.Tx) error {
			return h.mirror.Describe(ctx, tx, h.corp, member, r.ExternalUserID, mirror.Details{Mobiles: []string{}})
		})
		h.settle()
		if f = h.follow(member, r.ExternalUserID); len(f.Mobiles()) != 0 {
			t.Errorf("mobiles were not cleared: %v", f.Mobiles())
		}
		h.equalWorldOf("details ")
		long := strings.Repeat("长", 21)
		for field, d := range map[string]mirror.Details{"remark": {Remark: &long}, "company": {Company: &long}} {
			if f := fault.As(d.Validate()); f == nil || f.Fields[0].Name != field {
				t.Errorf("%s: %v", field, f)
			}
		}
		if err := (mirror.Details{}).Validate(); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("nothing to change: %v", err)
		}
	})
}

// TestReadingDoesNotUndoAWrite holds a page of a sync back while a tag is set.
func TestReadingDoesNotUndoAWrite(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		h.deaf = true
		member, person := h.members()[0], h.people()[0]
		r, err := h.sim.Add(wecomsim.Add{Person: person, Member: member})
		h.check(err)
		made, err := h.sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagCreate, GroupName: "渠道", Name: "展会"})
		h.check(err)
		h.sync(mirror.ScopeFull)
		h.pass(time.Hour)
		_, err = h.mirror.StartSync(context.Background(), h.corp, mirror.ScopeCustomers, "test")
		h.check(err)
		marked := false
		h.after(batchPath, func() { // WeCom has answered; now a tag is set before the page is written
			if marked {
				return
			}
			marked = true
			h.clock.Advance(time.Second)
			h.tx(func(ctx context.Context, tx db.Tx) error {
				return h.mirror.MarkTags(ctx, tx, h.corp, member, r.ExternalUserID, []string{made.Tag}, nil, nil)
			})
			for h.count(`SELECT count(*) FROM mirror_follow_tag`) == 0 {
				if h.t.Failed() {
					return
				}
			}
		})
		h.settle()
		h.equalWorldOf("details ")
		if !marked {
			t.Error("the page was not held back")
		}
	})
}
