package mirror

import (
	"context"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// DetailChange is a change of what a member notes about a customer.
type DetailChange struct {
	Corp, Member, Customer string // userid, external_userid
	Field                  string // remark | description | company | mobiles
	Before, After          string // numbers with 、 between them
	At                     int64  // unix ms
	By                     Cause
}

// DetailHistory keeps what happened with remarks and the like, in the transaction in which
// it happens. The feature customer does; what is rebuilt from WeCom has no past of its own.
type DetailHistory func(ctx context.Context, tx db.Tx, changes []DetailChange) error

// KeepDetailsBy sets who keeps the history. Called by the host before start.
func (m *Mirror) KeepDetailsBy(keep DetailHistory) { m.details = keep }

func (m *Mirror) keepDetails(ctx context.Context, tx db.Tx, changes []DetailChange) error {
	if m.details == nil || len(changes) == 0 {
		return nil
	}
	return m.details(ctx, tx, changes)
}

// detailChanges says what differs between two states of a follow.
func detailChanges(before, after Follow, at int64, by Cause) []DetailChange {
	var all []DetailChange
	for _, x := range []struct{ field, was, is string }{
		{"remark", before.Remark, after.Remark},
		{"description", before.Description, after.Description},
		{"company", before.Company, after.Company},
		{"mobiles", strings.Join(before.Mobiles(), "、"), strings.Join(after.Mobiles(), "、")},
	} {
		if x.was != x.is {
			all = append(all, DetailChange{
				Corp: after.Corp, Member: after.Member, Customer: after.Customer, Field: x.field, Before: x.was, After: x.is, At: at, By: by,
			})
		}
	}
	return all
}

// applyDetails keeps what a page shows to have changed: somebody at WeCom did it, for what is
// done here is in the row already. What a follow has when it is read for the first time is no
// change.
func (m *Mirror) applyDetails(ctx context.Context, tx db.Tx, p *page) error {
	var found []DetailChange
	for _, r := range p.rows {
		if !r.stale && !r.before.unread() {
			found = append(found, detailChanges(r.before, r.follow, p.at, Cause{How: HowWeCom})...)
		}
	}
	return m.keepDetails(ctx, tx, found)
}
