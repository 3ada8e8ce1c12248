package customer

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// exportPage is how many rows are read at a time; memory does not grow with the file.
const exportPage = 500

// exports are both lists, as files.
func (s *service) exports() []feature.Export {
	one := func(key, zh, en string, l level) feature.Export {
		return feature.Export{
			Key: key, ZH: zh, EN: en, Permission: permissionExport,
			Columns: func(ctx context.Context, v viewer.Viewer) ([]feature.ExportColumn, error) {
				return s.exportColumns(ctx, v, l)
			},
			Check: func(ctx context.Context, q feature.ExportQuery) error {
				_, err := s.exportPlan(ctx, q, l)
				return err
			},
			Total: func(ctx context.Context, q feature.ExportQuery) (int64, error) { return s.exportTotal(ctx, q, l) },
			Rows:  func(ctx context.Context, q feature.ExportQuery) web.Rows { return s.exportRows(ctx, q, l) },
		}
	}
	return []feature.Export{
		one("customer.customers", "客户列表", "Customers", perCompany),
		one("customer.follows", "客户跟进列表", "Customers by follow", perFollow),
	}
}

// exportRow is a row of either list, with what is known of it.
type exportRow struct {
	follow     mirror.Follow // at company level the newest that matches
	customer   mirror.Customer
	memberName string
	members    []FollowerView
	tags       []mirror.FollowTag
}

type exportColumn struct {
	key    string
	head   word
	usual  bool
	levels []level
	cell   func(s exportSheet, r exportRow) any
}

// exportSheet is what cells need to know of the file.
type exportSheet struct {
	english bool
	zone    *time.Location
	phones  bool
	words   dictionary
}

func (s exportSheet) moment(ms int64) any {
	if ms == 0 {
		return nil
	}
	return db.FromMS(ms).In(s.zone)
}

// ownExportColumns are what the lists themselves know.
func ownExportColumns() []exportColumn {
	both, pair, company := []level{perFollow, perCompany}, []level{perFollow}, []level{perCompany}
	return []exportColumn{
		{"name", word{"客户", "Customer"}, true, both, func(_ exportSheet, r exportRow) any { return r.customer.Name }},
		{"type", word{"类型", "Type"}, true, both, func(s exportSheet, r exportRow) any { return s.words.types[r.customer.Type].in(s.english) }},
		{"gender", word{"性别", "Gender"}, false, both, func(s exportSheet, r exportRow) any { return s.words.genders[r.customer.Gender].in(s.english) }},
		{"company", word{"客户企业", "Customer's company"}, false, both, func(_ exportSheet, r exportRow) any { return r.customer.Company }},
		{"member", word{"跟进成员", "Member"}, true, pair, func(_ exportSheet, r exportRow) any { return r.memberName }},
		{"memberId", word{"成员账号", "Member's id"}, false, pair, func(_ exportSheet, r exportRow) any { return r.follow.Member }},
		{"members", word{"跟进成员", "Members"}, true, company, func(_ exportSheet, r exportRow) any {
			names := make([]string, 0, len(r.members))
			for _, m := range r.members {
				if m.Standing.Open() {
					names = append(names, m.Name)
				}
			}
			return strings.Join(names, "、")
		}},
		{"remark", word{"备注", "Remark"}, true, pair, func(_ exportSheet, r exportRow) any { return r.follow.Remark }},
		{"description", word{"描述", "Description"}, false, pair, func(_ exportSheet, r exportRow) any { return r.follow.Description }},
		{"remarkCompany", word{"备注企业", "Company, as noted"}, false, pair, func(_ exportSheet, r exportRow) any { return r.follow.Company }},
		{"mobiles", word{"备注电话", "Telephone numbers"}, true, pair, func(s exportSheet, r exportRow) any {
			numbers := r.follow.Mobiles()
			if !s.phones {
				numbers = viewer.MaskPhones(numbers)
			}
			return strings.Join(numbers, "、")
		}},
		{"tags", word{"标签", "Tags"}, true, both, func(_ exportSheet, r exportRow) any {
			names := make([]string, len(r.tags))
			for i, t := range r.tags {
				names[i] = t.Name
			}
			return strings.Join(names, "、")
		}},
		{"addWay", word{"添加方式", "Added by"}, true, both, func(s exportSheet, r exportRow) any { return s.words.way(r.follow.AddWay).in(s.english) }},
		{"addedAt", word{"添加时间", "Added"}, true, both, func(s exportSheet, r exportRow) any { return s.moment(beginOf(r.follow)) }},
		{"standing", word{"状态", "State"}, true, both, func(s exportSheet, r exportRow) any { return s.words.standings[r.follow.Standing].in(s.english) }},
		{"endedAt", word{"结束时间", "Ended"}, false, both, func(s exportSheet, r exportRow) any { return s.moment(r.follow.EndedAt) }},
		{"external", word{"客户 ID", "Customer's id"}, false, both, func(_ exportSheet, r exportRow) any { return r.customer.Customer }},
		{"unionid", word{"unionid", "unionid"}, false, both, func(_ exportSheet, r exportRow) any { return r.customer.UnionID }},
	}
}

