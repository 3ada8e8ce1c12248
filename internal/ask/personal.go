package ask

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Personal asks what a part of the product keeps of single customers, so that all of it
// can be handed to a person, erased, and not be kept for longer than it is needed. Asked
// by: privacy. Answered by: everybody with a table in which a customer is named; a test of
// the product refuses such a table that is in no answer. Rule: all answers; what is erased
// is erased in the order of registration, the mirror last, since others read it.
type Personal struct {
	Holdings []Holding
	Terms    []Term
}

// Person is the customer a question about personal data is for.
type Person struct {
	Corp     string
	Customer string // external_userid
	ID       id.ID  // of his row in the mirror, by which some tables name him
}

// args are what the statements of a Holding may name: ?0 corp, ?1 external_userid, ?2 id
// in the mirror, ?3 the most rows of one statement, ?4 the id as addresses write it.
func (p Person) args(most int) []any { return []any{p.Corp, p.Customer, p.ID, most, p.ID.String()} }

// Holding is one kind of thing that is kept of a customer.
type Holding struct {
	// Key names it, "<slug>.<what>": "followup.notes".
	Key string
	// Tables are those that it takes care of.
	Tables []string
	// ZH and EN name it for people, the one it is about among them.
	ZH, EN string
	// Cells are the columns of Read, in its order; none for what is no news to the person,
	// such as an index: then Read only counts.
	Cells []Cell
	// Read selects all of it, over an index, with the arguments of Person.
	Read string
	// Goes selects what Erase will remove; "" when that is all of Read.
	Goes string
	// Erase removes it or takes the person out of it; nil when all of it stays.
	Erase Erase
	// Files are what lies in the blob store for it; Erase is only called once they are gone.
	Files func(ctx context.Context, q db.Querier, p Person) ([]PersonalFile, error)
	// StaysZH and StaysEN say what stays after erasing and why; "" when nothing does.
	StaysZH, StaysEN string
}

// Cell is a column of a Holding: its key in JSON and its names for people.
type Cell struct {
	Key    string
	ZH, EN string
	Sort   CellSort
	// Says are the words for codes, by the code: Chinese, English.
	Says map[string][2]string
}

// CellSort is what a cell holds.
type CellSort int

// The sorts of cells.
const (
	Words  CellSort = iota // text or a number, as it is
	Moment                 // unix milliseconds, 0 for none
	Tree                   // text that is JSON
	Number                 // an id of ours
)

// WordsCell is a column with text or a number.
func WordsCell(key, zh, en string) Cell { return Cell{Key: key, ZH: zh, EN: en, Sort: Words} }

// CodeCell is a column with codes of ours and their words: code, Chinese, English, and so
// on. Machines read the code, people the words; a code that has none stays as it is.
func CodeCell(key, zh, en string, words ...string) Cell {
	c := Cell{Key: key, ZH: zh, EN: en, Sort: Words, Says: map[string][2]string{}}
	for ; len(words) >= 3; words = words[3:] {
		c.Says[words[0]] = [2]string{words[1], words[2]}
	}
	return c
}

// MomentCell is a column with unix milliseconds.
func MomentCell(key, zh, en string) Cell { return Cell{Key: key, ZH: zh, EN: en, Sort: Moment} }

// TreeCell is a column with JSON.
func TreeCell(key, zh, en string) Cell { return Cell{Key: key, ZH: zh, EN: en, Sort: Tree} }

// NumberCell is a column with an id of ours.
func NumberCell(key, zh, en string) Cell { return Cell{Key: key, ZH: zh, EN: en, Sort: Number} }

// PersonalFile is one file of the blob store that belongs to a person.
type PersonalFile struct {
	Name string // for people; need not be unique
	Key  string // in the blob store
}

// Erase removes at most so many rows of a person and tells how many they were; the asker
// calls it until that is none. Twice is harmless: what is gone is not found again.
type Erase func(ctx context.Context, tx db.Tx, p Person, most int) (int64, error)

