package profile

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// matched is the customer of a line, or why there is none.
type matched struct {
	customer string
	reason   web.Because
}

// match finds the customers of some lines, in a few queries for all of them. Only customers
// in the viewer's scope are found.
func (s *service) match(ctx context.Context, v viewer.Viewer, p plan, fields []Field, step []line) ([]matched, error) {
	keys := make([]string, len(step))
	for i, l := range step {
		keys[i] = l.At(p.Key)
		if p.Match == byPhone {
			keys[i] = digits(keys[i])
		}
	}
	var found map[string][]string // key → customers
	var err error
	switch p.Match {
	case byExternal:
		found, err = s.byColumn(ctx, v, "customer", keys)
	case byUnion:
		found, err = s.byColumn(ctx, v, "unionid", keys)
	case byPhone:
		found, err = s.byNumber(ctx, v, fields, keys)
	default:
		return s.byRemarks(ctx, v, p, step)
	}
	if err != nil {
		return nil, err
	}
	return s.only(ctx, v, keys, found)
}

// byColumn finds customers by a column of theirs.
func (s *service) byColumn(ctx context.Context, v viewer.Viewer, column string, keys []string) (map[string][]string, error) {
	found := map[string][]string{}
	wanted := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(keys))), func(k string) bool { return k == "" })
	if len(wanted) == 0 {
		return found, nil
	}
	var rows []struct {
		Key      string `bun:"key"`
		Customer string `bun:"customer"`
	}
	err := s.db.Read().NewRaw(`SELECT ? AS key, customer FROM mirror_customer WHERE corp_id = ? AND ? IN (?) ORDER BY id`,
		bun.Ident(column), v.Corp, bun.Ident(column), bun.List(wanted)).Scan(ctx, &rows)
	for _, r := range rows {
		found[r.Key] = append(found[r.Key], r.Customer)
	}
	return found, err
}

// byNumber finds customers by telephone: in the corp's own fields, and in what members noted.
func (s *service) byNumber(ctx context.Context, v viewer.Viewer, fields []Field, keys []string) (map[string][]string, error) {
	wanted := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(keys))), func(k string) bool { return len(k) < 5 })
	var phones []id.ID
	for _, f := range fields {
		if f.Kind == Phone && f.seenBy(v) {
			phones = append(phones, f.ID)
		}
	}
	found, err := holders(ctx, s.db.Read(), v.Corp, phones, wanted)
	if err != nil {
		return nil, err
	}
	noted, err := s.mirror.FollowsByPhone(ctx, s.db.Read(), v.Corp, wanted)
	for number, follows := range noted {
		for _, f := range follows {
			found[number] = append(found[number], f.Customer)
		}
	}
	return found, err
}

// holders are the customers who have one of these numbers in one of these fields, by number.
func holders(ctx context.Context, q db.Querier, corp string, fields []id.ID, numbers []string) (map[string][]string, error) {
	found := map[string][]string{}
	if len(fields) == 0 || len(numbers) == 0 {
		return found, nil
	}
	var rows []struct {
		Token    string `bun:"token"`
		Customer string `bun:"customer"`
	}
	err := q.NewRaw(`SELECT token, customer FROM profile_value WHERE corp_id = ? AND field_id IN (?) AND token IN (?)`,
		corp, bun.List(fields), bun.List(numbers)).Scan(ctx, &rows)
	for _, r := range rows {
		found[r.Token] = append(found[r.Token], r.Customer)
	}
	return found, err
}

// only settles for each key on the one customer in scope that it means.
func (s *service) only(ctx context.Context, v viewer.Viewer, keys []string, found map[string][]string) ([]matched, error) {
	var all []string
	for _, customers := range found {
		all = append(all, customers...)
	}
	within, err := s.inScope(ctx, v, all)
	if err != nil {
		return nil, err
	}
	groups, err := groupsOf(ctx, s.db.Read(), v.Corp, all)
	if err != nil {
		return nil, err
	}
	result := make([]matched, len(keys))
	for i, k := range keys {
		mains := map[string]string{} // of the person → the record
		for _, c := range found[k] {
			if within[c] {
				mains[groups[c][0]] = c
			}
		}
		switch {
		case k == "":
			result[i].reason = web.Why("keyEmpty")
		case len(mains) == 0:
			result[i].reason = web.Why("nobody")
		case len(mains) > 1:
			result[i].reason = web.Why("manyMatch", "n", strconv.Itoa(len(mains)))
		default:
			for _, c := range mains {
				result[i].customer = c
			}
		}
	}
	return result, nil
}

// byRemarks finds customers by the remark that a named member gave them.
func (s *service) byRemarks(ctx context.Context, v viewer.Viewer, p plan, step []line) ([]matched, error) {
	members, err := s.membersNamed(ctx, v)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(step))
	var who, remarks []string
	for i, l := range step {
		member, remark := members[strings.ToLower(l.At(p.Member))], l.At(p.Key)
		if member == "" || remark == "" {
			continue
		}
		keys[i] = member + "\x00" + remark
		who, remarks = append(who, member), append(remarks, remark)
	}
	found := map[string][]string{}
	if len(who) > 0 {
		scope := v.Where("f.corp_id", "f.member_id")
		var rows []struct {
			Member   string `bun:"member_id"`
			Remark   string `bun:"remark"`
			Customer string `bun:"customer"`
		}
		err := s.db.Read().NewSelect().ColumnExpr("f.member_id, f.remark, f.customer").TableExpr("mirror_follow AS f").
			Where(scope.SQL, scope.Args...).Where("f.member_id IN (?) AND f.remark IN (?)", bun.List(who), bun.List(remarks)).Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			key := r.Member + "\x00" + r.Remark
			found[key] = append(found[key], r.Customer)
		}
	}
	result, err := s.only(ctx, v, keys, found)
	for i, l := range step {
		if err == nil && members[strings.ToLower(l.At(p.Member))] == "" {
			result[i] = matched{reason: web.Why("noMember", "member", clipped(l.At(p.Member)))}
		}
	}
	return result, err
}

// membersNamed are the members in scope by userid and, where nobody else is called so, by
// name, in lower case.
func (s *service) membersNamed(ctx context.Context, v viewer.Viewer) (map[string]string, error) {
	scope := v.Where("m.corp_id", "m.id")
	var rows []struct {
		ID   string `bun:"id"`
		Name string `bun:"name"`
	}
	err := s.db.Read().NewSelect().ColumnExpr("m.id, m.name").TableExpr("mirror_member AS m").Where(scope.SQL, scope.Args...).Scan(ctx, &rows)
	named := map[string]string{}
	for _, r := range rows {
		name := strings.ToLower(r.Name)
		if _, taken := named[name]; taken {
			named[name] = ""
			continue
		}
		named[name] = r.ID
	}
	for _, r := range rows {
		named[strings.ToLower(r.ID)] = r.ID
	}
	return named, err
}
