package channelcode

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// row is a code as stored.
type row struct {
	bun.BaseModel `bun:"table:channelcode_code,alias:c"`

	ID             id.ID    `bun:"id,pk"`
	Corp           string   `bun:"corp_id"`
	Name           string   `bun:"name"`
	Remark         string   `bun:"remark"`
	Plan           string   `bun:"plan"`
	SkipVerify     bool     `bun:"skip_verify"`
	Greeting       Greeting `bun:"greeting"`
	Content        string   `bun:"content"`
	Tags           string   `bun:"tags"`
	CustomerRemark string   `bun:"customer_remark"`
	Status         Status   `bun:"status"`
	Problem        string   `bun:"problem"`
	ConfigID       string   `bun:"config_id"`
	QR             string   `bun:"qr"`
	Picture        string   `bun:"picture"`
	Published      string   `bun:"published"`
	NextChangeAt   int64    `bun:"next_change_at"`
	Version        int64    `bun:"version"`
	CreatedBy      string   `bun:"created_by"`
	CreatedAt      int64    `bun:"created_at"`
	UpdatedAt      int64    `bun:"updated_at"`
}

// plan is the part of a code that says who serves when.
type plan struct {
	Members  []string `json:"members"`
	Shifts   []Shift  `json:"shifts"`
	DailyCap int      `json:"dailyCap"`
	Backup   []string `json:"backup"`
}

func jsonOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("channelcode: %T cannot be written as JSON: %v", v, err)) // plain structs of ours
	}
	return string(raw)
}

func rowOf(c Code) *row {
	return &row{
		ID: c.ID, Corp: c.Corp, Name: db.Clean(c.Name), Remark: db.Clean(c.Remark),
		Plan:       jsonOf(plan{c.Members, c.Shifts, c.DailyCap, c.Backup}),
		SkipVerify: c.SkipVerify, Greeting: c.Greeting, Content: db.Clean(jsonOf(c.Content)), Tags: jsonOf(c.Tags),
		CustomerRemark: db.Clean(c.CustomerRemark), Status: c.Status, Problem: db.Clean(c.Problem),
		ConfigID: c.ConfigID, QR: c.QR, Picture: c.Picture, Published: jsonOf(c.Published), Version: c.Version,
		NextChangeAt: db.MS(c.NextChangeAt), CreatedBy: c.CreatedBy, CreatedAt: db.MS(c.CreatedAt), UpdatedAt: db.MS(c.UpdatedAt),
	}
}

func (r *row) code() (Code, error) {
	var p plan
	c := Code{
		ID: r.ID, Corp: r.Corp, Name: r.Name, Remark: r.Remark, SkipVerify: r.SkipVerify, Greeting: r.Greeting,
		CustomerRemark: r.CustomerRemark, Status: r.Status, Problem: r.Problem, ConfigID: r.ConfigID, QR: r.QR,
		Picture: r.Picture, Version: r.Version, NextChangeAt: db.FromMS(r.NextChangeAt),
		CreatedBy: r.CreatedBy, CreatedAt: db.FromMS(r.CreatedAt), UpdatedAt: db.FromMS(r.UpdatedAt),
	}
	for _, part := range []struct {
		text string
		into any
	}{{r.Plan, &p}, {r.Content, &c.Content}, {r.Tags, &c.Tags}, {r.Published, &c.Published}} {
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return c, fmt.Errorf("channelcode: row %s: %w", r.ID, err)
		}
	}
	c.Members, c.Shifts, c.DailyCap, c.Backup = p.Members, p.Shifts, p.DailyCap, p.Backup
	return c, nil
}

// insertCode writes a new code with its seats.
func insertCode(ctx context.Context, tx db.Tx, c Code) error {
	if _, err := tx.NewInsert().Model(rowOf(c)).Exec(ctx); err != nil {
		return err
	}
	return insertSeats(ctx, tx, c)
}

// updateCode writes what a person edits over the version it was read at; false when
// somebody else was first. What WeCom told is left alone: a publish may be recording it.
func updateCode(ctx context.Context, tx db.Tx, c Code) (bool, error) {
	r := rowOf(c)
	r.Version++
	res, err := tx.NewUpdate().Model(r).
		Column("name", "remark", "plan", "skip_verify", "greeting", "content", "tags", "customer_remark", "version", "updated_at").
		Where("c.corp_id = ? AND c.id = ? AND c.version = ?", c.Corp, c.ID, c.Version).Exec(ctx)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	if _, err := tx.NewRaw("DELETE FROM channelcode_seat WHERE code_id = ?", c.ID).Exec(ctx); err != nil {
		return false, err
	}
	return true, insertSeats(ctx, tx, c)
}

