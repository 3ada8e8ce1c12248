package ask

import (
	"context"
	"fmt"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Rule is a condition on customers (条件), the same for lists, batch acts, mass send,
// automatic rules and the open API. Exactly one of All, Any, Not and Field is set; an
// empty Rule means everybody.
type Rule struct {
	All []Rule `json:"all,omitempty" doc:"every one of these holds"`
	Any []Rule `json:"any,omitempty" doc:"one of these holds"`
	Not *Rule  `json:"not,omitempty" doc:"this does not hold"`

	Field  string   `json:"field,omitempty" doc:"key of a field, e.g. \"tag\" or \"stage.stage\""`
	Op     Op       `json:"op,omitempty" doc:"how the field is compared; which ones fit depends on the field's kind"`
	Values []string `json:"values,omitempty" doc:"what it is compared with: ids, numbers, dates 2026-11-22, words"`
}

// Op is how a field is compared.
type Op string

// The comparisons. Which of them a field knows depends on its Kind: see Kind.Ops.
const (
	OpAny     Op = "any"     // has one of the values
	OpEvery   Op = "every"   // has all of the values
	OpNone    Op = "none"    // has none of the values
	OpIs      Op = "is"      // is the value
	OpHas     Op = "has"     // the text contains the value
	OpLess    Op = "less"    // below the value; for a date: before the day
	OpMore    Op = "more"    // above the value; for a date: after the day
	OpBetween Op = "between" // from the first value to the second, both included
	OpWithin  Op = "within"  // a date in the last n days, today included
	OpBeyond  Op = "beyond"  // a date longer ago than n days
	OpEmpty   Op = "empty"   // has no value
	OpSet     Op = "set"     // has some value
)

// Kind is what a field holds.
type Kind string

// The kinds.
const (
	KindText       Kind = "text"
	KindNumber     Kind = "number"
	KindDate       Kind = "date"   // a day in the corp's time zone
	KindChoice     Kind = "choice" // of few, listed by Options
	KindFlag       Kind = "flag"   // OpIs with "true" or "false"
	KindMember     Kind = "member" // userids
	KindDepartment Kind = "department"
	KindTag        Kind = "tag"   // WeCom tag ids
	KindGroup      Kind = "group" // chat_ids
)

// Ops are the comparisons that a kind of field knows.
func (k Kind) Ops() []Op {
	switch k {
	case KindText:
		return []Op{OpHas, OpIs, OpEmpty, OpSet}
	case KindNumber:
		return []Op{OpIs, OpLess, OpMore, OpBetween, OpEmpty, OpSet}
	case KindDate:
		return []Op{OpWithin, OpBeyond, OpLess, OpMore, OpBetween, OpEmpty, OpSet}
	case KindFlag:
		return []Op{OpIs}
	case KindTag, KindGroup:
		return []Op{OpAny, OpEvery, OpNone, OpEmpty, OpSet}
	case KindChoice:
		return []Op{OpAny, OpNone, OpEmpty, OpSet}
	default:
		return []Op{OpAny, OpNone}
	}
}

// Fields asks by what customers can be told apart. Asked by: customer, for lists, segments
// and whoever selects customers through it. Answered by: every feature that knows
// something of customers. Rule: all answers in menu order; keys begin with the feature's
// slug, and no two are equal.
type Fields func(ctx context.Context, v viewer.Viewer) ([]Field, error)

// Field is one thing that customers can be told apart by. Its name is the i18n key
// "field.<Key>", unless the corp gave it a Name.
type Field struct {
	Key     string   `json:"key"`
	Name    string   `json:"name,omitempty" doc:"in the corp's own words; else the page's word for the key"`
	Kind    Kind     `json:"kind"`
	Options []Choice `json:"options,omitempty" doc:"of a choice"`
	// Ops are the comparisons that make sense, when fewer than Kind.Ops.
	Ops []Op `json:"ops" doc:"how it can be compared"`
	// Permission is asked of whoever uses the field, "" for none beyond seeing customers.
	Permission string `json:"-"`
	// Where turns a comparison into SQL. It is called only with an Op of the kind and with
	// values that fit it: as many as the Op takes, numbers that are numbers, days that are days.
	// Test has the usual comparisons ready: see Test.IsText and its neighbours.
	Where func(ctx context.Context, t Test) (viewer.Condition, error) `json:"-"`
	// Among, when there is one, is a SELECT of one column named id: the follows that may
	// match, found by an index, in no order. A list begins at them when they are few, instead
	// of asking every follow of the corp. An empty condition: no index knows them.
	Among func(ctx context.Context, t Test) (viewer.Condition, error) `json:"-"`
	// Holders, of a field of telephone numbers, tells for many numbers at once which customers
	// (external_userid) hold them, whoever may see these. A number is digits alone, without
	// China's 86. Asked by who matches lists of numbers.
	Holders func(ctx context.Context, q db.Querier, numbers []string) (map[string][]string, error) `json:"-"`
}

// Choice is one value of a choice. Its word is Name, or the i18n key "field.<Key>.<Value>".
type Choice struct {
	Value string `json:"value"`
	Name  string `json:"name,omitempty"`
}

// Test is one comparison to be turned into SQL.
type Test struct {
	Viewer viewer.Viewer
	Read   db.Querier
	Op     Op
	Values []string
	// Zone and Now say which day it is for the corp.
	Zone *time.Location
	Now  time.Time
	// Follow is the alias of the mirror_follow row that is asked about: the SQL may name
	// its id, corp_id, member_id, customer and customer_id. A condition on more than that
	// row is a correlated subquery that begins at it, so that it costs one look-up a row.
	// The aliases f, g, h and u are taken.
	Follow string
}

// Fields collects them.
func (a *Asks) Fields(ctx context.Context, v viewer.Viewer) ([]Field, error) {
	all := []Field{}
	seen := map[string]string{}
	err := each(ctx, a.fields, func(slug string, answer Fields) error {
		got, err := answer(ctx, v)
		if err != nil {
			return fmt.Errorf("ask %s for its fields: %w", slug, err)
		}
		for _, f := range got {
			if other, taken := seen[f.Key]; taken {
				return fmt.Errorf("ask: both %s and %s have a field %q", other, slug, f.Key)
			}
			seen[f.Key] = slug
			if f.Ops == nil {
				f.Ops = f.Kind.Ops()
			}
			if f.Permission == "" || v.Can(f.Permission) {
				all = append(all, f)
			}
		}
		return nil
	})
	return all, err
}
