// Package search finds rows by any piece of their text: two characters of a Chinese
// name, one character, part of a telephone number, a word of Latin letters. It is the
// one place besides platform/db with SQL of its own for each engine.
//
// # What matches
//
// Text and query are folded alike: case, width and compatibility forms (NFKC), hyphens
// inside numbers. Punctuation and spaces separate words. Every word of the query must
// occur in the text as it is written; a word of only one or two Latin letters or digits
// must begin a word, since "a" occurs nearly everywhere. A query without anything to
// look for, "!!", finds nothing; an empty query is no condition.
//
// # How
//
// Trigram indexes miss the commonest query there is, two Chinese characters, so the
// grams are made here: single characters and pairs for Chinese and its neighbours,
// triples (and the first one and two) for letters and digits. Each gram carries a short
// code of corp and kind, so that a corp pays for its own rows only. SQLite keeps them in
// FTS5 without positions, PostgreSQL in a tsvector with a GIN index. All grams of a
// query together give candidates; the folded text, kept beside, decides.
//
// # Lists of a million rows
//
// A list takes a search as a condition on its row id, whatever it is ordered by. Two
// plans are needed, and Find chooses by counting candidates up to a limit (Few): when
// there are few, the condition is the list of ids, and the list reads just those rows;
// when there are many ("王"), the list walks its own order and asks for each row whether
// its text matches, by primary key: matches are frequent, so a page fills after a few
// hundred rows. At the turning point both cost some ten milliseconds.
//
// SQLite's planner, as long as it has no statistics (ANALYZE), takes an index that gives
// the list's order to be better than the ids, and walks it all. A list that may grow
// large starts from the ids when the match is not Common.
//
//	m, err := index.Find(ctx, q, corp, "customer", in.Query)
//	sql, args := m.Condition("c.id")
//	query = query.Where(sql, args...)
package search

import (
	"context"
	"embed"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the index's tables on the engine.
func Migrations(e db.Engine) db.Migrations {
	return db.Migrations{Set: "search", FS: db.Folder(migrations, "migrations/"+string(e))}
}

// Document is the text of one row.
type Document struct {
	Corp string // WeCom corpid
	Kind string // what sort of row, e.g. "customer"; a row's id belongs to one kind
	Ref  id.ID  // id of the row
	// Text are the pieces by which it is found: name, remark, telephone numbers. The
	// first MaxText characters of all together count.
	Text []string
}

// Few is how many candidates a search may have to be answered as a list of ids.
const Few = 4000

// Index is the search index of one database.
type Index struct{ engine engine }

// engine is what differs.
type engine interface {
	// write replaces the grams and bodies of the documents.
	write(ctx context.Context, tx db.Tx, docs []entry) error
	// remove deletes grams and bodies.
	remove(ctx context.Context, tx db.Tx, refs []id.ID) error
	// candidates selects the rows in which all grams occur.
	candidates(grams []string) (sql string, args []any)
}

// entry is a document ready to be written.
type entry struct {
	Document
	body  string
	grams []string
}

// New makes the index of a database whose migrations have run.
func New(d *db.DB) *Index {
	if d.Engine() == db.Postgres {
		return &Index{postgresEngine{}}
	}
	return &Index{sqliteEngine{}}
}

// Put indexes documents, replacing what was known of their rows. Those whose text is
// unchanged cost one read. A document without any text is removed.
func (x *Index) Put(ctx context.Context, tx db.Tx, docs ...Document) error {
	for len(docs) > 0 {
		n := min(len(docs), batch)
		if err := x.put(ctx, tx, docs[:n]); err != nil {
			return fmt.Errorf("search: put: %w", err)
		}
		docs = docs[n:]
	}
	return nil
}

// batch is how many rows one statement writes.
const batch = 500

func (x *Index) put(ctx context.Context, tx db.Tx, docs []Document) error {
	refs := make([]id.ID, len(docs))
	entries := map[id.ID]entry{} // the last of a row counts
	for i, d := range docs {
		refs[i] = d.Ref
		d.Corp, d.Kind = db.Clean(d.Corp), db.Clean(d.Kind)
		body := fold(d.Text...)
		entries[d.Ref] = entry{d, body, gramsOf(body, partition(d.Corp, d.Kind))}
	}
	var known []struct {
		Ref  id.ID
		Corp string
		Kind string
		Body string
	}
	err := tx.NewRaw("SELECT ref, corp_id AS corp, kind, body FROM search_doc WHERE ref IN (?)", bun.List(refs)).Scan(ctx, &known)
	if err != nil {
		return err
	}
	var gone []id.ID
	for _, k := range known {
		e := entries[k.Ref]
		if e.body == k.Body && e.Corp == k.Corp && e.Kind == k.Kind {
			delete(entries, k.Ref)
			continue
		}
		gone = append(gone, k.Ref)
	}
	if len(gone) > 0 {
		if err := x.engine.remove(ctx, tx, gone); err != nil {
			return err
		}
	}
	fresh := make([]entry, 0, len(entries))
	for _, ref := range refs {
		if e, ok := entries[ref]; ok && e.body != "" {
			fresh = append(fresh, e)
			delete(entries, ref)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return x.engine.write(ctx, tx, fresh)
}

// Delete forgets rows; unknown ones are no error.
func (x *Index) Delete(ctx context.Context, tx db.Tx, refs ...id.ID) error {
	for len(refs) > 0 {
		n := min(len(refs), batch)
		if err := x.engine.remove(ctx, tx, refs[:n]); err != nil {
			return fmt.Errorf("search: delete: %w", err)
		}
		refs = refs[n:]
	}
	return nil
}
