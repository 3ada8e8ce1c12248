package welcome

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/message"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// nameTime is how long a greeting with the customer's name waits for WeCom to tell it.
const nameTime = 3 * time.Second

// customerAdded greets. It runs in the urgent lane: the code lives 20 s.
//
// Twice is harmless: WeCom lets a code be used once and answers 41051 afterwards. When
// we had begun to send (Sending is recorded first) that answer means that our own first
// try went through, so a crash between call and record loses nothing and doubles nothing.
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
		return s.finish(ctx, e, delivery{Outcome: Late, Source: d.Source, Reason: "欢迎语须在添加后 20 秒内发出，已超时"})
	}
	content, source, err := s.choose(ctx, e)
	if err != nil {
		return s.again(err)
	}
	if content.Empty() {
		return s.finish(ctx, e, delivery{Outcome: None, Source: source})
	}
	content, err = s.fill(ctx, e, content)
	if err != nil {
		return s.again(err)
	}
	client, err := s.corps.Client(ctx, e.Corp)
	if err != nil {
		return s.again(err)
	}
	text, attachments := content.Wire()
	ctx, cancel := context.WithTimeout(ctx, e.At.Add(window).Sub(s.clock.Now()))
	defer cancel()
	err = client.SendWelcomeMsg(ctx, wecom.SendWelcomeMsgRequest{WelcomeCode: e.WelcomeCode, Text: text, Attachments: attachments})
	return s.settle(context.WithoutCancel(ctx), e, d, source, err)
}

func (s *service) late(e event.CustomerAdded) bool { return s.clock.Now().Sub(e.At) >= window }

// again asks for another try soon: there is no time for growing waits.
func (s *service) again(err error) error { return job.RetryIn(retryWait, err) }

const retryWait = 300 * time.Millisecond

// settle records WeCom's answer, or asks for another try while the code lives.
func (s *service) settle(ctx context.Context, e event.CustomerAdded, d delivery, source string, err error) error {
	if err == nil {
		return s.finish(ctx, e, delivery{Outcome: Sent, Source: source, DoneAt: db.NowMS(s.clock)})
	}
	wx, ok := errors.AsType[*wecom.Error](err)
	if !ok {
		return s.again(err)
	}
	switch {
	case wx.Code == errcode.WelcomeDelivered && d.Tries > 1:
		return s.finish(ctx, e, delivery{Outcome: Sent, Source: source, DoneAt: db.NowMS(s.clock)})
	case wx.Code == errcode.WelcomeDelivered:
		return s.finish(ctx, e, delivery{Outcome: Taken, Source: source, Code: wx.Code, Reason: reasonOf(err)})
	case wx.Code == errcode.InvalidWelcomeCode:
		return s.finish(ctx, e, delivery{Outcome: Late, Source: source, Code: wx.Code, Reason: reasonOf(err)})
	case wx.Class == errcode.ClassItem, wx.Class == errcode.ClassConfig:
		return s.finish(ctx, e, delivery{Outcome: Refused, Source: source, Code: wx.Code, Reason: reasonOf(err)})
	default:
		return s.again(err)
	}
}

func reasonOf(err error) string {
	if f := fault.As(corp.Fault(err)); f != nil {
		return fmt.Sprintf("%s（%d）：%s", f.Message, f.Upstream, f.Advice)
	}
	return err.Error()
}

// choose asks the owner of the state first, then takes the narrowest greeting there is.
func (s *service) choose(ctx context.Context, e event.CustomerAdded) (content message.Content, source string, err error) {
	if e.Transferred {
		return message.Content{}, "", nil
	}
	claim, err := s.asks.Welcome(ctx, e)
	if err != nil {
		return message.Content{}, "", err
	}
	if claim.Claimed && !claim.Default {
		if claim.Silent {
			return message.Content{}, claim.Source, nil
		}
		return claim.Content, claim.Source, nil
	}
	all, err := greetings(ctx, s.db.Read(), e.Corp)
	if err != nil {
		return message.Content{}, "", err
	}
	departments, err := s.departmentsOf(ctx, e.Corp, e.Member)
	if err != nil {
		return message.Content{}, "", err
	}
	g, ok := Choose(all, e.Member, departments)
	if !ok {
		return message.Content{}, "", nil
	}
	return g.Content, string(g.Level), nil
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
	ctx, cancel := context.WithTimeout(ctx, nameTime)
	defer cancel()
	got, err := client.GetExternalContact(ctx, e.Customer, "")
	if err != nil {
		s.log.InfoContext(ctx, "greeting goes out without the customer's name", "event", e.Event.String(), "error", err.Error())
		return "", nil
	}
	return db.Clean(got.ExternalContact.Name), nil
}
