package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
)

// each runs body on both engines with an empty index.
func each(t *testing.T, body func(t *testing.T, d *db.DB, x *search.Index)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			d := dbtest.Open(t, e, search.Migrations(e))
			body(t, d, search.New(d))
		})
	}
}

func put(t testing.TB, d *db.DB, x *search.Index, docs ...search.Document) {
	t.Helper()
	if err := d.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error { return x.Put(ctx, tx, docs...) }); err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, d *db.DB, x *search.Index, corp, kind, query string) []id.ID {
	t.Helper()
	ids, err := x.Newest(t.Context(), d.Read(), corp, kind, query, 1000)
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	slices.Sort(ids)
	return ids
}

const (
	corp = "ww1"
	kind = "customer"
)

func people() []search.Document {
	doc := func(ref id.ID, text ...string) search.Document {
		return search.Document{Corp: corp, Kind: kind, Ref: ref, Text: text}
	}
	return []search.Document{
		doc(1, "王芳", "展会认识", "138-0013-8000"),
		doc(2, "王小明", "VIP客户", "13900139000"),
		doc(3, "李王", "小区团长", ""),
		doc(4, "Alice Wang", "企业微信用户"),
		doc(5, "Zhang San 张三", "remark: a-b_c"),
		doc(6, "🌹玫瑰🌹", "ＡＢＣ公司"),
		doc(7, "Ольга", "ありがとう", "김철수"),
		doc(8, "José", "100%"),
		doc(9, "b座王府井", "l"),
		{Corp: "ww2", Kind: kind, Ref: 20, Text: []string{"王芳"}},
		{Corp: corp, Kind: "group", Ref: 30, Text: []string{"王芳的群"}},
	}
}

func TestWhatMatches(t *testing.T) {
	rows := []struct {
		query string
		want  []id.ID
	}{
		{"王芳", []id.ID{1}},
		{"王", []id.ID{1, 2, 3, 9}},
		{"芳", []id.ID{1}},
		{"小明", []id.ID{2}},
		{"王小明", []id.ID{2}},
		{"李王", []id.ID{3}},
		{"王李", nil},
		{"王小区", nil}, // 王 ends one piece, 小区 begins the next
		{"企业微信", []id.ID{4}},
		{"微信用户", []id.ID{4}},
		{"138", []id.ID{1}},
		{"13800138000", []id.ID{1}},
		{"138-0013-8000", []id.ID{1}},
		{"0013", []id.ID{1, 2}},
		{"3900", []id.ID{2}},
		{"13", []id.ID{1, 2}}, // begins a number
		{"38", nil},           // does not
		{"wang", []id.ID{4}},
		{"ALICE", []id.ID{4}},
		{"lic", []id.ID{4}},
		{"wa", []id.ID{4}},
		{"an", nil},
		{"zhang 张三", []id.ID{5}},
		{"张三 zhang", []id.ID{5}},
		{"san张", nil}, // a space stands between
		{"vip客户", []id.ID{2}},
		{"VIP客", []id.ID{2}},
		{"ip客", []id.ID{2}},
		{"p客", []id.ID{2}},
		{"客户vip", nil},
		{"王 138", []id.ID{1}},
		{"王 139 vip", []id.ID{2}},
		{"王 alice", nil},
		{"🌹", []id.ID{6}},
		{"玫瑰🌹", []id.ID{6}},
		{"abc", []id.ID{6}},
		{"abc公司", []id.ID{6}},
		{"ｃ公", []id.ID{6}},
		{"Ольга", []id.ID{7}},
		{"ольг", []id.ID{7}},
		{"がと", []id.ID{7}},
		{"철수", []id.ID{7}},
		{"josé", []id.ID{8}},
		{"100", []id.ID{8}},
		{"100%", []id.ID{8}},
		{"%", nil},
		{"_", nil},
		{"a-b_c", []id.ID{5}},
		{"座", []id.ID{9}},
		{"b座", []id.ID{9}},
		{"座王府", []id.ID{9}},
		{"l", []id.ID{3, 9}[1:]},
		{"", nil},
		{"   ", nil},
		{"!!", nil},
		{"陈", nil},
	}
	each(t, func(t *testing.T, d *db.DB, x *search.Index) {
		put(t, d, x, people()...)
		for _, row := range rows {
			if got := find(t, d, x, corp, kind, row.query); !slices.Equal(got, row.want) {
				t.Errorf("%q found %v, want %v", row.query, got, row.want)
			}
		}
		if got := find(t, d, x, "ww2", kind, "王芳"); !slices.Equal(got, []id.ID{20}) {
			t.Errorf("the other corp found %v", got)
		}
		if got := find(t, d, x, corp, "group", "王芳"); !slices.Equal(got, []id.ID{30}) {
			t.Errorf("groups: %v", got)
		}
	})
}

