package tag

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

const kindWork = "work"

type runArgs struct {
	Run id.ID `json:"run"`
}

// The states of an item: waiting → calling → changed | gone | failed; same when there was
// nothing to do; invalid for a line that fits nobody.
const (
	itemCalling = "calling"
	itemChanged = "changed"
	itemSame    = "same"
	itemGone    = "gone"
	itemFailed  = "failed"
	itemInvalid = "invalid"
)

const (
	// atOnce is how many items are planned, called and recorded together.
	atOnce = 64
	// callers is how many calls of one run are on their way at a time; WeCom refuses more
	// than a few of one corp to one API (45033).
	callers = 8
	// workBudget is how long a run works before others of its lane get their turn.
	workBudget = 30 * time.Second
	// workTries with growing waits cover hours in which WeCom is down.
	workTries = 30
)

// work goes through the items of a run, some at a time: plan what to change and write that
// down, call WeCom, record. Killed in between it goes on with what was written down, so that
// each item says precisely what the run changed; a call made twice is harmless, because tags
// are a set.
func (s *service) work(ctx context.Context, j job.Job[runArgs]) error {
	began := s.clock.Now()
	for {
		r, err := runByID(ctx, s.db.Read(), j.Corp, j.Args.Run)
		if err != nil {
			return job.Cancel(err)
		}
		if r.State != running {
			return nil
		}
		items, err := s.planned(ctx, r)
		if f := fault.As(err); f != nil && f.Code == fault.Forbidden {
			return s.giveUpRun(ctx, r, f)
		}
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return s.finishRun(ctx, r, j.Done)
		}
		since := db.NowMS(s.clock)
		stop := s.call(ctx, items)
		if err := s.record(ctx, r, since, items, stop); err != nil {
			return err
		}
		if stop != nil {
			return outcome(stop)
		}
		if err := j.Report(ctx, r.Total-s.left(r), r.Total, ""); err != nil {
			return err
		}
		if s.clock.Now().Sub(began) > workBudget {
			return job.Snooze(time.Second)
		}
	}
}

func (s *service) left(r Run) int64 {
	return r.Total - r.Changed - r.Same - r.Gone - r.Failed - r.Invalid
}

// item is one item in work.
type item struct {
	itemRow
	add, remove []string
	err         error
}

// planned takes the next items and decides what is to change at each. What is decided is
// written down before WeCom is called.
func (s *service) planned(ctx context.Context, r Run) ([]*item, error) {
	var rows []itemRow
	for _, state := range []string{itemCalling, waiting} {
		if len(rows) > 0 {
			break
		}
		if err := s.db.Read().NewRaw("SELECT "+itemColumns+" FROM tag_run_item WHERE run_id = ? AND corp_id || '' = ? AND state = ? ORDER BY id LIMIT ?",
			r.ID, r.Corp, state, atOnce).Scan(ctx, &rows); err != nil {
			return nil, err
		}
	}
	if len(rows) == 0 {
		return nil, nil
	}
	v, err := s.actor(ctx, r)
	if err != nil {
		return nil, err
	}
	follows := make([]id.ID, len(rows))
	for i, x := range rows {
		follows[i] = x.Follow
	}
	items := make([]*item, len(rows))
	return items, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		pairs, err := mirror.FollowsByID(ctx, tx, r.Corp, follows)
		if err != nil {
			return err
		}
		tags, err := mirror.TagsOfFollows(ctx, tx, r.Corp, follows)
		if err != nil {
			return err
		}
		known, err := mirror.TagsByID(ctx, tx, r.Corp, wordIDs(r.shown().Add))
		if err != nil {
			return err
		}
		left, err := leavers(ctx, tx, r.Corp, rows)
		if err != nil {
			return err
		}
		for i, x := range rows {
			items[i] = decide(r, x, pairs[x.Follow], tags[x.Follow], known)
			switch {
			case !v.Sees(x.Member): // the row stays as it was, for a retry with more rights
				items[i].Added, items[i].Removed = x.Added, x.Removed
				items[i].State, items[i].Reason = itemFailed, web.Why("scope").Kept()
			case left[x.Member]:
				items[i].passOver(x)
			}
		}
		if err := writeItems(ctx, tx, items, db.NowMS(s.clock)); err != nil {
			return err
		}
		return s.settled(ctx, tx, r, items)
	})
}

