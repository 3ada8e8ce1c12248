package profile

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// followsOf goes on from records that an index finds, called x, to their follows.
const followsOf = " CROSS JOIN mirror_customer AS p CROSS JOIN mirror_follow AS a WHERE p.corp_id = x.corp_id AND p.customer = x.customer AND a.customer_id = p.id AND x.corp_id = ?"

func amongBlacklisted(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if !flag(t) {
		return viewer.Condition{}, nil
	}
	return viewer.Condition{SQL: "SELECT a.id FROM profile_person AS x" + followsOf + " AND x.blacklisted_at > 0", Args: []any{t.Viewer.Corp}}, nil
}

// amongDuplicates walks through the unionids in their index, which costs less than asking
// every customer for others of his.
func amongDuplicates(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if !flag(t) {
		return viewer.Condition{}, nil
	}
	return viewer.Condition{
		SQL: `SELECT a.id FROM (SELECT x.unionid FROM mirror_customer AS x WHERE x.corp_id = ? AND x.unionid > '' GROUP BY x.unionid HAVING COUNT(*) > 1) AS u
			CROSS JOIN mirror_customer AS p CROSS JOIN mirror_follow AS a WHERE p.corp_id = ? AND p.unionid = u.unionid AND a.customer_id = p.id`,
		Args: []any{t.Viewer.Corp, t.Viewer.Corp},
	}, nil
}

// among are the follows whose record has a value that may match: the very values where an
// index knows them, else whatever the field holds, which is often filled in for few.
func (f Field) among(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op == ask.OpEmpty || t.Op == ask.OpNone || f.Kind == File && !flag(t) {
		return viewer.Condition{}, nil
	}
	corp := t.Viewer.Corp
	switch {
	case len(t.Values) == 0:
	case f.Kind == Choice || f.Kind == Multi:
		return amongTokens(corp, f, t.Values...), nil
	case t.Op == ask.OpIs && f.Kind == Phone:
		return amongTokens(corp, f, digits(t.Values[0])), nil
	case t.Op == ask.OpIs && (f.Kind == Text || f.Kind == Address):
		return amongTokens(corp, f, folded(t.Values[0])), nil
	default: // numbers, days and parts of texts
	}
	return viewer.Condition{SQL: ownValue + " UNION ALL " + sharedValue, Args: []any{corp, f.ID, corp, f.ID}}, nil
}

// The follows of records that have a value of a field, and of those that share the profile
// of such a record.
const (
	ownValue    = "SELECT a.id FROM profile_value AS x" + followsOf + " AND x.field_id = ?"
	sharedValue = `SELECT a.id FROM profile_value AS x CROSS JOIN profile_person AS pp CROSS JOIN mirror_customer AS p CROSS JOIN mirror_follow AS a
		WHERE pp.corp_id = x.corp_id AND pp.main = x.customer AND pp.main <> '' AND p.corp_id = x.corp_id AND p.customer = pp.customer AND a.customer_id = p.id
		AND x.corp_id = ? AND x.field_id = ?`
	ofValue = " AND x.token IN (?)"
)

func amongTokens(corp string, f Field, tokens ...string) viewer.Condition {
	return viewer.Condition{
		SQL:  ownValue + ofValue + " UNION ALL " + sharedValue + ofValue,
		Args: []any{corp, f.ID, bun.List(tokens), corp, f.ID, bun.List(tokens)},
	}
}
