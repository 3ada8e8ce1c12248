package product_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/product"
)

// personalKeys are columns by which a customer is named.
var personalKeys = []string{"customer", "customer_id", "external_userid", "follow_id", "subject", "unionid", "who"}

// notPersonal are tables with such a column that are in no answer, and why.
var notPersonal = map[string]string{
	"stage_batch": "who is the member who asked for it",
	"tag_run":     "who is the member who asked for it",
}

// stays are the tables in which a person may still be read after he was erased, and why.
var stays = map[string]string{
	"audit_entry":    "kept as the law asks until its own retention",
	"search_doc":     "of the audit log's entries, which go with them",
	"search_gram":    "of the audit log's entries",
	"job_job":        "finished jobs name customers by their external_userid only, and are removed after some days",
	"live_change":    "ids that pages watch, removed within the hour",
	"intention_seed": "the place up to which a walk came",
}

type column struct {
	Table string `bun:"t"`
	Name  string `bun:"n"`
	Type  string `bun:"k"`
}

// columnsOf reads the schema in either engine's words.
func columnsOf(t *testing.T, d *db.DB) map[string][]column {
	t.Helper()
	query := `SELECT m.name AS t, c.name AS n, lower(c.type) AS k FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table'`
	if d.Engine() == db.Postgres {
		query = `SELECT c.table_name AS t, c.column_name AS n, c.data_type AS k FROM information_schema.columns AS c JOIN information_schema.tables AS x
			ON x.table_name = c.table_name AND x.table_schema = c.table_schema WHERE c.table_schema = current_schema() AND x.table_type = 'BASE TABLE'`
	}
	var rows []column
	if err := d.Read().NewRaw(query).Scan(t.Context(), &rows); err != nil {
		t.Fatal(err)
	}
	all := map[string][]column{}
	for _, c := range rows {
		all[c.Table] = append(all[c.Table], c)
	}
	return all
}

// TestEveryTableWithACustomerIsAnswered: a feature that keeps something of single customers
// says so, or it could neither be handed out nor erased.
func TestEveryTableWithACustomerIsAnswered(t *testing.T) {
	h := apptest.Open(t, db.SQLite, apptest.Options{Features: product.Features(), NoSync: true})
	answered := map[string]bool{}
	for _, holding := range h.App.Asks.Personal().Holdings {
		for _, table := range holding.Tables {
			answered[table] = true
		}
		if len(holding.Cells) > 0 && holding.Erase == nil && holding.StaysZH == "" {
			t.Errorf("%s is not erased and says not why", holding.Key)
		}
	}
	schema := columnsOf(t, h.App.DB)
	for table, columns := range schema {
		named := slices.ContainsFunc(columns, func(c column) bool { return slices.Contains(personalKeys, c.Name) })
		if named && !answered[table] && notPersonal[table] == "" {
			t.Errorf("table %s names customers and is in no answer to ask.Personal (personal.go of its feature)", table)
		}
	}
	for table := range answered {
		if schema[table] == nil {
			t.Errorf("there is no table %s", table)
		}
	}
}

// person is somebody about whom every table says something.
type person struct {
	corp, customer, canary string
	id                     id.ID
	number                 int // in every column of numbers that means nothing to a statement
}

