package account

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
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
		return s.sessions.store.end(ctx, tx, ofMember(corp, member))
	})
}

// pruneKind removes sessions that have ended by time, and tries that are all back.
const pruneKind = "prune"

func (s *service) prune(ctx context.Context, _ job.Job[struct{}]) error {
	for {
		var removed int64
		err := s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			if removed, err = prune(ctx, tx, s.deps.Clock.Now()); err != nil {
				return err
			}
			keys, err := pruneTries(ctx, tx, db.NowMS(s.deps.Clock))
			removed = max(removed, keys)
			return err
		})
		if err != nil || removed < pruneStep {
			return err
		}
	}
}

// pruneEvery is how often; ended sessions are refused anyway.
const pruneEvery = time.Hour
