package audit

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Filter narrows the list. Zero values do not narrow.
type Filter struct {
	Text      string      `query:"q" maxLength:"100" doc:"part of a name, an id, an address, a reference"`
	Member    string      `query:"member" maxLength:"64" doc:"userid of who acted"`
	Actor     string      `query:"actor" maxLength:"200" doc:"who acted, as the entries name him"`
	Operation string      `query:"operation" maxLength:"100" doc:"operation id, or its first half: all of a feature"`
	Object    string      `query:"object" maxLength:"200" doc:"<kind>:<id>"`
	Outcome   web.Outcome `query:"outcome" enum:"done,refused,failed,stopped"`
	Address   string      `query:"address" maxLength:"64"`
	From      int64       `query:"from" minimum:"0" doc:"at or after, unix ms"`
	To        int64       `query:"to" minimum:"0" doc:"before, unix ms"`
	Chain     string      `query:"chain" enum:"corp,installation" doc:"installation: what belongs to no corp, such as failed sign-ins"`
}

// ListInput is a page of the filtered list.
type ListInput struct {
	web.Paging
	Filter
}

// key is the place of an entry in the list, which runs from the newest back.
type key struct {
	At  int64 `json:"at"`
	Seq int64 `json:"seq"`
}

func placeOf(e entry) key { return key{e.At, e.Seq} }

// choice is a filter made ready: whose chain, and what the text matches.
type choice struct {
	Filter
	viewer viewer.Viewer
	corp   string
	match  search.Match
}

// mayInstallation is the permission to see what belongs to no corp. Those who hold it
// answer for the whole installation.
const mayInstallation = viewer.Installation + "audit"

// chainOf is the corp whose chain somebody asks for: his own, or that of the installation.
func chainOf(v viewer.Viewer, asked string) (string, error) {
	if asked != "installation" {
		return v.Corp, nil
	}
	if !v.Can(mayInstallation) {
		return "", fault.New(fault.Forbidden, "只有安装的所有者可以查看不属于任何企业的记录")
	}
	return "", nil
}

func (s *service) choose(ctx context.Context, f Filter) (choice, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return choice{}, err
	}
	c := choice{Filter: f, viewer: v}
	if c.corp, err = chainOf(v, f.Chain); err != nil {
		return c, err
	}
	c.match, err = s.search.Find(ctx, s.db.Read(), c.corp, slug, strings.TrimSpace(db.Clean(f.Text)))
	return c, err
}

// where begins a query for the chosen entries.
func (c choice) where(query *bun.SelectQuery) *bun.SelectQuery {
	// Of the corp, the acts of whom the viewer sees; what belongs to no corp has no member.
	who := c.viewer
	who.Corp = c.corp
	if c.corp == "" {
		who.Scope = viewer.Scope{Reach: viewer.All}
	}
	scope := who.Where("e.corp_id", "e.member_id")
	query = query.Where(scope.SQL, scope.Args...)
	for column, value := range map[string]string{"e.actor = ?": c.Actor, "e.object = ?": c.Object, "e.outcome = ?": string(c.Outcome), "e.address = ?": c.Address} {
		if value != "" {
			query = query.Where(column, value)
		}
	}
	if c.Member != "" {
		query = query.Where("e.actor = ?", "member:"+c.Member)
	}
	switch {
	case c.Operation == "":
	case strings.Contains(c.Operation, "."):
		query = query.Where("e.operation = ?", c.Operation)
	default:
		query = query.Where("e.operation >= ?", c.Operation+".").Where("e.operation < ?", c.Operation+"/")
	}
	if c.From != 0 {
		query = query.Where("e.at >= ?", c.From)
	}
	if c.To != 0 {
		query = query.Where("e.at < ?", c.To)
	}
	if !c.match.Everything() {
		sql, args := c.match.Condition("e.id")
		query = query.Where(sql, args...)
	}
	return query
}

// page gives the entries after a place, the newest first, at most limit.
func (c choice) page(ctx context.Context, q db.Querier, after *key, limit int) (rows []entry, err error) {
	query := c.where(q.NewSelect().Model(&rows)).OrderExpr("e.at DESC, e.seq DESC").Limit(int64(limit))
	if after != nil {
		query = query.Where("(e.at, e.seq) < (?, ?)", after.At, after.Seq)
	}
	err = query.Scan(ctx)
	return rows, err
}

