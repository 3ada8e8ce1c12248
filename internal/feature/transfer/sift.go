package transfer

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// sift takes out what cannot be handed over now, with the reason, and fills in what the
// division goes by.
func (s *service) sift(ctx context.Context, v viewer.Viewer, out *planned, list []candidate) ([]candidate, error) {
	var kept []candidate
	seen := map[string]bool{}
	for part := range slices.Chunk(list, 500) {
		f, err := s.factsOf(ctx, v.Corp, out, part)
		if err != nil {
			return nil, err
		}
		for _, c := range part {
			key := string(c.Kind) + c.Subject
			c.Tags, c.Has = f.tags[pairKey(c.From, c.Subject)], f.has[c.Subject]
			switch {
			case f.busy[key] != "":
				if !slices.Contains(out.busyBy, f.busy[key]) {
					out.busyBy = append(out.busyBy, f.busy[key])
				}
				out.leave(Busy, c)
			case c.Kind == OfCustomer && out.resigned[c.From] && !f.listed[pairKey(c.From, c.Subject)]:
				out.leave(Unlisted, c)
			case c.Kind == OfGroup && out.longGone[c.From]:
				out.leave(LongGone, c)
			case c.Kind == OfGroup && f.inheriting[c.Subject]:
				out.leave(Inheriting, c)
			case !out.resigned[c.From] && f.begun[key] >= perCustomer:
				out.leave(Often, c)
			case seen[key]:
				out.leave(Twice, c)
			case len(c.Has) > 0 && out.plan.Friends == "skip":
				out.leave(HasAlready, c)
			default:
				seen[key] = true
				kept = append(kept, c)
			}
		}
	}
	return kept, nil
}

func pairKey(member, customer string) string { return member + "/" + customer }

// facts are what is known of some candidates.
type facts struct {
	busy       map[string]string   // kind+subject → who started the open hand-over
	begun      map[string]int64    // kind+subject → hand-overs on the job in the last 90 days
	listed     map[string]bool     // leaver/customer → WeCom lists them
	inheriting map[string]bool     // chat_id
	tags       map[string][]string // member/customer → tag ids
	has        map[string][]string // customer → takers who follow him, in the takers' order
}

func (s *service) factsOf(ctx context.Context, corp string, out *planned, part []candidate) (facts, error) {
	f := facts{
		busy: map[string]string{}, begun: map[string]int64{}, listed: map[string]bool{},
		inheriting: map[string]bool{}, tags: map[string][]string{}, has: map[string][]string{},
	}
	q := s.db.Read()
	var subjects, gone []string
	for _, c := range part {
		subjects = append(subjects, c.Subject)
		if c.Kind == OfCustomer && out.resigned[c.From] && !slices.Contains(gone, c.From) {
			gone = append(gone, c.From)
		}
	}
	var open []struct {
		Kind    string `bun:"kind"`
		Subject string `bun:"subject"`
		Creator string `bun:"creator"`
	}
	if err := q.NewRaw(`SELECT i.kind, i.subject, t.creator FROM transfer_item i JOIN transfer_transfer t ON t.id = i.transfer_id
		WHERE i.corp_id = ? AND i.subject IN (?) AND i.state IN ('planned', 'sent', 'waiting')`, corp, bun.List(subjects)).Scan(ctx, &open); err != nil {
		return f, err
	}
	for _, o := range open {
		f.busy[o.Kind+o.Subject] = o.Creator
	}
	var err error
	if f.begun, err = countBy(ctx, q, `SELECT kind || subject AS k, COUNT(*) AS n FROM transfer_item
		WHERE corp_id = ? AND subject IN (?) AND NOT resigned AND state IN ('accepted', 'refused', 'full') AND sent_at >= ?
		GROUP BY kind, subject`, corp, bun.List(subjects), db.MS(dayBegan(s.clock.Now(), perDays-1))); err != nil {
		return f, err
	}
	if err := s.listed(ctx, corp, gone, subjects, f.listed); err != nil {
		return f, err
	}
	var inheriting []string
	if err := q.NewRaw(`SELECT chat FROM mirror_group WHERE corp_id = ? AND chat IN (?) AND status = 2`, corp, bun.List(subjects)).Scan(ctx, &inheriting); err != nil {
		return f, err
	}
	for _, chat := range inheriting {
		f.inheriting[chat] = true
	}
	if out.plan.Spread == ByTag {
		if err := s.tagged(ctx, corp, part, f.tags); err != nil {
			return f, err
		}
	}
	return f, s.friends(ctx, corp, out.takers, subjects, f.has)
}

// listed tells which customers WeCom lists as unassigned.
func (s *service) listed(ctx context.Context, corp string, gone, subjects []string, into map[string]bool) error {
	if len(gone) == 0 {
		return nil
	}
	var rows []struct {
		Member   string `bun:"member_id"`
		Customer string `bun:"customer"`
	}
	err := s.db.Read().NewRaw(`SELECT member_id, customer FROM transfer_unassigned WHERE corp_id = ? AND member_id IN (?) AND customer IN (?)`,
		corp, bun.List(gone), bun.List(subjects)).Scan(ctx, &rows)
	for _, r := range rows {
		into[pairKey(r.Member, r.Customer)] = true
	}
	return err
}

// tagged gives the tags of the candidates' follows.
func (s *service) tagged(ctx context.Context, corp string, part []candidate, into map[string][]string) error {
	var from, subjects []string
	for _, c := range part {
		if c.Kind == OfCustomer {
			from, subjects = append(from, c.From), append(subjects, c.Subject)
		}
	}
	if len(subjects) == 0 {
		return nil
	}
	slices.Sort(from)
	var rows []struct {
		Member   string `bun:"member_id"`
		Customer string `bun:"customer"`
		Tag      string `bun:"tag_id"`
	}
	err := s.db.Read().NewRaw(`SELECT f.member_id, f.customer, ft.tag_id FROM mirror_follow f JOIN mirror_follow_tag ft ON ft.follow_id = f.id
		WHERE f.corp_id = ? AND f.member_id IN (?) AND f.customer IN (?)`, corp, bun.List(slices.Compact(from)), bun.List(subjects)).Scan(ctx, &rows)
	for _, r := range rows {
		key := pairKey(r.Member, r.Customer)
		into[key] = append(into[key], r.Tag)
	}
	return err
}

// friends gives the takers who follow a customer already.
func (s *service) friends(ctx context.Context, corp string, takers []taker, subjects []string, into map[string][]string) error {
	ids := make([]string, len(takers))
	for i, t := range takers {
		ids[i] = t.ID
	}
	var rows []struct {
		Member   string `bun:"member_id"`
		Customer string `bun:"customer"`
	}
	err := s.db.Read().NewRaw(`SELECT member_id, customer FROM mirror_follow WHERE corp_id = ? AND member_id IN (?) AND customer IN (?) AND standing = ?`,
		corp, bun.List(ids), bun.List(subjects), mirror.Stands).Scan(ctx, &rows)
	for _, r := range rows {
		into[r.Customer] = append(into[r.Customer], r.Member)
	}
	return err
}
