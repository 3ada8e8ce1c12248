package tag

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type tagStatsInput struct {
	Members     []string `query:"member,explode" maxItems:"100" doc:"userids"`
	Departments []int64  `query:"department,explode" maxItems:"50" doc:"with all departments below"`
	Group       string   `query:"group" maxLength:"64" doc:"id of a tag group"`
}

// Stats are figures by tag, as counted last.
type Stats struct {
	Items   []TagFigure `json:"items" doc:"the most used first"`
	Tags    int         `json:"tags" doc:"tags that the viewer may see"`
	Used    int         `json:"used" doc:"of them those that some follow carries"`
	Counted int64       `json:"counted" doc:"unix ms when customers were last counted, 0 = never"`
}

// TagFigure is the figures of one tag.
type TagFigure struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Group   string `json:"group"`
	Own     bool   `json:"own"`
	Follows int64  `json:"follows" doc:"standing follows that carry it"`
	Fresh   int64  `json:"fresh" doc:"of them those that began in the last 30 days"`
}

// Stats shows the figures of all tags that the viewer may see, within his scope.
func (s *service) Stats(ctx context.Context, in *tagStatsInput) (*Stats, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	q := s.db.Read()
	library, err := mirror.TagLibrary(ctx, q, v.Corp)
	if err != nil {
		return nil, err
	}
	hidden, err := s.hidden(ctx, q, v)
	if err != nil {
		return nil, err
	}
	counts, err := s.countsOf(ctx, v, in)
	if err != nil {
		return nil, err
	}
	out := &Stats{Items: []TagFigure{}}
	if out.Counted, err = countedAt(ctx, q, v.Corp); err != nil {
		return nil, err
	}
	for _, g := range library {
		if hidden[g.ID] || in.Group != "" && g.ID != in.Group {
			continue
		}
		for _, t := range g.Tags {
			n := counts[t.ID]
			out.Tags++
			if n.Follows > 0 {
				out.Used++
			}
			out.Items = append(out.Items, TagFigure{t.ID, t.Name, g.Name, g.Own(), n.Follows, n.Fresh})
		}
	}
	slices.SortStableFunc(out.Items, func(a, b TagFigure) int { return cmp.Compare(b.Follows, a.Follows) })
	return out, nil
}

func (s *service) countsOf(ctx context.Context, v viewer.Viewer, in *tagStatsInput) (map[string]countRow, error) {
	if len(in.Members)+len(in.Departments) == 0 {
		return countsByTag(ctx, s.db.Read(), v)
	}
	members := in.Members
	if len(in.Departments) > 0 {
		below, err := mirror.MembersInDepartments(ctx, s.db.Read(), v.Corp, in.Departments)
		if err != nil {
			return nil, err
		}
		members = slices.Concat(members, below)
	}
	scope := v.Where("corp_id", "member_id")
	var rows []countRow
	err := s.db.Read().NewSelect().TableExpr("tag_count").
		ColumnExpr("tag, CAST(sum(follows) AS BIGINT) AS follows, CAST(sum(fresh) AS BIGINT) AS fresh").
		Where(scope.SQL, scope.Args...).Where("member_id IN (?)", bun.List(append(members, ""))).GroupExpr("tag").Scan(ctx, &rows)
	out := make(map[string]countRow, len(rows))
	for _, r := range rows {
		out[r.Tag] = r
	}
	return out, err
}

type tagOneStatsInput struct {
	ID string `path:"id" maxLength:"64"`
}

// TagStats is one tag in detail.
type TagStats struct {
	TagFigure
	Members []MemberFigure `json:"members" doc:"the most first, 200 at most"`
	Days    []DayFigure    `json:"days" doc:"of the last 30 days, oldest first"`
}

// MemberFigure is one member's part in a tag.
type MemberFigure struct {
	Member     string `json:"member"`
	Name       string `json:"name"`
	Department string `json:"department" doc:"the member's main department"`
	Follows    int64  `json:"follows"`
	Fresh      int64  `json:"fresh"`
}

// DayFigure is how many standing follows with the tag began on a day.
type DayFigure struct {
	Day   string `json:"day"`
	Added int64  `json:"added"`
}

// maxMembers is how many members are shown of one tag.
const maxMembers = 200

// TagStats shows one tag by member and by day, within the viewer's scope.
func (s *service) TagStats(ctx context.Context, in *tagOneStatsInput) (*TagStats, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	f, _, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	if f.tag == nil {
		return nil, fault.Missing("标签")
	}
	out := &TagStats{TagFigure: TagFigure{ID: in.ID, Name: f.tag.Name, Group: f.group.Name, Own: f.group.Own()}, Members: []MemberFigure{}, Days: []DayFigure{}}
	scope := v.Where("corp_id", "member_id")
	var rows []countRow
	if err := s.db.Read().NewSelect().TableExpr("tag_count").ColumnExpr("member_id, follows, fresh").Where(scope.SQL, scope.Args...).
		Where("tag = ?", in.ID).OrderExpr("follows DESC, member_id").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var members []string
	for _, r := range rows {
		out.Follows, out.Fresh = out.Follows+r.Follows, out.Fresh+r.Fresh
		members = append(members, r.Member)
	}
	members = members[:min(len(members), maxMembers)]
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	departments, err := mirror.MainDepartments(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	for _, r := range rows[:len(members)] {
		out.Members = append(out.Members, MemberFigure{r.Member, names[r.Member], departments[r.Member], r.Follows, r.Fresh})
	}
	out.Days, err = s.daysOf(ctx, v, in.ID)
	return out, err
}

// daysOf counts by day what the index of the tag holds of the last days.
func (s *service) daysOf(ctx context.Context, v viewer.Viewer, tag string) ([]DayFigure, error) {
	zone := s.corps.Location(ctx, v.Corp)
	now := s.clock.Now().In(zone)
	days, spans := make([]DayFigure, freshDays), make(db.Rows, freshDays)
	for i := range days {
		from := time.Date(now.Year(), now.Month(), now.Day()-freshDays+1+i, 0, 0, 0, 0, zone)
		days[i].Day = from.Format(time.DateOnly)
		spans[i] = []any{i, db.MS(from), db.MS(from.AddDate(0, 0, 1))}
	}
	scope := v.Where("f.corp_id", "f.member_id")
	added := s.db.Read().NewSelect().TableExpr("mirror_follow_tag AS ft").Join("JOIN mirror_follow AS f ON f.id = ft.follow_id").
		ColumnExpr("COUNT(*)").Where("ft.corp_id = ? AND ft.tag_id = ? AND ft.added_at >= d.column2 AND ft.added_at < d.column3", v.Corp, tag).
		Where("f.standing = 1").Where(scope.SQL, scope.Args...)
	var rows []struct {
		Day   int   `bun:"day"`
		Added int64 `bun:"added"`
	}
	// Both engines call the columns of VALUES column1 and so on.
	err := s.db.Read().NewSelect().With("d", s.db.Read().NewRaw("VALUES ?", spans)).TableExpr("d").
		ColumnExpr("d.column1 AS day, (?) AS added", added).Scan(ctx, &rows)
	for _, r := range rows {
		days[r.Day].Added = r.Added
	}
	return days, err
}

type tagRecountInput struct{}

// Recount counts anew, soon.
func (s *service) Recount(ctx context.Context, _ *tagRecountInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: "tag:count"})
		return s.askCount(ctx, tx, v.Corp)
	})
}
