package transfer

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// LeaverFilter narrows the leavers.
type LeaverFilter struct {
	Text       string `query:"q" maxLength:"50" doc:"part of the name, userid or pinyin"`
	Department int64  `query:"department" doc:"of this department and those below"`
	State      string `query:"state" enum:"open,all" default:"open" doc:"open: with customers or groups that nobody took over"`
}

// LeaverView is a member who left, with what he still holds.
type LeaverView struct {
	Member     string    `json:"member" doc:"userid"`
	Name       string    `json:"name"`
	Avatar     string    `json:"avatar"`
	Department string    `json:"department" doc:"the main one he was in"`
	LeftAt     time.Time `json:"leftAt"`
	Customers  int64     `json:"customers" doc:"that nobody took over (待分配客户)"`
	Groups     int64     `json:"groups" doc:"that nobody took over (待分配群)"`
	OnTheWay   int64     `json:"onTheWay" doc:"customers and groups of these that are being handed over now"`
}

type leaverKey struct {
	LeftAt int64  `json:"l"`
	Member string `json:"m"`
}

type leaversInput struct {
	web.Paging
	LeaverFilter
}

type countLeaversInput struct{ LeaverFilter }

// leavers is the query within the viewer's scope.
func leavers(ctx context.Context, q db.Querier, v viewer.Viewer, f LeaverFilter) (*bun.SelectQuery, error) {
	scope := v.Where("l.corp_id", "l.member_id")
	query := q.NewSelect().TableExpr("transfer_leaver AS l").
		Join("LEFT JOIN mirror_member AS m ON m.corp_id = l.corp_id AND m.id = l.member_id").Where(scope.SQL, scope.Args...)
	if f.State != "all" {
		query = query.Where(`(EXISTS (SELECT 1 FROM transfer_unassigned AS u WHERE u.corp_id = l.corp_id AND u.member_id = l.member_id)
			OR EXISTS (SELECT 1 FROM mirror_group AS g WHERE g.corp_id = l.corp_id AND g.owner_id = l.member_id AND g.dissolved_at = 0))`)
	}
	if words := strings.ToLower(strings.TrimSpace(db.Clean(f.Text))); words != "" {
		like := likeOf(words)
		query = query.Where(`(lower(COALESCE(m.name, '')) LIKE ? ESCAPE '!' OR lower(l.member_id) LIKE ? ESCAPE '!' OR lower(COALESCE(m.pinyin, '')) LIKE ? ESCAPE '!')`, like, like, like)
	}
	if f.Department != 0 {
		below, err := departmentsBelow(ctx, q, v.Corp, f.Department)
		if err != nil {
			return nil, err
		}
		query = query.Where(`EXISTS (SELECT 1 FROM mirror_member_department AS md WHERE md.corp_id = l.corp_id AND md.member_id = l.member_id AND md.department_id IN (?))`, bun.List(below))
	}
	return query, nil
}

// likeOf is a pattern that finds the words anywhere.
func likeOf(words string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(words) + "%"
}

// departmentsBelow gives a department and all below it.
func departmentsBelow(ctx context.Context, q db.Querier, corp string, department int64) ([]int64, error) {
	tree, err := mirror.Departments(ctx, q, corp)
	below := []int64{department}
	for n := 0; n < len(below); n++ {
		for _, d := range tree {
			if d.Parent == below[n] && d.ID != d.Parent && len(below) <= len(tree) {
				below = append(below, d.ID)
			}
		}
	}
	return below, err
}

// Leavers lists members who left, the latest first.
func (s *service) Leavers(ctx context.Context, in *leaversInput) (*web.Page[LeaverView], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, paged, err := web.DecodeCursor[leaverKey](in.After)
	if err != nil {
		return nil, err
	}
	query, err := leavers(ctx, s.db.Read(), v, in.LeaverFilter)
	if err != nil {
		return nil, err
	}
	query = query.ColumnExpr("l.member_id, l.left_at").OrderExpr("l.left_at DESC, l.member_id").Limit(int64(in.Limit + 1))
	if paged {
		query = query.Where("(l.left_at < ? OR l.left_at = ? AND l.member_id > ?)", after.LeftAt, after.LeftAt, after.Member)
	}
	var rows []struct {
		Member string `bun:"member_id"`
		LeftAt int64  `bun:"left_at"`
	}
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	views := make([]LeaverView, len(rows))
	members := make([]string, len(rows))
	for i, r := range rows {
		members[i], views[i] = r.Member, LeaverView{Member: r.Member, Name: r.Member, LeftAt: db.FromMS(r.LeftAt)}
	}
	if err := s.dressLeavers(ctx, v.Corp, members, views); err != nil {
		return nil, err
	}
	page := web.NewPage(views, in.Limit, func(l LeaverView) leaverKey { return leaverKey{db.MS(l.LeftAt), l.Member} })
	return &page, nil
}

func (s *service) dressLeavers(ctx context.Context, corp string, members []string, views []LeaverView) error {
	if len(members) == 0 {
		return nil
	}
	q := s.db.Read()
	known, err := mirror.MembersByID(ctx, q, corp, members)
	if err != nil {
		return err
	}
	departments, err := mirror.MainDepartments(ctx, q, corp, members)
	if err != nil {
		return err
	}
	customers, err := countBy(ctx, q, `SELECT member_id AS k, COUNT(*) AS n FROM transfer_unassigned WHERE corp_id = ? AND member_id IN (?) GROUP BY member_id`, corp, bun.List(members))
	if err != nil {
		return err
	}
	groups, err := countBy(ctx, q, `SELECT owner_id AS k, COUNT(*) AS n FROM mirror_group WHERE corp_id = ? AND owner_id IN (?) AND dissolved_at = 0 GROUP BY owner_id`, corp, bun.List(members))
	if err != nil {
		return err
	}
	moving, err := countBy(ctx, q, `SELECT from_member AS k, COUNT(*) AS n FROM transfer_item WHERE corp_id = ? AND from_member IN (?)
		AND state IN ('planned', 'sent', 'waiting') GROUP BY from_member`, corp, bun.List(members))
	for i, m := range members {
		l := &views[i]
		l.Department, l.Customers, l.Groups, l.OnTheWay = departments[m], customers[m], groups[m], moving[m]
		if k, ok := known[m]; ok && k.Name != "" {
			l.Name, l.Avatar = k.Name, k.Avatar
		}
	}
	return err
}

// exactUpTo is where counting stops: a number beyond it helps nobody and costs a walk.
const exactUpTo = 10_000

// CountLeavers counts the rows of Leavers.
func (s *service) CountLeavers(ctx context.Context, in *countLeaversInput) (*web.Total, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	query, err := leavers(ctx, s.db.Read(), v, in.LeaverFilter)
	if err != nil {
		return nil, err
	}
	return s.total(ctx, query)
}

func (s *service) total(ctx context.Context, rows *bun.SelectQuery) (*web.Total, error) {
	var n int64
	err := s.db.Read().NewRaw("SELECT COUNT(*) FROM (?) AS r", rows.ColumnExpr("1").Limit(exactUpTo+1)).Scan(ctx, &n)
	return &web.Total{Count: min(n, exactUpTo), Exact: n <= exactUpTo}, err
}
