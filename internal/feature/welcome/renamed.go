package welcome

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// memberRenamed follows a member to his new userid: his own greeting and the log. Twice is
// harmless.
func (s *service) memberRenamed(ctx context.Context, e event.MemberChanged) error {
	if e.WasMember == "" || e.WasMember == e.Member {
		return nil
	}
	if err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		// A greeting that was written for the new userid meanwhile is the later one.
		if _, err := tx.NewRaw(`DELETE FROM welcome_greeting WHERE corp_id = ? AND level = 'member' AND target = ? AND EXISTS
			(SELECT 1 FROM welcome_greeting AS n WHERE n.corp_id = ? AND n.level = 'member' AND n.target = ?)`,
			e.Corp, e.WasMember, e.Corp, e.Member).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("UPDATE welcome_greeting SET target = ? WHERE corp_id = ? AND level = 'member' AND target = ?",
			e.Member, e.Corp, e.WasMember).Exec(ctx)
		return err
	}); err != nil {
		return err
	}
	return mirror.Renamed(s.db,
		mirror.Named{Table: "welcome_delivery", Column: "member_id", Pages: mirror.ByCustomer},
		mirror.Named{Table: "welcome_greeting", Column: "updated_by", Form: mirror.AsActor},
	)(ctx, e)
}
