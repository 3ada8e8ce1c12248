package channelcode

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// mostChoices is how many codes a condition can be chosen from: the newest.
const mostChoices = 1000

// fields tells customers apart by the code they came by.
func (s *service) fields(ctx context.Context, v viewer.Viewer) ([]ask.Field, error) {
	if !v.Can("channelcode.read") {
		return nil, nil
	}
	codes, err := listed(ctx, s.db.Read(), v, ListInput{Paging: web.Paging{Limit: mostChoices}}, nil)
	if err != nil {
		return nil, err
	}
	field := ask.Field{Key: "channelcode.code", Kind: ask.KindChoice, Options: []ask.Choice{}, Permission: "channelcode.read", Where: cameByCode, Among: cameByAmong}
	for _, c := range codes {
		field.Options = append(field.Options, ask.Choice{Value: c.ID.String(), Name: c.Name})
	}
	return []ask.Field{field}, nil
}

// cameByCode compares the state with which the follow began.
func cameByCode(_ context.Context, t ask.Test) (viewer.Condition, error) {
	switch t.Op {
	case ask.OpSet:
		return t.SQL("lower({f}.state) LIKE ?", event.CodeState+"%"), nil
	case ask.OpEmpty:
		return t.SQL("lower({f}.state) NOT LIKE ?", event.CodeState+"%"), nil
	case ask.OpNone:
		return t.SQL("{f}.state || '' NOT IN (?)", bun.List(statesOf(t.Values))), nil
	default:
		return t.SQL("{f}.state || '' IN (?)", bun.List(statesOf(t.Values))), nil
	}
}

func cameByAmong(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op != ask.OpAny {
		return viewer.Condition{}, nil
	}
	return t.SQL("SELECT a.id FROM mirror_follow AS a WHERE a.corp_id = ? AND a.state IN (?)", t.Viewer.Corp, bun.List(statesOf(t.Values))), nil
}

func statesOf(codes []string) []string {
	states := make([]string, len(codes))
	for i, c := range codes {
		states[i] = event.CodeState + c
	}
	return states
}
