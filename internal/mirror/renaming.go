package mirror

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// This file is how features follow a member to another userid in their own tables: each
// lists its columns that name members, and hears event.MemberChanged with Renamed.

// Form is how a column names a member.
type Form int

// The forms.
const (
	AsUserID Form = iota // zhang
	AsActor              // member:zhang, see viewer.Actor
	AsList               // a JSON array of userids
	AsJSON               // JSON with userids under the keys member and members, or in the values of a rule about the member (ask.Rule)
)

// Pages are how the rows of a column are gone through.
type Pages int

// The ways.
const (
	AtOnce      Pages = iota // so few that one statement does it
	ByCustomer               // by the customers of the member: the table has an index by customer
	ByPrimaryID              // by the column id, for tables with an index by the member
)

// Named is a column of a feature in which members are named.
type Named struct {
	Table, Column string
	Form          Form
	Pages         Pages
	// Beside are the other columns of a unique key, without the corp: where a row stands
	// under the new userid already, the one of the old goes. Empty: the column alone is unique.
	Beside []string
}

// renamePage is how many rows one transaction moves by their id.
const renamePage = 500

// Renamed is a listener that puts a member's new userid into columns. Twice is harmless: the
// second time nothing stands under the old one.
func Renamed(d *db.DB, columns ...Named) func(context.Context, event.MemberChanged) error {
	return func(ctx context.Context, e event.MemberChanged) error {
		if e.WasMember == "" || e.WasMember == e.Member {
			return nil
		}
		for _, n := range columns {
			if err := n.follow(ctx, d, e); err != nil {
				return err
			}
		}
		return nil
	}
}

func (n Named) follow(ctx context.Context, d *db.DB, e event.MemberChanged) error {
	table, column := bun.Ident(n.Table), bun.Ident(n.Column)
	was, is := e.WasMember, e.Member
	switch n.Form {
	case AsActor:
		was, is = "member:"+was, "member:"+is
	case AsList, AsJSON:
		return n.rewrite(ctx, d, e)
	case AsUserID:
	}
	if n.Pages == ByPrimaryID {
		for more := true; more; {
			if err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
				if err := n.makeRoom(ctx, tx, e.Corp, was, is); err != nil {
					return err
				}
				done, err := tx.NewRaw("UPDATE ? SET ? = ? WHERE id IN (SELECT id FROM ? WHERE corp_id = ? AND ? = ? LIMIT ?)",
					table, column, is, table, e.Corp, column, was, renamePage).Exec(ctx)
				if err != nil {
					return err
				}
				moved, err := done.RowsAffected()
				more = moved == renamePage
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	}
	if n.Pages == ByCustomer {
		return ByCustomers(ctx, d, e.Corp, []string{e.Member, e.WasMember}, func(ctx context.Context, tx db.Tx, customers []string) error {
			if err := n.makeRoom(ctx, tx, e.Corp, was, is, customers...); err != nil {
				return err
			}
			_, err := tx.NewRaw("UPDATE ? SET ? = ? WHERE corp_id = ? AND ? = ? AND customer IN (?)",
				table, column, is, e.Corp, column, was, bun.List(customers)).Exec(ctx)
			return err
		})
	}
	return d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := n.makeRoom(ctx, tx, e.Corp, was, is); err != nil {
			return err
		}
		_, err := tx.NewRaw("UPDATE ? SET ? = ? WHERE corp_id = ? AND ? = ?", table, column, is, e.Corp, column, was).Exec(ctx)
		return err
	})
}

// makeRoom removes rows under the old name beside which one of the new stands.
func (n Named) makeRoom(ctx context.Context, tx db.Tx, corp, was, is string, customers ...string) error {
	if n.Beside == nil {
		return nil
	}
	column := bun.Ident(n.Column)
	other := tx.NewSelect().TableExpr("? AS n", bun.Ident(n.Table)).ColumnExpr("1").
		Where("n.corp_id = o.corp_id").Where("n.? = ?", column, is)
	for _, c := range n.Beside {
		other = other.Where("n.? = o.?", bun.Ident(c), bun.Ident(c))
	}
	gone := tx.NewDelete().TableExpr("? AS o", bun.Ident(n.Table)).Where("o.corp_id = ?", corp).Where("o.? = ?", column, was).Where("EXISTS (?)", other)
	if len(customers) > 0 {
		gone = gone.Where("o.customer IN (?)", bun.List(customers))
	}
	_, err := gone.Exec(ctx)
	return err
}

// rewrite goes through the few rows whose JSON holds the old userid.
func (n Named) rewrite(ctx context.Context, d *db.DB, e event.MemberChanged) error {
	table, column := bun.Ident(n.Table), bun.Ident(n.Column)
	quoted := func(userid string) string { return `"` + userid + `"` }
	var texts []string
	err := d.Read().NewRaw("SELECT DISTINCT ? FROM ? WHERE corp_id = ? AND replace(?, ?, '') <> ?",
		column, table, e.Corp, column, quoted(e.WasMember), column).Scan(ctx, &texts)
	if err != nil || len(texts) == 0 {
		return err
	}
	return d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, text := range texts {
			now, err := n.reworded(text, e.WasMember, e.Member)
			if err != nil {
				return err
			}
			if _, err := tx.NewRaw("UPDATE ? SET ? = ? WHERE corp_id = ? AND ? = ?", table, column, now, e.Corp, column, text).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (n Named) reworded(text, was, is string) (string, error) {
	var v any
	in := json.NewDecoder(strings.NewReader(text))
	in.UseNumber() // ids are longer than a float is exact
	if err := in.Decode(&v); err != nil && err != io.EOF {
		return "", err
	}
	v = reworded(v, n.Form == AsList, was, is)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSuffix(out.String(), "\n"), err
}

// reworded is a value with the new userid in place of the old: where here says so, and where
// AsJSON does.
func reworded(v any, here bool, was, is string) any {
	switch v := v.(type) {
	case string:
		if here && strings.EqualFold(v, was) {
			return is
		}
	case []any:
		out := make([]any, 0, len(v))
		for _, x := range v {
			x = reworded(x, here, was, is)
			if _, plain := x.(string); plain && here && slices.Contains(out, x) {
				continue // he stood there under both
			}
			out = append(out, x)
		}
		return out
	case map[string]any:
		rule := v["field"] == "member"
		for key, x := range v {
			v[key] = reworded(x, strings.EqualFold(key, "member") || strings.EqualFold(key, "members") || rule && key == "values", was, is)
		}
	}
	return v
}
