package tag

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type tagImportInput struct {
	Body struct {
		Name    string `json:"name" minLength:"1" maxLength:"120" doc:"of the file"`
		Content []byte `json:"content" doc:"the file, base64"`
		Pairs   bool   `json:"pairs,omitempty" doc:"every standing follow in scope; else the newest of each customer"`
	}
}

// Import reads a file and makes a draft of it: what each line means, and which mean nobody.
// Nothing is changed before the draft is begun with tags.
func (s *service) Import(ctx context.Context, in *tagImportInput) (*Run, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if len(in.Body.Content) > maxFile {
		return nil, fault.New(fault.TooLarge, "文件最大 4 MB").WithAdvice("请拆成多个文件")
	}
	lines, err := linesOf(in.Body.Content)
	if err != nil {
		return nil, err
	}
	r := s.newRun(v, runMark, fromFile, db.Clean(in.Body.Name))
	r.State, r.Cursor, r.Plan = draft, walked, text(plan{Pairs: in.Body.Pairs})
	m := matcher{s: s, v: v, run: r, all: in.Body.Pairs, byRemark: map[string]map[string][]mirror.Follow{}, first: map[id.ID]int{}}
	rows, err := m.match(ctx, lines)
	if err != nil {
		return nil, err
	}
	for _, x := range rows {
		if x.State == itemInvalid {
			r.Invalid++
		}
	}
	r.Total = int64(len(rows))
	r = r.shown()
	return &r, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewInsert().Model(&r).ModelTableExpr("tag_run").Exec(ctx); err != nil {
			return err
		}
		for part := range slices.Chunk(rows, pageSize) {
			if _, err := s.addItems(ctx, tx, part); err != nil {
				return err
			}
		}
		web.Note(ctx, web.Change{Object: "tag:run:" + r.ID.String(), Name: r.Title, After: map[string]any{"lines": r.Total, "invalid": r.Invalid}})
		return s.live.Publish(ctx, tx, r.Corp, topicRun, r.ID.String())
	})
}

// matcher finds out whom the lines of a file mean.
type matcher struct {
	s        *service
	v        viewer.Viewer
	run      Run
	all      bool
	people   map[string][]mirror.Follow            // by external_userid
	byRemark map[string]map[string][]mirror.Follow // by member, then remark
	first    map[id.ID]int                         // the line that named a follow first
}

func (m *matcher) match(ctx context.Context, lines []line) ([]*itemRow, error) {
	if err := m.loadPeople(ctx, lines); err != nil {
		return nil, err
	}
	var rows []*itemRow
	for _, l := range lines {
		follows, problem, err := m.one(ctx, l)
		if err != nil {
			return nil, err
		}
		if len(follows) == 0 {
			rows = append(rows, m.invalid(l, problem))
			continue
		}
		for _, f := range follows {
			if before, twice := m.first[f.ID]; twice {
				rows = append(rows, m.invalid(l, fmt.Sprintf("与第 %d 行是同一个客户", before)))
				continue
			}
			m.first[f.ID] = l.number
			it := m.s.newItem(m.run, f.ID, f.CustomerID, f.Customer, f.Member)
			it.Line, it.Words = l.number, l.words()
			rows = append(rows, it)
		}
	}
	return rows, nil
}

func (m *matcher) invalid(l line, why string) *itemRow {
	it := m.s.newItem(m.run, 0, 0, "", "")
	it.Line, it.Words, it.State, it.Reason = l.number, l.words(), itemInvalid, why
	return it
}

// loadPeople reads all customers named by external_userid at once.
func (m *matcher) loadPeople(ctx context.Context, lines []line) error {
	var externals []string
	for _, l := range lines {
		if l.external != "" {
			externals = append(externals, l.external)
		}
	}
	q := m.s.db.Read()
	people, err := mirror.Customers(ctx, q, m.v.Corp, externals)
	if err != nil {
		return err
	}
	var ids []id.ID
	for _, c := range people {
		ids = append(ids, c.ID)
	}
	follows, err := mirror.FollowsOfCustomers(ctx, q, m.v.Corp, ids)
	if err != nil {
		return err
	}
	m.people = make(map[string][]mirror.Follow, len(people))
	for external, c := range people {
		m.people[external] = chosen(m.v, follows[c.ID], true)
	}
	return nil
}

const nobody = "没有找到这个客户，或不在您的数据范围内"

// one finds the follows that a line means, or says what is wrong with it.
func (m *matcher) one(ctx context.Context, l line) ([]mirror.Follow, string, error) {
	switch {
	case l.external != "":
		return m.narrowed(ctx, l, m.people[l.external], nobody)
	case l.phone != "":
		if !m.v.Can(viewer.PermissionPhone) {
			return nil, "按手机号匹配需要「查看完整电话」权限", nil
		}
		found, err := m.byPhone(ctx, l.phone)
		if err != nil {
			return nil, "", err
		}
		if customersIn(found) > 1 {
			return nil, "这个手机号对应多个客户，请改用 external_userid", nil
		}
		return m.narrowed(ctx, l, found, nobody)
	case l.remark != "" && l.member == "":
		return nil, "按备注匹配需要同时填写成员", nil
	case l.remark != "":
		member, problem, err := m.member(ctx, l.member)
		if err != nil || problem != "" {
			return nil, problem, err
		}
		found, err := m.remarked(ctx, member, l.remark)
		if len(found) > 1 {
			return nil, "该成员有多个客户是这个备注，请改用 external_userid", err
		}
		return found, nobody, err
	}
	return nil, "这一行没有客户信息", nil
}

