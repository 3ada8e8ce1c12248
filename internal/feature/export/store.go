package export

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const runColumns = `id, corp_id, list, format, english, columns, filter, owner, account_id, member_id, name, founder, state, written, total,
	bytes, error, members, phones, job_id, created_at, finished_at, expires_at`

func insert(ctx context.Context, tx db.Tx, r Run) error {
	_, err := tx.NewRaw("INSERT INTO export_run ("+runColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		r.ID, r.Corp, r.List, r.Format, r.English, r.Columns, r.Filter, r.Owner, r.Account, r.Member, r.Name, r.Founder, r.State, r.Written, r.Total,
		r.Bytes, r.Error, r.Members, r.Phones, r.Job, r.CreatedAt, r.FinishedAt, r.ExpiresAt).Exec(ctx)
	return err
}

// openRuns counts the files of one person that are in the making.
func openRuns(ctx context.Context, q db.Querier, corp, owner string) (int, error) {
	var n int
	err := q.NewRaw("SELECT COUNT(*) FROM export_run WHERE corp_id = ? AND owner = ? AND state IN ('waiting', 'running')", corp, owner).Scan(ctx, &n)
	return n, err
}

func runsOf(ctx context.Context, q db.Querier, corp, owner string, before id.ID, limit int) ([]Run, error) {
	var rows []Run
	query := q.NewSelect().TableExpr("export_run").ColumnExpr(runColumns).Where("corp_id = ? AND owner = ?", corp, owner).
		OrderExpr("id DESC").Limit(int64(limit))
	if before != 0 {
		query = query.Where("id < ?", before)
	}
	err := query.Scan(ctx, &rows)
	return rows, err
}

// runOf reads one file of one person; another's is not found.
func runOf(ctx context.Context, q db.Querier, corp, owner string, run id.ID) (Run, error) {
	var r Run
	err := q.NewRaw("SELECT "+runColumns+" FROM export_run WHERE corp_id = ? AND owner = ? AND id = ?", corp, owner, run).Scan(ctx, &r)
	if db.NoRows(err) {
		err = fault.Missing("导出记录")
	}
	return r, err
}

// byID reads one file for the job that makes it.
func byID(ctx context.Context, q db.Querier, corp string, run id.ID) (Run, error) {
	var r Run
	err := q.NewRaw("SELECT "+runColumns+" FROM export_run WHERE corp_id = ? AND id = ?", corp, run).Scan(ctx, &r)
	if db.NoRows(err) {
		err = fault.Missing("导出记录")
	}
	return r, err
}

// begin notes with whose eyes the file is made. It changes nothing once the run was
// cancelled, and tells so.
func begin(ctx context.Context, tx db.Tx, r Run) (bool, error) {
	res, err := tx.NewRaw(`UPDATE export_run SET state = 'running', written = 0, total = ?, members = ?, phones = ?
		WHERE corp_id = ? AND id = ? AND state IN ('waiting', 'running')`, r.Total, r.Members, r.Phones, r.Corp, r.ID).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// settle ends a run that is open and tells whether it did; what it asked for, perhaps somebody's name, is kept no longer.
func settle(ctx context.Context, tx db.Tx, run id.ID, s State, why web.Because, now int64) (bool, error) {
	res, err := tx.NewRaw("UPDATE export_run SET state = ?, error = ?, filter = '{}', members = '', finished_at = ? WHERE id = ? AND state IN ('waiting', 'running')",
		s, db.Clean(why.Kept()), now, run).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// cancel ends a run that its owner does not want, also one whose file became whole while
// he said so: the file is gone.
func cancel(ctx context.Context, tx db.Tx, r Run, now int64) error {
	_, err := tx.NewRaw(`UPDATE export_run SET state = 'cancelled', filter = '{}', members = '', bytes = 0, finished_at = ?, expires_at = 0
		WHERE corp_id = ? AND id = ? AND state IN ('waiting', 'running', 'done')`, now, r.Corp, r.ID).Exec(ctx)
	return err
}

// finish records the file, unless its run was cancelled meanwhile.
func finish(ctx context.Context, tx db.Tx, r Run) (bool, error) {
	res, err := tx.NewRaw(`UPDATE export_run SET state = 'done', written = ?, bytes = ?, finished_at = ?, expires_at = ?
		WHERE id = ? AND state = 'running'`, r.Written, r.Bytes, r.FinishedAt, r.ExpiresAt, r.ID).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func moved(ctx context.Context, tx db.Tx, run id.ID, written int64) error {
	_, err := tx.NewRaw("UPDATE export_run SET written = ? WHERE id = ? AND state = 'running'", written, run).Exec(ctx)
	return err
}

func forget(ctx context.Context, tx db.Tx, r Run) error {
	_, err := tx.NewRaw("DELETE FROM export_run WHERE corp_id = ? AND id = ?", r.Corp, r.ID).Exec(ctx)
	return err
}

// expired are files whose time is over.
func expired(ctx context.Context, q db.Querier, now int64, limit int) ([]Run, error) {
	var rows []Run
	err := q.NewRaw("SELECT "+runColumns+" FROM export_run WHERE state = 'done' AND expires_at <= ? ORDER BY expires_at LIMIT ?", now, limit).Scan(ctx, &rows)
	return rows, err
}

func expire(ctx context.Context, tx db.Tx, run id.ID) error {
	_, err := tx.NewRaw("UPDATE export_run SET state = 'expired', filter = '{}', members = '' WHERE id = ? AND state = 'done'", run).Exec(ctx)
	return err
}

// terms is for how long records of exports are kept, once their files are gone.
func terms() []ask.Term {
	return []ask.Term{{
		Key: "export.runs", ZH: "已结束的导出记录", EN: "Records of exports that are over",
		HintZH: "删除文件已过期、失败或取消的导出记录；导出与下载仍可在操作日志中查到。",
		HintEN: "Removes records of exports whose file has expired, that failed or were cancelled; the audit log still tells of making and fetching them.",
		Days:   recordDays,
		Find:   "SELECT id FROM export_run WHERE corp_id = ?0 AND state IN ('expired', 'failed', 'cancelled') AND finished_at < ?1 LIMIT ?2",
		Drop:   ask.DropBy("DELETE FROM export_run WHERE corp_id = ?0 AND state IN ('expired', 'failed', 'cancelled') AND id IN (?1)"),
	}}
}
