package profile

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Duplicate is one person with several records (重复客户).
type Duplicate struct {
	Key     string   `json:"key" doc:"names the person in this list only"`
	Records []Record `json:"records" doc:"in scope, the oldest first"`
	Merge   *Merge   `json:"merge,omitempty"`
}

type duplicateKey struct {
	Union string `json:"u"`
}

type duplicateInput struct {
	web.Paging
}

// Duplicates lists the persons who have several records in scope: equal unionid, different
// external_userid.
func (s *service) Duplicates(ctx context.Context, in *duplicateInput) (*web.Page[Duplicate], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, _, err := web.DecodeCursor[duplicateKey](in.After)
	if err != nil {
		return nil, err
	}
	// A viewer without a scope of the whole corp walks his own follows, else the index of unionids.
	query := s.db.Read().NewSelect().ColumnExpr("c.unionid").TableExpr("mirror_customer AS c").
		Where("c.corp_id = ? AND c.unionid > ?", v.Corp, after.Union).
		GroupExpr("c.unionid").Having("COUNT(*) > 1").OrderExpr("c.unionid").Limit(int64(in.Limit + 1))
	if v.Scope.Reach != viewer.All {
		scope := v.Where("f.corp_id", "f.member_id")
		query = query.Where("c.id IN (SELECT f.customer_id FROM mirror_follow AS f WHERE "+scope.SQL+")", scope.Args...)
	}
	var unions []string
	if err := query.Scan(ctx, &unions); err != nil {
		return nil, err
	}
	keys := web.NewPage(unions, in.Limit, func(u string) duplicateKey { return duplicateKey{u} })
	page := &web.Page[Duplicate]{Items: []Duplicate{}, Next: keys.Next}
	if len(keys.Items) == 0 {
		return page, nil
	}
	return page, s.dressDuplicates(ctx, v, keys.Items, page)
}

func (s *service) dressDuplicates(ctx context.Context, v viewer.Viewer, unions []string, page *web.Page[Duplicate]) error {
	var rows []struct {
		Union    string `bun:"unionid"`
		Customer string `bun:"customer"`
	}
	err := s.db.Read().NewRaw(`SELECT unionid, customer FROM mirror_customer WHERE corp_id = ? AND unionid IN (?) ORDER BY unionid, added_at, id LIMIT ?`,
		v.Corp, bun.List(unions), maxSame*len(unions)).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	var customers []string
	of := map[string]string{}
	for _, r := range rows {
		customers = append(customers, r.Customer)
		of[r.Customer] = r.Union
	}
	records, err := s.records(ctx, s.db.Read(), v, customers)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for _, r := range records {
		union := of[r.Customer]
		if _, ok := at[union]; !ok {
			at[union] = len(page.Items)
			page.Items = append(page.Items, Duplicate{Key: r.ID.String(), Records: []Record{}})
		}
		d := &page.Items[at[union]]
		d.Records = append(d.Records, r)
	}
	return s.mergesOf(ctx, v.Corp, page.Items)
}

// mergesOf finds the merges that hold, in one query.
func (s *service) mergesOf(ctx context.Context, corp string, items []Duplicate) error {
	var mains []string
	for _, d := range items {
		for _, r := range d.Records {
			if r.Main {
				mains = append(mains, r.Customer)
			}
		}
	}
	if len(mains) == 0 {
		return nil
	}
	var rows []struct {
		ID   id.ID  `bun:"id"`
		Main string `bun:"main"`
		At   int64  `bun:"at"`
		By   string `bun:"by_name"`
	}
	err := s.db.Read().NewRaw(`SELECT id, main, at, by_name FROM profile_merge WHERE corp_id = ? AND main IN (?) AND undone_at = 0`, corp, bun.List(mains)).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	holds := map[string]*Merge{}
	for _, r := range rows {
		holds[r.Main] = &Merge{r.ID, r.At, r.By}
	}
	for i, d := range items {
		for _, r := range d.Records {
			if m := holds[r.Customer]; m != nil {
				items[i].Merge = m
			}
		}
	}
	return nil
}
