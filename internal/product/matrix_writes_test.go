package product_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// set changes what is the whole corp's. The permission alone decides, whatever the scope; in
// the other corp it changes nothing of ours.
func (w *world) set(route string, p place, who persona, headers map[string]string, report func(who, format string, args ...any)) {
	if who.corp != "" {
		w.untouched(who, report, func() { w.at(route, p, inside, headers) })
		return
	}
	status, answer := w.at(route, p, inside, headers)
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status >= http.StatusInternalServerError && status != http.StatusBadGateway:
		report(who.name, "%d %s", status, answer)
	case status == http.StatusNotFound && p.object == "":
		report(who.name, "%d %s", status, answer)
	case strings.Contains(answer, foreign):
		report(who.name, "told of %s", foreign)
	}
}

// untouched does something as somebody of the other corp and looks whether anything of ours
// is another than before: no row of any table.
func (w *world) untouched(who persona, report func(who, format string, args ...any), do func()) {
	w.must(w.App.Queue.Settle(w.t.Context())) // readings of WeCom that are on their way change tables too
	before := w.ours()
	do()
	for table, rows := range w.ours() {
		if before[table] != rows {
			report(who.name, "changed rows of %s in another corp", table)
		}
	}
}

// ours is what each table holds of our corp. Jobs are left out, with what they tell of
// themselves: they go on meanwhile.
func (w *world) ours() map[string]string {
	w.t.Helper()
	state := map[string]string{}
	for _, table := range w.tables() {
		var rows []map[string]any
		w.must(w.App.DB.Read().NewSelect().Table(table).Where("corp_id = ?", w.Corp).Scan(w.t.Context(), &rows))
		texts := make([]string, len(rows))
		for i, row := range rows {
			texts[i] = fmt.Sprint(row)
		}
		slices.Sort(texts)
		sum := sha256.Sum256([]byte(strings.Join(texts, "\n")))
		state[table] = hex.EncodeToString(sum[:])
	}
	return state
}

// tables are those with rows of corps, in either engine's words.
func (w *world) tables() []string {
	w.t.Helper()
	if w.corpTables != nil {
		return w.corpTables
	}
	query := `SELECT DISTINCT m.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table' AND c.name = 'corp_id'`
	if w.App.DB.Engine() == "postgres" {
		query = `SELECT c.table_name FROM information_schema.columns AS c JOIN information_schema.tables AS t ON t.table_name = c.table_name
			AND t.table_schema = c.table_schema WHERE c.column_name = 'corp_id' AND c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'`
	}
	w.must(w.App.DB.Read().NewRaw(query).Scan(w.t.Context(), &w.corpTables))
	w.corpTables = slices.DeleteFunc(w.corpTables, func(table string) bool {
		return strings.HasPrefix(table, "job_") || slices.Contains([]string{"live_change", "corp_call"}, table)
	})
	if len(w.corpTables) < 20 {
		w.t.Fatalf("only the tables %q hold rows of corps", w.corpTables)
	}
	return w.corpTables
}

// unpacked is the text inside a spreadsheet, or the text itself.
func unpacked(w *world, text []byte) string {
	if !bytes.HasPrefix(text, []byte("PK")) {
		return string(text)
	}
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	w.must(err)
	var all strings.Builder
	for _, f := range archive.File {
		part, err := f.Open()
		w.must(err)
		_, err = io.Copy(&all, part)
		w.must(err)
	}
	return all.String()
}
