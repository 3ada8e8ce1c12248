package product_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/product"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// aboutMember is a rule that names a member.
const aboutMember = `{"rule":{"all":[{"field":"member","op":"any","values":["%s"]},{"field":"tag","op":"any","values":["x"]}]}}`

// memberWords are the columns that name a member, with how they do.
var memberWords = map[string]string{
	"member_id": "%s", "member": "%s", "by_member": "%s", "from_member": "%s", "to_member": "%s", "keeper_id": "%s",
	"actor": "member:%s", "owner": "member:%s", "author": "member:%s", "by_actor": "member:%s",
	"created_by": "member:%s", "updated_by": "member:%s", "granted_by": "member:%s",
	"members": `["%s"]`, "seen": `{"members":["%s"]}`, "made": `{"members":["%s"]}`,
	"scope": `{"kind":"custom","members":["%s"]}`, "book": `{"kind":"custom","members":["%s"]}`,
	"channelcode_code.plan": `{"members":["%s"],"shifts":[],"backup":["%s"]}`, "channelcode_code.published": `["%s"]`,
	"churn_setting.receivers": `["%s"]`, "saved_item.share": `{"with":"members","members":["%s"]}`, "profile_run.spec": `{"who":{"member":"%s"}}`,
	"stage_batch.who": `{"account":"0","member":"%s"}`, "tag_run.who": `{"account":"0","member":"%s"}`, "saved_item.content": aboutMember,
	"stage_batch.selection": aboutMember, "tag_run.plan": aboutMember, "welcome_greeting.target": "%s",
}

// asItWas are the tables in which a member may stand under a userid that he had, and why.
var asItWas = map[string]string{
	"audit_entry":     "what was done is kept as it was done",
	"setup_change":    "what was done is kept as it was done, with the name of who did it",
	"search_doc":      "of the audit log's entries",
	"job_job":         "finished jobs, removed after some days",
	"live_change":     "ids that pages watch, removed within the hour",
	"mirror_inbox":    "callbacks as they came",
	"mirror_renamed":  "remembers the old userid",
	"account_session": "ended: who has another userid signs in again",
	"mirror_sync":     "who asked for a reading",
	"followup_note":   "whom a note mentions is told when it is written",
}

// oneEach are tables with a row of each corp, which may be there.
var oneEach = []string{"account_policy", "churn_setting", "intention_setting", "notice_setting", "stage_setting"}

// namesMembers are the columns of a table that name a member, with what is put there.
func namesMembers(table string, columns []column, userid string) map[string]string {
	values := map[string]string{}
	for _, c := range columns {
		word, ok := memberWords[table+"."+c.Name]
		if !ok && !strings.HasPrefix(table, "mirror_") && c.Type == "text" {
			word, ok = memberWords[c.Name]
		}
		if ok {
			values[c.Name] = strings.ReplaceAll(word, "%s", userid)
		}
	}
	return values
}

// plantMember puts a row that names the member into every table of a feature that can. Rows
// may refer to each other: those that come too early come again.
func plantMember(t *testing.T, h *apptest.House, schema map[string][]column, userid, customer string) (planted []string) {
	t.Helper()
	own := map[string]any{
		"corp_id": h.Corp, "customer": customer, "role": "staff", "account_id": 0, "level": "member", "kind": "lost", "state": "done", "status": "live",
		"notice_message.state": "sent", "transfer_item.kind": "group", "transfer_item.state": "accepted", "channelcode_code.content": "{}", "channelcode_code.config_id": "", "tags": "[]",
		"export_run.state": "done", "export_run.expires_at": 1 << 50, "noticed": true, "done_at": 5, "finished_at": 5, "ended_at": 5, "parts": "[]", "stage_flow.joins": "{}",
		"access_role.permissions": "[]", "access_role.reach": "self",
	}
	var waiting []string
	for table := range schema {
		waiting = append(waiting, table)
	}
	slices.Sort(waiting)
	for {
		var again []string
		var last error
		for _, table := range waiting {
			names := namesMembers(table, schema[table], userid)
			if len(names) == 0 || asItWas[table] != "" {
				continue
			}
			values := map[string]any{}
			for _, c := range schema[table] {
				word, named := names[c.Name]
				value, set := own[table+"."+c.Name]
				if !set {
					value, set = own[c.Name]
				}
				if _, text := value.(string); text && c.Type != "text" {
					set = false
				}
				switch {
				case named:
					values[c.Name] = word
				case set:
					values[c.Name] = value
				case c.Type == "text":
					values[c.Name] = "x"
				case c.Type == "boolean":
					values[c.Name] = false
				default:
					values[c.Name] = 7
				}
			}
			err := h.App.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
				// A row that is there already, such as a corp's settings, is changed.
				all := tx.NewUpdate().TableExpr("?", bun.Ident(table)).Where("corp_id = ?", h.Corp)
				for column, word := range names {
					all = all.Set("? = ?", bun.Ident(column), word)
				}
				if slices.Contains(oneEach, table) {
					done, err := all.Exec(ctx)
					if err != nil {
						return err
					}
					if n, err := done.RowsAffected(); err != nil || n > 0 {
						return err
					}
				}
				_, err := tx.NewInsert().Model(&values).TableExpr("?", bun.Ident(table)).Exec(ctx)
				return err
			})
			if err != nil {
				again, last = append(again, table), fmt.Errorf("%s: %w", table, err)
				continue
			}
			planted = append(planted, table)
		}
		if len(again) == 0 {
			return planted
		}
		if len(again) == len(waiting) {
			t.Fatal(last)
		}
		waiting = again
	}
}

