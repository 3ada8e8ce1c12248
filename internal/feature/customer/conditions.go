package customer

import (
	"context"
	"strconv"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// ints reads values that Rule.Check has found to be numbers.
func ints[T int | int64](values []string) []T {
	all := make([]T, 0, len(values))
	for _, v := range values {
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			all = append(all, T(n))
		}
	}
	return all
}

// hasPhone looks in the numbers that the member noted, kept as a JSON list of texts.
func (s *service) hasPhone(ctx context.Context, t ask.Test) (viewer.Condition, error) {
	switch t.Op {
	case ask.OpSet:
		return t.SQL("{f}.mobiles <> '[]'"), nil
	case ask.OpEmpty:
		return t.SQL("{f}.mobiles = '[]'"), nil
	default:
		c, _, err := s.within(ctx, t, fieldPhone)
		return c, err
	}
}

func isMember(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op == ask.OpNone {
		return t.SQL("{f}.member_id NOT IN (?)", list(t.Values)), nil
	}
	return t.SQL("{f}.member_id IN (?)", list(t.Values)), nil
}

func (s *service) inDepartment(ctx context.Context, t ask.Test) (viewer.Condition, error) {
	var err error
	t.Values, err = mirror.MembersInDepartments(ctx, t.Read, t.Viewer.Corp, ints[int64](t.Values))
	if err != nil {
		return viewer.Condition{}, err
	}
	t.Values = append(t.Values, "") // nobody is called so: the list is never empty
	return isMember(ctx, t)
}

// hasTags asks for the corp's tags on the follow itself.
func (s *service) hasTags(ctx context.Context, t ask.Test) (viewer.Condition, error) {
	seen, err := s.seenTags(ctx, t, "ft")
	return t.HasSome(
		// Told by its key, which the index holds: a walk through all rows asks this of each.
		"(SELECT COUNT(*) FROM mirror_follow_tag AS ft WHERE ft.follow_id = {f}.id AND lower(ft.tag_id) NOT LIKE '"+personalKey+"%'"+seen.SQL+")",
		"(SELECT COUNT(*) FROM mirror_follow_tag AS ft WHERE ft.follow_id = {f}.id AND ft.tag_id IN (?))", seen.Args...), err
}

// personalKey begins the key of a member's own tag in the mirror.
const personalKey = "personal:"

func hasPersonalTag(_ context.Context, t ask.Test) (viewer.Condition, error) {
	const own = "(SELECT COUNT(*) FROM mirror_follow_tag AS ft WHERE ft.follow_id = {f}.id AND ft.kind = 2)"
	switch t.Op {
	case ask.OpSet:
		return t.SQL(own + " > 0"), nil
	case ask.OpEmpty:
		return t.SQL(own + " = 0"), nil
	case ask.OpIs:
		return t.SQL(hasTag, list([]string{personalKey + t.Values[0]})), nil
	default:
		return t.SQL("(SELECT COUNT(*) FROM mirror_follow_tag AS ft WHERE ft.follow_id = {f}.id AND ft.kind = 2 AND lower(ft.tag_id) LIKE ? ESCAPE '!') > 0",
			personalKey+"%"+likeEscape(strings.ToLower(t.Values[0]))+"%"), nil
	}
}

