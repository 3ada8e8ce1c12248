package tag

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file carries changes of the library to WeCom. Which side wins when both changed:
//
//   - WeCom's library is the truth. A change of ours is a wish; it is shown as done once
//     WeCom has it, and what WeCom has is read back after every wish, granted or not.
//   - A wish speaks of the name that the person saw. When WeCom's is another by now, WeCom
//     wins and the wish is refused: nobody renames or deletes what he has not seen.
//   - What is gone at WeCom stays gone: renaming it is refused, deleting it is done.
//   - Equal names are one tag: adding what WeCom has already takes what is there.
//   - Of two orders the one that reaches WeCom last holds.

const kindPush = "push"

type pushArgs struct {
	Change id.ID `json:"change"`
}

// push tells WeCom one change. Twice is harmless: it looks at what WeCom has before it asks
// for anything, and asks only for what is missing.
func (s *service) push(ctx context.Context, j job.Job[pushArgs]) error {
	c, err := changeByID(ctx, s.db.Read(), j.Corp, j.Args.Change)
	if err != nil || c.State != waiting {
		return job.Cancel(err)
	}
	client, err := s.corps.Client(ctx, j.Corp)
	if f := fault.As(err); err != nil && f != nil && (f.Code == fault.NotFound || f.Code == fault.Conflict) {
		return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := s.finish(ctx, tx, c, f); err != nil {
				return err
			}
			return j.Done(ctx, tx)
		})
	}
	if err != nil {
		return outcome(err)
	}
	known, err := owners(ctx, s.db.Read(), j.Corp)
	if err != nil {
		return err
	}
	p := pusher{client: client, wish: read[wish](c.Args), known: known, learnt: map[string]bool{}}
	err = p.do(ctx, c.Kind)
	verdict, again := verdictOf(err, c.Kind)
	if again != nil {
		return outcome(again)
	}
	return outcome(s.mirror.ReadLibrary(ctx, j.Corp, func(ctx context.Context, tx db.Tx) error {
		if err := s.finish(ctx, tx, c, verdict); err != nil {
			return err
		}
		for _, ours := range []bool{true, false} {
			var tags []string
			for t, x := range p.learnt {
				if x == ours {
					tags = append(tags, t)
				}
			}
			if err := putOwners(ctx, tx, j.Corp, tags, ours); err != nil {
				return err
			}
		}
		return j.Done(ctx, tx)
	}))
}

// finish records what became of a change.
func (s *service) finish(ctx context.Context, tx db.Tx, c Change, f *fault.Fault) error {
	state, code, reason, advice := done, 0, "", ""
	if f != nil {
		state, code, reason, advice = refused, f.Upstream, f.Message, f.Advice
	}
	if _, err := tx.NewRaw("UPDATE tag_change SET state = ?, errcode = ?, reason = ?, advice = ?, finished_at = ? WHERE corp_id = ? AND id = ? AND state = ?",
		state, code, db.Clean(reason), db.Clean(advice), db.NowMS(s.clock), c.Corp, c.ID, waiting).Exec(ctx); err != nil {
		return err
	}
	return s.live.Publish(ctx, tx, c.Corp, slug)
}

// pushGivenUp is called when WeCom could not be reached for hours.
func (s *service) pushGivenUp(ctx context.Context, j job.Job[pushArgs], cause error) {
	c, err := changeByID(ctx, s.db.Read(), j.Corp, j.Args.Change)
	if err == nil {
		err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			return s.finish(ctx, tx, c, fault.New(fault.Upstream, "企业微信长时间没有应答").WithAdvice("请稍后重试。最近的错误："+cause.Error()))
		})
	}
	if err != nil {
		s.log.ErrorContext(ctx, "a change of tags that WeCom did not take is not marked", "change", j.Args.Change.String(), "error", err.Error())
	}
}

// The numbers by which WeCom orders, larger first: those of a new group begin here and fall
// by the step.
const (
	firstOrder = 1_000_000
	orderStep  = uint32(100)
)

// pusher is one wish at work.
type pusher struct {
	client *wecom.Client
	wish   wish
	known  map[string]bool // whose a tag is, as far as known
	learnt map[string]bool // what this wish taught about that
	now    []wecom.TagGroup
}