// leavers tells which members of some items are no longer in the contact book.
func leavers(ctx context.Context, q db.Querier, corp string, rows []itemRow) (map[string]bool, error) {
	var members []string
	for _, x := range rows {
		if !slices.Contains(members, x.Member) {
			members = append(members, x.Member)
		}
	}
	known, err := mirror.MembersByID(ctx, q, corp, members)
	left := map[string]bool{}
	for userid, m := range known {
		left[userid] = m.LeftAt > 0
	}
	return left, err
}

// passOver settles an item of a member who has left: WeCom changes nothing for him until the
// customer has a successor, so it is not asked. The item's row stays as it was, so that a
// retry after he came back decides anew.
func (it *item) passOver(was itemRow) {
	if it.State == itemCalling {
		it.Added, it.Removed = was.Added, was.Removed
		it.State, it.Reason = itemFailed, web.Why("left").Kept()
	}
}

// settled counts items that are settled in the run's row.
func (s *service) settled(ctx context.Context, tx db.Tx, r Run, items []*item) error {
	count := map[string]int64{}
	for _, it := range items {
		count[it.State]++
	}
	_, err := tx.NewRaw("UPDATE tag_run SET changed = changed + ?, same = same + ?, gone = gone + ?, failed = failed + ? WHERE corp_id = ? AND id = ?",
		count[itemChanged], count[itemSame], count[itemGone], count[itemFailed], r.Corp, r.ID).Exec(ctx)
	return err
}

func wordIDs(words []Word) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.ID
	}
	return out
}

// decide says what is to change at one item.
func decide(r Run, x itemRow, f mirror.Follow, has []mirror.FollowTag, known map[string]mirror.Tag) *item {
	it := &item{itemRow: x}
	if x.State == itemCalling { // decided before
		it.add, it.remove = read[[]string](x.Added), read[[]string](x.Removed)
		return it
	}
	p := r.shown()
	add, remove := wordIDs(p.Add), wordIDs(p.Remove)
	if r.Kind == runUndo { // of each what was changed there
		add, remove = read[[]string](x.Added), read[[]string](x.Removed)
	}
	carries := func(t string) bool {
		return slices.ContainsFunc(has, func(h mirror.FollowTag) bool { return h.ID == t })
	}
	lost := false
	for _, t := range add {
		if _, ok := known[t]; !ok {
			lost = true
		} else if !carries(t) {
			it.add = append(it.add, t)
		}
	}
	for _, t := range remove {
		if carries(t) {
			it.remove = append(it.remove, t)
		}
	}
	switch {
	case f.Standing != mirror.Stands:
		it.State, it.Reason = itemGone, web.Why("unfriended").Kept()
	case len(it.add)+len(it.remove) > 0:
		it.State = itemCalling
	case lost:
		it.State, it.Reason = itemFailed, web.Why("tagGone").Kept()
	default:
		it.State = itemSame
	}
	if it.State == itemCalling {
		it.Added, it.Removed = text(append([]string{}, it.add...)), text(append([]string{}, it.remove...))
	}
	return it
}