// fill puts one row about somebody into each table that is answered, with his canary in
// every column of text that means nothing to a statement.
func fill(t *testing.T, h *apptest.House, schema map[string][]column, p person) {
	t.Helper()
	own := map[string]any{ // what statements look at
		"corp_id": p.corp, "customer": p.customer, "customer_id": p.id, "member_id": "zhang", "main": p.customer, "who": p.customer,
		"mirror_follow.standing": 4, "mirror_inbox.subject": "customer/" + p.customer + "/zhang", "mirror_inbox.state": "done", "mirror_follow.ended_at": 5,
		"transfer_item.kind": "customer", "transfer_item.subject": p.customer, "transfer_item.state": "accepted", "transfer_item.transfer_id": parent(p.corp),
		"notice_message.href": "/customer/" + p.id.String(), "notice_message.state": "sent", "churn_ending.kind": "lost", "churn_ending.state": "",
		"profile_person.main": "", "profile_merge.others": "[]", "profile_person.blacklisted_at": 0,
		"privacy_request.kind": "export", "privacy_request.state": "done", "privacy_request.parts": "[]", "privacy_request.hash": "h", "privacy_request.name": "张", "privacy_request.asker": "person", "privacy_request.actor": "member:zhang", "privacy_request.error": "",
		"code_id": parent(p.corp), "rule_id": parent(p.corp), "field_id": parent(p.corp), "stage_id": parent(p.corp), "flow_id": parent(p.corp), "group_id": parent(p.corp),
		"mirror_customer.follows": 0, "mirror_customer.id": p.id, "mirror_follow.id": p.id + 1, "churn_ending.id": p.id + 2, "ending_id": p.id + 2, "follow_id": p.id + 1,
		"mirror_inbox.hash": p.corp + p.customer, "churn_ending.name": p.canary,
	}
	var tables []string
	for _, holding := range h.App.Asks.Personal().Holdings {
		tables = append(tables, holding.Tables...)
	}
	slices.Sort(tables)
	for _, table := range slices.Compact(tables) {
		values := map[string]any{}
		for _, c := range schema[table] {
			value, set := own[table+"."+c.Name]
			if !set {
				value, set = own[c.Name]
			}
			switch {
			case set:
			case c.Name == "id":
				value = h.App.IDs.New()
			case c.Type == "text":
				value = p.canary
			case c.Type == "boolean":
				value = false
			default:
				value = p.number
			}
			values[c.Name] = value
		}
		put(t, h, table, values)
	}
	if files := h.App.Asks.Personal().Holdings; len(files) == 0 {
		t.Fatal("nobody answers")
	}
	for _, f := range personFiles(t, h, p) {
		if _, err := h.App.Blob.Put(t.Context(), f.Key, strings.NewReader(p.canary), int64(len(p.canary)), "image/png"); err != nil {
			t.Fatal(err)
		}
	}
}

// parent is the id of the row that rows of a corp refer to.
func parent(corp string) id.ID { return id.ID(1000 + len(corp)) }

func put(t *testing.T, h *apptest.House, table string, values map[string]any) {
	t.Helper()
	err := h.App.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewInsert().Model(&values).TableExpr("?", bun.Ident(table)).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
}

func personFiles(t *testing.T, h *apptest.House, p person) (files []ask.PersonalFile) {
	t.Helper()
	for _, holding := range h.App.Asks.Personal().Holdings {
		if holding.Files == nil {
			continue
		}
		some, err := holding.Files(t.Context(), h.App.DB.Read(), ask.Person{Corp: p.corp, Customer: p.customer, ID: p.id})
		if err != nil {
			t.Fatal(err)
		}
		if len(some) == 0 {
			t.Fatalf("%s has no file of %s", holding.Key, p.canary)
		}
		files = append(files, some...)
	}
	return files
}

// found counts the rows of each table in which one of the words stands, but for those of a
// corp (none when empty).
func found(t *testing.T, h *apptest.House, schema map[string][]column, but string, words ...string) map[string]int {
	t.Helper()
	hits := map[string]int{}
	for table := range schema {
		if stays[table] != "" || strings.HasPrefix(table, "sqlite_") || strings.HasPrefix(table, "search_gram") {
			continue
		}
		var rows []map[string]any
		if err := h.App.DB.Read().NewSelect().TableExpr("?", bun.Ident(table)).Scan(t.Context(), &rows); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		for _, row := range rows {
			text, corp := "", ""
			for name, v := range row {
				if raw, ok := v.([]byte); ok {
					v = string(raw)
				}
				if name == "corp_id" {
					corp = fmt.Sprint(v)
				}
				text += fmt.Sprintln(v)
			}
			if (but == "" || corp != but) && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) }) {
				hits[table]++
			}
		}
	}
	return hits
}

