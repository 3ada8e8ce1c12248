package privacy_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature/privacy"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// TestRetention: what is too old goes at night, and only when somebody said so.
func TestRetention(t *testing.T) {
	stories(t, func(d *desk) {
		_, err := d.Sim.DeleteMember(d.pair)
		d.must(err)
		d.Settle()
		named := func() int { return d.rows("SELECT COUNT(*) FROM churn_ending WHERE name <> '' AND corp_id = ?") }
		notes := func() int { return d.rows("SELECT COUNT(*) FROM followup_note WHERE corp_id = ?") }
		d.Advance(100 * 24 * time.Hour)
		if named() != 1 || notes() != 1 {
			d.t.Fatalf("something went that is kept for ever: %d %d", named(), notes())
		}
		for _, term := range []string{"churn.names", "followup.lost"} {
			for days, want := range map[string]string{"90": `"rows":1`, "300": `"rows":0`, "0": `"rows":0`} {
				if status, raw := d.ask(officer, http.MethodGet, "/terms/"+term+"/preview?days="+days, nil); status != http.StatusOK || !strings.Contains(string(raw), want) {
					d.t.Errorf("preview of %s, %s days: %d %s", term, days, status, raw)
				}
			}
			if status, raw := d.ask(officer, http.MethodPut, "/terms/"+term, map[string]int{"days": 90}); status != http.StatusOK {
				d.t.Fatalf("%d %s", status, raw)
			}
		}
		if named() != 1 {
			d.t.Error("it went before the night")
		}
		d.Advance(18 * time.Hour) // from ten o'clock to four
		if named() != 0 || notes() != 0 || d.rows("SELECT COUNT(*) FROM churn_ending WHERE corp_id = ?") != 1 {
			d.t.Errorf("after the night: %d %d", named(), notes())
		}
		_, raw := d.ask(officer, http.MethodGet, "/terms", nil)
		var list privacy.TermList
		d.must(json.Unmarshal(raw, &list))
		for _, x := range list.Terms {
			if want := map[string]int64{"churn.names": 1, "followup.lost": 1}[x.Key]; x.Swept != want || (want > 0) != (x.Days == 90) {
				d.t.Errorf("%+v", x)
			}
		}
	})
}

// TestRetentionOfItsOwn: records of exports go after half a year although nobody said so,
// those of exports that are under way stay, and what the corp decides comes before that.
func TestRetentionOfItsOwn(t *testing.T) {
	stories(t, func(d *desk) {
		run := func(state string) {
			now := db.NowMS(d.Clock)
			d.exec(`INSERT INTO export_run (id, corp_id, list, format, english, columns, filter, owner, account_id, member_id, name, founder, state, written, total,
				bytes, error, members, phones, job_id, created_at, finished_at, expires_at)
				VALUES (?, ?, 'shelf.books', 'csv', false, '[]', '{}', 'member:zhang', 0, 'zhang', '', false, ?, 0, 0, 0, '', '', false, 0, ?, ?, 0)`,
				d.App.IDs.New(), d.Corp, state, now, now)
		}
		runs := func() int { return d.rows("SELECT COUNT(*) FROM export_run WHERE corp_id = ?") }
		term := func() privacy.Term {
			_, raw := d.ask(officer, http.MethodGet, "/terms", nil)
			var list privacy.TermList
			d.must(json.Unmarshal(raw, &list))
			for _, x := range list.Terms {
				if x.Key == "export.runs" {
					return x
				}
			}
			d.t.Fatalf("no such term: %+v", list)
			return privacy.Term{}
		}
		for _, state := range []string{"failed", "cancelled", "expired", "running"} {
			run(state)
		}
		d.Advance(179*24*time.Hour + 18*time.Hour) // from ten o'clock to four
		if x := term(); runs() != 4 || x.Days != 180 || x.UpdatedAt != 0 || x.SweptAt != 0 {
			d.t.Fatalf("before its time: %d %+v", runs(), x)
		}
		run("failed")
		d.Advance(2 * 24 * time.Hour)
		if x := term(); runs() != 2 || x.Days != 180 || x.UpdatedAt != 0 || x.Swept != 3 {
			d.t.Errorf("after half a year: %d %+v", runs(), x)
		}
		d.Advance(58 * 24 * time.Hour)
		_, before := d.ask(officer, http.MethodGet, "/terms/export.runs/preview?days=50", nil)
		status, raw := d.ask(officer, http.MethodPut, "/terms/export.runs", map[string]int{"days": 50})
		if x := term(); status != http.StatusOK || x.Days != 50 || x.UpdatedBy == "" || x.Swept != 3 || !strings.Contains(string(before), `"rows":1`) {
			d.t.Errorf("decided: %d %s %s", status, raw, before)
		}
		d.Advance(24 * time.Hour)
		if runs() != 1 {
			d.t.Errorf("after what was decided: %d", runs())
		}
		run("failed")
		if status, raw := d.ask(officer, http.MethodPut, "/terms/export.runs", map[string]int{"days": 0}); status != http.StatusOK {
			d.t.Errorf("for ever: %d %s", status, raw)
		}
		d.Advance(400 * 24 * time.Hour)
		if x := term(); runs() != 2 || x.Days != 0 {
			d.t.Errorf("for ever: %d %+v", runs(), x)
		}
	})
}
