package channelcode

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// welcome answers the greeting for customers who came by a code.
func (s *service) welcome(ctx context.Context, e event.CustomerAdded) (ask.WelcomeAnswer, error) {
	code, ok := CodeOf(e.State)
	if !ok {
		return ask.WelcomeAnswer{}, nil
	}
	c, err := byID(ctx, s.db.Read(), e.Corp, code)
	if fault.CodeOf(err) == fault.NotFound {
		return ask.WelcomeAnswer{}, nil // somebody else's state that looks like ours
	}
	if err != nil {
		return ask.WelcomeAnswer{}, err
	}
	return ask.WelcomeAnswer{
		Claimed: true, Silent: c.Greeting == GreetNone, Default: c.Greeting == GreetDefault, Content: c.Content, Source: c.Name,
	}, nil
}

// customerAdded counts the customer for the code, tags him and moves the code on when a
// member has reached the cap. The event's id makes a repetition harmless.
func (s *service) customerAdded(ctx context.Context, e event.CustomerAdded) error {
	code, ok := CodeOf(e.State)
	if !ok || e.Transferred {
		return nil
	}
	c, err := byID(ctx, s.db.Read(), e.Corp, code)
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	// A half addition (add_half_external_contact) is followed by the full one when the
	// member confirms; only one of them counts.
	if e.Half {
		return nil
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		fresh, err := s.count(ctx, tx, e.Meta, c.ID, wasAdded, e.Member, e.Customer)
		if err != nil || !fresh {
			return err
		}
		if len(c.Tags) > 0 && !e.Repaired {
			if err := s.mirror.MarkTags(ctx, tx, e.Corp, e.Member, e.Customer, c.Tags, nil, mirror.By("channel", c.ID, c.Name)); err != nil {
				return err
			}
		}
		if c.CustomerRemark != "" && !e.Repaired {
			if err := s.remark(ctx, tx, c, e); err != nil {
				return err
			}
		}
		if c.DailyCap > 0 && c.Status != Deleted {
			return s.reconsider(ctx, tx, c.Corp, c.ID)
		}
		return nil
	})
}

// reconsider publishes the code anew when somebody else should serve now: a member has
// reached his cap, left, or lost or gained the permission.
func (s *service) reconsider(ctx context.Context, tx db.Tx, corp string, code id.ID) error {
	// Writing the row orders us and a publish that is recording at this moment.
	if _, err := tx.NewRaw("UPDATE channelcode_code SET status = status WHERE corp_id = ? AND id = ?", corp, code).Exec(ctx); err != nil {
		return err
	}
	c, err := byID(ctx, tx, corp, code)
	if err != nil || c.Status == Deleted {
		return err
	}
	if c.Status == Broken {
		_, err = s.wantPublished(ctx, tx, c)
		return err
	}
	return s.republish(ctx, tx, c, c.Published)
}

// remark asks for the remark once the customer's name is known.
func (s *service) remark(ctx context.Context, tx db.Tx, c Code, e event.CustomerAdded) error {
	_, err := s.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindRemark, Corp: e.Corp, Unique: e.Event.String(),
		Args: remarkArgs{Prefix: c.CustomerRemark, Member: e.Member, Customer: e.Customer},
	})
	return err
}

const kindRemark = "remark"

type remarkArgs struct {
	Prefix   string `json:"prefix"`
	Member   string `json:"member"`
	Customer string `json:"customer"`
}

// maxRemarkRunes is WeCom's limit of a remark (92115).
const maxRemarkRunes = 20

// nameWait is how long a remark waits for the customer's name. Some never come: of whom
// WeCom tells nothing, or who was erased here.
const nameWait = time.Hour

// setRemark writes the prefix and the customer's own name as remark, unless the member
// has written one himself meanwhile, or they have parted. Twice is harmless: it says the
// wanted end state.
func (s *service) setRemark(ctx context.Context, j job.Job[remarkArgs]) error {
	customer, err := mirror.CustomerByExternal(ctx, s.db.Read(), j.Corp, j.Args.Customer)
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return err
	}
	follow, err := mirror.FollowOf(ctx, s.db.Read(), j.Corp, j.Args.Member, j.Args.Customer)
	if fault.CodeOf(err) == fault.NotFound {
		return nil // erased meanwhile
	}
	if err != nil {
		return err
	}
	if !follow.Standing.Open() || customer.Name != "" && follow.Remark != "" && follow.Remark != customer.Name {
		return nil
	}
	if customer.Name == "" {
		if s.clock.Now().Sub(j.CreatedAt) > nameWait {
			return nil
		}
		return job.Snooze(2 * time.Second) // the details are still being read
	}
	text := []rune(j.Args.Prefix + customer.Name)
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		return s.mirror.Remark(ctx, tx, j.Corp, j.Args.Member, j.Args.Customer, string(text[:min(len(text), maxRemarkRunes)]), mirror.Cause{How: "channel"})
	})
}