// exportColumns are the lists' own, then what other features know.
func (s *service) exportColumns(ctx context.Context, v viewer.Viewer, l level) ([]feature.ExportColumn, error) {
	var all []feature.ExportColumn
	for _, c := range ownExportColumns() {
		if slices.Contains(c.levels, l) {
			all = append(all, feature.ExportColumn{Key: c.key, ZH: c.head[0], EN: c.head[1], Chosen: c.usual})
		}
	}
	more, err := s.toldColumns(ctx, v)
	for _, c := range more {
		all = append(all, feature.ExportColumn{Key: c.Key, ZH: c.ZH, EN: c.EN})
	}
	return all, err
}

// toldColumns are what other features say of a customer: in a file badges are columns too.
func (s *service) toldColumns(ctx context.Context, v viewer.Viewer) ([]ask.Column, error) {
	all, err := s.asks.Columns(ctx, v)
	return slices.Concat(s.asks.Badges(v), all), err
}

// exportPlan reads the filter that a page sent: the list's rule.
func (s *service) exportPlan(ctx context.Context, q feature.ExportQuery, l level) (*plan, error) {
	var in struct {
		Rule json.RawMessage `json:"rule"`
	}
	d := json.NewDecoder(bytes.NewReader(q.Filter))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return nil, fault.New(fault.Invalid, "导出的筛选条件无法识别").Because(err)
	}
	return s.prepare(ctx, q.Viewer, Filter{Rule: string(in.Rule), AddWay: -1}, l)
}

// exportTotal is about how many rows there will be: counting stops where counts do.
func (s *service) exportTotal(ctx context.Context, q feature.ExportQuery, l level) (int64, error) {
	p, err := s.exportPlan(ctx, q, l)
	if err != nil || p.nothing {
		return 0, err
	}
	var n int64
	if err := p.counted(exactUpTo+1).Scan(ctx, &n); err != nil {
		return 0, err
	}
	if n > exactUpTo {
		return 0, nil // more than that: nobody knows
	}
	return n, nil
}

// exportRows reads the list in its own order, page by page.
func (s *service) exportRows(ctx context.Context, q feature.ExportQuery, l level) web.Rows {
	return func(yield func([]any, error) bool) {
		p, err := s.exportPlan(ctx, q, l)
		if err != nil || p.nothing {
			if err != nil {
				yield(nil, err)
			}
			return
		}
		more, err := s.toldColumns(ctx, q.Viewer)
		if err != nil {
			yield(nil, err)
			return
		}
		sheet := exportSheet{english: q.English, zone: s.corps.Location(ctx, q.Viewer.Corp), phones: q.Viewer.Can(viewer.PermissionPhone), words: words()}
		for after := (*cursor)(nil); ; {
			keys, err := p.page(ctx, after, exportPage)
			var rows []exportRow
			if err == nil {
				rows, err = s.exported(ctx, q.Viewer, keys, l)
			}
			var cells [][]any
			if err == nil {
				cells, err = s.exportCells(ctx, q, sheet, rows, more)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, line := range cells {
				if !yield(line, nil) {
					return
				}
			}
			if len(keys) < exportPage {
				return
			}
			after = &keys[len(keys)-1]
		}
	}
}

// exported finds what the rows of one page hold: a few queries, however many rows.
func (s *service) exported(ctx context.Context, v viewer.Viewer, keys []cursor, l level) ([]exportRow, error) {
	rows := make([]exportRow, 0, len(keys))
	if l == perFollow {
		views, err := s.followViews(ctx, v, keys)
		if err != nil {
			return nil, err
		}
		var externals []string
		for _, x := range views {
			externals = append(externals, x.Customer)
		}
		people, err := mirror.Customers(ctx, s.db.Read(), v.Corp, externals)
		for _, x := range views {
			rows = append(rows, exportRow{follow: x.Follow, customer: people[x.Customer], memberName: x.MemberName, tags: x.Tags})
		}
		return rows, err
	}
	views, err := s.customerViews(ctx, v, keys)
	if err != nil {
		return nil, err
	}
	for _, x := range views {
		rows = append(rows, exportRow{follow: x.newest, customer: x.Customer, members: x.Members, tags: x.Tags})
	}
	return rows, nil
}

// exportCells fills the columns in the order of the file.
func (s *service) exportCells(ctx context.Context, q feature.ExportQuery, sheet exportSheet, rows []exportRow, more []ask.Column) ([][]any, error) {
	own := map[string]exportColumn{}
	for _, c := range ownExportColumns() {
		own[c.key] = c
	}
	pairs := make([]ask.Pair, len(rows))
	lines := make([][]any, len(rows))
	for i, r := range rows {
		pairs[i] = ask.Pair{Follow: r.follow.ID, CustomerID: r.customer.ID, Customer: r.customer.Customer, Member: r.follow.Member}
		lines[i] = make([]any, len(q.Columns))
	}
	for at, key := range q.Columns {
		if c, known := own[key]; known {
			for i, r := range rows {
				lines[i][at] = c.cell(sheet, r)
			}
			continue
		}
		for _, c := range more {
			if c.Key != key {
				continue
			}
			cells, err := c.Cells(ctx, ask.CellsQuery{Viewer: q.Viewer, Read: s.db.Read(), Pairs: pairs, English: q.English})
			if err != nil {
				return nil, err
			}
			for i, p := range pairs {
				lines[i][at] = cells[p.Follow]
			}
		}
	}
	return lines, nil
}
