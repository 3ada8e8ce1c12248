package privacy

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const requestColumns = `id, corp_id, kind, state, customer, customer_id, hash, asker, note, english, actor, account_id, member_id, name, founder, parts,
	follows, bytes, error, job_id, created_at, finished_at, expires_at`

// personal is what is kept of a person here: who asked for his data, and the files made of it.
func personal() ask.Personal {
	const ended = "corp_id = ?0 AND customer = ?1 AND customer <> '' AND state NOT IN ('waiting', 'running')"
	return ask.Personal{
		Holdings: []ask.Holding{{
			Key: "privacy.requests", Tables: []string{"privacy_request"}, ZH: "个人信息请求", EN: "Personal data requests",
			Cells: []ask.Cell{
				ask.MomentCell("at", "时间", "Time"),
				ask.CodeCell("kind", "类型", "Kind", "export", "导出", "Export", "erase", "删除", "Erase"),
				ask.CodeCell("asker", "请求人", "Asked by", "person", "客户本人", "The person", "representative", "代理人或监护人", "A representative or guardian",
					"company", "企业主动处理", "The company itself", "authority", "监管或司法机关", "An authority or court"),
				ask.WordsCell("note", "说明", "Note"),
			},
			Read:  "SELECT created_at, kind, asker, note FROM privacy_request WHERE corp_id = ?0 AND customer = ?1 AND customer <> '' ORDER BY id",
			Goes:  "SELECT id FROM privacy_request WHERE " + ended,
			Files: requestFiles,
			Erase: ask.EraseBy(`UPDATE privacy_request SET customer = '', customer_id = 0, note = '', state = CASE WHEN state = 'done' AND kind = 'export' THEN 'expired' ELSE state END
				WHERE ` + ended),
			StaysZH: "请求的时间、类型、经办人与结果作为处理记录保留，不再指向客户。", StaysEN: "When, what and by whom stays as the record of processing; it no longer leads to the customer.",
		}},
		Terms: []ask.Term{{
			Key: "privacy.exports", ZH: "已结束的导出请求", EN: "Export requests that are over",
			HintZH: "删除文件已过期、失败或取消的导出请求；删除证明不受影响。", HintEN: "Removes export requests whose file has expired, that failed or were cancelled; certificates stay.",
			Find: "SELECT id FROM privacy_request WHERE corp_id = ?0 AND kind = 'export' AND state IN ('expired', 'failed', 'cancelled') AND finished_at < ?1 LIMIT ?2",
			Drop: ask.DropBy("DELETE FROM privacy_request WHERE corp_id = ?0 AND id IN (?1)"),
		}},
	}
}

func requestFiles(ctx context.Context, q db.Querier, p ask.Person) ([]ask.PersonalFile, error) {
	var rows []id.ID
	err := q.NewRaw("SELECT id FROM privacy_request WHERE corp_id = ? AND customer = ? AND customer <> '' AND kind = 'export' AND state = 'done'", p.Corp, p.Customer).Scan(ctx, &rows)
	files := make([]ask.PersonalFile, len(rows))
	for i, r := range rows {
		files[i] = ask.PersonalFile{Name: r.String() + ".zip", Key: fileKey(p.Corp, r)}
	}
	return files, err
}

func insert(ctx context.Context, tx db.Tx, r request) error {
	_, err := tx.NewRaw("INSERT INTO privacy_request ("+requestColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		r.ID, r.Corp, r.Kind, r.State, r.Customer, r.CustomerID, r.Hash, r.Asker, r.Note, r.English, r.Actor, r.Account, r.Member, r.Name, r.Founder, r.PartsJSON,
		r.Follows, r.Bytes, r.Error, r.Job, r.CreatedAt, r.FinishedAt, r.ExpiresAt).Exec(ctx)
	return err
}

