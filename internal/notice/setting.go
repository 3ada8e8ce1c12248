package notice

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// DefaultQuiet is what a corp starts with: nothing is held until somebody wants it.
func DefaultQuiet() Quiet { return Quiet{From: 22 * 60, To: 8 * 60} }

// QuietOf reads the corp's quiet hours.
func QuietOf(ctx context.Context, q db.Querier, corp string) (Quiet, error) {
	hours := DefaultQuiet()
	err := q.NewRaw("SELECT quiet, quiet_from, quiet_to FROM notice_setting WHERE corp_id = ?", corp).Scan(ctx, &hours.On, &hours.From, &hours.To)
	if db.NoRows(err) {
		return DefaultQuiet(), nil
	}
	return hours, err
}

// PutQuiet changes the corp's quiet hours. What is held already follows them.
func (n *Notices) PutQuiet(ctx context.Context, tx db.Tx, corp string, hours Quiet, by string) error {
	if _, err := tx.NewRaw(`INSERT INTO notice_setting (corp_id, quiet, quiet_from, quiet_to, updated_by, updated_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (corp_id) DO UPDATE SET quiet = excluded.quiet, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
		updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
		corp, hours.On, hours.From, hours.To, by, db.NowMS(n.clock)).Exec(ctx); err != nil {
		return err
	}
	if err := n.releasing(ctx, tx, corp); err != nil {
		return err
	}
	return n.live.Publish(ctx, tx, corp, Slug)
}

// policies reads what the corp decided about kinds.
func policies(ctx context.Context, q db.Querier, corp string) (map[string]Policy, error) {
	var rows []struct {
		Kind   string `bun:"kind"`
		Policy Policy `bun:"policy"`
	}
	err := q.NewRaw("SELECT kind, policy FROM notice_kind WHERE corp_id = ?", corp).Scan(ctx, &rows)
	decided := make(map[string]Policy, len(rows))
	for _, r := range rows {
		decided[r.Kind] = r.Policy
	}
	return decided, err
}

// Policies tells for every kind what holds in the corp.
func (n *Notices) Policies(ctx context.Context, q db.Querier, corp string) (map[string]Policy, error) {
	decided, err := policies(ctx, q, corp)
	if err != nil {
		return nil, err
	}
	p := &plan{policies: decided}
	all := make(map[string]Policy, len(n.kinds))
	for _, k := range n.kinds {
		all[k.Key] = p.policy(k)
	}
	return all, nil
}

// PutPolicy decides about a kind. What waits or is held already is still sent.
func (n *Notices) PutPolicy(ctx context.Context, tx db.Tx, corp, kind string, p Policy, by string) error {
	if _, err := tx.NewRaw(`INSERT INTO notice_kind (corp_id, kind, policy, updated_by, updated_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (corp_id, kind) DO UPDATE SET policy = excluded.policy, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
		corp, kind, p, by, db.NowMS(n.clock)).Exec(ctx); err != nil {
		return err
	}
	return n.live.Publish(ctx, tx, corp, Slug)
}

// Refused lists the kinds that a member does not want to be told of.
func Refused(ctx context.Context, q db.Querier, corp, member string) ([]string, error) {
	var kinds []string
	err := q.NewRaw("SELECT kind FROM notice_choice WHERE corp_id = ? AND member_id = ? ORDER BY kind", corp, member).Scan(ctx, &kinds)
	return kinds, err
}

// PutChoice records whether a member wants to be told of a kind.
func (n *Notices) PutChoice(ctx context.Context, tx db.Tx, corp, member, kind string, wanted bool) error {
	if wanted {
		_, err := tx.NewRaw("DELETE FROM notice_choice WHERE corp_id = ? AND member_id = ? AND kind = ?", corp, member, kind).Exec(ctx)
		return err
	}
	_, err := tx.NewRaw("INSERT INTO notice_choice (corp_id, member_id, kind, updated_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		corp, member, kind, db.NowMS(n.clock)).Exec(ctx)
	return err
}
