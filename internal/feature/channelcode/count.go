package channelcode

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// dayOf is the calendar day as a number that sorts, 20261122.
func dayOf(t time.Time) int { return t.Year()*10000 + int(t.Month())*100 + t.Day() }

// The kinds of change.
const (
	wasAdded   = "added"
	wasLost    = "lost"
	wasDeleted = "deleted"
)

// change is one customer coming or going by a code.
type change struct {
	ID       id.ID
	Corp     string
	Code     id.ID
	Kind     string
	Member   string
	Customer string
	At       time.Time
	Day      int
}

// insertChange writes the change and moves the day's counter; false when the event was
// counted before.
func insertChange(ctx context.Context, tx db.Tx, c change) (bool, error) {
	res, err := tx.NewRaw(`INSERT INTO channelcode_change (id, corp_id, code_id, kind, member_id, customer, at)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`, c.ID, c.Corp, c.Code, c.Kind, c.Member, c.Customer, db.MS(c.At)).Exec(ctx)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	one := map[string]int64{c.Kind: 1}
	_, err = tx.NewRaw(`INSERT INTO channelcode_day (corp_id, code_id, day, member_id, added, lost, deleted) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (corp_id, code_id, day, member_id) DO UPDATE SET added = channelcode_day.added + excluded.added,
		lost = channelcode_day.lost + excluded.lost, deleted = channelcode_day.deleted + excluded.deleted`,
		c.Corp, c.Code, c.Day, c.Member, one[wasAdded], one[wasLost], one[wasDeleted]).Exec(ctx)
	return err == nil, err
}

// beginning is the last addition of a pair that was counted for a code.
type beginning struct {
	Code id.ID `bun:"code_id"`
	// Ended is how many ends of the same kind have been counted since: the follow that ends
	// now began in another way.
	Ended int `bun:"ended"`
}

// cameBy finds the code by which the member last got the customer, up to an end of that
// kind. WeCom tells times in whole seconds: an addition of the same second counts as before.
func cameBy(ctx context.Context, q db.Querier, end change) (b beginning, found bool, err error) {
	err = q.NewRaw(`SELECT h.code_id, (SELECT COUNT(*) FROM channelcode_change AS o WHERE o.corp_id = h.corp_id AND o.customer = h.customer
			AND o.member_id = h.member_id AND o.kind = ? AND o.at > h.at AND o.at <= ? AND o.id <> ?) AS ended
		FROM channelcode_change AS h WHERE h.corp_id = ? AND h.customer = ? AND h.member_id = ? AND h.kind = ? AND h.at <= ?
		ORDER BY h.at DESC, h.id DESC LIMIT 1`,
		end.Kind, db.MS(end.At), end.ID, end.Corp, end.Customer, end.Member, wasAdded, db.MS(end.At)).Scan(ctx, &b)
	if db.NoRows(err) {
		return b, false, nil
	}
	return b, err == nil, err
}

// addedOn counts each member's additions by the code on one day.
func addedOn(ctx context.Context, q db.Querier, corp string, code id.ID, day int) (map[string]int, error) {
	var rows []struct {
		Member string `bun:"member_id"`
		Added  int    `bun:"added"`
	}
	err := q.NewRaw("SELECT member_id, added FROM channelcode_day WHERE corp_id = ? AND code_id = ? AND day = ?", corp, code, day).Scan(ctx, &rows)
	counts := make(map[string]int, len(rows))
	for _, r := range rows {
		counts[r.Member] = r.Added
	}
	return counts, err
}

// Counters are a code's figures.
type Counters struct {
	Added   int64 `json:"added" doc:"customers who came by the code, re-additions count again"`
	Today   int64 `json:"today" doc:"of these today, in the corp's time zone"`
	Lost    int64 `json:"lost" doc:"customers who deleted the member afterwards"`
	Deleted int64 `json:"deleted" doc:"customers whom the member deleted afterwards"`
}

// counters sums the figures of many codes in one query.
func counters(ctx context.Context, q db.Querier, corp string, codes []id.ID, today int) (map[id.ID]Counters, error) {
	counts := make(map[id.ID]Counters, len(codes))
	if len(codes) == 0 {
		return counts, nil
	}
	var rows []struct {
		Code    id.ID `bun:"code_id"`
		Added   int64 `bun:"added"`
		Today   int64 `bun:"today"`
		Lost    int64 `bun:"lost"`
		Deleted int64 `bun:"deleted"`
	}
	err := q.NewRaw(`SELECT code_id, CAST(SUM(added) AS BIGINT) AS added, CAST(SUM(CASE WHEN day = ? THEN added ELSE 0 END) AS BIGINT) AS today,
		CAST(SUM(lost) AS BIGINT) AS lost, CAST(SUM(deleted) AS BIGINT) AS deleted
		FROM channelcode_day WHERE corp_id = ? AND code_id IN (?) GROUP BY code_id`, today, corp, bun.List(codes)).Scan(ctx, &rows)
	for _, r := range rows {
		counts[r.Code] = Counters{Added: r.Added, Today: r.Today, Lost: r.Lost, Deleted: r.Deleted}
	}
	return counts, err
}

// DayCount is one day of a code's history.
type DayCount struct {
	Day     int   `json:"day" doc:"20261122 in the corp's time zone"`
	Added   int64 `json:"added"`
	Lost    int64 `json:"lost"`
	Deleted int64 `json:"deleted"`
}

// days reads the history from one day on, oldest first; days without changes are absent.
func days(ctx context.Context, q db.Querier, corp string, code id.ID, from int) ([]DayCount, error) {
	var rows []DayCount
	err := q.NewRaw(`SELECT day, CAST(SUM(added) AS BIGINT) AS added, CAST(SUM(lost) AS BIGINT) AS lost, CAST(SUM(deleted) AS BIGINT) AS deleted
		FROM channelcode_day WHERE corp_id = ? AND code_id = ? AND day >= ? GROUP BY day ORDER BY day`, corp, code, from).Scan(ctx, &rows)
	return rows, err
}