// do carries the wish out, as far as it is not so already.
func (p *pusher) do(ctx context.Context, kind string) error {
	answer, err := p.client.ListCorpTags(ctx, wecom.ListCorpTagsRequest{})
	if err != nil {
		return err
	}
	p.now = answer.Groups
	switch kind {
	case changeAdd:
		return p.add(ctx)
	case changeRename:
		return p.rename(ctx)
	case changeDelete:
		return p.remove(ctx)
	default:
		return p.order(ctx)
	}
}

// look finds a tag or group as WeCom has it.
func (p *pusher) look(tag string) (name string, group bool, ok bool) {
	for _, g := range p.now {
		if g.GroupID == tag {
			return g.GroupName, true, true
		}
		for _, t := range g.Tags {
			if t.ID == tag {
				return t.Name, false, true
			}
		}
	}
	return "", false, false
}

func (p *pusher) add(ctx context.Context) error {
	at := slices.IndexFunc(p.now, func(g wecom.TagGroup) bool {
		return p.wish.ID != "" && g.GroupID == p.wish.ID || p.wish.ID == "" && g.GroupName == p.wish.Name
	})
	if at < 0 && p.wish.ID != "" {
		return fault.New(fault.Conflict, "标签组已在企业微信中被删除").WithAdvice("请选择其他标签组，或新建标签组")
	}
	request := wecom.AddCorpTagRequest{GroupName: p.wish.Name}
	have, lowest := []string{}, uint32(firstOrder)
	if at >= 0 {
		request = wecom.AddCorpTagRequest{GroupID: p.now[at].GroupID}
		for _, t := range p.now[at].Tags {
			have, lowest = append(have, t.Name), min(t.Order, lowest)
		}
	}
	// New tags stand below the others, in the order in which they were written, with room
	// for more in between.
	step := min(orderStep, lowest/uint32(len(p.wish.Names)+1))
	for _, n := range p.wish.Names {
		if slices.Contains(have, n) {
			continue
		}
		lowest -= step
		request.Tags = append(request.Tags, wecom.NewTag{Name: n, Order: new(lowest)})
	}
	if len(request.Tags) == 0 {
		return nil
	}
	made, err := p.client.AddCorpTag(ctx, request)
	if err != nil {
		return err
	}
	if at < 0 {
		p.learnt[made.Group.GroupID] = true
	}
	for _, t := range made.Group.Tags {
		if !slices.Contains(have, t.Name) {
			p.learnt[t.ID] = true
		}
	}
	return nil
}

func (p *pusher) rename(ctx context.Context) error {
	name, _, ok := p.look(p.wish.ID)
	switch {
	case !ok:
		return fault.New(fault.Conflict, "「"+p.wish.Was+"」已在企业微信中被删除").WithAdvice("无需处理；如仍需要，请新建")
	case name == p.wish.Name:
		return nil
	case name != p.wish.Was:
		return fault.New(fault.Conflict, "「"+p.wish.Was+"」刚在企业微信中被改名为「"+name+"」，以企业微信为准").WithAdvice("如仍需改名，请在最新的名称上再改一次")
	}
	err := p.client.EditCorpTag(ctx, wecom.EditCorpTagRequest{ID: p.wish.ID, Name: p.wish.Name})
	p.learn(p.wish.ID, err)
	return err
}

func (p *pusher) remove(ctx context.Context) error {
	name, group, ok := p.look(p.wish.ID)
	switch {
	case !ok:
		return nil
	case name != p.wish.Was:
		return fault.New(fault.Conflict, "「"+p.wish.Was+"」刚在企业微信中被改名为「"+name+"」，没有删除").WithAdvice("请确认后再删除一次")
	}
	request := wecom.DeleteCorpTagRequest{TagIDs: []string{p.wish.ID}}
	if group {
		request = wecom.DeleteCorpTagRequest{GroupIDs: []string{p.wish.ID}}
	}
	err := p.client.DeleteCorpTag(ctx, request)
	p.learn(p.wish.ID, err)
	return err
}

// learn notes whose a tag is, from how WeCom took an edit.
func (p *pusher) learn(tag string, err error) {
	switch {
	case err == nil:
		p.learnt[tag] = true
	case wecom.CodeOf(err) == errcode.APIForbidden:
		p.learnt[tag] = false
	}
}

