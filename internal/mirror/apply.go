package mirror

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
)

// reading says where shown follows come from.
type reading struct {
	corp  string
	at    int64 // unix ms, when WeCom was asked
	run   id.ID // the sync; 0 for a single customer
	quiet bool  // tell nothing of single rows: the corp's first sync
	doubt bool  // settles a doubt: see standingShown
	pages bool  // a page of a sync, which does not stand in the customer's line
}

// page is a reading with the rows it concerns.
type page struct {
	reading
	rows      []*pageRow
	customers map[string]*Customer // by external_userid
	renamed   map[string]bool      // external_userids whose person differs
	others    []Follow             // follows of these customers that are not shown
}

// pageRow is one shown follow.
type pageRow struct {
	shown
	member string // userid as the contact book writes it
	before Follow // zero when there was none
	follow Follow
	sight  sight
	// changed is true when remark, tags or the like differ.
	changed bool
	// come are the tags that the row tells of: those that came onto the follow.
	come []*tagRow
	// stale is true when the row changed after WeCom was asked.
	stale bool
}

// apply writes shown follows into the mirror, some fifteen statements for a page of a
// hundred, and tells what nobody had told.
func (m *Mirror) apply(ctx context.Context, tx db.Tx, r reading, list []shown) (*page, error) {
	p := &page{reading: r, customers: map[string]*Customer{}, renamed: map[string]bool{}}
	if len(list) == 0 {
		return p, nil
	}
	if err := p.match(ctx, tx, list); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context, db.Tx, *page) error{
		m.applyCustomers, m.applyFollows, m.applyDetails, m.applyTags, m.count, m.index, m.tellFindings,
	} {
		if err := step(ctx, tx, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// match finds the contact book's userids and puts the rows into the one order in which
// every writer locks. A pair that comes twice, in a list that shifted, counts once.
func (p *page) match(ctx context.Context, tx db.Tx, list []shown) error {
	asked := make([]string, 0, len(list))
	for i := range list {
		list[i].contact.ExternalUserID = db.Clean(list[i].contact.ExternalUserID)
		list[i].follow.UserID = db.Clean(list[i].follow.UserID)
		asked = append(asked, list[i].follow.UserID)
	}
	slices.Sort(asked)
	members, err := MembersByID(ctx, tx, p.corp, slices.Compact(asked))
	if err != nil {
		return err
	}
	for _, s := range list {
		row := &pageRow{shown: s, member: s.follow.UserID}
		if known, ok := members[row.member]; ok {
			row.member = known.ID
		} else if row.member, err = memberKey(ctx, tx, p.corp, row.member); err != nil {
			return err
		}
		p.rows = append(p.rows, row)
	}
	slices.SortStableFunc(p.rows, func(a, b *pageRow) int {
		return cmp.Or(cmp.Compare(a.contact.ExternalUserID, b.contact.ExternalUserID), cmp.Compare(a.member, b.member))
	})
	p.rows = slices.CompactFunc(p.rows, func(a, b *pageRow) bool {
		return a.contact.ExternalUserID == b.contact.ExternalUserID && a.member == b.member
	})
	return nil
}

// applyCustomers makes or changes the customers of the page and locks them thereby.
func (m *Mirror) applyCustomers(ctx context.Context, tx db.Tx, p *page) error {
	externals := make([]string, 0, len(p.rows))
	for _, r := range p.rows {
		externals = append(externals, r.contact.ExternalUserID)
	}
	externals = slices.Compact(externals)
	known, err := Customers(ctx, tx, p.corp, externals)
	if err != nil {
		return err
	}
	list := make([]*Customer, 0, len(externals))
	for _, r := range p.rows {
		external := r.contact.ExternalUserID
		if p.customers[external] != nil {
			continue
		}
		c, ok := known[external]
		if !ok {
			c = Customer{ID: m.ids.New(), Corp: p.corp, Customer: external, UpdatedAt: p.at}
		}
		if c.take(r.contact) {
			p.renamed[external] = true
			c.UpdatedAt = p.at
		}
		c.ReadAt = p.at
		p.customers[external] = &c
		list = append(list, &c)
	}
	var ids []struct {
		ID       id.ID  `bun:"id"`
		Customer string `bun:"customer"`
	}
	err = tx.NewInsert().Model(&list).ModelTableExpr("mirror_customer").
		On("CONFLICT (corp_id, customer) DO UPDATE").
		Set("name = excluded.name, type = excluded.type, avatar = excluded.avatar, gender = excluded.gender, unionid = excluded.unionid").
		Set("company = excluded.company, title = excluded.title, updated_at = excluded.updated_at, read_at = excluded.read_at").
		Returning("id, customer").Scan(ctx, &ids)
	for _, x := range ids {
		p.customers[x.Customer].ID = x.ID // another's, when it was made meanwhile
	}
	return err
}

func (m *Mirror) applyFollows(ctx context.Context, tx db.Tx, p *page) error {
	ids := make([]id.ID, 0, len(p.customers))
	for _, c := range p.customers {
		ids = append(ids, c.ID)
	}
	of, err := FollowsOfCustomers(ctx, tx, p.corp, ids)
	if err != nil {
		return err
	}
	known := map[[2]string]Follow{}
	for _, list := range of {
		for _, f := range list {
			known[[2]string{f.Member, f.Customer}] = f
		}
	}
	var write []*Follow
	var same []id.ID
	for _, r := range p.rows {
		key := [2]string{r.member, r.contact.ExternalUserID}
		r.before = known[key]
		delete(known, key)
		r.follow = r.before
		if r.follow.ID == 0 {
			r.follow = Follow{ID: m.ids.New(), Corp: p.corp, Member: r.member, Customer: key[1], CustomerID: p.customers[key[1]].ID, Tagged: r.counted()}
		}
		if p.meet(r) {
			write = append(write, &r.follow)
		} else {
			same = append(same, r.follow.ID)
		}
	}
	for _, f := range known {
		p.others = append(p.others, f)
	}
	if err := writeFollows(ctx, tx, write); err != nil {
		return err
	}
	return markSeen(ctx, tx, p.reading, same)
}

// meet brings one row together with what WeCom showed and tells whether it must be written.
func (p *page) meet(r *pageRow) bool {
	f := &r.follow
	if p.pages && f.UpdatedAt > p.at && f.Standing.Open() {
		r.stale = true // what WeCom said then is old
		return false
	}
	r.changed = f.take(r.shown)
	// A callback of the last seconds knows better than an answer that may lag behind it.
	lags := f.ToldAt >= p.at-settleLag && r.begunAt() <= f.ToldAt && !p.doubt
	if !lags {
		r.sight = f.standingShown(r.begunAt(), p.at, p.doubt)
	}
	if p.run != 0 {
		f.SyncRun = p.run
	}
	if !r.changed && !lags && f.Standing == r.before.Standing && f.AddedAt == r.before.AddedAt {
		return false
	}
	f.UpdatedAt = p.at
	return true
}

func writeFollows(ctx context.Context, tx db.Tx, list []*Follow) error {
	if len(list) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&list).ModelTableExpr("mirror_follow").
		On("CONFLICT (corp_id, member_id, customer) DO UPDATE").
		Set("standing = excluded.standing, remark = excluded.remark, description = excluded.description, company = excluded.company").
		Set("mobiles = excluded.mobiles, add_way = excluded.add_way, operator = excluded.operator, state = excluded.state").
		Set("added_at = excluded.added_at, ended_at = excluded.ended_at, read_at = excluded.read_at, sync_run = excluded.sync_run, updated_at = excluded.updated_at").
		Exec(ctx)
	return err
}

// markSeen notes that unchanged follows were shown.
func markSeen(ctx context.Context, tx db.Tx, r reading, follows []id.ID) error {
	return inBatches(follows, func(part []id.ID) error {
		_, err := tx.NewRaw(`UPDATE mirror_follow SET read_at = ?, sync_run = CASE WHEN ? = 0 THEN sync_run ELSE ? END WHERE id IN (?)`,
			r.at, r.run, r.run, bun.List(part)).Exec(ctx)
		return err
	})
}

// count brings the counters of customers in line whose follows changed.
func (m *Mirror) count(ctx context.Context, tx db.Tx, p *page) error {
	var ids []id.ID
	for _, r := range p.rows {
		if r.follow.Standing != r.before.Standing || r.follow.AddedAt != r.before.AddedAt {
			ids = append(ids, r.follow.CustomerID)
		}
	}
	slices.Sort(ids)
	return recount(ctx, tx, slices.Compact(ids))
}

// index makes changed people and follows findable. A follow is found by the customer's
// name too, so all follows of a renamed customer are indexed anew.
func (m *Mirror) index(ctx context.Context, tx db.Tx, p *page) error {
	var docs []search.Document
	for external := range p.renamed {
		c := p.customers[external]
		docs = append(docs, search.Document{Corp: c.Corp, Kind: "customer", Ref: c.ID, Text: []string{c.Name, c.Company}})
	}
	for _, r := range p.rows {
		if r.changed || p.renamed[r.follow.Customer] {
			docs = append(docs, followDocument(r.follow, p.customers[r.follow.Customer].Name))
		}
	}
	for _, f := range p.others {
		if p.renamed[f.Customer] {
			docs = append(docs, followDocument(f, p.customers[f.Customer].Name))
		}
	}
	return m.search.Put(ctx, tx, docs...)
}

func followDocument(f Follow, name string) search.Document {
	text := append([]string{name, f.Remark, f.Company}, f.Mobiles()...)
	return search.Document{Corp: f.Corp, Kind: "follow", Ref: f.ID, Text: text}
}
