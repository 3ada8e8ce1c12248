package app_test

import (
	"context"
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// savedMoves: segments and views that the customer list kept for itself are those of the
// shared mechanism afterwards, and nothing of other lists comes back with them.
func (s *schema) savedMoves(sets []db.Migrations) {
	s.t.Helper()
	i := slices.IndexFunc(sets, func(set db.Migrations) bool { return set.Set == "customer" })
	p := s.provider(sets[i])
	const before = 20261123072500
	must := func(err error) {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
	}
	ctx := context.Background()
	_, err := p.DownTo(ctx, before)
	must(err)
	for one := range strings.SplitSeq(`INSERT INTO customer_saved (id, corp_id, kind, name, note, content, owner, owner_name, share, version, created_at, updated_at, shared)
			VALUES (1, 'c', 'segment', '群', 'n', '{}', 'member:zhang', '张', '{"with":"everybody"}', 3, 4, 5, TRUE),
				(2, 'c', 'view', '图', '', '{"a":1}', 'account:2', '', '{"with":"nobody"}', 1, 6, 7, FALSE);
		INSERT INTO customer_default (corp_id, owner, saved_id) VALUES ('c', 'member:zhang', 2);
		INSERT INTO saved_item (id, corp_id, kind, name, note, content, owner, owner_name, share, shared, version, created_at, updated_at)
			VALUES (3, 'c', 'audit.list', '别的', '', '{}', 'member:zhang', '', '{"with":"nobody"}', FALSE, 1, 0, 0)`, ";") {
		_, err := s.db.ExecContext(ctx, one)
		must(err)
	}
	rows := func(query string) string {
		s.t.Helper()
		found, err := s.db.QueryContext(ctx, query)
		must(err)
		defer func() { must(found.Close()) }()
		var all []string
		for found.Next() {
			var line string
			must(found.Scan(&line))
			all = append(all, line)
		}
		must(found.Err())
		return strings.Join(all, "\n")
	}
	_, err = p.Up(ctx)
	must(err)
	const items = `SELECT id || ' ' || kind || ' ' || name || ' ' || note || ' ' || content || ' ' || owner || ' ' || owner_name || ' ' || share || ' ' ||
		CASE WHEN shared THEN 'shared' ELSE 'own' END || ' ' || version || ' ' || created_at || ' ' || updated_at FROM `
	want := `1 customer.segment 群 n {} member:zhang 张 {"with":"everybody"} shared 3 4 5
2 customer.list 图  {"a":1} account:2  {"with":"nobody"} own 1 6 7
3 audit.list 别的  {} member:zhang  {"with":"nobody"} own 1 0 0`
	if got := rows(items + "saved_item ORDER BY id"); got != want {
		s.t.Errorf("moved:\n%s\nwant:\n%s", got, want)
	}
	if got := rows("SELECT owner || ' ' || kind || ' ' || item_id FROM saved_default"); got != "member:zhang customer.list 2" {
		s.t.Errorf("the list opens with %q", got)
	}
	_, err = p.DownTo(ctx, before)
	must(err)
	if got := rows(items + "customer_saved ORDER BY id"); !strings.HasPrefix(got, "1 segment 群") || !strings.Contains(got, "\n2 view 图") || strings.Contains(got, "别的") {
		s.t.Errorf("taken back:\n%s", got)
	}
	if got := rows("SELECT item_id || '' FROM saved_default UNION ALL SELECT id || '' FROM saved_item"); got != "3" {
		s.t.Errorf("left: %s", got)
	}
}
