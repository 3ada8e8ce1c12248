package churn

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

type row struct {
	bun.BaseModel `bun:"table:churn_loss,alias:l"`

	ID         id.ID  `bun:"id,pk"`
	Corp       string `bun:"corp_id"`
	Member     string `bun:"member_id"`
	Customer   string `bun:"customer"`
	Name       string `bun:"name"`
	Remark     string `bun:"remark"`
	Tags       string `bun:"tags"`
	State      string `bun:"state"`
	AddWay     int    `bun:"add_way"`
	AddedAt    int64  `bun:"added_at"`
	LostAt     int64  `bun:"lost_at"`
	Unknown    bool   `bun:"unknown"`
	Company    bool   `bun:"company"`
	ReturnedAt int64  `bun:"returned_at"`
	Notice     Notice `bun:"notice"`
	Reason     string `bun:"reason"`
}

func (r row) loss() (Loss, error) {
	l := Loss{
		ID: r.ID, Corp: r.Corp, Member: r.Member, Customer: r.Customer, Name: r.Name, Remark: r.Remark, State: r.State,
		AddWay: r.AddWay, AddedAt: db.FromMS(r.AddedAt), LostAt: db.FromMS(r.LostAt), Unknown: r.Unknown, Company: r.Company,
		ReturnedAt: db.FromMS(r.ReturnedAt), Notice: r.Notice, Reason: r.Reason,
	}
	if err := json.Unmarshal([]byte(r.Tags), &l.Tags); err != nil {
		return l, fmt.Errorf("churn: row %s: %w", r.ID, err)
	}
	return l, nil
}

func lossesOf(rows []row) ([]Loss, error) {
	losses := make([]Loss, len(rows))
	for i, r := range rows {
		var err error
		if losses[i], err = r.loss(); err != nil {
			return nil, err
		}
	}
	return losses, nil
}

// insert writes a loss; false when it was recorded before: by the same event, or by another
// that tells the same fact.
func insert(ctx context.Context, tx db.Tx, l Loss) (bool, error) {
	tags, err := json.Marshal(append([]string{}, l.Tags...))
	if err != nil {
		return false, err
	}
	res, err := tx.NewInsert().Model(&row{
		ID: l.ID, Corp: l.Corp, Member: l.Member, Customer: l.Customer, Name: db.Clean(l.Name), Remark: db.Clean(l.Remark),
		Tags: db.Clean(string(tags)), State: l.State, AddWay: l.AddWay, AddedAt: db.MS(l.AddedAt), LostAt: db.MS(l.LostAt),
		Unknown: l.Unknown, Company: l.Company, ReturnedAt: db.MS(l.ReturnedAt), Notice: l.Notice, Reason: db.Clean(l.Reason),
	}).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func byID(ctx context.Context, q db.Querier, corp string, loss id.ID) (Loss, error) {
	var r row
	err := q.NewSelect().Model(&r).Where("l.corp_id = ? AND l.id = ?", corp, loss).Scan(ctx)
	if db.NoRows(err) {
		return Loss{}, fault.Missing("流失记录")
	}
	if err != nil {
		return Loss{}, err
	}
	return r.loss()
}

// told records what became of a notice that waits.
func told(ctx context.Context, tx db.Tx, l Loss, n Notice, reason string) error {
	_, err := tx.NewRaw("UPDATE churn_loss SET notice = ?, reason = ? WHERE corp_id = ? AND id = ? AND notice = ?",
		n, db.Clean(reason), l.Corp, l.ID, NoticeWaiting).Exec(ctx)
	return err
}

// returned marks the pair's open losses as over.
func returned(ctx context.Context, tx db.Tx, corp, member, customer string, at time.Time) (int64, error) {
	res, err := tx.NewRaw(`UPDATE churn_loss SET returned_at = ? WHERE corp_id = ? AND customer = ? AND member_id = ?
		AND lost_at <= ? AND returned_at = 0`, db.MS(at), corp, customer, member, db.MS(at)).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// notifies reads the corp's switch; it is on until somebody turns it off.
func notifies(ctx context.Context, q db.Querier, corp string) (bool, error) {
	on := true
	err := q.NewRaw("SELECT notify FROM churn_setting WHERE corp_id = ?", corp).Scan(ctx, &on)
	if db.NoRows(err) {
		return true, nil
	}
	return on, err
}

func putNotifies(ctx context.Context, tx db.Tx, corp string, on bool, by string, at int64) error {
	_, err := tx.NewRaw(`INSERT INTO churn_setting (corp_id, notify, updated_by, updated_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (corp_id) DO UPDATE SET notify = excluded.notify, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
		corp, on, by, at).Exec(ctx)
	return err
}