// openRequests counts the requests of a kind for a customer that are not over.
func openRequests(ctx context.Context, q db.Querier, corp, customer string, k Kind) (n int, err error) {
	err = q.NewRaw("SELECT COUNT(*) FROM privacy_request WHERE corp_id = ? AND customer = ? AND customer <> '' AND kind = ? AND state IN ('waiting', 'running')",
		corp, customer, k).Scan(ctx, &n)
	return n, err
}

// mine are the requests that a viewer may know of: those of members in his scope, and his own.
func mine(query *bun.SelectQuery, v viewer.Viewer) *bun.SelectQuery {
	seen := v.Where("r.corp_id", "r.member_id")
	return query.TableExpr("privacy_request AS r").ColumnExpr(requestColumns).Where("r.corp_id = ?", v.Corp).
		Where("((r.member_id <> '' OR ?) AND "+seen.SQL+" OR r.actor = ?)", append(append([]any{v.SeesAll()}, seen.Args...), v.Actor())...)
}

func requestsOf(ctx context.Context, q db.Querier, v viewer.Viewer, kind Kind, before id.ID, limit int) ([]request, error) {
	var rows []request
	query := mine(q.NewSelect(), v).OrderExpr("r.id DESC").Limit(int64(limit))
	if kind != "" {
		query = query.Where("r.kind = ?", kind)
	}
	if before != 0 {
		query = query.Where("r.id < ?", before)
	}
	err := query.Scan(ctx, &rows)
	return rows, err
}

func requestOf(ctx context.Context, q db.Querier, v viewer.Viewer, which id.ID) (request, error) {
	var r request
	err := mine(q.NewSelect(), v).Where("r.id = ?", which).Scan(ctx, &r)
	if db.NoRows(err) {
		err = fault.Missing("个人信息请求")
	}
	return r, err
}

// byID reads a request for the job that carries it out.
func byID(ctx context.Context, q db.Querier, corp string, which id.ID) (request, error) {
	var r request
	err := q.NewRaw("SELECT "+requestColumns+" FROM privacy_request WHERE corp_id = ? AND id = ?", corp, which).Scan(ctx, &r)
	if db.NoRows(err) {
		err = fault.Missing("个人信息请求")
	}
	return r, err
}

// advance notes how far a request is; it tells whether that is still wanted.
func advance(ctx context.Context, tx db.Tx, r request, parts []Part) (bool, error) {
	text, err := partsJSON(parts)
	if err != nil {
		return false, err
	}
	return one(tx.NewRaw("UPDATE privacy_request SET state = 'running', parts = ? WHERE corp_id = ? AND id = ? AND state IN ('waiting', 'running')",
		text, r.Corp, r.ID).Exec(ctx))
}

// settle ends a request that is not over yet, and tells whether it did.
func settle(ctx context.Context, tx db.Tx, r request, s State, why web.Because, now int64) (bool, error) {
	return one(tx.NewRaw("UPDATE privacy_request SET state = ?, error = ?, finished_at = ? WHERE corp_id = ? AND id = ? AND state IN ('waiting', 'running')",
		s, db.Clean(why.Kept()), now, r.Corp, r.ID).Exec(ctx))
}

// cancel ends an erasure that has not begun, and an export at any time, also when its file
// became whole meanwhile. It tells whether it came in time.
func cancel(ctx context.Context, tx db.Tx, r request, now int64) (bool, error) {
	return one(tx.NewRaw(`UPDATE privacy_request SET finished_at = CASE WHEN state = 'done' THEN finished_at ELSE ? END,
		state = CASE WHEN state = 'done' THEN 'expired' ELSE 'cancelled' END
		WHERE corp_id = ? AND id = ? AND (state = 'waiting' OR kind = 'export' AND state IN ('running', 'done'))`, now, r.Corp, r.ID).Exec(ctx))
}

