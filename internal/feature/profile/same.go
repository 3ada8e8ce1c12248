package profile

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Same is what tells that a customer has other records.
type Same struct {
	Records []Record `json:"records" doc:"other records of the same person, as far as they are in scope"`
	Merge   *Merge   `json:"merge,omitempty" doc:"absent when this record keeps a profile of its own"`
}

// Record is one of the records of a person.
type Record struct {
	ID       id.ID  `json:"id"`
	Customer string `json:"customer" doc:"external_userid"`
	Name     string `json:"name"`
	Avatar   string `json:"avatar"`
	Type     int    `json:"type" doc:"1 WeChat, 2 WeCom"`
	Company  string `json:"company"`
	Follows  int    `json:"follows" doc:"members in scope who follow the record now"`
	AddedAt  int64  `json:"addedAt"`
	Merged   bool   `json:"merged" doc:"shares the profile"`
	Main     bool   `json:"main" doc:"the record whose profile is shared"`
	Black    bool   `json:"black" doc:"on the blacklist"`
}

// Merge is a sharing of one profile.
type Merge struct {
	ID id.ID  `json:"id"`
	At int64  `json:"at"`
	By string `json:"by"`
}

// maxSame bounds how many records of one person are shown and merged.
const maxSame = 20

// sameOf finds the other records of a customer: those with the same unionid, and those
// that share the profile.
func (s *service) sameOf(ctx context.Context, q db.Querier, v viewer.Viewer, c mirror.Customer) (Same, error) {
	none := Same{Records: []Record{}}
	group, err := groupOf(ctx, q, v.Corp, c.Customer)
	if err != nil {
		return none, err
	}
	records := slices.Clone(group)
	if c.UnionID != "" {
		var twins []string
		err := q.NewRaw(`SELECT customer FROM mirror_customer WHERE corp_id = ? AND unionid = ? ORDER BY id LIMIT ?`, v.Corp, c.UnionID, maxSame).Scan(ctx, &twins)
		if err != nil {
			return none, err
		}
		for _, t := range twins {
			if !slices.Contains(records, t) {
				records = append(records, t)
			}
		}
	}
	if len(records) == 1 {
		return none, nil
	}
	shown, err := s.records(ctx, q, v, records)
	if err != nil {
		return none, err
	}
	same := Same{Records: []Record{}}
	for _, r := range shown {
		r.Merged = len(group) > 1 && slices.Contains(group, r.Customer)
		if r.Customer != c.Customer {
			same.Records = append(same.Records, r)
		}
	}
	if len(group) > 1 {
		same.Merge, err = mergeOf(ctx, q, v.Corp, group[0])
	}
	return same, err
}

// records dresses records that are in scope, in three queries.
func (s *service) records(ctx context.Context, q db.Querier, v viewer.Viewer, customers []string) ([]Record, error) {
	within, err := s.inScope(ctx, v, customers)
	if err != nil {
		return nil, err
	}
	people, err := mirror.Customers(ctx, q, v.Corp, customers)
	if err != nil {
		return nil, err
	}
	persons, err := personsOf(ctx, q, v.Corp, customers)
	if err != nil {
		return nil, err
	}
	var ids []id.ID
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	follows, err := mirror.FollowsOfCustomers(ctx, q, v.Corp, ids)
	if err != nil {
		return nil, err
	}
	mains := map[string]bool{}
	for _, p := range persons {
		mains[p.Main] = true
	}
	list := []Record{}
	for _, customer := range customers {
		p, ok := people[customer]
		if !ok || !within[customer] {
			continue
		}
		r := Record{
			ID: p.ID, Customer: customer, Name: p.Name, Avatar: p.Avatar, Type: p.Type, Company: p.Company,
			Main: mains[customer], Merged: mains[customer] || persons[customer].Main != "", Black: persons[customer].BlacklistedAt > 0,
		}
		for _, f := range follows[p.ID] {
			if f.Standing.Open() && v.Sees(f.Member) {
				r.Follows++
			}
			if v.Sees(f.Member) && (r.AddedAt == 0 || f.AddedAt < r.AddedAt) {
				r.AddedAt = f.AddedAt
			}
		}
		list = append(list, r)
	}
	return list, nil
}

