package tag

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// customerAdded looks at the rules by channel and by time.
func (s *service) customerAdded(ctx context.Context, e event.CustomerAdded) error {
	if e.Half || e.Transferred || e.Repaired {
		return nil // not met yet, handed over, or found months later
	}
	zone := s.corps.Location(ctx, e.Corp)
	return s.apply(ctx, e.Corp, []string{onChannel, onTime}, Fact{ID: e.Event, At: e.At.In(zone), Member: e.Member, Customer: e.Customer, State: e.State})
}

// groupJoined looks at the rules by group, for each member who has the customer.
func (s *service) groupJoined(ctx context.Context, e event.GroupMemberJoined) error {
	if !e.External || e.Repaired {
		return nil
	}
	c, err := mirror.CustomerByExternal(ctx, s.db.Read(), e.Corp, e.Who)
	if fault.CodeOf(err) == fault.NotFound {
		return nil // nobody's customer
	}
	if err != nil {
		return err
	}
	g, err := mirror.GroupByChat(ctx, s.db.Read(), e.Corp, e.Group)
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	follows, err := mirror.FollowsOf(ctx, s.db.Read(), e.Corp, c.ID)
	if err != nil {
		return err
	}
	zone := s.corps.Location(ctx, e.Corp)
	for _, f := range follows {
		if f.Standing != mirror.Stands {
			continue
		}
		fact := Fact{ID: e.Event, At: e.At.In(zone), Member: f.Member, Customer: e.Who, Group: e.Group, Called: g.Name}
		if err := s.apply(ctx, e.Corp, []string{onGroup}, fact); err != nil {
			return err
		}
	}
	return nil
}

// transferred gives the taker the platform tags that the member before had put on, and lets
// him read the history; WeCom's tags pass by themselves.
func (s *service) transferred(ctx context.Context, j job.Job[event.TransferSettled]) error {
	e := j.Args
	if e.Customer == "" {
		return nil
	}
	own, err := s.ownTags(ctx, e)
	if err != nil {
		return err
	}
	if len(own) > 0 {
		if _, err := mirror.FollowOf(ctx, s.db.Read(), e.Corp, e.To, e.Customer); err != nil {
			if fault.CodeOf(err) == fault.NotFound {
				return job.RetryIn(time.Minute, errNoTaker)
			}
			return err
		}
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if len(own) > 0 {
			if err := s.mirror.MarkTags(ctx, tx, e.Corp, e.To, e.Customer, own, nil, mirror.By(byTransfer, 0, "")); err != nil {
				return err
			}
		}
		if err := handOver(ctx, tx, e); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// ownTags are the platform tags that the member before had put on.
func (s *service) ownTags(ctx context.Context, e event.TransferSettled) ([]string, error) {
	from, err := mirror.FollowOf(ctx, s.db.Read(), e.Corp, e.From, e.Customer)
	if fault.CodeOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	tags, err := mirror.TagsOfFollows(ctx, s.db.Read(), e.Corp, []id.ID{from.ID})
	var own []string
	for _, t := range tags[from.ID] {
		if t.Kind == mirror.TagOwn {
			own = append(own, t.ID)
		}
	}
	return own, err
}

var errNoTaker = errors.New("tag: the taker's follow is not known yet")

// verdict is what one rule makes of one fact.
type verdict struct {
	rule    ruleRow
	form    RuleForm
	why     map[string]string
	outcome string
}

// The outcomes of a hit.
const (
	hitWaiting = "waiting" // for WeCom to take the tags
	hitTagged  = "tagged"
	hitRefused = "refused" // by WeCom
	hitSame    = "same"    // the tags were so already
	hitCounted = "counted" // not often enough yet
	hitLimited = "limited" // the rule's limit is reached
)

// apply lets all rules of some triggers look at a fact. Telling a fact twice is harmless: a
// rule writes one hit a fact and pair, and acts only with it.
func (s *service) apply(ctx context.Context, corp string, causes []string, f Fact) error {
	all, err := rules(ctx, s.db.Read(), corp)
	if err != nil {
		return err
	}
	matched, err := s.matching(ctx, corp, all, causes, f)
	if err != nil || len(matched) == 0 {
		return err
	}
	if err := s.trimmed(ctx, corp, matched); err != nil {
		return err
	}
	has, err := s.tagsNow(ctx, corp, f)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var add, remove, acting []string
		by := mirror.Causes{}
		for _, m := range matched {
			if m.outcome, err = s.judge(ctx, tx, m, f, has); err != nil {
				return err
			}
			hit, fresh, err := s.insertHit(ctx, tx, m, f)
			if err != nil {
				return err
			}
			if !fresh || m.outcome != hitWaiting {
				continue
			}
			add, remove = merged(add, remove, m.form)
			acting = append(acting, hit.String())
			for _, t := range slices.Concat(m.form.Add, m.form.Remove) { // the later rule has its way
				by[t] = mirror.Cause{How: byRule, Ref: m.rule.ID, Name: m.rule.Title}
			}
		}
		if len(add)+len(remove) > 0 {
			if err := s.mirror.MarkTagsFor(ctx, tx, corp, f.Member, f.Customer, add, remove, by, hitsPrefix+strings.Join(acting, ",")); err != nil {
				return err
			}
		}
		return s.live.Publish(ctx, tx, corp, slug)
	})
}

