package churn

import (
	"context"
	"fmt"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// watch looks whether the member's day has become unusual with this ending. What a re-sync
// found belongs to no day, and hand-overs are nobody's doing.
func (s *service) watch(ctx context.Context, l Ending, set setting) error {
	if l.Unknown || l.Kind == Handed {
		return nil
	}
	at := l.EndedAt.In(s.corps.Location(ctx, l.Corp))
	from := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
	to := time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, at.Location())
	var today int
	err := s.db.Read().NewRaw(`SELECT COUNT(*) FROM churn_ending WHERE corp_id = ? AND member_id = ? AND kind = ?
		AND ended_at >= ? AND ended_at < ? AND NOT unknown`, l.Corp, l.Member, l.Kind, db.MS(from), db.MS(to)).Scan(ctx, &today)
	if err != nil || today < unusualLeast {
		return err
	}
	usual, err := s.usual(ctx, l, from)
	if err != nil || !usual.Exceeded(today) {
		return err
	}
	names, err := mirror.Names(ctx, s.db.Read(), l.Corp, []string{l.Member})
	if err != nil {
		return err
	}
	day := from.Format(time.DateOnly)
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw(`INSERT INTO churn_hint (corp_id, kind, member_id, day, at, count, own, peers) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, l.Corp, l.Kind, l.Member, day, db.MS(from), today, usual.Own, usual.Peers).Exec(ctx)
		if err != nil {
			return err
		}
		fresh, err := res.RowsAffected()
		if err == nil && fresh == 0 {
			_, err = tx.NewRaw(`UPDATE churn_hint SET count = ? WHERE corp_id = ? AND kind = ? AND member_id = ? AND day = ? AND count < ?`,
				today, l.Corp, l.Kind, l.Member, day, today).Exec(ctx)
		}
		if err != nil {
			return err
		}
		if fresh > 0 && set.Unusual {
			if err := s.notices.Send(ctx, tx, notice.Message{
				Corp: l.Corp, To: set.receivers(l.Member), Kind: noticeUnusual, Key: string(l.Kind) + "/" + l.Member + "/" + day,
				Title: unusualTitle(l.Kind), Text: unusualText(l.Kind, names[l.Member], day, today, usual),
				Href: tabOf(l.Kind) + "member=" + l.Member + "&" + string(l.Kind) + "=" + day + "~" + day,
			}); err != nil {
				return err
			}
		}
		return s.live.Publish(ctx, tx, l.Corp, slug)
	})
}

// usual is what the member's days were like before the day that begins at from.
func (s *service) usual(ctx context.Context, l Ending, from time.Time) (Usual, error) {
	before := from.AddDate(0, 0, -usualDays)
	var counts struct {
		Own        int `bun:"own"`
		Peers      int `bun:"peers"`
		Colleagues int `bun:"colleagues"`
	}
	err := s.db.Read().NewRaw(`WITH colleague (id) AS (
			SELECT m.id FROM mirror_member m WHERE m.corp_id = ? AND m.left_at = 0 AND m.can_contact AND m.id <> ? AND m.main_department =
				(SELECT o.main_department FROM mirror_member o WHERE o.corp_id = ? AND o.id = ?)
		)
		SELECT
			(SELECT COUNT(*) FROM churn_ending e WHERE e.corp_id = ? AND e.member_id = ? AND e.kind = ? AND e.ended_at >= ? AND e.ended_at < ? AND NOT e.unknown) AS own,
			(SELECT COUNT(*) FROM churn_ending e WHERE e.corp_id = ? AND e.member_id IN (SELECT c.id FROM colleague c) AND e.kind = ?
				AND e.ended_at >= ? AND e.ended_at < ? AND NOT e.unknown) AS peers,
			(SELECT COUNT(*) FROM colleague) AS colleagues`,
		l.Corp, l.Member, l.Corp, l.Member,
		l.Corp, l.Member, l.Kind, db.MS(before), db.MS(from),
		l.Corp, l.Kind, db.MS(before), db.MS(from)).Scan(ctx, &counts)
	u := Usual{Own: float64(counts.Own) / usualDays, Peers: -1}
	if counts.Colleagues > 0 {
		u.Peers = float64(counts.Peers) / usualDays / float64(counts.Colleagues)
	}
	return u, err
}

func unusualTitle(k Kind) string {
	if k == Deleted {
		return "成员删除客户异常提醒"
	}
	return "客户流失异常提醒"
}

func unusualText(k Kind, member, day string, today int, u Usual) string {
	what := "流失"
	if k == Deleted {
		what = "删除"
	}
	text := fmt.Sprintf("成员 %s 在 %s 已%s %d 位客户，远多于平时。\n本人前 28 天日均 %.1f 位", notice.Name(member), day, what, today, u.Own)
	if u.Peers >= 0 {
		text += fmt.Sprintf("，同部门成员日均 %.1f 位", u.Peers)
	}
	return text + "。"
}

// tabOf is where the rows of a kind are shown, ready for filters.
func tabOf(k Kind) string {
	if k == Deleted {
		return "/churn?tab=deletions&"
	}
	return "/churn?"
}

// Hint is one unusual day of a member.
type Hint struct {
	Kind       Kind    `json:"kind" enum:"lost,deleted"`
	Member     string  `json:"member"`
	MemberName string  `json:"memberName"`
	Department string  `json:"department"`
	Day        string  `json:"day" doc:"2026-11-23, in the corp's zone"`
	Count      int     `json:"count"`
	Own        float64 `json:"own" doc:"the member's own mean a day, over the 28 days before"`
	Peers      float64 `json:"peers" doc:"the mean of a colleague of his main department; -1 without colleagues"`
}

// HintList are the unusual days of late.
type HintList struct {
	Items []Hint `json:"items"`
}

const (
	hintDays = 30 // how far back hints are shown
	hintMost = 50
)

// Hints shows the unusual days of the last month in the viewer's scope, the newest first.
func (s *service) Hints(ctx context.Context, _ *struct{}) (*HintList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Kind   Kind    `bun:"kind"`
		Member string  `bun:"member_id"`
		Day    string  `bun:"day"`
		Count  int     `bun:"count"`
		Own    float64 `bun:"own"`
		Peers  float64 `bun:"peers"`
	}
	scope := v.Where("h.corp_id", "h.member_id")
	err = s.db.Read().NewSelect().TableExpr("churn_hint AS h").ColumnExpr("h.kind, h.member_id, h.day, h.count, h.own, h.peers").
		Where(scope.SQL, scope.Args...).Where("h.at >= ?", db.MS(s.clock.Now().AddDate(0, 0, -hintDays))).
		OrderExpr("h.at DESC, h.kind, h.member_id").Limit(hintMost).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	members := make([]string, len(rows))
	for i, r := range rows {
		members[i] = r.Member
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	departments, err := mirror.MainDepartments(ctx, s.db.Read(), v.Corp, members)
	list := &HintList{Items: make([]Hint, len(rows))}
	for i, r := range rows {
		list.Items[i] = Hint{
			Kind: r.Kind, Member: r.Member, MemberName: names[r.Member], Department: departments[r.Member], Day: r.Day,
			Count: r.Count, Own: r.Own, Peers: r.Peers,
		}
	}
	return list, err
}