// TestErasedWithoutATrace: what is told of a person is all handed to him and all erased, in
// every table there is; nobody else's is touched.
func TestErasedWithoutATrace(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			h := apptest.Open(t, e, apptest.Options{Features: product.Features(), NoSync: true})
			schema := columnsOf(t, h.App.DB)
			const foreign = "ww-neighbour"
			for _, c := range []string{h.Corp, foreign} {
				for _, table := range []string{"channelcode_code", "tag_rule", "profile_field", "stage_stage", "mirror_group", "transfer_transfer"} {
					values := map[string]any{}
					for _, c := range schema[table] {
						values[c.Name] = map[string]any{"text": "x", "boolean": false}[c.Type]
						if values[c.Name] == nil {
							values[c.Name] = 1
						}
					}
					values["id"], values["corp_id"] = parent(c), c
					put(t, h, table, values)
				}
			}
			him := person{h.Corp, "wm-him", "CANARYHIM", h.App.IDs.New() + 10, 1}
			her := person{h.Corp, "wm-her", "CANARYHER", him.id + 10, 2}
			other := person{foreign, "wm-him", "CANARYOTHER", him.id + 20, 3}
			for _, p := range []person{him, her, other} {
				fill(t, h, schema, p)
			}
			others := func() map[string]int { return found(t, h, schema, "", her.canary, her.customer, other.canary) }
			before, files := others(), personFiles(t, h, him)

			admin := h.Console()
			page := "/api/privacy/customers/" + him.id.String()
			var held struct {
				Holdings []struct {
					Key        string
					Rows, Goes int64
				}
			}
			admin.Do(http.MethodGet, page, nil, &held)
			for _, x := range held.Holdings {
				if x.Rows != 1 || x.Goes != 1 {
					t.Errorf("%s: %d rows, of which %d go", x.Key, x.Rows, x.Goes)
				}
			}
			var run struct {
				ID, State string
				Error     map[string]any
				Parts     []struct {
					Key        string
					Rows, Gone int64
				}
			}
			admin.Do(http.MethodPost, page+"/export", map[string]any{"asker": "person", "note": "来信"}, &run)
			h.Settle()
			archive := unzip(t, h, him, run.ID)
			for _, holding := range h.App.Asks.Personal().Holdings {
				if len(holding.Cells) > 0 && !strings.Contains(archive["personal.json"], `"`+holding.Key+`":[`+"\n{") {
					t.Errorf("the export holds nothing of %s", holding.Key)
				}
			}
			attached := 0
			for name, text := range archive {
				if strings.HasPrefix(name, "files/") {
					attached++
				}
				if strings.Contains(text, her.canary) || strings.Contains(text, other.canary) {
					t.Errorf("%s holds what is told of others", name)
				}
			}
			if attached != 2 {
				t.Errorf("%d files in the export, want a picture and a file", attached)
			}

			admin.Do(http.MethodPost, page+"/erase", map[string]any{"asker": "person", "note": "CANARYHIM 来信"}, &run)
			h.Settle()
			admin.Do(http.MethodGet, "/api/privacy/requests/"+run.ID, nil, &run)
			if run.State != "done" {
				t.Fatalf("%+v", run)
			}
			for _, x := range run.Parts {
				if x.Gone < 1 {
					t.Errorf("the certificate says that %d rows of %s went", x.Gone, x.Key)
				}
			}
			if left := found(t, h, schema, foreign, him.canary, him.customer); len(left) > 0 {
				t.Errorf("he is still in %v", left)
			}
			for _, f := range files {
				if _, err := h.App.Blob.Stat(t.Context(), f.Key); err == nil {
					t.Errorf("%s is still there", f.Key)
				}
			}
			if after := others(); fmt.Sprint(before) != fmt.Sprint(after) {
				t.Errorf("others were touched:\n%v\n%v", before, after)
			}
		})
	}
}

// unzip opens an export where the store keeps it.
func unzip(t *testing.T, h *apptest.House, p person, request string) map[string]string {
	t.Helper()
	content, _, err := h.App.Blob.Get(t.Context(), "privacy/"+p.corp+"/"+request+".zip")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(content)
	if closed := content.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, f := range archive.File {
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		texts[f.Name] = string(text)
	}
	return texts
}