// List shows the entries, the newest first.
func (s *service) List(ctx context.Context, in *ListInput) (*web.Page[View], error) {
	c, err := s.choose(ctx, in.Filter)
	if err != nil {
		return nil, err
	}
	after, err := web.After[key](in.Paging)
	if err != nil {
		return nil, err
	}
	rows, err := c.page(ctx, s.db.Read(), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, placeOf)
	out := &web.Page[View]{Items: make([]View, len(page.Items)), Next: page.Next}
	names, err := s.names(ctx, c.viewer, page.Items)
	for i := range page.Items {
		out.Items[i] = page.Items[i].view(names)
	}
	return out, err
}

// countLimit is where counting stops: beyond it a number says no more to people.
const countLimit = 10_000

// Count counts the filtered list.
func (s *service) Count(ctx context.Context, in *Filter) (*web.Total, error) {
	c, err := s.choose(ctx, *in)
	if err != nil {
		return nil, err
	}
	q := s.db.Read()
	found := c.where(q.NewSelect().TableExpr("audit_entry AS e").ColumnExpr("e.seq")).Limit(countLimit + 1)
	var n int64
	if err := q.NewSelect().ColumnExpr("count(*)").TableExpr("(?) AS found", found).Scan(ctx, &n); err != nil {
		return nil, err
	}
	return &web.Total{Count: min(n, countLimit), Exact: n <= countLimit}, nil
}

type oneInput struct {
	ID    id.ID  `path:"id"`
	Chain string `query:"chain" enum:"corp,installation"`
}

// Get shows one entry with its changes.
func (s *service) Get(ctx context.Context, in *oneInput) (*Detail, error) {
	c, err := s.choose(ctx, Filter{Chain: in.Chain})
	if err != nil {
		return nil, err
	}
	var row entry
	err = c.where(s.db.Read().NewSelect().Model(&row)).Where("e.id = ?", in.ID).Scan(ctx)
	if db.NoRows(err) {
		return nil, fault.Missing("操作记录")
	}
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx, c.viewer, []entry{row})
	if err != nil {
		return nil, err
	}
	d, err := row.detail(names)
	return &d, err
}

// OperationList is what can be chosen in the filter.
type OperationList struct {
	Items []OperationView `json:"items"`
}

// OperationView is an operation that is recorded.
type OperationView struct {
	Operation string `json:"operation"`
	Feature   string `json:"feature"`
	Summary   string `json:"summary"`
}

// Operations lists what is recorded: what people may call, feature by feature, and what the
// program has done by itself or on the terminal, as far as it stands in the log.
func (s *service) Operations(ctx context.Context, in *chainInput) (*OperationList, error) {
	_, corp, err := asked(ctx, in.Chain)
	if err != nil {
		return nil, err
	}
	list := &OperationList{}
	called := map[string]bool{}
	for _, r := range s.recorder.routes {
		called[r.Operation] = true
		if r.Audit {
			list.Items = append(list.Items, OperationView{Operation: r.Operation, Feature: r.Slug, Summary: r.Summary})
		}
	}
	// One step in the index for each operation, however many entries there are of it.
	var written []string
	err = s.db.Read().NewRaw(`WITH RECURSIVE found (operation) AS (
			SELECT MIN(operation) FROM audit_entry WHERE corp_id = ?
			UNION ALL
			SELECT (SELECT MIN(e.operation) FROM audit_entry AS e WHERE e.corp_id = ? AND e.operation > f.operation) FROM found AS f WHERE f.operation IS NOT NULL
		)
		SELECT operation FROM found WHERE operation IS NOT NULL`, corp, corp).Scan(ctx, &written)
	for _, operation := range written {
		if feature, _, is := strings.Cut(operation, "."); is && !called[operation] {
			list.Items = append(list.Items, OperationView{Operation: operation, Feature: feature, Summary: operation})
		}
	}
	return list, err
}