func mergeOf(ctx context.Context, q db.Querier, corp, main string) (*Merge, error) {
	var m struct {
		ID id.ID  `bun:"id"`
		At int64  `bun:"at"`
		By string `bun:"by_name"`
	}
	err := q.NewRaw(`SELECT id, at, by_name FROM profile_merge WHERE corp_id = ? AND main = ? AND undone_at = 0 ORDER BY id DESC LIMIT 1`, corp, main).Scan(ctx, &m)
	if db.NoRows(err) {
		return nil, nil
	}
	return &Merge{m.ID, m.At, m.By}, err
}

// taken is what the main record took over, and from whom.
type taken struct {
	Field  id.ID  `json:"field"`
	From   string `json:"from"`
	Values []cell `json:"values"`
}

type mergeInput struct {
	Body struct {
		Main   id.ID   `json:"main" doc:"the record whose profile all share"`
		Others []id.ID `json:"others" minItems:"1" maxItems:"19"`
	}
}

// MergeRecords lets records of the same person share one profile: that of the main record, which
// takes over what it lacks. In WeCom nothing changes, and nothing is lost: each record
// keeps what it had for the day they are parted again.
func (s *service) MergeRecords(ctx context.Context, in *mergeInput) (*Merge, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	main, others, err := s.mergeable(ctx, v, in.Body.Main, in.Body.Others)
	if err != nil {
		return nil, err
	}
	by := s.by(v, "page", 0)
	m := &Merge{ID: s.ids.New(), At: by.at, By: v.Name}
	return m, s.again(ctx, func(ctx context.Context, tx db.Tx) error {
		took, err := s.takeOver(ctx, tx, v.Corp, main, others, by)
		if err != nil {
			return err
		}
		list, err := json.Marshal(others)
		if err != nil {
			return err
		}
		raw, err := json.Marshal(append([]taken{}, took...))
		if err != nil {
			return err
		}
		_, err = tx.NewRaw(`INSERT INTO profile_merge (id, corp_id, main, others, taken, by_name, at, undone_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
			m.ID, v.Corp, main, string(list), db.Clean(string(raw)), db.Clean(v.Name), m.At).Exec(ctx)
		if err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "profile:merge:" + m.ID.String(), After: map[string]any{"main": in.Body.Main, "others": in.Body.Others}})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}

// mergeable finds the records; all of them must be in scope, different, and of one person:
// only WeCom's unionid says so, and a merge shows one person's profile to whoever sees another record.
func (s *service) mergeable(ctx context.Context, v viewer.Viewer, main id.ID, others []id.ID) (string, []string, error) {
	ids := append([]id.ID{main}, others...)
	people, err := mirror.CustomersByID(ctx, s.db.Read(), v.Corp, ids)
	if err != nil {
		return "", nil, err
	}
	var externals []string
	for _, i := range ids {
		p, ok := people[i]
		if !ok {
			return "", nil, fault.Missing("客户")
		}
		externals = append(externals, p.Customer)
	}
	within, err := s.inScope(ctx, v, externals)
	if err != nil {
		return "", nil, err
	}
	for i, e := range externals {
		if !within[e] {
			return "", nil, fault.Missing("客户")
		}
		if slices.Contains(externals[:i], e) {
			return "", nil, fault.New(fault.Invalid, "同一条记录不能与自己合并")
		}
	}
	for _, i := range others {
		if union := people[main].UnionID; union == "" || people[i].UnionID != union {
			return "", nil, fault.New(fault.Invalid, "只有 unionid 相同的记录才是同一个人，不能合并其他记录").WithAdvice("请确认已在连接页绑定微信开放平台，并在同步之后重试")
		}
	}
	return externals[0], externals[1:], nil
}

// takeOver joins the records and gives the main one what it lacks.
func (s *service) takeOver(ctx context.Context, tx db.Tx, corp, main string, others []string, by cause) ([]taken, error) {
	all := append([]string{main}, others...)
	persons, err := lock(ctx, tx, corp, all)
	if err != nil {
		return nil, err
	}
	groups, err := groupsOf(ctx, tx, corp, all)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if persons[c].Main != "" || len(groups[c]) > 1 {
			return nil, fault.New(fault.Conflict, "其中有记录已经与别的记录合并").WithAdvice("请先撤销那次合并，再把全部记录一起合并")
		}
	}
	fields, err := fieldsOf(ctx, tx, corp)
	if err != nil {
		return nil, err
	}
	has, err := valuesOf(ctx, tx, corp, all)
	if err != nil {
		return nil, err
	}
	var took []taken
	e := edit{customer: main, wants: map[id.ID][]cell{}}
	for _, f := range fields {
		if len(has.of(main)[f.ID]) > 0 {
			continue
		}
		for _, o := range others {
			if cells := has.of(o)[f.ID]; len(cells) > 0 {
				took = append(took, taken{f.ID, o, cells})
				e.wants[f.ID] = cells
				break
			}
		}
	}
	if _, err := s.apply(ctx, tx, corp, fields, []edit{e}, by); err != nil {
		return nil, err
	}
	_, err = tx.NewRaw(`UPDATE profile_person SET main = ? WHERE corp_id = ? AND customer IN (?)`, main, corp, bun.List(others)).Exec(ctx)
	if err != nil {
		return nil, err
	}
	var lines []changeRow
	for _, c := range all {
		lines = append(lines, changeRow{customer: c, kind: wasMerged})
	}
	return took, s.tell(ctx, tx, corp, lines, by)
}

type mergeID struct {
	ID id.ID `path:"id"`
}

// PartRecords undoes a merge: each record has its own profile again. What was written to the
// shared one since stays with the main record; what that had taken over goes, unless it
// was changed since.
func (s *service) PartRecords(ctx context.Context, in *mergeID) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var m struct {
		Main   string `bun:"main"`
		Others string `bun:"others"`
		Taken  string `bun:"taken"`
	}
	err = s.db.Read().NewRaw(`SELECT main, others, taken FROM profile_merge WHERE id = ? AND corp_id = ? AND undone_at = 0`, in.ID, v.Corp).Scan(ctx, &m)
	if db.NoRows(err) {
		return nil, fault.Missing("合并记录")
	}
	if err != nil {
		return nil, err
	}
	var others []string
	var took []taken
	if err := cmp.Or(json.Unmarshal([]byte(m.Others), &others), json.Unmarshal([]byte(m.Taken), &took)); err != nil {
		return nil, err
	}
	all := append([]string{m.Main}, others...)
	within, err := s.inScope(ctx, v, all)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if !within[c] {
			return nil, fault.Missing("合并记录")
		}
	}
	return &web.None{}, s.again(ctx, func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: "profile:merge:" + in.ID.String(), Before: map[string]any{"records": len(all)}})
		if err := s.part(ctx, tx, v.Corp, in.ID, m.Main, others, took, s.by(v, "undo", 0)); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}

// part takes records apart again.
func (s *service) part(ctx context.Context, tx db.Tx, corp string, merge id.ID, main string, others []string, took []taken, by cause) error {
	if _, err := lock(ctx, tx, corp, append([]string{main}, others...)); err != nil {
		return err
	}
	res, err := tx.NewRaw(`UPDATE profile_merge SET undone_at = ? WHERE id = ? AND corp_id = ? AND undone_at = 0`, by.at, merge, corp).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err // somebody else was first
	}
	_, err = tx.NewRaw(`UPDATE profile_person SET main = '' WHERE corp_id = ? AND customer IN (?) AND main = ?`, corp, bun.List(others), main).Exec(ctx)
	if err != nil {
		return err
	}
	fields, err := fieldsOf(ctx, tx, corp)
	if err != nil {
		return err
	}
	e := edit{customer: main, wants: map[id.ID][]cell{}, only: map[id.ID][]string{}}
	for _, t := range took {
		e.wants[t.Field], e.only[t.Field] = nil, textsOf(t.Values)
	}
	if _, err := s.apply(ctx, tx, corp, fields, []edit{e}, by); err != nil {
		return err
	}
	var lines []changeRow
	for _, c := range append([]string{main}, others...) {
		lines = append(lines, changeRow{customer: c, kind: wasParted})
	}
	return s.tell(ctx, tx, corp, lines, by)
}
