package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// importColumns is how many fields the import fills, each with a line of its own for each
// customer: some thousand lines in all.
const importColumns = 8

// imported is an import of a table into the customers' profiles.
type imported struct {
	run   string
	lines int
}

type importState struct {
	State, Error                         string
	Total, Done, Changed, Failed, Undone int64
}

// drawUp uploads a table and has it checked; nothing is changed yet.
func drawUp(t *testing.T, console *apptest.Console, d *db.DB) imported {
	t.Helper()
	var customers []string
	if err := d.Read().NewRaw("SELECT DISTINCT customer FROM mirror_follow WHERE standing = 1 ORDER BY customer").Scan(t.Context(), &customers); err != nil {
		t.Fatal(err)
	}
	var columns []map[string]any
	var table bytes.Buffer
	table.WriteString("external_userid")
	for n := range importColumns {
		var field struct{ ID string }
		name := fmt.Sprintf("第%d栏", n)
		console.Do(http.MethodPost, "/api/profile/fields", map[string]any{"name": name, "kind": "text"}, &field)
		columns = append(columns, map[string]any{"index": n + 1, "field": field.ID})
		table.WriteString("," + name)
	}
	i := imported{lines: len(customers) * importColumns}
	for n := range importColumns {
		for _, c := range customers {
			table.WriteString("\n" + c + strings.Repeat(",", n+1) + fmt.Sprintf("值%d", n) + strings.Repeat(",", importColumns-n-1))
		}
	}
	var draft struct{ ID string }
	console.Upload("/api/profile/imports", "客户.csv", table.Bytes(), &draft)
	i.run = draft.ID
	console.Do(http.MethodPut, "/api/profile/imports/"+i.run, map[string]any{"match": "external", "key": 0, "columns": columns}, nil)
	i.comesTo(t, console, "checked")
	return i
}

func (i imported) state(console *apptest.Console) (s importState) {
	console.Do(http.MethodGet, "/api/profile/runs/"+i.run, nil, &s)
	return s
}

// comesTo waits until the import stands there, with every line done and none failed.
func (i imported) comesTo(t *testing.T, console *apptest.Console, state string) importState {
	t.Helper()
	var s importState
	until(t, "the import is "+state, time.Minute, func() bool {
		s = i.state(console)
		return s.State == state
	})
	if s.Failed != 0 || s.Error != "" || s.Total != int64(i.lines) {
		t.Fatalf("the import of %d lines is %+v", i.lines, s)
	}
	return s
}

// begins starts the import and waits until it is under way.
func (i imported) begins(t *testing.T, console *apptest.Console) {
	t.Helper()
	console.Do(http.MethodPost, "/api/profile/imports/"+i.run+"/start", nil, nil)
	until(t, "the import is under way", 10*time.Second, func() bool {
		s := i.state(console)
		return s.State != "running" || s.Done > 0
	})
	if s := i.state(console); s.State != "running" {
		t.Logf("the import was over before the blow: %+v", s)
	}
}

// same fails unless every line was applied once, and taken back once by the undo.
func (i imported) same(t *testing.T, console *apptest.Console, d *db.DB) {
	t.Helper()
	count := func(sql string) (n int) {
		if err := d.Read().NewRaw(sql).Scan(t.Context(), &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	values := "SELECT COUNT(*) FROM profile_value AS v JOIN profile_field AS f ON f.id = v.field_id WHERE f.name LIKE '第%栏' AND v.text = '值' || substr(f.name, 2, 1)"
	done := i.comesTo(t, console, "done")
	for what, n := range map[string]int{
		"lines changed, as the run says": int(done.Changed),
		"values":                         count(values),
		"results":                        count("SELECT COUNT(*) FROM profile_item WHERE label <> '' AND state = 'changed'"),
		"lines in customers' histories":  count("SELECT COUNT(*) FROM profile_change WHERE source = 'import'"),
	} {
		if n != i.lines {
			t.Errorf("%s: %d, want %d", what, n, i.lines)
		}
	}
	console.Do(http.MethodPost, "/api/profile/runs/"+i.run+"/undo", nil, nil)
	if undone := i.comesTo(t, console, "undone"); undone.Undone != int64(i.lines) || count(values) != 0 {
		t.Errorf("undone: %+v, %d values are left", undone, count(values))
	}
}
