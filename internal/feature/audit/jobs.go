package audit

import (
	"context"
	"errors"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

const (
	kindVerify = "verify"
	kindDaily  = "daily"
	// dailyEvery is how soon after a corp's midnight its day is sealed; zones are whole
	// quarters of an hour.
	dailyEvery = 15 * time.Minute
)

type verifyArgs struct {
	Corp string `json:"corp"`
}

// chains lists the corps, those that are suspended too, and "" for the installation.
func (s *service) chains(ctx context.Context) ([]string, error) {
	corps, err := s.corps.Corps(ctx)
	list := []string{""}
	for _, c := range corps {
		list = append(list, c.ID)
	}
	return list, err
}

// verify proves a chain and keeps the result. Run twice it looks twice.
func (s *service) verify(ctx context.Context, j job.Job[verifyArgs]) error {
	c := Check{Corp: j.Args.Corp, State: checkIntact, StartedAt: db.NowMS(s.clock)}
	p, err := s.recorder.chain.prove(ctx, c.Corp, func(done, total int64) error { return j.Report(ctx, done, total, "") })
	if err != nil {
		return err
	}
	if h, ok, err := headOf(ctx, s.db.Read(), c.Corp); err == nil && ok && p.Fault == "" && h.Seq == p.Last {
		s.recorder.chain.witness.saw(ctx, h) // a new node has its witness from here
	}
	c.FinishedAt = db.NowMS(s.clock)
	c.Entries, c.Seals, c.First, c.Last, c.Fault, c.Seq, c.At = p.Entries, p.Seals, p.First, p.Last, p.Fault, p.Seq, p.At
	if p.Fault != "" {
		c.State = checkBroken
		s.log.ErrorContext(ctx, "the audit log is not intact", "corp", c.Corp, "fault", p.Fault, "entry", p.Seq)
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := putCheck(ctx, tx, c); err != nil || c.Corp == "" {
			return err
		}
		return s.live.Publish(ctx, tx, c.Corp, slug)
	})
}

// unverified says that the last proof came to nothing, so that another can be asked for.
// What was found before it stands.
func (s *service) unverified(ctx context.Context, j job.Job[verifyArgs], _ error) {
	err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		c, err := checkOf(ctx, tx, j.Args.Corp)
		if err != nil || c.State != checkRunning {
			return err
		}
		if c.State = checkNone; c.Fault != "" {
			c.State = checkBroken
		}
		if err := putCheck(ctx, tx, c); err != nil || c.Corp == "" {
			return err
		}
		return s.live.Publish(ctx, tx, c.Corp, slug)
	})
	if err != nil {
		s.log.ErrorContext(ctx, "a proof of the audit log stays running", "corp", j.Args.Corp, "error", err.Error())
	}
}

// daily seals the day that has ended, removes what is kept no longer and has the chain
// proved, once a day for each corp in its own time zone. Run twice it finds the day sealed.
func (s *service) daily(ctx context.Context, _ job.Job[struct{}]) error {
	corps, err := s.chains(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, c := range corps {
		if err := s.closeDay(ctx, c); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (s *service) closeDay(ctx context.Context, corp string) error {
	zone := time.UTC
	if corp != "" {
		zone = s.corps.Location(ctx, corp)
	}
	now := s.clock.Now().In(zone)
	yesterday := dayOf(now.AddDate(0, 0, -1))
	if _, ok, err := headOf(ctx, s.db.Read(), corp); err != nil || !ok {
		return err
	}
	var made *Seal
	err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		made = nil
		// The head is locked first: another node may be at it.
		if _, err := s.recorder.chain.lock(ctx, tx, corp); err != nil {
			return err
		}
		last, ok, err := lastSeal(ctx, tx, corp, true)
		if err != nil || ok && last.Day >= yesterday {
			return err
		}
		seal, err := s.recorder.chain.seal(ctx, tx, corp, yesterday, now)
		if err != nil {
			return err
		}
		made = &seal
		_, err = s.jobs.Insert(ctx, tx, job.Insert{Kind: kindVerify, Corp: corp, Args: verifyArgs{corp}, Unique: corp, UniqueFor: job.HoldOpen})
		return err
	})
	if err != nil || made == nil {
		return err
	}
	// Who keeps this line apart can tell later that the database was put back as a whole.
	s.log.InfoContext(ctx, "audit seal", "corp", corp, "day", made.Day, "number", made.Number, "entry", made.Seq, "hash", made.Hash)
	return errors.Join(s.recorder.chain.resign(ctx, corp), s.recorder.retain(ctx, corp, now))
}

// dayOf is a day as a number, 20261122.
func dayOf(t time.Time) int { return t.Year()*10000 + int(t.Month())*100 + t.Day() }