// naming counts the rows of each table in which a member is named: alone, as who did
// something, or in JSON.
func naming(t *testing.T, h *apptest.House, schema map[string][]column, userid string) map[string]int {
	t.Helper()
	userid = strings.ToLower(userid)
	hits := map[string]int{}
	for table := range schema {
		var rows []map[string]any
		if err := h.App.DB.Read().NewSelect().TableExpr("?", bun.Ident(table)).Scan(t.Context(), &rows); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		for _, row := range rows {
			if slices.ContainsFunc(schema[table], func(c column) bool {
				text := row[c.Name]
				if raw, ok := text.([]byte); ok {
					text = string(raw)
				}
				word := strings.ToLower(fmt.Sprint(text))
				return word == userid || word == "member:"+userid || strings.Contains(word, `"`+userid+`"`)
			}) {
				hits[table]++
			}
		}
	}
	return hits
}

// TestAnotherUserID: a member whose userid WeCom changes is the same one in every table there
// is; he has not left, and nobody has lost or won his customers.
func TestAnotherUserID(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			h := apptest.Open(t, e, apptest.Options{Features: product.Features(), NoSync: true})
			schema := columnsOf(t, h.App.DB)
			const is = "Now.Him-2"
			var person string
			h.Sim.Inspect(func(w *wecomsim.World) {
				for _, p := range w.People {
					person = max(person, p.ID)
				}
			})
			made, err := h.Sim.JoinMember(wecomsim.JoinMember{Name: "王小二"})
			if err != nil {
				t.Fatal(err)
			}
			rel, err := h.Sim.Add(wecomsim.Add{Person: person, Member: made.UserID})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.Sim.CreateGroup(wecomsim.CreateGroup{Owner: made.UserID, Name: "群", People: []string{person}}); err != nil {
				t.Fatal(err)
			}
			h.Settle()
			h.Sync()
			planted := plantMember(t, h, schema, made.UserID, rel.ExternalUserID)
			rows := func() map[string]int { return found(t, h, schema, "", rel.ExternalUserID) }
			before := rows()
			if _, err := h.Sim.ChangeUserID(wecomsim.ChangeUserID{Member: made.UserID, UserID: is}); err != nil {
				t.Fatal(err)
			}
			h.Settle()
			var failed []struct {
				Kind  string `bun:"kind"`
				Error string `bun:"error"`
			}
			if err := h.App.DB.Read().NewRaw("SELECT kind, error FROM job_job WHERE error <> ''").Scan(t.Context(), &failed); err != nil || len(failed) > 0 {
				t.Errorf("jobs that failed: %v %v", failed, err)
			}
			for table, n := range naming(t, h, schema, made.UserID) {
				if asItWas[table] == "" {
					t.Errorf("%d rows of %s still have the old userid", n, table)
				}
			}
			under := naming(t, h, schema, is)
			for _, table := range append(planted, "mirror_member", "mirror_follow", "mirror_group", "mirror_group_member", "mirror_member_department") {
				if under[table] == 0 {
					t.Errorf("nothing in %s under the new userid", table)
				}
			}
			h.Sync() // finds nobody who has left or come
			after := rows()
			for table, n := range before {
				if after[table] != n && table != "mirror_inbox" && table != "job_job" && table != "live_change" {
					t.Errorf("%d rows of the customer in %s, were %d", after[table], table, n)
				}
			}
		})
	}
}