func likeEscape(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

func amongPersonalTags(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op != ask.OpIs {
		return viewer.Condition{}, nil
	}
	return t.SQL("SELECT ft.follow_id AS id FROM mirror_follow_tag AS ft WHERE ft.corp_id = ? AND ft.tag_id = ?", t.Viewer.Corp, personalKey+t.Values[0]), nil
}

// standingNumbers are the words of the field in the mirror's numbers.
func standingNumbers(words []string) []mirror.Standing {
	var all []mirror.Standing
	for _, w := range words {
		if w == "stands" {
			all = append(all, mirror.Stands)
			continue
		}
		all = append(all, standings(w)...)
	}
	return all
}

func hasStanding(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op == ask.OpNone {
		return t.SQL("{f}.standing NOT IN (?)", list(standingNumbers(t.Values))), nil
	}
	return t.SQL("{f}.standing IN (?)", list(standingNumbers(t.Values))), nil
}

func amongWays(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op != ask.OpAny {
		return viewer.Condition{}, nil
	}
	return t.SQL(amongFollows+"a.add_way IN (?)", t.Viewer.Corp, list(ints[int](t.Values))), nil
}

func amongEnded(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op == ask.OpEmpty || t.Op == ask.OpSet {
		return viewer.Condition{}, nil
	}
	c := t.IsDate("a.ended_at")
	c.SQL, c.Args = amongFollows+c.SQL, append([]any{t.Viewer.Corp}, c.Args...)
	return c, nil
}

const amongFollows = "SELECT a.id FROM mirror_follow AS a WHERE a.corp_id = ? AND "

func amongStates(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op != ask.OpIs {
		return viewer.Condition{}, nil
	}
	return t.SQL(amongFollows+"a.state = ?", t.Viewer.Corp, t.Values[0]), nil
}

// inGroups asks for the customer's groups, of those whose owners the viewer sees.
func inGroups(_ context.Context, t ask.Test) (viewer.Condition, error) {
	scope := t.Viewer.Where("gr.corp_id", "gr.owner_id")
	inside := func(text string) string {
		return strings.ReplaceAll(text, "{scope}", scope.SQL)
	}
	return t.HasSome(
		inside(`(SELECT COUNT(*) FROM mirror_group_member AS gm CROSS JOIN mirror_group AS gr
			WHERE gm.corp_id = {f}.corp_id AND gm.who = {f}.customer AND gr.id = gm.group_id AND gr.dissolved_at = 0 AND {scope})`),
		inside(`(SELECT COUNT(DISTINCT gr.chat) FROM mirror_group_member AS gm CROSS JOIN mirror_group AS gr
			WHERE gm.corp_id = {f}.corp_id AND gm.who = {f}.customer AND gr.id = gm.group_id AND gr.dissolved_at = 0 AND {scope} AND gr.chat IN (?))`),
		scope.Args...), nil
}

func amongGroups(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op != ask.OpAny && t.Op != ask.OpEvery {
		return viewer.Condition{}, nil
	}
	return t.SQL(`SELECT a.id FROM mirror_group AS gr CROSS JOIN mirror_group_member AS gm CROSS JOIN mirror_customer AS p CROSS JOIN mirror_follow AS a
		WHERE gr.corp_id = ? AND gr.chat IN (?) AND gm.group_id = gr.id AND gm.external AND p.corp_id = gr.corp_id AND p.customer = gm.who AND a.customer_id = p.id`,
		t.Viewer.Corp, list(t.Values)), nil
}

// amongCustomers are the follows of customers whom an index of their own table finds.
const amongCustomers = "SELECT a.id FROM mirror_customer AS p CROSS JOIN mirror_follow AS a WHERE p.corp_id = ? AND a.customer_id = p.id AND "

func amongGenders(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op != ask.OpAny {
		return viewer.Condition{}, nil
	}
	return t.SQL(amongCustomers+"p.gender IN (?)", t.Viewer.Corp, list(ints[int](t.Values))), nil
}

func amongTypes(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op != ask.OpAny {
		return viewer.Condition{}, nil
	}
	return t.SQL(amongCustomers+"p.type IN (?)", t.Viewer.Corp, list(ints[int](t.Values))), nil
}

// standingFollows counts the customer's follows that stand, as far as the viewer sees them:
// the mirror keeps the number of all.
func standingFollows(v viewer.Viewer) viewer.Condition {
	if v.Scope.Reach == viewer.All {
		return viewer.Condition{SQL: "(SELECT p.follows FROM mirror_customer AS p WHERE p.id = {f}.customer_id)"}
	}
	scope := v.Where("h.corp_id", "h.member_id")
	return viewer.Condition{
		SQL:  strings.ReplaceAll("(SELECT COUNT(*) FROM mirror_follow AS h WHERE h.customer_id = {f}.customer_id AND h.standing IN (1, 2) AND {scope})", "{scope}", scope.SQL),
		Args: scope.Args,
	}
}

// isLost asks whether nobody whom the viewer sees has the customer any more.
func isLost(_ context.Context, t ask.Test) (viewer.Condition, error) {
	n := standingFollows(t.Viewer)
	return t.IsFlag(n.SQL+" = 0", n.Args...), nil
}

func amongLost(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Values[0] != "true" || t.Viewer.Scope.Reach != viewer.All {
		return viewer.Condition{}, nil
	}
	return t.SQL(amongCustomers+"p.follows = 0", t.Viewer.Corp), nil
}

func countsFollows(_ context.Context, t ask.Test) (viewer.Condition, error) {
	n := standingFollows(t.Viewer)
	return t.IsNumber(n.SQL, n.Args...), nil
}

func amongFollowed(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Viewer.Scope.Reach != viewer.All {
		return viewer.Condition{}, nil
	}
	c := t.IsNumber("p.follows")
	c.SQL, c.Args = amongCustomers+c.SQL, append([]any{t.Viewer.Corp}, c.Args...)
	return c, nil
}

func hasUnion(_ context.Context, t ask.Test) (viewer.Condition, error) {
	return t.IsFlag(unionOf + " <> ''"), nil
}
