package churn

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

type row struct {
	bun.BaseModel `bun:"table:churn_ending,alias:l"`

	ID         id.ID  `bun:"id,pk"`
	Corp       string `bun:"corp_id"`
	Kind       Kind   `bun:"kind"`
	Member     string `bun:"member_id"`
	Customer   string `bun:"customer"`
	Name       string `bun:"name"`
	Remark     string `bun:"remark"`
	Tags       string `bun:"tags"`
	State      string `bun:"state"`
	AddWay     int    `bun:"add_way"`
	AddedAt    int64  `bun:"added_at"`
	EndedAt    int64  `bun:"ended_at"`
	Unknown    bool   `bun:"unknown"`
	Company    bool   `bun:"company"`
	ReturnedAt int64  `bun:"returned_at"`
	Notice     Notice `bun:"notice"`
	Reason     string `bun:"reason"`
	RecordedAt int64  `bun:"recorded_at"`

	Department     int64  `bun:"department_id"`
	DepartmentName string `bun:"department"`
}

func (r row) ending() (Ending, error) {
	l := Ending{
		ID: r.ID, Corp: r.Corp, Kind: r.Kind, Member: r.Member, Customer: r.Customer, Name: r.Name, Remark: r.Remark, State: r.State,
		AddWay: r.AddWay, AddedAt: db.FromMS(r.AddedAt), EndedAt: db.FromMS(r.EndedAt), Unknown: r.Unknown, Company: r.Company,
		ReturnedAt: db.FromMS(r.ReturnedAt), Notice: r.Notice, Reason: corp.Told(r.Reason, 0),
		Department: r.Department, DepartmentName: r.DepartmentName,
	}
	if err := json.Unmarshal([]byte(r.Tags), &l.Tags); err != nil {
		return l, fmt.Errorf("churn: row %s: %w", r.ID, err)
	}
	return l, nil
}

func endingsOf(rows []row) ([]Ending, error) {
	endings := make([]Ending, len(rows))
	for i, r := range rows {
		var err error
		if endings[i], err = r.ending(); err != nil {
			return nil, err
		}
	}
	return endings, nil
}

// insert writes an ending; false when it was recorded before: by the same event, or by
// another that tells the same fact.
func insert(ctx context.Context, tx db.Tx, l Ending, now int64) (bool, error) {
	tags, err := json.Marshal(append([]string{}, l.Tags...))
	if err != nil {
		return false, err
	}
	res, err := tx.NewInsert().Model(&row{
		ID: l.ID, Corp: l.Corp, Kind: l.Kind, Member: l.Member, Customer: l.Customer, Name: db.Clean(l.Name), Remark: db.Clean(l.Remark),
		Tags: db.Clean(string(tags)), State: l.State, AddWay: l.AddWay, AddedAt: db.MS(l.AddedAt), EndedAt: db.MS(l.EndedAt),
		Unknown: l.Unknown, Company: l.Company, ReturnedAt: db.MS(l.ReturnedAt), Notice: l.Notice, Reason: db.Clean(l.Reason.Kept()), RecordedAt: now,
		Department: l.Department, DepartmentName: db.Clean(l.DepartmentName),
	}).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	var tagged, worked db.Rows
	for _, t := range l.TagIDs {
		tagged = append(tagged, []any{l.Corp, l.ID, t})
	}
	for _, d := range l.Departments {
		worked = append(worked, []any{l.Corp, l.ID, d})
	}
	if len(tagged) > 0 {
		if _, err := tx.NewRaw("INSERT INTO churn_tag (corp_id, ending_id, tag_id) VALUES ? ON CONFLICT DO NOTHING", tagged).Exec(ctx); err != nil {
			return false, err
		}
	}
	if len(worked) > 0 {
		_, err = tx.NewRaw("INSERT INTO churn_worked (corp_id, ending_id, department_id) VALUES ? ON CONFLICT DO NOTHING", worked).Exec(ctx)
	}
	return true, err
}

// returned marks the pair's open endings as over.
func returned(ctx context.Context, tx db.Tx, corp, member, customer string, at time.Time) (int64, error) {
	res, err := tx.NewRaw(`UPDATE churn_ending SET returned_at = ? WHERE corp_id = ? AND customer = ? AND member_id = ?
		AND ended_at <= ? AND returned_at = 0`, db.MS(at), corp, customer, member, db.MS(at)).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
