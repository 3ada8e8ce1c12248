package db

import (
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// MS is t as stored: unix milliseconds, 0 for the zero time.
func MS(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// FromMS is a stored time in UTC; 0 is the zero time.
func FromMS(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// NowMS is the present moment as stored.
func NowMS(c clock.Clock) int64 { return c.Now().UnixMilli() }

// Clean makes an outside text storable on both engines: NUL bytes are dropped and
// invalid UTF-8 becomes U+FFFD. Nicknames and messages need it.
func Clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// sqliteWords and postgresWords write texts into statements, cleaned: bun refuses a NUL,
// and whatever a request asks for with one in it would fail as our fault.
type (
	sqliteWords   struct{ *sqlitedialect.Dialect }
	postgresWords struct{ *pgdialect.Dialect }
)

func (w sqliteWords) AppendString(b []byte, s string) []byte {
	return w.Dialect.AppendString(b, Clean(s))
}

func (w postgresWords) AppendString(b []byte, s string) []byte {
	return w.Dialect.AppendString(b, Clean(s))
}

// NoRows says that a query for one row found none.
func NoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// IsUnique says that a row with this key exists already.
func IsUnique(err error) bool { return sqliteUnique(err) || postgresUnique(err) }

// IsForeignKey says that a row names another that does not exist, or that a row still
// named by others was to be deleted.
func IsForeignKey(err error) bool { return sqliteForeignKey(err) || postgresForeignKey(err) }

// IsBusy says that the database would not let us in just now.
func IsBusy(err error) bool { return sqliteBusy(err) || postgresCode(err) == "55P03" }

// IsRetryable says that the same transaction may succeed when run again.
func IsRetryable(err error) bool { return sqliteBusy(err) || postgresRetry(err) }

// Rows are the rows of a VALUES clause: bound to "VALUES ?" they are written
// (a, b), (c, d). There must be at least one.
type Rows [][]any

// AppendQuery writes the rows; bun calls it.
func (r Rows) AppendQuery(gen schema.QueryGen, b []byte) ([]byte, error) {
	for i, row := range r {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, '(')
		for k, v := range row {
			if k > 0 {
				b = append(b, ", "...)
			}
			b = gen.Append(b, v)
		}
		b = append(b, ')')
	}
	return b, nil
}
