package followup

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// fields are when a member last followed up the customer, and how much is to be done.
func (s *service) fields(context.Context, viewer.Viewer) ([]ask.Field, error) {
	return []ask.Field{
		{Key: "followup.last", Kind: ask.KindDate, Permission: "followup.read", Where: lastIs, Among: amongLast},
		{Key: "followup.open", Kind: ask.KindNumber, Permission: "followup.read", Where: openIs, Among: amongOpen},
	}, nil
}

func lastIs(_ context.Context, t ask.Test) (viewer.Condition, error) {
	return t.IsDate("(SELECT fl.at FROM followup_last AS fl WHERE fl.corp_id = {f}.corp_id AND fl.customer = {f}.customer AND fl.member_id = {f}.member_id)"), nil
}

// amongLast begins at the follow-ups of a stretch of time.
func amongLast(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op == ask.OpSet || t.Op == ask.OpEmpty {
		return viewer.Condition{}, nil
	}
	c := t.IsDate("fl.at")
	// Each follow by its key: of a join PostgreSQL expects hardly a row, and would read all follows.
	return viewer.Condition{
		SQL: `SELECT COALESCE((SELECT a.id FROM mirror_follow AS a WHERE a.corp_id = fl.corp_id AND a.member_id = fl.member_id AND a.customer = fl.customer), 0) AS id
			FROM followup_last AS fl WHERE fl.corp_id = ? AND ` + c.SQL,
		Args: append([]any{t.Viewer.Corp}, c.Args...),
	}, nil
}

func openIs(_ context.Context, t ask.Test) (viewer.Condition, error) {
	return t.IsNumber("(SELECT COUNT(*) FROM followup_task AS ft WHERE ft.corp_id = {f}.corp_id AND ft.customer = {f}.customer AND ft.done_at = 0)"), nil
}

// amongOpen begins at the open tasks, unless customers without any are meant too.
func amongOpen(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op == ask.OpLess || t.Op == ask.OpSet || t.Op == ask.OpEmpty || t.Least() < 0 || t.Op != ask.OpMore && t.Least() < 1 {
		return viewer.Condition{}, nil
	}
	return viewer.Condition{
		SQL: `SELECT a.id FROM followup_task AS ft CROSS JOIN mirror_follow AS a
			WHERE ft.corp_id = ? AND ft.done_at = 0 AND a.customer_id = ft.customer_id`,
		Args: []any{t.Viewer.Corp},
	}, nil
}