// order sets the numbers by which WeCom orders, of as few as possible.
func (p *pusher) order(ctx context.Context) error {
	list := p.ranked()
	for range list {
		wanted, blocked := ranks(list)
		if len(blocked) > 0 {
			return fault.New(fault.Conflict, "「"+strings.Join(blocked, "」「")+"」不是由本应用创建的，无法在这里移动到所选位置").
				WithAdvice("请在企业微信管理后台 → 客户与上下游 → 客户联系 → 企业标签 中调整它的顺序")
		}
		again := false
		for i, r := range list {
			if wanted[i] == r.order {
				continue
			}
			err := p.client.EditCorpTag(ctx, wecom.EditCorpTagRequest{ID: r.id, Order: new(wanted[i])})
			p.learn(r.id, err)
			if wecom.CodeOf(err) == errcode.APIForbidden {
				list[i].fixed, again = true, true
				break // see whether it can be done around this one
			}
			if err != nil {
				return err
			}
			list[i].order = wanted[i]
		}
		if !again {
			return nil
		}
	}
	return nil
}

// ranked are the tags or groups that the wish orders and WeCom still has, as wanted; those
// that the wish does not know follow in their present order.
func (p *pusher) ranked() []rank {
	var all []rank
	for _, g := range p.now {
		if p.wish.ID == "" {
			ours, known := p.known[g.GroupID]
			all = append(all, rank{g.GroupID, g.GroupName, g.Order, known && !ours})
		}
		if p.wish.ID == g.GroupID {
			for _, t := range g.Tags {
				ours, known := p.known[t.ID]
				all = append(all, rank{t.ID, t.Name, t.Order, known && !ours})
			}
		}
	}
	at := func(r rank) int {
		if i := slices.Index(p.wish.Order, r.id); i >= 0 {
			return i
		}
		return len(p.wish.Order)
	}
	slices.SortStableFunc(all, func(a, b rank) int { return at(a) - at(b) })
	return all
}

// verdictOf sorts WeCom's answer: nil for done, a fault for what a person must put right,
// again for what another try may bring.
func verdictOf(err error, kind string) (verdict *fault.Fault, again error) {
	if err == nil {
		return nil, nil
	}
	e, ok := errors.AsType[*wecom.Error](err)
	if !ok {
		if f := fault.As(err); f != nil && f.Code == fault.Conflict {
			return f, nil
		}
		return nil, err
	}
	verdict = fault.As(corp.Fault(err))
	switch {
	case e.Code == errcode.TagQuota:
		verdict.Message, verdict.Advice = "企业微信的标签数量已达上限", "请先删除不用的企业标签，或改为新建平台标签（不同步到企业微信）"
	case e.Code == errcode.InvalidTagName:
		verdict.Message, verdict.Advice = "企业微信中已有同名的标签或标签组", "请换一个名称；如刚在企业微信中新建，请等待同步后再试"
	case e.Code == errcode.InvalidTagID:
		verdict.Message, verdict.Advice = "标签或标签组已在企业微信中被删除", "列表已按企业微信更新，无需处理"
	case e.Code == errcode.APIForbidden && kind != changeAdd:
		verdict.Message = "它不是由本应用创建的，企业微信不允许在这里修改或删除"
		verdict.Advice = "请在企业微信管理后台 → 客户与上下游 → 客户联系 → 企业标签 中操作，改动会自动同步到这里"
	case e.Class == errcode.ClassItem || e.Class == errcode.ClassConfig:
	default:
		return nil, err
	}
	return verdict, nil
}

// configWait is how long an administrator is given before the next try.
const configWait = 10 * time.Minute

// outcome sorts errors of WeCom for the queue.
func outcome(err error) error {
	switch {
	case err == nil:
		return nil
	case fault.CodeOf(err) == fault.NotFound, fault.CodeOf(err) == fault.Conflict:
		return job.Cancel(err) // the corp is suspended, or not set up any more
	case wecom.IsQuota(err):
		return job.Snooze(quotaWait(err))
	case wecom.IsConfig(err):
		return job.RetryIn(configWait, err)
	}
	return err
}

func quotaWait(err error) time.Duration {
	if e, ok := errors.AsType[*wecom.Error](err); ok {
		if wait, ok := e.RetryAfter(); ok {
			return wait
		}
	}
	return time.Minute
}