// narrowed keeps the follows of the member whom the line names, else the newest or all.
func (m *matcher) narrowed(ctx context.Context, l line, found []mirror.Follow, problem string) ([]mirror.Follow, string, error) {
	if l.member == "" {
		return chosen(m.v, found, m.all), problem, nil
	}
	member, wrong, err := m.member(ctx, l.member)
	if err != nil || wrong != "" {
		return nil, wrong, err
	}
	return slices.DeleteFunc(slices.Clone(found), func(f mirror.Follow) bool { return f.Member != member }), problem, nil
}

// member finds a member by userid, or by a name that only one has.
func (m *matcher) member(ctx context.Context, said string) (userid, problem string, err error) {
	known, err := mirror.MembersByID(ctx, m.s.db.Read(), m.v.Corp, []string{said})
	if err != nil {
		return "", "", err
	}
	if x, ok := known[said]; ok && m.v.Sees(x.ID) {
		return x.ID, "", nil
	}
	var named []string
	if err := m.s.db.Read().NewRaw("SELECT id FROM mirror_member WHERE corp_id = ? AND name = ? AND left_at = 0 LIMIT 20", m.v.Corp, said).Scan(ctx, &named); err != nil {
		return "", "", err
	}
	named = slices.DeleteFunc(named, func(x string) bool { return !m.v.Sees(x) })
	switch len(named) {
	case 0:
		return "", "没有找到成员「" + said + "」，或不在您的数据范围内", nil
	case 1:
		return named[0], "", nil
	}
	return "", "有多个成员叫「" + said + "」，请改填成员账号", nil
}

// byPhone finds standing follows in scope whose member noted exactly this number.
func (m *matcher) byPhone(ctx context.Context, phone string) ([]mirror.Follow, error) {
	q := m.s.db.Read()
	match, err := m.s.search.Find(ctx, q, m.v.Corp, "follow", phone)
	if err != nil || match.None() {
		return nil, err
	}
	sql, args := match.Condition("f.id")
	scope := m.v.Where("f.corp_id", "f.member_id")
	var ids []id.ID
	if err := q.NewSelect().TableExpr("mirror_follow AS f").ColumnExpr("f.id").Where(scope.SQL, scope.Args...).Where(sql, args...).
		Where("f.standing = ?", mirror.Stands).Limit(100).Scan(ctx, &ids); err != nil {
		return nil, err
	}
	follows, err := mirror.FollowsByID(ctx, q, m.v.Corp, ids)
	var found []mirror.Follow
	for _, i := range ids {
		if f, ok := follows[i]; ok && slices.ContainsFunc(f.Mobiles(), func(x string) bool { return digits(x) == digits(phone) }) {
			found = append(found, f)
		}
	}
	return found, err
}

func digits(number string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	if len(kept) > 11 && strings.HasPrefix(kept, "86") {
		return kept[2:]
	}
	return kept
}

func customersIn(follows []mirror.Follow) int {
	seen := map[id.ID]bool{}
	for _, f := range follows {
		seen[f.CustomerID] = true
	}
	return len(seen)
}

// remarked finds the standing follows of a member with exactly this remark; all of one
// member are read once.
func (m *matcher) remarked(ctx context.Context, member, remark string) ([]mirror.Follow, error) {
	if m.byRemark[member] == nil {
		m.byRemark[member] = map[string][]mirror.Follow{}
		var ids []id.ID
		if err := m.s.db.Read().NewRaw("SELECT id FROM mirror_follow WHERE corp_id = ? AND member_id = ? AND standing = 1 AND remark <> ''",
			m.v.Corp, member).Scan(ctx, &ids); err != nil {
			return nil, err
		}
		follows, err := mirror.FollowsByID(ctx, m.s.db.Read(), m.v.Corp, ids)
		if err != nil {
			return nil, err
		}
		for _, f := range follows {
			m.byRemark[member][f.Remark] = append(m.byRemark[member][f.Remark], f)
		}
	}
	return m.byRemark[member][remark], nil
}

type tagBeginInput struct {
	ID   id.ID `path:"id"`
	Body struct {
		Add    []string `json:"add,omitempty" maxItems:"100" doc:"tag ids"`
		Remove []string `json:"remove,omitempty" maxItems:"100" doc:"tag ids"`
	}
}

// Begin starts a draft with tags.
func (s *service) Begin(ctx context.Context, in *tagBeginInput) (*Run, error) {
	v, old, err := s.mine(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	p, err := s.marks(ctx, v, in.Body.Add, in.Body.Remove)
	if err != nil {
		return nil, err
	}
	p.Pairs = read[plan](old.Plan).Pairs
	if old.Total == old.Invalid {
		return nil, fault.New(fault.Conflict, "名单中没有可以打标签的客户")
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE tag_run SET state = 'running', plan = ? WHERE corp_id = ? AND id = ? AND state = 'draft'", text(p), old.Corp, old.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "这份名单已经开始或已取消")
		}
		web.Note(ctx, web.Change{Object: "tag:run:" + old.ID.String(), Name: old.Title, After: p})
		return s.goOn(ctx, tx, old, kindWork)
	})
	if err != nil {
		return nil, err
	}
	_, r, err := s.mine(ctx, in.ID)
	return &r, err
}
