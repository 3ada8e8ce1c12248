package profile

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// hasValue begins at the row of a follow and looks its customer's values up by their key.
// A record that shares the profile of another is told by the values of that one.
const hasValue = `SELECT 1 FROM profile_value AS pv WHERE pv.corp_id = {f}.corp_id
	AND pv.customer = COALESCE((SELECT pp.main FROM profile_person AS pp WHERE pp.corp_id = {f}.corp_id AND pp.customer = {f}.customer AND pp.main <> ''), {f}.customer)
	AND pv.field_id = ?`

// fields answers by which fields customers can be told apart: those that the viewer sees.
func (s *service) fields(ctx context.Context, v viewer.Viewer) ([]ask.Field, error) {
	all := []ask.Field{
		{Key: "profile.blacklisted", Kind: ask.KindFlag, Where: blacklistedWhere, Among: amongBlacklisted},
		{Key: "profile.duplicate", Kind: ask.KindFlag, Where: duplicateWhere, Among: amongDuplicates},
	}
	own, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	for _, f := range own {
		if f.Archived || !f.seenBy(v) {
			continue
		}
		a := ask.Field{Key: "profile." + f.ID.String(), Name: f.Name, Kind: askKinds()[f.Kind], Where: f.where, Among: f.among}
		if f.Kind == Phone {
			a.Permission = viewer.PermissionPhone // else a number could be guessed digit by digit
			a.Holders = func(ctx context.Context, q db.Querier, numbers []string) (map[string][]string, error) {
				return holders(ctx, q, v.Corp, []id.ID{f.ID}, numbers)
			}
		}
		for _, o := range f.Options {
			a.Options = append(a.Options, ask.Choice{Value: o.Key, Name: o.Name})
		}
		all = append(all, a)
	}
	return all, nil
}

func askKinds() map[Kind]ask.Kind {
	return map[Kind]ask.Kind{
		Text: ask.KindText, Address: ask.KindText, Phone: ask.KindText, Number: ask.KindNumber, Date: ask.KindDate,
		Choice: ask.KindChoice, Multi: ask.KindChoice, File: ask.KindFlag,
	}
}

// on puts the alias of the follow into a condition.
func on(t ask.Test, sql string, args ...any) viewer.Condition {
	return viewer.Condition{SQL: strings.ReplaceAll(sql, "{f}", t.Follow), Args: args}
}

func blacklistedWhere(_ context.Context, t ask.Test) (viewer.Condition, error) {
	const is = `EXISTS (SELECT 1 FROM profile_person AS pp WHERE pp.corp_id = {f}.corp_id AND pp.customer = {f}.customer AND pp.blacklisted_at > 0)`
	if flag(t) {
		return on(t, is), nil
	}
	return on(t, "NOT "+is), nil
}

func duplicateWhere(_ context.Context, t ask.Test) (viewer.Condition, error) {
	const is = `EXISTS (SELECT 1 FROM mirror_customer AS mc JOIN mirror_customer AS other ON other.corp_id = mc.corp_id AND other.unionid = mc.unionid AND other.id <> mc.id
		WHERE mc.id = {f}.customer_id AND mc.unionid <> '')`
	if flag(t) {
		return on(t, is), nil
	}
	return on(t, "NOT "+is), nil
}

func flag(t ask.Test) bool { return len(t.Values) > 0 && t.Values[0] == "true" }

// where turns a comparison with the field into SQL on a follow.
func (f Field) where(_ context.Context, t ask.Test) (viewer.Condition, error) {
	switch {
	case t.Op == ask.OpSet, f.Kind == File && flag(t):
		return on(t, "EXISTS ("+hasValue+")", f.ID), nil
	case t.Op == ask.OpEmpty, f.Kind == File:
		return on(t, "NOT EXISTS ("+hasValue+")", f.ID), nil
	}
	switch f.Kind {
	case Choice, Multi:
		if t.Op == ask.OpNone {
			return on(t, "NOT EXISTS ("+hasValue+" AND pv.token IN (?))", f.ID, bun.List(t.Values)), nil
		}
		return on(t, "EXISTS ("+hasValue+" AND pv.token IN (?))", f.ID, bun.List(t.Values)), nil
	case Number, Date:
		return f.between(t)
	default: // the rest is text, below
	}
	if len(t.Values) == 0 {
		return viewer.Condition{}, fault.New(fault.Invalid, "请填写要比较的内容")
	}
	value := t.Values[0]
	if f.Kind == Phone {
		value = digits(value)
	}
	if t.Op == ask.OpHas && f.Kind == Phone {
		return on(t, "EXISTS ("+hasValue+" AND lower(pv.token) LIKE ? ESCAPE '!')", f.ID, "%"+value+"%"), nil
	}
	if t.Op == ask.OpHas {
		return on(t, "EXISTS ("+hasValue+" AND lower(pv.text) LIKE ? ESCAPE '!')", f.ID, "%"+escaped(strings.ToLower(value))+"%"), nil
	}
	if f.Kind != Phone {
		value = folded(value)
	}
	return on(t, "EXISTS ("+hasValue+" AND pv.token = ?)", f.ID, value), nil
}

// between compares numbers, and days as numbers such as 20261122.
func (f Field) between(t ask.Test) (viewer.Condition, error) {
	var from, to float64
	var given []float64
	for _, v := range t.Values {
		n, err := f.point(t, v)
		if err != nil {
			return viewer.Condition{}, err
		}
		given = append(given, n)
	}
	if len(given) == 0 || t.Op == ask.OpBetween && len(given) < 2 {
		return viewer.Condition{}, fault.New(fault.Invalid, "请填写要比较的内容")
	}
	switch t.Op {
	case ask.OpIs:
		from, to = given[0], given[0]
	case ask.OpBetween:
		from, to = given[0], given[1]
	case ask.OpLess, ask.OpBeyond:
		return on(t, "EXISTS ("+hasValue+" AND pv.number < ?)", f.ID, given[0]), nil
	case ask.OpMore:
		return on(t, "EXISTS ("+hasValue+" AND pv.number > ?)", f.ID, given[0]), nil
	case ask.OpWithin:
		from, to = given[0], dayNumber(t.Now.In(t.Zone))
	default:
		return viewer.Condition{}, fault.New(fault.Invalid, "这个字段不能这样比较")
	}
	return on(t, "EXISTS ("+hasValue+" AND pv.number BETWEEN ? AND ?)", f.ID, from, to), nil
}

// point is a value as a number: n days ago, a day, or the number itself.
func (f Field) point(t ask.Test, value string) (float64, error) {
	n, err := strconv.ParseFloat(value, 64)
	switch {
	case f.Kind == Date && t.Op == ask.OpWithin && err == nil:
		return dayNumber(t.Now.In(t.Zone).AddDate(0, 0, 1-int(n))), nil
	case f.Kind == Date && t.Op == ask.OpBeyond && err == nil:
		return dayNumber(t.Now.In(t.Zone).AddDate(0, 0, -int(n))), nil
	case f.Kind == Date:
		if day, ok := dayOf(value); ok {
			return dayNumber(day), nil
		}
		err = fault.New(fault.Invalid, "不是日期，请写成 2026-11-22")
	case err != nil:
		err = fault.New(fault.Invalid, "不是数字")
	}
	return n, err
}

func dayNumber(t time.Time) float64 {
	return float64(t.Year()*10000 + int(t.Month())*100 + t.Day())
}

// escaped makes a text stand for itself in LIKE … ESCAPE '!'.
func escaped(text string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text)
}
