package customer

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

type timelineInput struct {
	ID id.ID `path:"id"`
	web.Paging
	About []string  `query:"about,explode" maxItems:"20" doc:"only what these features tell, e.g. \"stage\"; those there are stand in the answer's kinds, before the dot; another is refused"`
	From  time.Time `query:"from" doc:"at or after"`
	To    time.Time `query:"to" doc:"before"`
}

// check takes the features that tell anything: a misspelt one must not look like a quiet one.
func (in timelineInput) check(tellers []string) error {
	var check fault.Check
	for i, one := range in.About {
		check.That(slices.Contains(tellers, one), "about["+strconv.Itoa(i)+"]", "只能是以下之一："+strings.Join(tellers, "、"))
	}
	check.That(in.From.IsZero() || in.To.IsZero() || in.From.Before(in.To), "to", "结束时间须晚于开始时间")
	return check.Err()
}

// place is where a timeline page ended.
type place struct {
	At  int64  `json:"a"`
	Key string `json:"k"`
}

// Timeline merges what all features know of the customer, newest first.
func (s *service) Timeline(ctx context.Context, in *timelineInput) (*web.Page[ask.Entry], error) {
	if err := in.check(s.asks.Tellers()); err != nil {
		return nil, err
	}
	v, c, _, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	// Before (To, "") lies everything that is strictly older.
	q := ask.TimelineQuery{Viewer: v, Customer: c.Customer, About: in.About, Since: in.From, Before: in.To, Limit: in.Limit + 1}
	at, paged, err := web.DecodeCursor[place](in.After)
	if err != nil {
		return nil, err
	}
	if paged {
		q.Before, q.BeforeKey = db.FromMS(at.At), at.Key
	}
	entries, err := s.asks.Timeline(ctx, q)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(entries, in.Limit, func(e ask.Entry) place { return place{e.At.UnixMilli(), e.Key} })
	var members []string
	for _, e := range page.Items {
		members = append(members, e.Member)
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	for i := range page.Items {
		page.Items[i].MemberName = names[page.Items[i].Member]
	}
	return &page, nil
}

// historyKey begins the keys of the history's lines.
const historyKey = "customer.at."

// timeline answers for the customer feature itself: how follows began and ended, and which groups the customer is in.
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	scope := q.Viewer.Where("corp_id", "member_id")
	under := q.Under("at", "id", historyKey)
	query := s.db.Read().NewSelect().TableExpr("customer_history").ColumnExpr("id, member_id, kind, repaired, at").
		Where(scope.SQL, scope.Args...).Where("customer = ?", q.Customer).Where(under.SQL, under.Args...).OrderExpr("at DESC, id DESC").Limit(int64(q.Limit + 1))
	var rows []struct {
		ID       id.ID  `bun:"id"`
		Member   string `bun:"member_id"`
		Kind     string `bun:"kind"`
		Repaired bool   `bun:"repaired"`
		At       int64  `bun:"at"`
	}
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, r := range rows {
		e := ask.Entry{
			At: db.FromMS(r.At), Key: historyKey + r.ID.String(), Kind: "customer." + r.Kind, Member: r.Member,
			Values: map[string]string{"repaired": strconv.FormatBool(r.Repaired)},
		}
		if q.Covers(e) {
			entries = append(entries, e)
		}
	}
	begun, err := s.begun(ctx, q)
	if err != nil {
		return nil, err
	}
	joined, err := s.joined(ctx, q)
	if err != nil {
		return nil, err
	}
	noted, err := s.noted(ctx, q)
	return slices.Concat(entries, begun, joined, noted), err
}

// begun tells of follows that the first sync brought: they have no history here.
func (s *service) begun(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	c, err := mirror.CustomerByExternal(ctx, s.db.Read(), q.Viewer.Corp, q.Customer)
	if fault.CodeOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	follows, err := mirror.FollowsOf(ctx, s.db.Read(), q.Viewer.Corp, c.ID)
	if err != nil {
		return nil, err
	}
	told, err := s.beginnings(ctx, q)
	if err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, f := range seenOf(q.Viewer, follows) {
		at := beginOf(f)
		if at == 0 || told.has(f.Member, at) {
			continue
		}
		e := ask.Entry{
			At: db.FromMS(at), Key: "customer.follow." + f.ID.String(), Kind: "customer.added", Member: f.Member,
			Values: map[string]string{"repaired": "false"},
		}
		if q.Covers(e) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// sameMoment is how far the time of a callback and WeCom's createtime of the same
// beginning may be apart.
const sameMoment = time.Minute

// beginnings are the times at which the history has a follow begin, by member.
type beginnings map[string][]int64

func (b beginnings) has(member string, at int64) bool {
	for _, t := range b[member] {
		if apart := time.Duration(t-at) * time.Millisecond; apart.Abs() <= sameMoment {
			return true
		}
	}
	return false
}

// maxBeginnings bounds what is read; nobody is added anew that often.
const maxBeginnings = 500

// beginnings reads them whatever the page: one may stand on the page before its follow's.
func (s *service) beginnings(ctx context.Context, q ask.TimelineQuery) (beginnings, error) {
	var rows []struct {
		Member string `bun:"member_id"`
		At     int64  `bun:"at"`
	}
	err := s.db.Read().NewRaw(`SELECT member_id, at FROM customer_history WHERE corp_id = ? AND customer = ? AND kind IN (?)
		ORDER BY at DESC LIMIT ?`, q.Viewer.Corp, q.Customer, list(beginningKinds()), maxBeginnings).Scan(ctx, &rows)
	found := beginnings{}
	for _, r := range rows {
		found[r.Member] = append(found[r.Member], r.At)
	}
	return found, err
}
