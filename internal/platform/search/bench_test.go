package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
)

// BenchmarkList is a list of 50 rows, newest first, with a search as its condition, among
// QUEQIAO_TEST_ROWS customers (20 000 when unset).
func BenchmarkList(b *testing.B) {
	total := 20_000
	if n, err := strconv.Atoi(os.Getenv("QUEQIAO_TEST_ROWS")); err == nil {
		total = n
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(e), func(b *testing.B) {
			d := dbtest.Open(b, e, search.Migrations(e))
			x := search.New(d)
			seed(b, d, x, total)
			for _, query := range []string{"", "王", "小明", "欧阳", "罕见", "张小", "138", "13", "8000", "wang", "王 138", "没有这个"} {
				b.Run(query, func(b *testing.B) {
					rows := 0
					for b.Loop() {
						rows = list(b, d, x, query)
					}
					b.ReportMetric(float64(rows), "rows")
				})
			}
		})
	}
}

func list(b *testing.B, d *db.DB, x *search.Index, query string) int {
	ctx := b.Context()
	m, err := x.Find(ctx, d.Read(), corp, kind, query)
	if err != nil {
		b.Fatal(err)
	}
	cond, args := m.Condition("p.id")
	var ids []id.ID
	err = d.Read().NewRaw("SELECT p.id FROM person AS p WHERE p.corp_id = ? AND "+cond+" ORDER BY p.added_at DESC, p.id DESC LIMIT 50",
		append([]any{corp}, args...)...).Scan(ctx, &ids)
	if err != nil {
		b.Fatal(err)
	}
	return len(ids)
}

// seed makes customers with names as they are distributed in China, remarks and numbers.
func seed(b *testing.B, d *db.DB, x *search.Index, total int) {
	b.Helper()
	ctx := b.Context()
	r := rand.New(rand.NewPCG(1, 2))
	family := []rune("王王王王李李李李张张张刘刘刘陈陈陈杨杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾")
	given := []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英小红文华玉建国春梅志海雪莉")
	latin := []string{"wang", "li", "zhang", "amy", "tom", "lucy", "jack", "vip"}
	for from := 0; from < total; from += 5000 {
		n := min(5000, total-from)
		err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			if from == 0 {
				if _, err := tx.NewRaw("CREATE TABLE person (id BIGINT NOT NULL PRIMARY KEY, corp_id TEXT NOT NULL, added_at BIGINT NOT NULL)").Exec(ctx); err != nil {
					return err
				}
				if _, err := tx.NewRaw("CREATE INDEX person_list ON person (corp_id, added_at, id)").Exec(ctx); err != nil {
					return err
				}
			}
			docs := make([]search.Document, n)
			values := make([]byte, 0, 64*n)
			for i := range n {
				ref := id.ID(from + i + 1)
				name := string([]rune{family[r.IntN(len(family))], given[r.IntN(len(given))]})
				if r.IntN(2) == 0 {
					name += string(given[r.IntN(len(given))])
				}
				if r.IntN(5) == 0 {
					name += " " + latin[r.IntN(len(latin))]
				}
				if ref%10007 == 3 {
					name += "罕见"
				}
				docs[i] = search.Document{Corp: corp, Kind: kind, Ref: ref, Text: []string{name, fmt.Sprintf("1%d%09d", 3+r.IntN(7), r.IntN(1e9))}}
				values = fmt.Appendf(values, ",(%d,'%s',%d)", ref, corp, r.IntN(1<<40))
			}
			if _, err := tx.NewRaw("INSERT INTO person (id, corp_id, added_at) VALUES " + string(values[1:])).Exec(ctx); err != nil {
				return err
			}
			return x.Put(ctx, tx, docs...)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	// As after any larger load: the planners go by statistics, SQLite's too.
	if err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) error { _, err := tx.NewRaw("ANALYZE").Exec(ctx); return err }); err != nil {
		b.Fatal(err)
	}
}
