package account

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// Policy is a corp's rules for signing in (登录安全策略).
type Policy struct {
	IdleMinutes   int64 `json:"idleMinutes" bun:"idle_minutes" minimum:"15" maximum:"10080" doc:"a session that nobody uses for so long ends"`
	LifetimeHours int64 `json:"lifetimeHours" bun:"lifetime_hours" minimum:"1" maximum:"720" doc:"every session ends after so long"`
	TOTPRequired  bool  `json:"totpRequired" bun:"totp_required" doc:"local accounts must set up the second step"`
}

// maxLifetime is the longest that a policy may let a session live.
const maxLifetime = 720 * time.Hour

// usualPolicy holds until somebody decides otherwise.
func usualPolicy() Policy { return Policy{IdleMinutes: 12 * 60, LifetimeHours: 7 * 24} }

func (p Policy) idle() time.Duration {
	if p.IdleMinutes == 0 {
		p.IdleMinutes = usualPolicy().IdleMinutes
	}
	return time.Duration(p.IdleMinutes) * time.Minute
}

func (p Policy) lifetime() time.Duration {
	if p.LifetimeHours == 0 {
		p.LifetimeHours = usualPolicy().LifetimeHours
	}
	return time.Duration(p.LifetimeHours) * time.Hour
}

func policyOf(ctx context.Context, q db.Querier, corp string) (Policy, error) {
	p := usualPolicy()
	err := q.NewRaw(`SELECT idle_minutes, lifetime_hours, totp_required FROM account_policy WHERE corp_id = ?`, corp).Scan(ctx, &p)
	if db.NoRows(err) {
		return usualPolicy(), nil
	}
	return p, err
}

// ReadPolicy shows the corp's rules.
func (s *service) ReadPolicy(ctx context.Context, _ *struct{}) (*Policy, error) {
	v, err := manager(ctx)
	if err != nil {
		return nil, err
	}
	p, err := policyOf(ctx, s.deps.DB.Read(), v.Corp)
	return &p, err
}

type policyInput struct{ Body Policy }

// SavePolicy changes the corp's rules. They hold for the sessions that there are, too: a
// shorter limit may end some of them at once.
func (s *service) SavePolicy(ctx context.Context, in *policyInput) (*Policy, error) {
	v, err := manager(ctx)
	if err != nil {
		return nil, err
	}
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		before, err := policyOf(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		p := in.Body
		_, err = tx.NewRaw(`INSERT INTO account_policy (corp_id, idle_minutes, lifetime_hours, totp_required, updated_by, updated_at)
			VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (corp_id) DO UPDATE SET idle_minutes = excluded.idle_minutes, lifetime_hours = excluded.lifetime_hours,
				totp_required = excluded.totp_required, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
			v.Corp, p.IdleMinutes, p.LifetimeHours, p.TOTPRequired, v.Actor(), db.NowMS(s.deps.Clock)).Exec(ctx)
		if err != nil {
			return err
		}
		s.sessions.store.tell(tx, everySession)
		web.Note(ctx, web.Change{Object: "policy:signIn", Name: "登录安全策略", Before: before, After: p})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &in.Body, nil
}
