package web

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"reflect"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// Page is a piece of a long list.
type Page[T any] struct {
	Items []T `json:"items"`
	// Next is the cursor of the following page, absent on the last.
	Next string `json:"next,omitempty" doc:"cursor of the following page; absent on the last"`
	// Total is how many there are in all, when it was asked for.
	Total *Total `json:"total,omitempty"`
}

// Total counts a list.
type Total struct {
	Count int64 `json:"count"`
	// Exact is false when there are at least Count: counting a million rows for a number
	// that nobody reads is not worth it.
	Exact bool `json:"exact" doc:"false: at least so many"`
}

// Paging is the input of a list; embed it in the operation's input.
type Paging struct {
	After string `query:"after" maxLength:"512" doc:"cursor: next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"rows per page"`
}

// NewPage makes a page of rows that were read with limit+1: the one too many proves that
// there is a next page, which begins after the key of the last row shown.
func NewPage[T, K any](rows []T, limit int, key func(T) K) Page[T] {
	p := Page[T]{Items: rows}
	if p.Items == nil {
		p.Items = []T{}
	}
	if limit > 0 && len(rows) > limit {
		p.Items = rows[:limit]
		p.Next = EncodeCursor(key(rows[limit-1]))
	}
	return p
}

// cursorVersion begins each cursor; another layout gets another letter.
const cursorVersion = "1"

// maxCursor is longer than any cursor of ours.
const maxCursor = 512

// cursorSeal binds a cursor to the type of its key: the cursor of one list does not open
// another whose key happens to look alike. It is no secret; scope and corp are checked
// by the query, never by the cursor.
func cursorSeal[K any]() string {
	h := fnv.New32a()
	_, _ = io.WriteString(h, reflect.TypeFor[K]().String())
	return fmt.Sprintf("%08x", h.Sum32())
}

// EncodeCursor writes the key of the last row, usually a struct of the sort columns and
// the id.
func EncodeCursor[K any](key K) string {
	raw, err := json.Marshal(key)
	if err != nil {
		// A key type that JSON cannot write is a mistake in the program.
		panic(fmt.Sprintf("web: cursor key %T: %v", key, err))
	}
	return base64.RawURLEncoding.EncodeToString([]byte(cursorVersion + cursorSeal[K]() + string(raw)))
}

// After is where a page begins: behind the key that the page before ended with, nil for
// the first page.
func After[K any](p Paging) (*K, error) {
	key, paged, err := DecodeCursor[K](p.After)
	if err != nil || !paged {
		return nil, err
	}
	return &key, nil
}

// DecodeCursor reads what EncodeCursor wrote. An empty cursor gives ok = false: begin at
// the start. Anything else that is not a cursor of this list is an invalid fault.
func DecodeCursor[K any](cursor string) (key K, ok bool, err error) {
	if cursor == "" {
		return key, false, nil
	}
	var zero K
	refuse := func() (K, bool, error) {
		return zero, false, &fault.Fault{
			Code: fault.Invalid, Message: "翻页位置无效，请回到第一页",
			Fields: []fault.Field{{Name: "after", Message: "不是本列表返回的 next 值"}},
		}
	}
	// Base64 would skip line breaks.
	if len(cursor) > maxCursor || strings.ContainsAny(cursor, "\r\n") {
		return refuse()
	}
	raw, decodeErr := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if decodeErr != nil {
		return refuse()
	}
	body, found := strings.CutPrefix(string(raw), cursorVersion+cursorSeal[K]())
	if !found || strings.Contains(body, `\u0000`) {
		return refuse()
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(body)))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&key) != nil {
		return refuse()
	}
	if _, end := decoder.Token(); end != io.EOF {
		return refuse()
	}
	return key, true, nil
}