// call makes the calls, a few at a time. It gives the error for which all must wait.
func (s *service) call(ctx context.Context, items []*item) (stop error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	seats := make(chan struct{}, callers)
	for _, it := range items {
		if it.State != itemCalling {
			continue
		}
		seats <- struct{}{}
		mu.Lock()
		over := stop != nil
		mu.Unlock()
		if over {
			<-seats
			it.err = errNotCalled
			continue
		}
		all.Go(func() {
			defer func() { <-seats }()
			it.err = s.mirror.CallMark(ctx, it.Corp, it.Member, it.Customer, it.add, it.remove)
			if it.err != nil && !wecom.IsItem(it.err) {
				mu.Lock()
				stop = it.err
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return stop
}

var errNotCalled = errors.New("tag: not called yet")

// record writes what became of the items, here and in the mirror, in one transaction.
func (s *service) record(ctx context.Context, r Run, since int64, items []*item, stop error) error {
	problem := ""
	if stop != nil {
		problem = "企业微信暂时没有处理，稍后自动继续"
		if f := fault.As(corp.Fault(stop)); f != nil {
			problem = strings.TrimSuffix(f.Message+"。"+f.Advice, "。") + "。任务会自动继续"
		}
	}
	var marks []mirror.Marking
	var moved []*item
	for _, it := range items {
		if it.State != itemCalling || it.err != nil && !wecom.IsItem(it.err) {
			continue // settled before, or stays as planned
		}
		it.settle()
		moved = append(moved, it)
		if it.State == itemChanged {
			marks = append(marks, mirror.Marking{Follow: it.Follow, Add: it.add, Remove: it.remove})
		}
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := s.mirror.RecordMarks(ctx, tx, r.Corp, since, marks, r.cause()); err != nil {
			return err
		}
		if err := writeItems(ctx, tx, moved, db.NowMS(s.clock)); err != nil {
			return err
		}
		if err := s.settled(ctx, tx, r, moved); err != nil {
			return err
		}
		if _, err := tx.NewRaw("UPDATE tag_run SET problem = ? WHERE corp_id = ? AND id = ?", db.Clean(problem), r.Corp, r.ID).Exec(ctx); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, topicRun, r.ID.String())
	})
}

// settle is what one answer of WeCom means.
func (it *item) settle() {
	if it.err == nil {
		it.State = itemChanged
		return
	}
	it.State, it.Errcode = itemFailed, wecom.CodeOf(it.err)
	f := fault.As(corp.Fault(it.err))
	it.Reason = f.Message
	if f.Advice != "" {
		it.Reason = f.Advice
	}
	if it.Errcode == errcode.NotFollowed {
		it.State, it.Reason = itemGone, web.Why("unfriended").Kept()
	}
}

func writeItems(ctx context.Context, tx db.Tx, items []*item, now int64) error {
	for _, it := range items {
		if _, err := tx.NewRaw("UPDATE tag_run_item SET state = ?, added = ?, removed = ?, errcode = ?, reason = ?, moved_at = ? WHERE run_id = ? AND id = ?",
			it.State, it.Added, it.Removed, it.Errcode, db.Clean(it.Reason), now, it.Run, it.ID).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// finishRun ends a run all of whose items are settled.
func (s *service) finishRun(ctx context.Context, r Run, jobDone func(context.Context, job.Tx) error) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE tag_run SET state = 'done', finished_at = ?, problem = '' WHERE corp_id = ? AND id = ? AND state = 'running'",
			db.NowMS(s.clock), r.Corp, r.ID).Exec(ctx)
		if err == nil {
			err = s.ended(ctx, tx, r.Corp, r.ID, web.Done, "", res)
		}
		if err != nil {
			return err
		}
		if err := s.live.Publish(ctx, tx, r.Corp, topicRun, r.ID.String()); err != nil {
			return err
		}
		return jobDone(ctx, tx)
	})
}

// addItems adds pairs to a run; those it has already are left out. It gives how many came.
func (s *service) addItems(ctx context.Context, tx db.Tx, rows []*itemRow) (int64, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	res, err := tx.NewInsert().Model(&rows).ModelTableExpr("tag_run_item").On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("items of run %s: %w", rows[0].Run, err)
	}
	return res.RowsAffected()
}