// exported records the file, unless the request was cancelled meanwhile.
func exported(ctx context.Context, tx db.Tx, r request) (bool, error) {
	return one(tx.NewRaw("UPDATE privacy_request SET state = 'done', bytes = ?, finished_at = ?, expires_at = ? WHERE corp_id = ? AND id = ? AND state = 'running'",
		r.Bytes, r.FinishedAt, r.ExpiresAt, r.Corp, r.ID).Exec(ctx))
}

// erased makes the request the certificate: it forgets whom it was for. It tells whether it is
// the first to.
func erased(ctx context.Context, tx db.Tx, r request, follows, now int64) (bool, error) {
	return one(tx.NewRaw(`UPDATE privacy_request SET state = 'done', customer = '', customer_id = 0, note = '', follows = ?, finished_at = ?
		WHERE corp_id = ? AND id = ? AND state = 'running'`, follows, now, r.Corp, r.ID).Exec(ctx))
}

// expired are exports whose time is over.
func expired(ctx context.Context, q db.Querier, now int64, limit int) ([]request, error) {
	var rows []request
	err := q.NewRaw("SELECT "+requestColumns+" FROM privacy_request WHERE kind = 'export' AND state = 'done' AND expires_at <= ? ORDER BY expires_at LIMIT ?", now, limit).Scan(ctx, &rows)
	return rows, err
}

func expire(ctx context.Context, tx db.Tx, r request) error {
	_, err := tx.NewRaw("UPDATE privacy_request SET state = 'expired' WHERE corp_id = ? AND id = ? AND state = 'done' AND kind = 'export'", r.Corp, r.ID).Exec(ctx)
	return err
}

// setTerm is what a corp decided about a term, UpdatedAt = 0 for nothing yet, and what went.
type setTerm struct {
	Term      string `bun:"term"`
	Days      int    `bun:"days"`
	UpdatedBy string `bun:"updated_by"`
	UpdatedAt int64  `bun:"updated_at"`
	SweptAt   int64  `bun:"swept_at"`
	Swept     int64  `bun:"swept"`
}

// setTerms are those of a corp by key.
type setTerms map[string]setTerm

// of is what holds of a term: the corp's decision, or what the term itself says.
func (all setTerms) of(t ask.Term) setTerm {
	set := all[t.Key]
	if set.UpdatedAt == 0 {
		set.Days = t.Days
	}
	return set
}

func termsOf(ctx context.Context, q db.Querier, corp string) (setTerms, error) {
	var rows []setTerm
	err := q.NewRaw("SELECT term, days, updated_by, updated_at, swept_at, swept FROM privacy_term WHERE corp_id = ?", corp).Scan(ctx, &rows)
	set := setTerms{}
	for _, r := range rows {
		set[r.Term] = r
	}
	return set, err
}

func putTerm(ctx context.Context, tx db.Tx, corp string, t setTerm) error {
	_, err := tx.NewRaw(`INSERT INTO privacy_term (corp_id, term, days, updated_by, updated_at, swept_at, swept) VALUES (?, ?, ?, ?, ?, 0, 0)
		ON CONFLICT (corp_id, term) DO UPDATE SET days = excluded.days, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
		corp, t.Term, t.Days, t.UpdatedBy, t.UpdatedAt).Exec(ctx)
	return err
}

// swept adds to what went in one night. It decides nothing: the days of its row are nobody's.
func swept(ctx context.Context, tx db.Tx, corp, term string, n, night int64) error {
	_, err := tx.NewRaw(`INSERT INTO privacy_term (corp_id, term, days, updated_by, updated_at, swept_at, swept) VALUES (?, ?, 0, '', 0, ?, ?)
		ON CONFLICT (corp_id, term) DO UPDATE SET swept = CASE WHEN privacy_term.swept_at = excluded.swept_at THEN privacy_term.swept ELSE 0 END + excluded.swept,
			swept_at = excluded.swept_at`, corp, term, night, n).Exec(ctx)
	return err
}

// one tells whether a statement changed its row.
func one(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