// matching are the rules that a fact meets, in their order.
func (s *service) matching(ctx context.Context, corp string, all []ruleRow, causes []string, f Fact) ([]verdict, error) {
	var out []verdict
	var departments []int64
	asked := false
	for _, r := range all {
		if !r.Enabled || !slices.Contains(causes, r.Cause) {
			continue
		}
		form := r.form()
		t, ok := triggerOf(r.Cause)
		if !ok {
			continue
		}
		why, ok := t.match(form.Setting, f)
		if !ok {
			continue
		}
		if len(form.Departments) > 0 && !asked {
			asked = true
			var err error
			if departments, err = above(ctx, s.db.Read(), corp, f.Member); err != nil {
				return nil, err
			}
		}
		if form.concerns(f.Member, departments) {
			out = append(out, verdict{rule: r, form: form, why: why})
		}
	}
	return out, nil
}

// trimmed leaves out tags that were deleted a moment ago: WeCom would refuse the others with them.
func (s *service) trimmed(ctx context.Context, corp string, matched []verdict) error {
	rows := make([]ruleRow, len(matched))
	for i, m := range matched {
		rows[i] = m.rule
	}
	known, err := knownTo(ctx, s.db.Read(), corp, rows)
	if err != nil {
		return err
	}
	for i := range matched {
		matched[i].form.trim(known)
	}
	return nil
}

// tagsNow are the tags of the pair.
func (s *service) tagsNow(ctx context.Context, corp string, f Fact) ([]string, error) {
	follow, err := mirror.FollowOf(ctx, s.db.Read(), corp, f.Member, f.Customer)
	if fault.CodeOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	tags, err := mirror.TagsOfFollows(ctx, s.db.Read(), corp, []id.ID{follow.ID})
	var has []string
	for _, t := range tags[follow.ID] {
		has = append(has, t.ID)
	}
	return has, err
}

// judge decides what a matching rule does.
func (s *service) judge(ctx context.Context, tx db.Tx, m verdict, f Fact, has []string) (string, error) {
	r := m.rule
	if r.Hits > 1 {
		var before int
		if err := tx.NewRaw(`SELECT COUNT(*) FROM tag_hit WHERE rule_id = ? AND customer = ? AND member_id = ? AND at > ? AND fact <> ? AND corp_id = ?`,
			r.ID, f.Customer, f.Member, db.MS(f.At.AddDate(0, 0, -r.PeriodDays)), f.ID, r.Corp).Scan(ctx, &before); err != nil {
			return "", err
		}
		if before+1 < r.Hits {
			return hitCounted, nil
		}
	}
	if !needed(m.form, has) {
		return hitSame, nil
	}
	if r.MostDay > 0 || r.MostTotal > 0 {
		// Facts of the same moment come one after the other to a rule that counts.
		var total int64
		if err := tx.NewRaw("UPDATE tag_rule SET place = place WHERE corp_id = ? AND id = ? RETURNING tagged", r.Corp, r.ID).Scan(ctx, &total); err != nil {
			return "", err
		}
		// What WeCom has yet to take holds its place; what it refuses gives it back.
		var open struct{ Waiting, Today int64 }
		if err := tx.NewRaw(`SELECT (SELECT COUNT(*) FROM tag_hit WHERE rule_id = ?0 AND outcome = 'waiting' AND corp_id || '' = ?2) AS waiting,
			(SELECT COUNT(*) FROM tag_hit WHERE rule_id = ?0 AND outcome IN ('tagged', 'waiting') AND day = ?1 AND corp_id || '' = ?2) AS today`,
			r.ID, dayOf(f.At), r.Corp).Scan(ctx, &open); err != nil {
			return "", err
		}
		if r.MostTotal > 0 && total+open.Waiting >= int64(r.MostTotal) || r.MostDay > 0 && open.Today >= int64(r.MostDay) {
			return hitLimited, nil
		}
	}
	return hitWaiting, nil
}

// needed tells whether the rule would change anything.
func needed(f RuleForm, has []string) bool {
	return slices.ContainsFunc(f.Add, func(t string) bool { return !slices.Contains(has, t) }) ||
		slices.ContainsFunc(f.Remove, func(t string) bool { return slices.Contains(has, t) })
}

// merged adds what a rule wants to what the ones before it want; where they disagree, it
// has its way.
func merged(add, remove []string, f RuleForm) (plus, minus []string) {
	plus = slices.DeleteFunc(add, func(t string) bool { return slices.Contains(f.Remove, t) })
	minus = slices.DeleteFunc(remove, func(t string) bool { return slices.Contains(f.Add, t) })
	for _, t := range f.Add {
		if !slices.Contains(plus, t) {
			plus = append(plus, t)
		}
	}
	for _, t := range f.Remove {
		if !slices.Contains(minus, t) {
			minus = append(minus, t)
		}
	}
	return plus, minus
}

// insertHit writes a hit; false when this rule noticed the fact before.
func (s *service) insertHit(ctx context.Context, tx db.Tx, m verdict, f Fact) (hit id.ID, fresh bool, err error) {
	hit = s.ids.New()
	res, err := tx.NewRaw(`INSERT INTO tag_hit (id, corp_id, rule_id, fact, member_id, customer, outcome, reason, at, day)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (rule_id, fact, member_id) DO NOTHING`,
		hit, m.rule.Corp, m.rule.ID, f.ID, f.Member, f.Customer, m.outcome, text(m.why), db.MS(f.At), dayOf(f.At)).Exec(ctx)
	if err != nil {
		return 0, false, err
	}
	n, err := res.RowsAffected()
	return hit, n == 1, err
}

// dayOf writes a day as 20261122.
func dayOf(t time.Time) int { return t.Year()*10_000 + int(t.Month())*100 + t.Day() }
