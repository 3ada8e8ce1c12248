package customer

import (
	"context"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// The keys of this feature's own fields that the plan knows how to make fast. Others'
// fields begin with their slug.
const (
	fieldText        = "text"
	fieldName        = "name"
	fieldRemark      = "remark"
	fieldCompany     = "company"
	fieldPhone       = "phone"
	fieldMember      = "member"
	fieldDepartment  = "department"
	fieldTag         = "tag"
	fieldCustomerTag = "customerTag"
	fieldStanding    = "standing"
	fieldLost        = "lost"
	fieldAdded       = "added"
	fieldEnded       = "ended"
	fieldAddWay      = "addWay"
	fieldState       = "state"
)

// addWays are WeCom's ways of adding that have words (92114); others are kept and shown
// by number.
func addWays() []int {
	return []int{0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 24, 201, 202}
}

// ofCustomer is a column of the customer behind a follow.
const (
	genderOf  = "(SELECT p.gender FROM mirror_customer AS p WHERE p.id = {f}.customer_id)"
	typeOf    = "(SELECT p.type FROM mirror_customer AS p WHERE p.id = {f}.customer_id)"
	nameOf    = "(SELECT p.name FROM mirror_customer AS p WHERE p.id = {f}.customer_id)"
	unionOf   = "(SELECT p.unionid FROM mirror_customer AS p WHERE p.id = {f}.customer_id)"
	companyOf = "(SELECT CASE WHEN {f}.company <> '' THEN {f}.company ELSE p.company END FROM mirror_customer AS p WHERE p.id = {f}.customer_id)"
)

// A column with + before it is asked of the row and never looked for by an index: the plan
// decides where a list begins.

// fields are what the mirror knows of a follow and of the customer behind it.
func (s *service) fields(ctx context.Context, v viewer.Viewer) ([]ask.Field, error) {
	if !v.Can(permissionRead) {
		return nil, nil
	}
	segments, err := s.segmentField(ctx, v)
	return append(s.ownFields(), segments), err
}

func (s *service) ownFields() []ask.Field {
	texts := []ask.Op{ask.OpHas, ask.OpIs, ask.OpEmpty, ask.OpSet}
	return []ask.Field{
		{Key: fieldText, Kind: ask.KindText, Ops: []ask.Op{ask.OpHas}, Where: s.hasText(fieldText)},
		{Key: fieldName, Kind: ask.KindText, Where: s.hasText(fieldName)},
		{Key: fieldRemark, Kind: ask.KindText, Where: s.hasText(fieldRemark)},
		{Key: fieldCompany, Kind: ask.KindText, Where: s.hasText(fieldCompany)},
		{
			Key: fieldPhone, Kind: ask.KindText, Ops: []ask.Op{ask.OpHas, ask.OpEmpty, ask.OpSet},
			Permission: viewer.PermissionPhone, Where: s.hasPhone,
		},
		{Key: fieldMember, Kind: ask.KindMember, Where: isMember},
		{Key: fieldDepartment, Kind: ask.KindDepartment, Where: s.inDepartment},
		{Key: fieldTag, Kind: ask.KindTag, Where: s.hasTags},
		{Key: fieldCustomerTag, Kind: ask.KindTag, Where: s.hasTags}, // the plan asks the whole customer instead
		{Key: "personalTag", Kind: ask.KindText, Ops: texts, Where: hasPersonalTag, Among: amongPersonalTags},
		{Key: fieldAdded, Kind: ask.KindDate, Ops: []ask.Op{ask.OpWithin, ask.OpBeyond, ask.OpLess, ask.OpMore, ask.OpBetween}, Where: date("{f}.added_at")},
		{Key: fieldEnded, Kind: ask.KindDate, Where: date("+{f}.ended_at"), Among: amongEnded},
		{Key: fieldStanding, Kind: ask.KindChoice, Ops: []ask.Op{ask.OpAny, ask.OpNone}, Options: choices("stands", "half", "lost", "deleted", "gone", "handed"), Where: hasStanding},
		{Key: fieldAddWay, Kind: ask.KindChoice, Ops: []ask.Op{ask.OpAny, ask.OpNone}, Options: numbered(addWays()), Where: oneOf("+{f}.add_way"), Among: amongWays},
		{Key: fieldState, Kind: ask.KindText, Ops: texts, Where: text("{f}.state"), Among: amongStates},
		{Key: "group", Kind: ask.KindGroup, Where: inGroups, Among: amongGroups},
		{Key: "gender", Kind: ask.KindChoice, Ops: []ask.Op{ask.OpAny, ask.OpNone}, Options: numbered([]int{1, 2, 0}), Where: oneOf(genderOf), Among: amongGenders},
		{Key: "type", Kind: ask.KindChoice, Ops: []ask.Op{ask.OpAny, ask.OpNone}, Options: numbered([]int{1, 2}), Where: oneOf(typeOf), Among: amongTypes},
		{Key: fieldLost, Kind: ask.KindFlag, Where: isLost, Among: amongLost},
		{Key: "follows", Kind: ask.KindNumber, Ops: []ask.Op{ask.OpIs, ask.OpLess, ask.OpMore, ask.OpBetween}, Where: countsFollows, Among: amongFollowed},
		{Key: "unionid", Kind: ask.KindFlag, Where: hasUnion},
	}
}

func choices(values ...string) []ask.Choice {
	all := make([]ask.Choice, len(values))
	for i, v := range values {
		all[i].Value = v
	}
	return all
}

func numbered(values []int) []ask.Choice {
	all := make([]ask.Choice, len(values))
	for i, v := range values {
		all[i].Value = strconv.Itoa(v)
	}
	return all
}

type where = func(ctx context.Context, t ask.Test) (viewer.Condition, error)

func text(value string) where {
	return func(_ context.Context, t ask.Test) (viewer.Condition, error) { return t.IsText(value), nil }
}

func date(value string) where {
	return func(_ context.Context, t ask.Test) (viewer.Condition, error) { return t.IsDate(value), nil }
}

// oneOf compares a number that stands for a choice.
func oneOf(value string) where {
	return func(_ context.Context, t ask.Test) (viewer.Condition, error) {
		if t.Op == ask.OpNone {
			return t.SQL(value+" NOT IN (?)", list(ints[int](t.Values))), nil
		}
		return t.SQL(value+" IN (?)", list(ints[int](t.Values))), nil
	}
}

// textOf is the text that a field looks into, "" for all by which a follow is found.
func textOf(field string) string {
	switch field {
	case fieldName:
		return nameOf
	case fieldRemark:
		return "{f}.remark"
	case fieldCompany:
		return companyOf
	case fieldPhone:
		return "{f}.mobiles"
	default:
		return ""
	}
}

// hasText looks in the text of a field.
func (s *service) hasText(field string) where {
	return func(ctx context.Context, t ask.Test) (viewer.Condition, error) {
		if t.Op != ask.OpHas {
			return t.IsText(textOf(field)), nil
		}
		c, _, err := s.within(ctx, t, field)
		return c, err
	}
}

// within looks for something in the text of a field: the search index names the
// candidates, the text itself decides. Rare tells that the condition names the rows.
func (s *service) within(ctx context.Context, t ask.Test, field string) (c viewer.Condition, rare bool, err error) {
	c, rare, err = s.found(ctx, t)
	if value := textOf(field); err == nil && value != "" {
		c = c.And(t.IsText(value))
	}
	return c, rare, err
}

// found is a search over the follows' texts. Rare tells that it names the rows.
func (s *service) found(ctx context.Context, t ask.Test) (c viewer.Condition, rare bool, err error) {
	m, err := s.search.Find(ctx, t.Read, t.Viewer.Corp, searchKind, t.Values[0])
	if err != nil {
		return c, false, err
	}
	c.SQL, c.Args = m.Condition(t.Follow + ".id")
	return c.And(mirror.WithoutPhones(t.Viewer, t.Follow, t.Values[0])), !m.Common(), nil
}
