package access

import (
	"context"
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// memberChanged reads the rights anew; of a member whose userid changed it first takes what
// was given to the old one to the new. Twice is harmless: the second time nothing stands
// under the old userid.
func (s *service) memberChanged(ctx context.Context, e event.MemberChanged) error {
	if e.WasMember == "" || e.WasMember == e.Member {
		return s.forget(ctx, e.Corp)
	}
	if err := mirror.Renamed(s.deps.DB,
		mirror.Named{Table: "access_grant", Column: "granted_by", Form: mirror.AsActor},
		mirror.Named{Table: "access_department_grant", Column: "granted_by", Form: mirror.AsActor},
		mirror.Named{Table: "access_menu", Column: "updated_by", Form: mirror.AsActor},
		mirror.Named{Table: "access_role", Column: "updated_by", Form: mirror.AsActor},
	)(ctx, e); err != nil {
		return err
	}
	return s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := lock(ctx, tx, e.Corp); err != nil {
			return err
		}
		s.memory.tell(tx, e.Corp)
		if err := s.renameInSpans(ctx, tx, e); err != nil {
			return err
		}
		return s.renameGrants(ctx, tx, e)
	})
}

// renameGrants gives the new userid the roles of the old one, with who gave them and when.
func (s *service) renameGrants(ctx context.Context, tx db.Tx, e event.MemberChanged) error {
	was, is := strings.ToLower(e.WasMember), strings.ToLower(e.Member)
	if was == is {
		return nil
	}
	var roles []string
	err := tx.NewRaw(`SELECT role FROM access_grant WHERE corp_id = ? AND account_id = 0 AND member = ? ORDER BY role`, e.Corp, was).Scan(ctx, &roles)
	if err != nil || len(roles) == 0 {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO access_grant (corp_id, account_id, member, role, granted_by, granted_at)
		SELECT corp_id, account_id, ?, role, granted_by, granted_at FROM access_grant WHERE corp_id = ? AND account_id = 0 AND member = ?
		ON CONFLICT (corp_id, account_id, member, role) DO NOTHING`, is, e.Corp, was).Exec(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.NewRaw(`DELETE FROM access_grant WHERE corp_id = ? AND account_id = 0 AND member = ?`, e.Corp, was).Exec(ctx); err != nil {
		return err
	}
	s.bookChanged(tx, e.Corp, web.Change{Object: "member:" + e.Member, Before: renamed{e.WasMember, roles}, After: renamed{e.Member, roles}})
	return nil
}

// renamed is a userid with the roles that were given to it, for the audit log.
type renamed struct {
	Member string   `json:"member"`
	Roles  []string `json:"roles"`
}

// renameInSpans puts the new userid into the spans that name the old one, and each role
// that is another by it on record.
func (s *service) renameInSpans(ctx context.Context, tx db.Tx, e event.MemberChanged) error {
	roles, err := rolesIn(ctx, tx, e.Corp)
	if err != nil {
		return err
	}
	for _, r := range inOrder(roles) {
		scope, inScope := r.Scope.renamed(e.WasMember, e.Member)
		book, inBook := r.Book.renamed(e.WasMember, e.Member)
		if !inScope && !inBook {
			continue
		}
		before := r
		r.Scope, r.Book = scope, book
		r.Version++ // who has the role open reads it again before he saves
		if err := writeRole(ctx, tx, e.Corp, r, "system", db.NowMS(s.deps.Clock)); err != nil {
			return err
		}
		s.bookChanged(tx, e.Corp, web.Change{Object: "role:" + r.Key, Name: r.Name, Before: before, After: r})
	}
	return nil
}

// renamed is the span with another userid in the place of one, and whether it names that.
func (s Span) renamed(was, is string) (Span, bool) {
	if !slices.ContainsFunc(s.Members, func(m string) bool { return strings.EqualFold(m, was) }) {
		return s, false
	}
	others := slices.DeleteFunc(slices.Clone(s.Members), func(m string) bool { return strings.EqualFold(m, was) || strings.EqualFold(m, is) })
	s.Members = slices.Concat(others, []string{is})
	return s.plain(), true
}
