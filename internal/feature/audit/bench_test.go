package audit

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// BenchmarkAct measures what the log adds to a write: an act of one row, without and with
// its entry in the same transaction.
func BenchmarkAct(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		f := New(feature.Deps{Queue: job.New(nil, nil, nil, nil, job.Options{})})
		d := dbtest.Open(b, e, search.Migrations(e), db.Migrations{Set: slug, FS: f.Migrations})
		box, err := secret.Load(filepath.Join(b.TempDir(), "keys"), true)
		if err != nil {
			b.Fatal(err)
		}
		c := clock.System()
		r := &recorder{ids: id.NewSource(c, 1), flood: newFlood(c), chain: &chain{db: d, search: search.New(d), box: box, last: map[string]head{}, witness: &witness{dir: filepath.Join(b.TempDir(), "witness")}}}
		state := map[string]any{"name": "展会", "members": []string{"zhang", "li"}, "remark": "二号厅", "dailyCap": 5, "skipVerify": true}
		once := func(audited bool) error {
			return d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw(`INSERT INTO audit_setting (corp_id, days, updated_at) VALUES (?, 365, 1) ON CONFLICT (corp_id) DO UPDATE SET days = excluded.days`, corpID).Exec(ctx)
				if err != nil || !audited {
					return err
				}
				return r.RecordIn(ctx, tx, web.Entry{
					At: c.Now(), Corp: corpID, Actor: "member:zhang", ActorName: "张三", Operation: "channelcode.putCodesId", Summary: "修改渠道活码",
					Outcome: web.Done, Status: 200, Address: "203.0.113.7", Agent: "Mozilla/5.0", Reference: "abcdefghijklmnop",
					Changes: []web.Change{{Object: "channelcode:1", Name: "展会", Before: state, After: state}},
				})
			})
		}
		act := func(audited bool) func(*testing.B) {
			return func(b *testing.B) {
				for b.Loop() {
					if err := once(audited); err != nil {
						b.Fatal(err)
					}
				}
			}
		}
		b.Run(string(e)+"/alone", act(false))
		b.Run(string(e)+"/audited", act(true))
		// Thirty-two people act at once: those who wait for the witness's file share a flush.
		b.Run(string(e)+"/together", func(b *testing.B) {
			b.SetParallelism(16)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if err := once(true); err != nil {
						b.Error(err)
					}
				}
			})
		})
		b.Run(string(e)+"/prove", func(b *testing.B) {
			var read int64
			for b.Loop() {
				p, err := r.chain.prove(context.Background(), corpID, func(int64, int64) error { return nil })
				if err != nil || p.Fault != "" {
					b.Fatal(p, err)
				}
				read += p.Entries
			}
			b.ReportMetric(float64(read)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}