func TestReplaceAndDelete(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, x *search.Index) {
		doc := func(ref id.ID, text string) search.Document {
			return search.Document{Corp: corp, Kind: kind, Ref: ref, Text: []string{text}}
		}
		expect := func(when, query string, want ...id.ID) {
			t.Helper()
			if got := find(t, d, x, corp, kind, query); !slices.Equal(got, want) {
				t.Errorf("%s: %q found %v, want %v", when, query, got, want)
			}
		}
		put(t, d, x, doc(1, "王芳"), doc(2, "王芳"), doc(3, "李雷"))
		put(t, d, x, doc(1, "赵敏"), doc(3, "李雷"))
		expect("renamed", "王芳", 2)
		expect("renamed", "赵敏", 1)
		expect("unchanged", "李雷", 3)
		put(t, d, x, doc(1, "甲乙"), doc(1, "丙丁"))
		expect("twice in one call: the last counts", "甲乙")
		expect("twice in one call", "丙丁", 1)
		put(t, d, x, doc(1, "！"))
		expect("nothing left to find", "丙丁")
		put(t, d, x, doc(1, "又见"))
		expect("and back", "又见", 1)
		if err := d.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return x.Delete(ctx, tx, 1, 2, 99)
		}); err != nil {
			t.Fatal(err)
		}
		expect("deleted", "王芳")
		expect("deleted", "又见")
		expect("the others stay", "李雷", 3)
		put(t, d, x, doc(2, "王芳"))
		expect("a deleted row may return", "王芳", 2)
		failed := d.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := x.Put(ctx, tx, doc(7, "回滚")); err != nil {
				return err
			}
			return context.Canceled
		})
		if failed == nil {
			t.Error("no error")
		}
		expect("rolled back", "回滚")
	})
}

func TestHostileText(t *testing.T) {
	hostile := []string{
		"a\x00b", "\xff\xfe", "' OR 1=1 --", `"`, `""`, `\`, "?", "?0", "NEAR(a b)", "a* OR b", "^a", "-a", "a:b",
		"grams:x", "(", ")", "!()&|<->", "'':1A", "%_%", "{body}", "王'芳", "王\"芳", "\u202e反", "\U0001F469\u200d\U0001F4BB",
	}
	each(t, func(t *testing.T, d *db.DB, x *search.Index) {
		for i, text := range hostile {
			put(t, d, x, search.Document{Corp: "c'?" + text, Kind: `k"` + text, Ref: id.ID(i + 1), Text: []string{text, "锚点"}})
		}
		for i, text := range hostile {
			find(t, d, x, corp, kind, text)
			if got := find(t, d, x, "c'?"+text, `k"`+text, "锚点"); !slices.Equal(got, []id.ID{id.ID(i + 1)}) {
				t.Errorf("%q: %v", text, got)
			}
		}
	})
}

func TestConditionInAList(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, x *search.Index) {
		ctx := t.Context()
		const total = search.Few + 500
		docs := make([]search.Document, 0, total)
		err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw("CREATE TABLE person (id BIGINT NOT NULL PRIMARY KEY, corp_id TEXT NOT NULL, rank BIGINT NOT NULL)").Exec(ctx)
			if err != nil {
				return err
			}
			rows := make([]string, total)
			for i := range total {
				rows[i] = fmt.Sprintf("(%d, '%s', %d)", i+1, corp, -i)
				name := fmt.Sprintf("王%d号", i)
				if i%1000 == 7 {
					name += " 稀有"
				}
				docs = append(docs, search.Document{Corp: corp, Kind: kind, Ref: id.ID(i + 1), Text: []string{name}})
			}
			if _, err := tx.NewRaw("INSERT INTO person (id, corp_id, rank) VALUES " + strings.Join(rows, ", ")).Exec(ctx); err != nil {
				return err
			}
			return x.Put(ctx, tx, docs...)
		})
		if err != nil {
			t.Fatal(err)
		}
		rows := []struct {
			query string
			count int
			first id.ID
		}{
			{"", total, 1},
			{"王", total, 1},
			{"稀有", 5, 8},
			{"王 稀有", 5, 8},
			{"4321号", 1, 4322},
			{"没有", 0, 0},
			{"!!", 0, 0},
			{"王1 号", 1111 + 1, 2}, // too many 王: walked, and the words decide
		}
		for _, row := range rows {
			m, err := x.Find(ctx, d.Read(), corp, kind, row.query)
			if err != nil {
				t.Fatal(err)
			}
			cond, args := m.Condition("p.id")
			var ids []id.ID
			err = d.Read().NewRaw("SELECT p.id FROM person AS p WHERE p.corp_id = ? AND "+cond+" ORDER BY p.rank DESC, p.id", append([]any{corp}, args...)...).Scan(ctx, &ids)
			if err != nil {
				t.Fatalf("%q: %v", row.query, err)
			}
			if row.query == "王1 号" {
				row.count = 0
				for i := range total {
					if fmt.Sprint(i)[0] == '1' {
						row.count++
					}
				}
			}
			if len(ids) != row.count || row.count > 0 && ids[0] != row.first {
				t.Errorf("%q: %d rows, first %v; want %d, first %v", row.query, len(ids), ids[:min(1, len(ids))], row.count, row.first)
			}
			if m.Everything() != (row.query == "") || m.None() != (row.count == 0) {
				t.Errorf("%q: everything %v, none %v", row.query, m.Everything(), m.None())
			}
		}
	})
}

// TestAny: many queries at once find what each finds alone, the newest of each up to the bound.
func TestAny(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, x *search.Index) {
		put(t, d, x, people()...)
		queries := []string{"13800138000", "13900139000", "", "!!", "王", "15900000000"}
		for range 60 {
			queries = append(queries, "13800138000") // more than a statement holds
		}
		for most, want := range map[int][]id.ID{10: {1, 2, 3, 9}, 1: {1, 2, 9}} {
			got, err := x.Any(t.Context(), d.Read(), corp, kind, queries, most)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("at most %d of each: %v %v, want %v", most, got, err, want)
			}
		}
	})
}
