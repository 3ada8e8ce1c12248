package tag

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const (
	// dryFacts is how many facts of the past a dry run looks at, newest first.
	dryFacts = 10_000
	// drySamples is how many of the matches it shows.
	drySamples = 20
)

type tagDryInput struct {
	Body struct {
		Rule RuleForm `json:"rule"`
		Days int      `json:"days" minimum:"1" maximum:"90" doc:"how far back, today included"`
	}
}

// DryRun is what a rule would have done.
type DryRun struct {
	Facts   int       `json:"facts" doc:"facts of its trigger in that time"`
	Capped  bool      `json:"capped" doc:"only the newest facts were looked at"`
	Matched int       `json:"matched" doc:"facts that meet the rule"`
	Tagged  int       `json:"tagged" doc:"follows whose tags it would have changed"`
	Same    int       `json:"same" doc:"matches whose tags are so already"`
	Counted int       `json:"counted" doc:"matches that were not yet often enough"`
	Limited int       `json:"limited" doc:"matches beyond the rule's limits"`
	Samples []HitView `json:"samples"`
}

// DryRun shows what a rule would have done in the last days, on what is known now. It
// changes nothing.
func (s *service) DryRun(ctx context.Context, in *tagDryInput) (*DryRun, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	form := in.Body.Rule
	if err := s.checkRule(ctx, v, &form); err != nil {
		return nil, err
	}
	zone := s.corps.Location(ctx, v.Corp)
	now := s.clock.Now().In(zone)
	since := time.Date(now.Year(), now.Month(), now.Day()-in.Body.Days+1, 0, 0, 0, 0, zone)
	facts, follows, err := s.past(ctx, v, form, since, zone)
	if err != nil {
		return nil, err
	}
	out := &DryRun{Samples: []HitView{}}
	if len(facts) > dryFacts {
		facts, out.Capped = facts[len(facts)-dryFacts:], true
	}
	out.Facts = len(facts)
	tags, err := mirror.TagsOfFollows(ctx, s.db.Read(), v.Corp, follows)
	if err != nil {
		return nil, err
	}
	var shown []hitRow
	d := dryer{form: form, seen: map[string][]time.Time{}, day: map[int]int{}, has: map[string]map[string]bool{}, above: map[string][]int64{}}
	t, _ := triggerOf(form.Trigger)
	for _, f := range facts {
		if len(form.Departments) > 0 {
			if _, asked := d.above[f.Member]; !asked {
				if d.above[f.Member], err = above(ctx, s.db.Read(), v.Corp, f.Member); err != nil {
					return nil, err
				}
			}
		}
		why, ok := t.match(form.Setting, f.Fact)
		if !ok || !form.concerns(f.Member, d.above[f.Member]) {
			continue
		}
		out.Matched++
		outcome := d.judge(f.Fact, tags[f.follow])
		switch outcome {
		case hitTagged:
			out.Tagged++
		case hitSame:
			out.Same++
		case hitCounted:
			out.Counted++
		case hitLimited:
			out.Limited++
		}
		shown = append(shown, hitRow{ID: f.follow, Member: f.Member, Customer: f.Customer, Outcome: outcome, Reason: text(why), At: db.MS(f.At)})
	}
	newest := make([]hitRow, 0, drySamples)
	for i := len(shown) - 1; i >= 0 && len(newest) < drySamples; i-- {
		newest = append(newest, shown[i])
	}
	out.Samples, err = s.hitViews(ctx, v, newest)
	return out, err
}

// pastFact is a fact with the follow it is about.
type pastFact struct {
	Fact
	follow id.ID
}

// past reads the facts of a trigger since a moment within the viewer's scope, oldest first;
// of too many the newest, and one more to tell.
func (s *service) past(ctx context.Context, v viewer.Viewer, form RuleForm, since time.Time, zone *time.Location) ([]pastFact, []id.ID, error) {
	var rows []struct {
		Follow   id.ID  `bun:"follow"`
		Member   string `bun:"member_id"`
		Customer string `bun:"customer"`
		State    string `bun:"state"`
		At       int64  `bun:"at"`
		Chat     string `bun:"chat"`
		Called   string `bun:"called"`
	}
	scope := v.Where("f.corp_id", "f.member_id")
	q := s.db.Read().NewSelect().Where(scope.SQL, scope.Args...).Limit(dryFacts + 1)
	if form.Trigger == onGroup {
		q = q.TableExpr("mirror_group AS g").Join("JOIN mirror_group_member AS gm ON gm.group_id = g.id").
			Join("JOIN mirror_follow AS f ON f.corp_id = gm.corp_id AND f.customer = gm.who AND f.standing = 1").
			ColumnExpr("f.id AS follow, f.member_id, f.customer, '' AS state, gm.joined_at AS at, g.chat, g.name AS called").
			Where("g.corp_id = ? AND gm.external AND gm.joined_at >= ?", v.Corp, db.MS(since)).OrderExpr("gm.joined_at DESC, f.id DESC")
		if len(form.Setting.Groups) > 0 {
			q = q.Where("g.chat IN (?)", bun.List(form.Setting.Groups))
		}
	} else {
		q = q.TableExpr("mirror_follow AS f").ColumnExpr("f.id AS follow, f.member_id, f.customer, f.state, f.added_at AS at, '' AS chat, '' AS called").
			Where("f.added_at >= ?", db.MS(since)).OrderExpr("f.added_at DESC, f.id DESC")
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, nil, err
	}
	facts, follows := make([]pastFact, len(rows)), make([]id.ID, len(rows))
	for i, r := range rows {
		facts[len(rows)-1-i] = pastFact{follow: r.Follow, Fact: Fact{
			At: db.FromMS(r.At).In(zone), Member: r.Member, Customer: r.Customer, State: r.State, Group: r.Chat, Called: r.Called,
		}}
		follows[i] = r.Follow
	}
	return facts, follows, nil
}

// dryer does in memory what judge does with the hit log.
type dryer struct {
	form  RuleForm
	seen  map[string][]time.Time
	day   map[int]int
	total int
	has   map[string]map[string]bool
	above map[string][]int64
}

func (d *dryer) judge(f Fact, tags []mirror.FollowTag) string {
	pair := f.Member + "\x00" + f.Customer
	d.seen[pair] = append(d.seen[pair], f.At)
	if d.form.Hits > 1 {
		from, n := f.At.AddDate(0, 0, -d.form.PeriodDays), 0
		for _, at := range d.seen[pair] {
			if at.After(from) {
				n++
			}
		}
		if n < d.form.Hits {
			return hitCounted
		}
	}
	if d.has[pair] == nil {
		d.has[pair] = map[string]bool{}
		for _, t := range tags {
			d.has[pair][t.ID] = true
		}
	}
	has := d.has[pair]
	differs := false
	for _, t := range d.form.Add {
		differs = differs || !has[t]
	}
	for _, t := range d.form.Remove {
		differs = differs || has[t]
	}
	if !differs {
		return hitSame
	}
	day := dayOf(f.At)
	if d.form.MostDay > 0 && d.day[day] >= d.form.MostDay || d.form.MostTotal > 0 && d.total >= d.form.MostTotal {
		return hitLimited
	}
	d.day[day]++
	d.total++
	for _, t := range d.form.Add {
		has[t] = true
	}
	for _, t := range d.form.Remove {
		delete(has, t)
	}
	return hitTagged
}
