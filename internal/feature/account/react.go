package account

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// onMemberLeft signs a member out everywhere. Twice is harmless.
func (s *service) onMemberLeft(ctx context.Context, e event.MemberLeft) error {
	return s.endMember(ctx, e.Corp, e.Member)
}

// onMemberChanged signs a member out who was disabled. One whose userid changed signs in
// again: the sessions of the old one belong to nobody.
func (s *service) onMemberChanged(ctx context.Context, e event.MemberChanged) error {
	if e.WasMember != "" {
		if err := s.endMember(ctx, e.Corp, e.WasMember); err != nil {
			return err
		}
		policy := mirror.Named{Table: "account_policy", Column: "updated_by", Form: mirror.AsActor}
		if err := mirror.Renamed(s.deps.DB, policy)(ctx, e); err != nil {
			return err
		}
	}
	m, err := mirror.MemberByID(ctx, s.deps.DB.Read(), e.Corp, e.Member)
	if fault.CodeOf(err) == fault.NotFound {
		return s.endMember(ctx, e.Corp, e.Member)
	}
	if err != nil {
		return err
	}
	if m.LeftAt != 0 || m.Status == wecom.MemberDisabled || m.Status == wecom.MemberLeft {
		return s.endMember(ctx, e.Corp, e.Member)
	}
	return nil
}

func (s *service) endMember(ctx context.Context, corp, member string) error {
	return s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		n, err := s.sessions.store.take(ctx, tx, ofMember(corp, member))
		if err == nil && n > 0 {
			s.deps.Acted(tx, web.Act{Corp: corp, Operation: "account.memberEnds", Summary: "成员离职、停用或换号，结束其登录", Changes: []web.Change{
				{Object: "member:" + member, After: map[string]any{"sessionsEnded": n}},
			}})
		}
		return err
	})
}

// pruneKind removes sessions that have ended by time, tries that are all back, and devices that
// are remembered no longer.
const pruneKind = "prune"

func (s *service) prune(ctx context.Context, _ job.Job[struct{}]) error {
	for {
		var removed int64
		err := s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			if removed, err = prune(ctx, tx, s.deps.Clock.Now()); err != nil {
				return err
			}
			now := db.NowMS(s.deps.Clock)
			for _, more := range []func(context.Context, db.Tx, int64) (int64, error){pruneTries, pruneDevices} {
				n, err := more(ctx, tx, now)
				if err != nil {
					return err
				}
				removed = max(removed, n)
			}
			return nil
		})
		if err != nil || removed < pruneStep {
			return err
		}
	}
}

// pruneEvery is how often; ended sessions are refused anyway.
const pruneEvery = time.Hour
