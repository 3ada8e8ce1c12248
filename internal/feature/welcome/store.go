package welcome

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type greetingRow struct {
	bun.BaseModel `bun:"table:welcome_greeting,alias:g"`

	ID        id.ID  `bun:"id,pk"`
	Corp      string `bun:"corp_id"`
	Level     Level  `bun:"level"`
	Target    string `bun:"target"`
	Content   string `bun:"content"`
	Enabled   bool   `bun:"enabled"`
	Version   int64  `bun:"version"`
	UpdatedBy string `bun:"updated_by"`
	UpdatedAt int64  `bun:"updated_at"`
}

func (r greetingRow) greeting() (Greeting, error) {
	g := Greeting{
		ID: r.ID, Corp: r.Corp, Level: r.Level, Target: r.Target, Enabled: r.Enabled, Version: r.Version,
		UpdatedBy: r.UpdatedBy, UpdatedAt: db.FromMS(r.UpdatedAt),
	}
	if err := json.Unmarshal([]byte(r.Content), &g.Content); err != nil {
		return g, fmt.Errorf("welcome: row %s: %w", r.ID, err)
	}
	return g, nil
}

// greetings reads all of a corp; there are as many as people wrote by hand.
func greetings(ctx context.Context, q db.Querier, corp string) ([]Greeting, error) {
	var rows []greetingRow
	if err := q.NewSelect().Model(&rows).Where("g.corp_id = ?", corp).OrderExpr("g.updated_at DESC, g.id DESC").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]Greeting, len(rows))
	for i, r := range rows {
		var err error
		if all[i], err = r.greeting(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// put writes a greeting over the version it was read at; a new one has version 0.
func put(ctx context.Context, tx db.Tx, g Greeting) error {
	raw, err := json.Marshal(g.Content)
	if err != nil {
		return err
	}
	r := greetingRow{
		ID: g.ID, Corp: g.Corp, Level: g.Level, Target: g.Target, Content: db.Clean(string(raw)), Enabled: g.Enabled,
		Version: g.Version + 1, UpdatedBy: g.UpdatedBy, UpdatedAt: db.MS(g.UpdatedAt),
	}
	if g.Version == 0 {
		_, err := tx.NewInsert().Model(&r).Exec(ctx)
		if db.IsUnique(err) {
			return fault.New(fault.Conflict, "这个对象已经有欢迎语了").WithAdvice("请直接编辑已有的欢迎语")
		}
		return err
	}
	res, err := tx.NewUpdate().Model(&r).Column("content", "enabled", "version", "updated_by", "updated_at").
		Where("g.corp_id = ? AND g.id = ? AND g.version = ?", g.Corp, g.ID, g.Version).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.New(fault.Conflict, "这条欢迎语刚被别人修改过").WithAdvice("请刷新页面后再改")
}

// Delivery is what became of one greeting code.
type Delivery struct {
	ID       id.ID   `bun:"id" json:"id"`
	Member   string  `bun:"member_id" json:"member"`
	Customer string  `bun:"customer" json:"customer"`
	Outcome  Outcome `bun:"outcome" json:"outcome" enum:"sending,sent,none,taken,late,refused"`
	Source   Source  `bun:"source" json:"source" enum:"member,department,company,claim," doc:"whose greeting; empty when none was found"`
	// Claimer names what claimed the customer, when Source is claim: a channel code's name.
	Claimer string      `bun:"claimer" json:"claimer,omitempty"`
	Code    int         `bun:"errcode" json:"errcode"`
	Reason  web.Because `bun:"-" json:"reason,omitzero" doc:"why WeCom did not take it"`
	Why     string      `bun:"reason" json:"-"` // Reason as it is kept
	Tries   int         `bun:"tries" json:"tries"`
	// Answered counts the tries that surely did not send: WeCom said no, or was not asked.
	Answered int   `bun:"answered" json:"-"`
	AddedAt  int64 `bun:"added_at" json:"addedAt" doc:"unix ms"`
	DoneAt   int64 `bun:"done_at" json:"doneAt" doc:"unix ms, 0 when WeCom did not take it"`
}

const deliveryColumns = "id, member_id, customer, outcome, source, claimer, errcode, reason, tries, answered, added_at, done_at"

// unsure is true when a try before this one ended without an answer: a crash or a broken
// line between the call and the record. WeCom may have sent the greeting then.
func (d Delivery) unsure() bool { return d.Answered < d.Tries-1 }

// begin records that the code is being used, before WeCom is asked, and gives what is
// known of it already.
func (s *service) begin(ctx context.Context, e event.CustomerAdded) (d Delivery, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		return tx.NewRaw(`INSERT INTO welcome_delivery (id, corp_id, member_id, customer, outcome, source, claimer, errcode, reason, tries, answered, added_at, done_at)
			VALUES (?, ?, ?, ?, ?, '', '', 0, '', 1, 0, ?, 0) ON CONFLICT (id) DO UPDATE SET tries = welcome_delivery.tries + 1
			RETURNING `+deliveryColumns, e.Event, e.Corp, e.Member, e.Customer, Sending, db.MS(e.At)).Scan(ctx, &d)
	})
	return d, err
}

// answered records that the present try sent nothing, so that a later 41051 is not taken
// for its success.
func (s *service) answered(ctx context.Context, e event.CustomerAdded) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("UPDATE welcome_delivery SET answered = answered + 1 WHERE corp_id = ? AND id = ?", e.Corp, e.Event).Exec(ctx)
		return err
	})
}

// finish records the end; of d it takes what became of the code.
func (s *service) finish(ctx context.Context, e event.CustomerAdded, d Delivery) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw("UPDATE welcome_delivery SET outcome = ?, source = ?, claimer = ?, errcode = ?, reason = ?, done_at = ? WHERE corp_id = ? AND id = ?",
			d.Outcome, d.Source, db.Clean(d.Claimer), d.Code, db.Clean(d.Why), d.DoneAt, e.Corp, e.Event).Exec(ctx); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, e.Corp, slug, e.Event.String())
	})
}

type deliveryKey struct {
	AddedAt int64 `json:"a"`
	ID      id.ID `json:"i"`
}

// deliveries reads one page in the viewer's scope and one row more, newest first.
func deliveries(ctx context.Context, q db.Querier, v viewer.Viewer, in DeliveriesInput, after *deliveryKey) ([]Delivery, error) {
	scope := v.Where("corp_id", "member_id")
	query := q.NewSelect().TableExpr("welcome_delivery").ColumnExpr(deliveryColumns).Where(scope.SQL, scope.Args...).
		OrderExpr("added_at DESC, id DESC").Limit(int64(in.Limit + 1))
	if in.Outcome != "" {
		query = query.Where("outcome = ?", in.Outcome)
	}
	if in.Member != "" {
		query = query.Where("member_id = ?", in.Member)
	}
	if in.Customer != "" {
		query = query.Where("customer = ?", in.Customer)
	}
	if after != nil {
		query = query.Where("(added_at, id) < (?, ?)", after.AddedAt, after.ID)
	}
	var rows []Delivery
	err := query.Scan(ctx, &rows)
	for i := range rows {
		rows[i].Reason = corp.Told(rows[i].Why, rows[i].Code)
	}
	return rows, err
}
