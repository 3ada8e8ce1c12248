package welcome

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/message"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// nameTime is how long a greeting with the customer's name waits for WeCom to tell it.
const nameTime = 3 * time.Second

// customerAdded greets. It runs in the urgent lane: the code lives 20 s.
//
// Twice is harmless: WeCom lets a code be used once and answers 41051 afterwards. A try
// is written down before WeCom is asked and again when it said no; a 41051 after a try
// that got no answer means that this try went through, so a crash between call and record
// loses nothing and doubles nothing.
func (s *service) customerAdded(ctx context.Context, j job.Job[event.CustomerAdded]) error {
	e := j.Args
	if e.WelcomeCode == "" {
		return nil // WeCom offers no greeting: a hand-over, an old friend, a console greeting
	}
	d, err := s.begin(ctx, e)
	if err != nil || d.Outcome != Sending {
		return err
	}
	if s.late(e) {
		return s.finish(ctx, e, tooLate(d))
	}
	g, err := s.greeting(ctx, e)
	if err != nil {
		return s.again(ctx, e, err)
	}
	d.Source, d.Claimer = g.source, g.claimer
	if g.content.Empty() {
		d.Outcome = None
		return s.finish(ctx, e, d)
	}
	client, err := s.corps.Client(ctx, e.Corp)
	if err != nil {
		return s.again(ctx, e, err)
	}
	text, attachments := g.content.Wire()
	asking, cancel := s.within(ctx, e.At.Add(window).Sub(s.clock.Now()))
	defer cancel()
	err = client.SendWelcomeMsg(asking, wecom.SendWelcomeMsgRequest{WelcomeCode: e.WelcomeCode, Text: text, Attachments: attachments})
	return s.settle(context.WithoutCancel(ctx), e, d, err)
}

// within ends a context after a time of the program's clock, by which everything here is
// measured.
func (s *service) within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := s.clock.NewTimer(d)
	go func() {
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(context.DeadlineExceeded)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

func (s *service) late(e event.CustomerAdded) bool { return s.clock.Now().Sub(e.At) >= window }

func tooLate(d Delivery) Delivery {
	d.Outcome, d.Why = Late, web.Why("late").Kept()
	if d.unsure() {
		d.Why = web.Why("unsure").Kept()
	}
	return d
}

// again asks for another try soon: there is no time for growing waits. This try sent nothing.
func (s *service) again(ctx context.Context, e event.CustomerAdded, err error) error {
	return job.RetryIn(retryWait, errors.Join(err, s.answered(context.WithoutCancel(ctx), e)))
}

// sendOperation is what the SDK calls the sending in its errors; a failure of another
// operation, such as fetching a token, means that WeCom was not asked.
const sendOperation = "externalcontact/send_welcome_msg"

const retryWait = 300 * time.Millisecond

// settle records WeCom's answer, or asks for another try while the code lives.
func (s *service) settle(ctx context.Context, e event.CustomerAdded, d Delivery, err error) error {
	if err == nil {
		d.Outcome, d.DoneAt = Sent, db.NowMS(s.clock)
		return s.finish(ctx, e, d)
	}
	wx, ok := errors.AsType[*wecom.Error](err)
	if !ok || wx.Code == 0 && wx.Op == sendOperation {
		return job.RetryIn(retryWait, err) // no answer: nobody knows whether it was sent
	}
	switch {
	case wx.Code == errcode.WelcomeDelivered && d.unsure():
		d.Outcome, d.DoneAt = Sent, db.NowMS(s.clock)
		return s.finish(ctx, e, d)
	case wx.Code == errcode.WelcomeDelivered:
		d.Outcome = Taken
	case wx.Code == errcode.InvalidWelcomeCode:
		d.Outcome = Late
	case wx.Class == errcode.ClassItem, wx.Class == errcode.ClassConfig:
		d.Outcome = Refused
	default:
		return s.again(ctx, e, err)
	}
	d.Code, d.Why = wx.Code, corp.Why(err).Kept()
	return s.finish(ctx, e, d)
}

// chosen is what a customer is to receive and whose word it is.
type chosen struct {
	content message.Content
	source  Source
	claimer string
}

// greeting is the chosen content with the names filled in.
func (s *service) greeting(ctx context.Context, e event.CustomerAdded) (chosen, error) {
	g, err := s.choose(ctx, e)
	if err != nil || g.content.Empty() {
		return g, err
	}
	g.content, err = s.fill(ctx, e, g.content)
	return g, err
}

// choose asks the owner of the state first, then takes the narrowest greeting there is.
func (s *service) choose(ctx context.Context, e event.CustomerAdded) (chosen, error) {
	if e.Transferred {
		return chosen{}, nil
	}
	claim, err := s.asks.Welcome(ctx, e)
	if err != nil {
		return chosen{}, err
	}
	if claim.Claimed && !claim.Default {
		g := chosen{source: FromClaim, claimer: claim.Source}
		if !claim.Silent {
			g.content = claim.Content
		}
		return g, nil
	}
	all, err := greetings(ctx, s.db.Read(), e.Corp)
	if err != nil {
		return chosen{}, err
	}
	departments, err := s.departmentsOf(ctx, e.Corp, e.Member)
	if err != nil {
		return chosen{}, err
	}
	g, ok := Choose(all, e.Member, departments)
	if !ok {
		return chosen{}, nil
	}
	return chosen{content: g.Content, source: Source(g.Level)}, nil
}

// departmentsOf lists the member's main department and those above it, nearest first.
func (s *service) departmentsOf(ctx context.Context, corpID, member string) ([]int64, error) {
	m, err := mirror.MemberByID(ctx, s.db.Read(), corpID, member)
	if fault.CodeOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	tree, err := mirror.Departments(ctx, s.db.Read(), corpID)
	if err != nil {
		return nil, err
	}
	parents := map[int64]int64{}
	for _, d := range tree {
		parents[d.ID] = d.Parent
	}
	var line []int64
	for at := m.MainDepartment; at != 0 && !slices.Contains(line, at); at = parents[at] {
		line = append(line, at)
	}
	return line, nil
}

// fill puts names into the text. A name that WeCom does not tell in time is left out:
// a greeting without it beats none.
func (s *service) fill(ctx context.Context, e event.CustomerAdded, c message.Content) (message.Content, error) {
	var customer, member string
	if c.Uses(message.VarMember) {
		names, err := mirror.Names(ctx, s.db.Read(), e.Corp, []string{e.Member})
		if err != nil {
			return c, err
		}
		member = names[e.Member]
	}
	if c.Uses(message.VarCustomer) {
		name, err := s.customerName(ctx, e)
		if err != nil {
			return c, err
		}
		customer = name
	}
	return c.Fill(customer, member), nil
}

func (s *service) customerName(ctx context.Context, e event.CustomerAdded) (string, error) {
	known, err := mirror.CustomerByExternal(ctx, s.db.Read(), e.Corp, e.Customer)
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return "", err
	}
	if known.Name != "" {
		return known.Name, nil
	}
	client, err := s.corps.Client(ctx, e.Corp)
	if err != nil {
		return "", err
	}
	ctx, cancel := s.within(ctx, nameTime)
	defer cancel()
	got, err := client.GetExternalContact(ctx, e.Customer, "")
	if err != nil {
		s.log.InfoContext(ctx, "greeting goes out without the customer's name", "event", e.Event.String(), "error", err.Error())
		return "", nil
	}
	return db.Clean(got.ExternalContact.Name), nil
}