// EraseBy makes an Erase of statements, which take the arguments of Person.
func EraseBy(statements ...string) Erase {
	return func(ctx context.Context, tx db.Tx, p Person, most int) (int64, error) {
		var gone int64
		for _, s := range statements {
			res, err := tx.NewRaw(s, p.args(most)...).Exec(ctx)
			if err != nil {
				return gone, err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return gone, err
			}
			gone += n
		}
		return gone, nil
	}
}

// Count tells how many rows there are of a person, and how many of them erasing removes.
func (h Holding) Count(ctx context.Context, q db.Querier, p Person) (rows, goes int64, err error) {
	if rows, err = count(ctx, q, h.Read, p.args(0)); err != nil {
		return 0, 0, fmt.Errorf("count %s: %w", h.Key, err)
	}
	switch {
	case h.Erase == nil:
	case h.Goes == "":
		goes = rows
	default:
		if goes, err = count(ctx, q, h.Goes, p.args(0)); err != nil {
			return 0, 0, fmt.Errorf("count what goes of %s: %w", h.Key, err)
		}
	}
	return rows, goes, nil
}

func count(ctx context.Context, q db.Querier, query string, args []any) (n int64, err error) {
	err = q.NewSelect().TableExpr("(?) AS held", q.NewRaw(query, args...)).ColumnExpr("COUNT(*)").Scan(ctx, &n)
	return n, err
}

// Rows reads all of a person, row by row, with one value for each of Cells.
func (h Holding) Rows(ctx context.Context, q db.Querier, p Person) func(yield func([]any, error) bool) {
	return func(yield func([]any, error) bool) {
		if err := h.read(ctx, q, p, yield); err != nil {
			yield(nil, fmt.Errorf("read %s: %w", h.Key, err))
		}
	}
}

// read gives an error only while the reader still wants rows.
func (h Holding) read(ctx context.Context, q db.Querier, p Person, yield func([]any, error) bool) (err error) {
	rows, err := q.QueryContext(ctx, h.Read, p.args(0)...)
	if err != nil {
		return err
	}
	wanted := true
	defer func() {
		if closed := rows.Close(); wanted {
			err = errors.Join(err, closed)
		}
	}()
	for rows.Next() {
		values := make([]any, len(h.Cells))
		into := make([]any, len(h.Cells))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range values {
			if raw, ok := v.([]byte); ok {
				values[i] = string(raw)
			}
		}
		if wanted = yield(values, nil); !wanted {
			return nil
		}
	}
	return rows.Err()
}

// Term is one kind of thing that a corp may keep for so many days only (保留期限).
type Term struct {
	// Key names it, "<slug>.<what>".
	Key    string
	ZH, EN string
	// HintZH and HintEN say from when the days count, what goes, and what is left.
	HintZH, HintEN string
	// Days holds until the corp decides; 0 is for ever.
	Days int
	// Find selects the ids of what is too old, over an index: ?0 corp, ?1 unix ms before
	// which it is, ?2 the most ids.
	Find string
	// Drop removes rows by their ids, or takes the person out of them. Twice is harmless.
	Drop Drop
	// Files are what lies in the blob store for the rows; nil when nothing does.
	Files func(ctx context.Context, q db.Querier, corp string, rows []id.ID) ([]string, error)
}

// Drop removes rows by their ids and tells how many they were.
type Drop func(ctx context.Context, tx db.Tx, corp string, rows []id.ID) (int64, error)

// DropBy makes a Drop of a statement: ?0 corp, ?1 the ids, in brackets of its own.
func DropBy(statement string) Drop {
	return func(ctx context.Context, tx db.Tx, corp string, rows []id.ID) (int64, error) {
		res, err := tx.NewRaw(statement, corp, bun.List(rows)).Exec(ctx)
		if err != nil {
			return 0, err
		}
		return res.RowsAffected()
	}
}

// Personal gives all answers in the order of registration.
func (a *Asks) Personal() Personal {
	var all Personal
	for _, n := range a.personal {
		all.Holdings = append(all.Holdings, n.answer.Holdings...)
		all.Terms = append(all.Terms, n.answer.Terms...)
	}
	return all
}
