// Package id makes the program's own keys: 64-bit, ordered by time, unique over the
// nodes of an installation, written as 13 characters where people or WeCom see them
// (WeCom's state field takes 30 characters).
package id

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// ID is a key. Layout: 41 bits of milliseconds since 2025-01-01, 10 bits of node,
// 12 bits of sequence; always positive, zero means none.
type ID int64

const (
	epoch    = 1735689600000 // 2025-01-01T00:00:00Z in unix milliseconds
	nodeBits = 10
	seqBits  = 12
	// MaxNode is the largest node number.
	MaxNode = 1<<nodeBits - 1
)

// alphabet is Crockford's base 32 in lower case: no i, l, o, u.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// textLen is the written length: 64 bits in fives.
const textLen = 13

// ErrText says that a text is not a written id.
var ErrText = errors.New("id: want 13 characters of 0-9 a-z without i l o u")

// String writes the id as 13 characters that sort like the number; "" for zero.
func (i ID) String() string {
	if i == 0 {
		return ""
	}
	var b [textLen]byte
	v := uint64(i)
	for k := textLen - 1; k >= 0; k-- {
		b[k] = alphabet[v&31]
		v >>= 5
	}
	return string(b[:])
}

// Parse reads what String wrote.
func Parse(s string) (ID, error) {
	if len(s) != textLen {
		return 0, ErrText
	}
	var v uint64
	for k := range textLen {
		d := strings.IndexByte(alphabet, s[k])
		if d < 0 || (k == 0 && d > 7) {
			return 0, ErrText
		}
		v = v<<5 | uint64(d)
	}
	return ID(v), nil
}

// At is the smallest id of a moment (milliseconds): ids made since compare greater or
// equal. Moments before 2025 give zero.
func At(t time.Time) ID { return ID(max(t.UnixMilli()-epoch, 0) << (nodeBits + seqBits)) }

// Time is when the id was made, to the millisecond, by its node's clock.
func (i ID) Time() time.Time { return time.UnixMilli(int64(i)>>(nodeBits+seqBits) + epoch) }

// Receiver and OnParamSet let Huma read an id from a path or query, where it would else
// take the number that ID is underneath. The text lands in a string of its own; one that
// is no id has been refused by the schema (platform/web) when OnParamSet's result counts.
func (*ID) Receiver() reflect.Value { return reflect.New(reflect.TypeFor[string]()).Elem() }

// OnParamSet takes the parameter's text.
func (i *ID) OnParamSet(isSet bool, parsed any) {
	if text, ok := parsed.(string); isSet && ok {
		v, err := Parse(text)
		if err != nil {
			v = 0
		}
		*i = v
	}
}

// MarshalText writes the id for JSON, URLs and forms.
func (i ID) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads an id; an empty text is zero.
func (i *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*i = 0
		return nil
	}
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*i = v
	return nil
}

// Value stores the id as BIGINT.
func (i ID) Value() (driver.Value, error) { return int64(i), nil }

// Scan reads a BIGINT; NULL is zero.
func (i *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = 0
	case int64:
		*i = ID(v)
	default:
		return fmt.Errorf("id: cannot scan %T", src)
	}
	return nil
}

// Source makes ids for one node. Safe for concurrent use.
type Source struct {
	clock clock.Clock
	node  int64
	mu    sync.Mutex
	last  int64 // milliseconds since epoch of the last id
	seq   int64
}

// NewSource makes a source. Two processes on one database must not share a node
// number (0 to MaxNode).
func NewSource(c clock.Clock, node int) *Source {
	return &Source{clock: c, node: int64(node & MaxNode)}
}

// New makes the next id. Ids of one source always grow, also when the clock steps back:
// then the last known millisecond is used on, borrowing from the future when its 4096
// numbers are spent.
func (s *Source) New() ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	ms := max(s.clock.Now().UnixMilli()-epoch, 1)
	if ms > s.last {
		s.last, s.seq = ms, 0
	} else if s.seq++; s.seq >= 1<<seqBits {
		s.last, s.seq = s.last+1, 0
	}
	return ID(s.last<<(nodeBits+seqBits) | s.node<<seqBits | s.seq)
}