// deleteCode marks c, as it was read, as deleted; false when somebody else was first.
func deleteCode(ctx context.Context, tx db.Tx, c Code, now int64) (bool, error) {
	res, err := tx.NewRaw(`UPDATE channelcode_code SET status = ?, problem = '', next_change_at = 0, updated_at = ?, version = version + 1
		WHERE corp_id = ? AND id = ? AND version = ?`, Deleted, now, c.Corp, c.ID, c.Version).Exec(ctx)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	_, err = tx.NewRaw("DELETE FROM channelcode_seat WHERE code_id = ?", c.ID).Exec(ctx)
	return err == nil, err
}

func insertSeats(ctx context.Context, tx db.Tx, c Code) error {
	type seat struct {
		bun.BaseModel `bun:"table:channelcode_seat"`
		Corp          string `bun:"corp_id"`
		Member        string `bun:"member_id"`
		Code          id.ID  `bun:"code_id"`
	}
	var seats []seat
	for _, m := range c.Everyone() {
		seats = append(seats, seat{Corp: c.Corp, Member: m, Code: c.ID})
	}
	if len(seats) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&seats).Exec(ctx)
	return err
}

// byID reads one code of the corp; deleted ones too, because their scans still arrive.
func byID(ctx context.Context, q db.Querier, corp string, code id.ID) (Code, error) {
	var r row
	err := q.NewSelect().Model(&r).Where("c.corp_id = ? AND c.id = ?", corp, code).Scan(ctx)
	if db.NoRows(err) {
		return Code{}, fault.Missing("渠道活码")
	}
	if err != nil {
		return Code{}, err
	}
	return r.code()
}

// visible is the viewer's scope on codes: those that name a member in reach.
func visible(v viewer.Viewer) viewer.Condition {
	if v.Scope.Reach == viewer.All {
		return viewer.Condition{SQL: "c.corp_id = ?", Args: []any{v.Corp}}
	}
	seats := v.Where("s.corp_id", "s.member_id")
	return viewer.Condition{
		SQL:  "c.corp_id = ? AND EXISTS (SELECT 1 FROM channelcode_seat AS s WHERE s.code_id = c.id AND " + seats.SQL + ")",
		Args: append([]any{v.Corp}, seats.Args...),
	}
}

// seen reads one code within the viewer's scope.
func seen(ctx context.Context, q db.Querier, v viewer.Viewer, code id.ID) (Code, error) {
	var r row
	where := visible(v)
	err := q.NewSelect().Model(&r).Where("c.id = ?", code).Where(where.SQL, where.Args...).
		Where("c.status <> ?", Deleted).Scan(ctx)
	if db.NoRows(err) {
		return Code{}, fault.Missing("渠道活码")
	}
	if err != nil {
		return Code{}, err
	}
	return r.code()
}

// key is the place in the list: newest first.
type key struct {
	CreatedAt int64 `json:"c"`
	ID        id.ID `json:"i"`
}

// listed reads one page and one row more.
func listed(ctx context.Context, q db.Querier, v viewer.Viewer, in ListInput, after *key) ([]Code, error) {
	where := visible(v)
	var rows []row
	query := q.NewSelect().Model(&rows).Where(where.SQL, where.Args...).Where("c.status <> ?", Deleted).
		OrderExpr("c.created_at DESC, c.id DESC").Limit(int64(in.Limit + 1))
	if in.Status != "" {
		query = query.Where("c.status = ?", in.Status)
	}
	if in.Member != "" {
		query = query.Where("EXISTS (SELECT 1 FROM channelcode_seat AS m WHERE m.code_id = c.id AND m.corp_id = ? AND m.member_id = ?)", v.Corp, in.Member)
	}
	if in.Text != "" {
		query = query.Where("lower(c.name) LIKE ? ESCAPE '!'", "%"+likeEscape(in.Text)+"%")
	}
	if after != nil {
		query = query.Where("(c.created_at, c.id) < (?, ?)", after.CreatedAt, after.ID)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	return codesOf(rows)
}

func codesOf(rows []row) ([]Code, error) {
	codes := make([]Code, len(rows))
	for i := range rows {
		var err error
		if codes[i], err = rows[i].code(); err != nil {
			return nil, err
		}
	}
	return codes, nil
}

// due lists codes whose members on duty may have changed by the passing of time, and
// those, deleted ones too, that WeCom shall be asked about again.
func due(ctx context.Context, q db.Querier, now int64, limit int) ([]Code, error) {
	var rows []row
	err := q.NewSelect().Model(&rows).Where("c.next_change_at > 0 AND c.next_change_at <= ?", now).
		OrderExpr("c.next_change_at").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, err
	}
	return codesOf(rows)
}

// withMember lists the codes that name the member.
func withMember(ctx context.Context, q db.Querier, corp, member string) ([]id.ID, error) {
	var ids []id.ID
	err := q.NewRaw("SELECT code_id FROM channelcode_seat WHERE corp_id = ? AND member_id = ? ORDER BY code_id", corp, member).Scan(ctx, &ids)
	return ids, err
}
