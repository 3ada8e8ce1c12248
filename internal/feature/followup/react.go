package followup

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// followedUp keeps when a member last followed up a customer.
func (s *service) followedUp(ctx context.Context, e event.FollowedUp) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO followup_last (corp_id, customer, member_id, how, at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (corp_id, customer, member_id) DO UPDATE SET how = excluded.how, at = excluded.at WHERE followup_last.at < excluded.at`,
			e.Corp, e.Customer, e.Member, e.How, db.MS(e.At)).Exec(ctx)
		return err
	})
}

// transferSettled gives the taker what was still to be done for the customer, and when he was
// last followed up: a colleague's call last week still counts. With the member before it stays,
// as his own follow does.
func (s *service) transferSettled(ctx context.Context, e event.TransferSettled) error {
	if e.Customer == "" || e.From == e.To {
		return nil
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw("UPDATE followup_task SET member_id = ? WHERE corp_id = ? AND customer = ? AND member_id = ? AND done_at = 0",
			e.To, e.Corp, e.Customer, e.From).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw(`INSERT INTO followup_last (corp_id, customer, member_id, how, at)
			SELECT corp_id, customer, ?, how, at FROM followup_last WHERE corp_id = ? AND customer = ? AND member_id = ?
			ON CONFLICT (corp_id, customer, member_id) DO UPDATE SET how = excluded.how, at = excluded.at WHERE followup_last.at < excluded.at`,
			e.To, e.Corp, e.Customer, e.From).Exec(ctx); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, e.Corp, slug)
	})
}

// memberRenamed follows a member to his new userid.
func (s *service) memberRenamed(ctx context.Context, e event.MemberChanged) error {
	if e.WasMember == "" || e.WasMember == e.Member {
		return nil
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw("UPDATE followup_task SET member_id = ? WHERE corp_id = ? AND member_id = ?", e.Member, e.Corp, e.WasMember).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("UPDATE followup_task SET author = ? WHERE corp_id = ? AND author = ?", "member:"+e.Member, e.Corp, "member:"+e.WasMember).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("UPDATE followup_note SET member_id = ?, author = ? WHERE corp_id = ? AND member_id = ?", e.Member, "member:"+e.Member, e.Corp, e.WasMember).Exec(ctx); err != nil {
			return err
		}
		// What he did under the new userid meanwhile stands beside what he did before: the later counts.
		if _, err := tx.NewRaw(`INSERT INTO followup_last (corp_id, customer, member_id, how, at)
			SELECT corp_id, customer, ?, how, at FROM followup_last WHERE corp_id = ? AND member_id = ?
			ON CONFLICT (corp_id, customer, member_id) DO UPDATE SET how = excluded.how, at = excluded.at WHERE followup_last.at < excluded.at`, e.Member, e.Corp, e.WasMember).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("DELETE FROM followup_last WHERE corp_id = ? AND member_id = ?", e.Corp, e.WasMember).Exec(ctx)
		return err
	})
}

// timeline tells of notes and of tasks that were done. Who asks sees the customer.
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	if !q.Viewer.Can("followup.read") {
		return nil, nil
	}
	var notes []noteRow
	under := q.Under("n.created_at", "n.id", "note.")
	err := s.db.Read().NewSelect().Model(&notes).Where("n.corp_id = ? AND n.customer = ?", q.Viewer.Corp, q.Customer).
		Where(under.SQL, under.Args...).OrderExpr("n.created_at DESC, n.id DESC").Limit(int64(q.Limit + 1)).Scan(ctx)
	if err != nil {
		return nil, err
	}
	var tasks []taskRow
	under = q.Under("t.done_at", "t.id", "task.")
	err = s.db.Read().NewSelect().Model(&tasks).Where("t.corp_id = ? AND t.customer = ? AND t.done_at > 0", q.Viewer.Corp, q.Customer).
		Where(under.SQL, under.Args...).OrderExpr("t.done_at DESC, t.id DESC").Limit(int64(q.Limit + 1)).Scan(ctx)
	if err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, n := range notes {
		kind := map[string]string{"note": "followup.noted", "call": "followup.called", "message": "followup.messaged"}[n.How]
		entries = append(entries, ask.Entry{At: db.FromMS(n.CreatedAt), Key: "note." + n.ID.String(), Kind: kind, Member: n.Member, Values: map[string]string{"text": q.Viewer.MaskText(n.Text), "by": n.Name}})
	}
	for _, t := range tasks {
		entries = append(entries, ask.Entry{At: db.FromMS(t.DoneAt), Key: "task." + t.ID.String(), Kind: "followup.done", Member: t.Member, Values: map[string]string{"title": t.Title, "by": t.DoneBy}})
	}
	return covered(q, entries), nil
}

func covered(q ask.TimelineQuery, all []ask.Entry) []ask.Entry {
	var kept []ask.Entry
	for _, e := range all {
		if q.Covers(e) {
			kept = append(kept, e)
		}
	}
	return kept
}

// tiles shows the viewer's own tasks that are overdue.
func (s *service) tiles(ctx context.Context, v viewer.Viewer) ([]ask.Tile, error) {
	if !v.Can("followup.read") || v.Member == "" {
		return nil, nil
	}
	var n int64
	err := s.db.Read().NewRaw("SELECT COUNT(*) FROM followup_task WHERE corp_id = ? AND member_id = ? AND done_at = 0 AND due_at < ?", v.Corp, v.Member, db.NowMS(s.clock)).Scan(ctx, &n)
	return []ask.Tile{{Key: "followup.overdue", Value: n, Href: "/followup?state=overdue", Level: "warning"}}, err
}

// demo writes what a team of the demo's kind would have written, once.
func (s *service) demo(ctx context.Context, v viewer.Viewer) error {
	var there int
	if err := s.db.Read().NewRaw("SELECT COUNT(*) FROM followup_note WHERE corp_id = ?", v.Corp).Scan(ctx, &there); err != nil || there > 0 {
		return err
	}
	var rows []struct {
		Member     string `bun:"member_id"`
		Name       string `bun:"name"`
		Customer   string `bun:"customer"`
		CustomerID id.ID  `bun:"customer_id"`
		AddedAt    int64  `bun:"added_at"`
	}
	err := s.db.Read().NewRaw(`SELECT f.member_id, m.name, f.customer, f.customer_id, f.added_at FROM mirror_follow AS f
		JOIN mirror_member AS m ON m.corp_id = f.corp_id AND m.id = f.member_id
		WHERE f.corp_id = ? AND f.standing = 1 ORDER BY f.added_at DESC, f.id DESC LIMIT 60`, v.Corp).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	said := []string{"客户想了解年度套餐的价格，已发报价单，约好周五回复。", "电话沟通，目前用的是别家系统，合同年底到期。", "加了微信后发了产品手册，客户说先看看。", "对接人换成了采购部，需要补一份资质文件。"}
	todo := []string{"发送合同草稿", "回访试用情况", "确认付款时间", "寄送样品"}
	how := []string{"note", "call", "message", "note"}
	now := s.clock.Now()
	today := now.In(s.corps.Location(ctx, v.Corp))
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for i, x := range rows {
			at := now.Add(-time.Duration(i%9+1) * 17 * time.Hour)
			if added := db.FromMS(x.AddedAt); at.Before(added) { // nobody writes of whom he does not know yet
				at = added.Add(now.Sub(added) / 2)
			}
			n := noteRow{
				ID: s.ids.New(), Corp: v.Corp, Customer: x.Customer, CustomerID: x.CustomerID, Author: "member:" + x.Member, Member: x.Member, Name: x.Name,
				How: how[i%4], Text: said[i%4], Pictures: "[]", Mentions: "[]", CreatedAt: db.MS(at), Findable: 1,
			}
			if _, err := tx.NewInsert().Model(&n).Exec(ctx); err != nil {
				return err
			}
			if err := s.findable(ctx, tx, n); err != nil {
				return err
			}
			due := time.Date(today.Year(), today.Month(), today.Day()+i%13-1, 10+i%8, 30*(i%2), 0, 0, today.Location()) // few of them late
			t := taskRow{
				ID: s.ids.New(), Corp: v.Corp, Customer: x.Customer, CustomerID: x.CustomerID, Title: todo[i%4], Member: x.Member, Author: n.Author, Name: x.Name,
				DueAt: db.MS(due), CreatedAt: db.MS(at),
			}
			if i%3 == 2 {
				t.DoneAt, t.DoneBy = db.MS(now.Add(-time.Hour)), x.Name
			}
			if _, err := tx.NewInsert().Model(&t).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}