func (s *service) customerLost(ctx context.Context, j job.Job[event.CustomerLost]) error {
	return s.left(ctx, j.Args.Meta, j.Attempt, wasLost, j.Args.Member, j.Args.Customer)
}

func (s *service) customerDeleted(ctx context.Context, j job.Job[event.CustomerDeleted]) error {
	if j.Args.ByTransfer {
		return nil // handed over, not deleted
	}
	return s.left(ctx, j.Args.Meta, j.Attempt, wasDeleted, j.Args.Member, j.Args.Customer)
}

// patience is how often news of a loss waits for the news of the addition, which travels
// in a line of its own and may be late.
const patience = 5

// left counts against the code by which the ended follow had begun: the last addition
// counted before. An addition that the member never confirmed was not counted, so its
// end is not either; nor is the second end after one addition, for the follow had begun
// again in another way.
func (s *service) left(ctx context.Context, m event.Meta, attempt int, kind, member, customer string) error {
	by, ok, err := cameBy(ctx, s.db.Read(), change{ID: m.Event, Corp: m.Corp, Kind: kind, Member: member, Customer: customer, At: m.At})
	if err != nil || by.Ended > 0 {
		return err
	}
	if ok {
		return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := s.count(ctx, tx, m, by.Code, kind, member, customer)
			return err
		})
	}
	follow, err := mirror.FollowOf(ctx, s.db.Read(), m.Corp, member, customer)
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if _, ours := CodeOf(follow.State); !ours || attempt >= patience {
		return nil
	}
	return job.RetryIn(time.Duration(attempt)*time.Second, errEarly)
}

var errEarly = errors.New("channelcode: a loss whose addition is not counted yet")

// count writes one change; false when it was there already.
func (s *service) count(ctx context.Context, tx db.Tx, m event.Meta, code id.ID, kind, member, customer string) (bool, error) {
	fresh, err := insertChange(ctx, tx, change{
		ID: m.Event, Corp: m.Corp, Code: code, Kind: kind, Member: member, Customer: customer, At: m.At,
		Day: dayOf(m.At.In(s.corps.Location(ctx, m.Corp))),
	})
	if err != nil || !fresh {
		return false, err
	}
	return true, s.live.Publish(ctx, tx, m.Corp, "channelcode", code.String())
}

// memberMoved publishes anew every code that names the member: WeCom refuses a contact
// way as a whole when one of its members cannot serve.
func (s *service) memberMoved(ctx context.Context, corp, member string) error {
	codes, err := withMember(ctx, s.db.Read(), corp, member)
	if err != nil || len(codes) == 0 {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, code := range codes {
			if err := s.reconsider(ctx, tx, corp, code); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *service) memberLeft(ctx context.Context, e event.MemberLeft) error {
	return s.memberMoved(ctx, e.Corp, e.Member)
}

func (s *service) memberChanged(ctx context.Context, e event.MemberChanged) error {
	if err := s.memberRenamed(ctx, e); err != nil {
		return err
	}
	return s.memberMoved(ctx, e.Corp, e.Member)
}

// timeline tells by which code the customer came.
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	scope := q.Viewer.Where("h.corp_id", "h.member_id")
	query := `SELECT h.id, h.code_id, h.member_id, h.at, c.name FROM channelcode_change AS h
		JOIN channelcode_code AS c ON c.id = h.code_id WHERE ` + scope.SQL + ` AND h.customer = ? AND h.kind = ?`
	args := slices.Concat(scope.Args, []any{q.Customer, wasAdded})
	under := q.Under("h.at", "h.id", "channelcode.")
	query += " AND " + under.SQL + " ORDER BY h.at DESC, h.id DESC LIMIT ?"
	var rows []struct {
		ID     id.ID  `bun:"id"`
		Code   id.ID  `bun:"code_id"`
		Member string `bun:"member_id"`
		At     int64  `bun:"at"`
		Name   string `bun:"name"`
	}
	if err := s.db.Read().NewRaw(query, append(slices.Concat(args, under.Args), q.Limit+1)...).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, r := range rows {
		e := ask.Entry{
			At: db.FromMS(r.At), Key: "channelcode." + r.ID.String(), Kind: "channelcode.came", Member: r.Member,
			Values: map[string]string{"code": r.Name}, Href: "/channelcode/" + r.Code.String(),
		}
		if q.Covers(e) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}
