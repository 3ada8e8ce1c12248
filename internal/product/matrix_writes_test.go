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

// objectless are writes of which no entry can name an object, each for a reason.
var objectless = map[string]string{
	"POST /api/intention/setting/preview": "it reckons with rules that are not saved, which are too long for an address",
	"POST /api/setup/check":               "it looks and keeps what it saw; nothing is changed by it",
	"POST /api/tag/rules/dry-run":         "it reckons with a rule that is not saved, which is too long for an address",
	"POST /api/tag/runs/size":             "it counts a selection, which is too long for an address",
}

// said looks whether a write that went well stands in the audit log, with what it was done to.
func (w *world) said(route string, status int) {
	if strings.HasPrefix(route, "GET ") || status >= http.StatusMultipleChoices || objectless[route] != "" {
		return
	}
	var entries int
	w.must(w.App.DB.Read().NewRaw("SELECT COUNT(*) FROM audit_entry WHERE reference = ? AND outcome = 'done' AND object <> ''", w.reference).Scan(w.t.Context(), &entries))
	if entries == 0 {
		if w.unsaid == nil {
			w.unsaid = map[string]bool{}
		}
		w.unsaid[route] = true
	}
}

// own asks for what somebody made for himself, by its id: for others it does not exist, whatever they see.
func (w *world) own(route string, p place, who persona, headers map[string]string, report func(who, format string, args ...any)) {
	for _, word := range []string{inside, outside, foreign} {
		his := word == map[bool]string{true: foreign, false: inside}[who.corp != ""] && who.member == "zhang"
		whole := p.whole && word != foreign && slices.Contains(who.sees, outside)
		if his && strings.HasPrefix(route, "DELETE ") {
			continue // the others must find it still there
		}
		before := w.row(p.object, word)
		status, answer := w.at(route, p, word, headers)
		switch {
		case his || whole:
			if status == http.StatusNotFound || status == http.StatusForbidden || status == http.StatusUnauthorized || status >= http.StatusInternalServerError {
				report(who.name, "%d for his own, %s: %s", status, word, answer)
			}
		case status != http.StatusNotFound:
			report(who.name, "%d for %s of somebody else: %s", status, word, answer)
		case w.row(p.object, word) != before:
			report(who.name, "changed %s of somebody else", word)
		}
		if !his && !whole && (strings.Contains(answer, inside) || strings.Contains(answer, outside) || strings.Contains(answer, foreign)) {
			report(who.name, "told of somebody else's %s: %s", word, answer)
		}
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
