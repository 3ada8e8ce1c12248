package mirror

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// MarkTagsFor is MarkTags for somebody who waits for the end of it: MarksSettled tells it
// under the name given, which is the asker's slug, a slash, and what he likes.
func (m *Mirror) MarkTagsFor(ctx context.Context, tx db.Tx, corp, member, customer string, add, remove []string, by Causes, name string) error {
	if len(add)+len(remove) == 0 {
		return fault.New(fault.Invalid, "没有要添加或移除的标签")
	}
	_, err := m.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindMarkTags, Corp: corp, Key: customerLine(customer),
		Args: markTagsArgs{Member: member, Customer: customer, Add: add, Remove: remove, By: by, For: name},
	})
	return err
}

// marksSettled tells whoever waits what became of a change. It may be told twice, when the
// process dies before the job is over: the same end both times.
func (m *Mirror) marksSettled(ctx context.Context, tx db.Tx, corp string, a markTagsArgs, e event.MarksSettled) error {
	if a.For == "" {
		return nil
	}
	e.Meta = event.Meta{Event: m.ids.New(), Corp: corp, At: m.clock.Now()}
	e.Member, e.Customer, e.For = a.Member, a.Customer, a.For
	return m.bus.Publish(ctx, tx, e)
}

// marksRefused tells of a change that WeCom did not take.
func (m *Mirror) marksRefused(ctx context.Context, corpID string, a markTagsArgs, cause error) error {
	e := event.MarksSettled{Refused: true, Errcode: wecom.CodeOf(cause), Advice: "企业微信长时间没有应答"}
	if f := fault.As(corp.Fault(cause)); f != nil {
		if e.Advice = f.Message; f.Advice != "" {
			e.Advice = f.Advice
		}
	}
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return m.marksSettled(ctx, tx, corpID, a, e) })
}

// marksGivenUp tells of a change that could not be made for as long as it was tried.
func (m *Mirror) marksGivenUp(ctx context.Context, j job.Job[markTagsArgs], cause error) {
	if err := m.marksRefused(ctx, j.Corp, j.Args, cause); err != nil {
		m.log.ErrorContext(ctx, "a change of tags that was given up is not told", "error", err.Error())
	}
}
