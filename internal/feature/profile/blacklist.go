package profile

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Blacklist is why a customer stands on the blacklist (黑名单).
type Blacklist struct {
	At     int64  `json:"at" doc:"unix ms"`
	Reason string `json:"reason"`
	By     string `json:"by" doc:"name of who did it"`
}

func blacklistOf(p person) *Blacklist {
	if p.BlacklistedAt == 0 {
		return nil
	}
	return &Blacklist{At: p.BlacklistedAt, Reason: p.Reason, By: p.By}
}

// Reason is why.
type Reason struct {
	Reason string `json:"reason" maxLength:"100"`
}

func (r Reason) check() (string, error) {
	var check fault.Check
	reason := strings.TrimSpace(r.Reason)
	check.That(reason != "" && utf8.RuneCountInString(reason) <= 100 && reason == db.Clean(reason), "reason", "请填写 1 至 100 个字的原因")
	return reason, check.Err()
}

type blackInput struct {
	ID   id.ID `path:"id" doc:"of the customer, ours"`
	Body Reason
}

// PutBlacklist puts a customer on the blacklist, with every record that shares his profile.
func (s *service) PutBlacklist(ctx context.Context, in *blackInput) (*Blacklist, error) {
	reason, err := in.Body.check()
	if err != nil {
		return nil, err
	}
	v, c, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	by := s.by(v, "page", 0)
	return &Blacklist{At: by.at, Reason: reason, By: v.Name}, s.setBlack(ctx, v, c, reason, by)
}

// DeleteBlacklist takes a customer off the blacklist.
func (s *service) DeleteBlacklist(ctx context.Context, in *customerInput) (*web.None, error) {
	v, c, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.setBlack(ctx, v, c, "", s.by(v, "page", 0))
}

func (s *service) setBlack(ctx context.Context, v viewer.Viewer, c mirror.Customer, reason string, by cause) error {
	return s.again(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := s.blacken(ctx, tx, v.Corp, []string{c.Customer}, reason, by); err != nil {
			return err
		}
		change := web.Change{Object: "customer:" + c.ID.String(), Before: map[string]bool{"blacklisted": reason == ""}, After: map[string]bool{"blacklisted": reason != ""}}
		web.Note(ctx, change)
		return s.live.Publish(ctx, tx, v.Corp, slug, c.ID.String())
	})
}

// blacken puts customers on the blacklist, or takes them off when there is no reason; it
// gives those for whom that made a difference.
func (s *service) blacken(ctx context.Context, tx db.Tx, corp string, customers []string, reason string, by cause) (map[string]bool, error) {
	all := map[string]string{} // each record → the one that was named
	groups, err := groupsOf(ctx, tx, corp, customers)
	if err != nil {
		return nil, err
	}
	for c, group := range groups {
		for _, record := range group {
			all[record] = c
		}
	}
	records := slices.Sorted(maps.Keys(all))
	persons, err := lock(ctx, tx, corp, records)
	if err != nil {
		return nil, err
	}
	at, kind := by.at, wasBlacklisted
	if reason == "" {
		at, kind = 0, wasUnblacklisted
	}
	changed := map[string]bool{}
	var lines []changeRow
	var differ []string
	for _, record := range records {
		if (persons[record].BlacklistedAt > 0) == (reason != "") {
			continue
		}
		differ = append(differ, record)
		changed[all[record]] = true
		lines = append(lines, changeRow{customer: record, kind: kind, changes: []change{{After: []string{reason}}}})
	}
	if len(differ) == 0 {
		return changed, nil
	}
	_, err = tx.NewRaw(`UPDATE profile_person SET blacklisted_at = ?, blacklist_reason = ?, blacklist_by = ? WHERE corp_id = ? AND customer IN (?)`,
		at, reason, db.Clean(by.who), corp, bun.List(differ)).Exec(ctx)
	if err != nil {
		return nil, err
	}
	return changed, s.tell(ctx, tx, corp, lines, by)
}

// BlackRow is one line of the blacklist.
type BlackRow struct {
	Blacklist
	ID       id.ID  `json:"id" bun:"id" doc:"of the customer, ours"`
	Customer string `json:"customer" bun:"customer"`
	Name     string `json:"name" bun:"name"`
	Avatar   string `json:"avatar" bun:"avatar"`
	Type     int    `json:"type" bun:"type"`
	Company  string `json:"company" bun:"company"`
}

type blackKey struct {
	At       int64  `json:"at"`
	Customer string `json:"c"`
}

type blackList struct {
	web.Paging
}

// ListBlacklist lists the customers in scope who stand on it, the newest first.
func (s *service) ListBlacklist(ctx context.Context, in *blackList) (*web.Page[BlackRow], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, has, err := web.DecodeCursor[blackKey](in.After)
	if err != nil {
		return nil, err
	}
	query := s.db.Read().NewSelect().
		ColumnExpr("p.customer, p.blacklisted_at, p.blacklist_reason, p.blacklist_by, c.id, c.name, c.avatar, c.type, c.company").
		TableExpr("profile_person AS p").Join("JOIN mirror_customer AS c ON c.corp_id = p.corp_id AND c.customer = p.customer").
		Where("p.corp_id = ? AND p.blacklisted_at > 0", v.Corp).
		OrderExpr("p.blacklisted_at DESC, p.customer DESC").Limit(int64(in.Limit + 1))
	if has {
		query = query.Where("(p.blacklisted_at < ? OR p.blacklisted_at = ? AND p.customer < ?)", after.At, after.At, after.Customer)
	}
	if v.Scope.Reach != viewer.All {
		scope := v.Where("f.corp_id", "f.member_id")
		query = query.Where("EXISTS (SELECT 1 FROM mirror_follow AS f WHERE f.customer_id = c.id AND "+scope.SQL+")", scope.Args...)
	}
	var rows []struct {
		BlackRow
		AtMS int64  `bun:"blacklisted_at"`
		Why  string `bun:"blacklist_reason"`
		Doer string `bun:"blacklist_by"`
	}
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	items := make([]BlackRow, len(rows))
	for i, r := range rows {
		items[i] = r.BlackRow
		items[i].Blacklist = Blacklist{At: r.AtMS, Reason: r.Why, By: r.Doer}
	}
	page := web.NewPage(items, in.Limit, func(r BlackRow) blackKey { return blackKey{r.At, r.Customer} })
	return &page, nil
}
