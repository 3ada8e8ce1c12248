package intention

import (
	"context"
	"hash/fnv"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// score is a customer's row.
type score struct {
	bun.BaseModel `bun:"table:intention_score,alias:s"`

	ID       id.ID  `bun:"customer_id,pk"`
	Corp     string `bun:"corp_id"`
	Customer string `bun:"customer"`
	OneAt    Moment `bun:"one_at"`
	Level    Level  `bun:"level"`
	MovedAt  int64  `bun:"moved_at"`
	Signal   string `bun:"signal"`
	SignalAt int64  `bun:"signal_at"`
	ToldAt   int64  `bun:"told_at"`
	Version  int64  `bun:"version"` // -1 until it was reckoned
	Sample   int    `bun:"sample"`
}

const scoreColumns = "customer_id, corp_id, customer, one_at, level, moved_at, signal, signal_at, told_at, version, sample"

// sampleOf spreads customers evenly over a thousand shares.
func sampleOf(customer string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(customer))
	return int(h.Sum32() % 1000)
}

// take finds a customer's row, makes it when there is none, and keeps others from it until
// the transaction ends; false for somebody who is nobody's customer.
func take(ctx context.Context, tx db.Tx, corp, customer string) (*score, bool, error) {
	r := &score{}
	err := tx.NewRaw(`INSERT INTO intention_score (`+scoreColumns+`)
		SELECT c.id, c.corp_id, c.customer, 0, 0, 0, '', 0, 0, -1, ? FROM mirror_customer AS c WHERE c.corp_id = ? AND c.customer = ?
		ON CONFLICT (customer_id) DO UPDATE SET version = intention_score.version RETURNING `+scoreColumns,
		sampleOf(customer), corp, customer).Scan(ctx, r)
	if db.NoRows(err) {
		return nil, false, nil
	}
	return r, err == nil, err
}

// put writes what was reckoned.
func put(ctx context.Context, tx db.Tx, rows ...*score) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (customer_id) DO UPDATE").
		Set("one_at = excluded.one_at, level = excluded.level, moved_at = excluded.moved_at, signal = excluded.signal, signal_at = excluded.signal_at").
		Set("told_at = excluded.told_at, version = excluded.version").Exec(ctx)
	return err
}

// mostEntries is how many entries of one customer are looked at: more than can count.
const mostEntries = 2000

// entriesOf reads what speaks for and against some customers, by external_userid.
func entriesOf(ctx context.Context, q db.Querier, corp string, customers []string) (map[string][]Entry, error) {
	var rows []struct {
		Entry
		Customer string `bun:"customer"`
	}
	if len(customers) == 0 {
		return map[string][]Entry{}, nil
	}
	err := q.NewRaw(`SELECT id, customer, signal, member_id, subject, at FROM intention_entry WHERE corp_id = ? AND customer IN (?)
		ORDER BY corp_id, customer, at DESC LIMIT ?`, corp, bun.List(customers), mostEntries*len(customers)).Scan(ctx, &rows)
	by := make(map[string][]Entry, len(customers))
	for _, r := range rows {
		by[r.Customer] = append(by[r.Customer], r.Entry)
	}
	return by, err
}

// insertEntries writes entries by customer and says how many were new.
func insertEntries(ctx context.Context, tx db.Tx, corp string, entries map[string][]Entry) (int64, error) {
	var rows db.Rows
	for customer, list := range entries {
		for _, e := range list {
			rows = append(rows, []any{e.ID, corp, customer, e.Signal, db.Clean(e.Member), db.Clean(e.Subject), e.At})
		}
	}
	if len(rows) == 0 {
		return 0, nil
	}
	res, err := tx.NewRaw("INSERT INTO intention_entry (id, corp_id, customer, signal, member_id, subject, at) VALUES ? ON CONFLICT DO NOTHING", rows).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// reverse says of beginnings that the member had made them, as is known once WeCom was
// asked: a callback does not tell.
func reverse(ctx context.Context, tx db.Tx, corp, customer string) (int64, error) {
	res, err := tx.NewRaw(`UPDATE intention_entry SET signal = ? WHERE corp_id = ? AND customer = ? AND signal = ? AND (SELECT COUNT(*) FROM mirror_follow AS f
		WHERE f.corp_id = intention_entry.corp_id AND f.member_id = intention_entry.member_id AND f.customer = intention_entry.customer
		AND f.operator = f.member_id AND f.added_at BETWEEN intention_entry.at - ? AND intention_entry.at + ?) > 0`,
		AddedByMember, corp, customer, AddedSelf, settling.Milliseconds(), settling.Milliseconds()).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// move is one change of level.
type move struct {
	bun.BaseModel `bun:"table:intention_move,alias:m"`

	ID       id.ID  `bun:"id,pk"`
	Corp     string `bun:"corp_id"`
	Customer string `bun:"customer"`
	At       int64  `bun:"at"`
	From     Level  `bun:"from_level"`
	To       Level  `bun:"to_level"`
	Points   int    `bun:"points"`
	Signal   string `bun:"signal"`
}

func insertMoves(ctx context.Context, tx db.Tx, moves []move) error {
	if len(moves) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&moves).Exec(ctx)
	return err
}

// setting is what a corp has decided, and how far it is carried out.
type setting struct {
	bun.BaseModel `bun:"table:intention_setting,alias:t"`

	Corp      string `bun:"corp_id,pk"`
	Model     string `bun:"model"`
	Version   int64  `bun:"version"`
	Applied   int64  `bun:"applied"`
	Place     string `bun:"place"`
	Done      int64  `bun:"done"`
	Total     int64  `bun:"total"`
	Receivers string `bun:"receivers"`
	PauseDays int    `bun:"pause_days"`
	UpdatedBy string `bun:"updated_by"`
	UpdatedAt int64  `bun:"updated_at"`

	model Model
}

// settingOf reads a corp's setting, the usual one when it has decided nothing.
func settingOf(ctx context.Context, q db.Querier, corp string) (setting, error) {
	st := setting{Corp: corp, Receivers: Newest, PauseDays: 3}
	err := q.NewRaw(`SELECT corp_id, model, version, applied, place, done, total, receivers, pause_days, updated_by, updated_at
		FROM intention_setting WHERE corp_id = ?`, corp).Scan(ctx, &st)
	if err != nil && !db.NoRows(err) {
		return st, err
	}
	st.model, err = modelOf(st.Model)
	return st, err
}

func putSetting(ctx context.Context, tx db.Tx, st setting) error {
	_, err := tx.NewInsert().Model(&st).On("CONFLICT (corp_id) DO UPDATE").
		Set("model = excluded.model, version = excluded.version, place = excluded.place, done = excluded.done, total = excluded.total").
		Set("receivers = excluded.receivers, pause_days = excluded.pause_days, updated_by = excluded.updated_by, updated_at = excluded.updated_at").Exec(ctx)
	return err
}

// progress writes how far the newest version is carried out, unless a newer one came meanwhile.
func (st setting) progress(ctx context.Context, tx db.Tx) error {
	_, err := tx.NewRaw("UPDATE intention_setting SET place = ?, done = ?, applied = ? WHERE corp_id = ? AND version = ?",
		st.Place, st.Done, st.Applied, st.Corp, st.Version).Exec(ctx)
	return err
}
