package mirror

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// lockGroup gives the group's row, made when it was missing, and keeps others from
// changing it until the transaction ends. made is true when there was none.
func (m *Mirror) lockGroup(ctx context.Context, tx db.Tx, corp, chat string, at int64) (g Group, made bool, err error) {
	mine := m.ids.New()
	err = tx.NewRaw(`INSERT INTO mirror_group (`+groupColumns+`)
		VALUES (?, ?, ?, '', '', '', 0, 0, 0, '', ?, 0, 0, 0, 0, ?)
		ON CONFLICT (corp_id, chat) DO UPDATE SET updated_at = excluded.updated_at
		RETURNING `+groupColumns, mine, corp, chat, at, db.NowMS(m.clock)).Scan(ctx, &g)
	return g, g.ID == mine, err
}

// blank tells whether WeCom was never asked about the group.
func (g Group) blank() bool { return g.ReadAt == 0 }

// writeGroup stores a group that lockGroup gave, and tells open pages. A sync that runs
// just now counts it as seen: its list may be older than what is written here.
func (m *Mirror) writeGroup(ctx context.Context, tx db.Tx, g Group) error {
	_, err := tx.NewRaw(`UPDATE mirror_group SET name = ?, owner_id = ?, notice = ?, status = ?, members = ?, customers = ?,
			version = ?, created_at = ?, dissolved_at = ?, told_at = ?, read_at = ?, sync_run = `+runningOr+`, updated_at = ?
		WHERE id = ?`,
		g.Name, g.Owner, g.Notice, g.Status, g.Members, g.Customers,
		g.Version, g.CreatedAt, g.DissolvedAt, g.ToldAt, g.ReadAt, g.Corp, g.SyncRun, db.NowMS(m.clock), g.ID).Exec(ctx)
	if err != nil {
		return err
	}
	return m.live.Publish(ctx, tx, g.Corp, topicGroup, g.ID.String())
}

func writeGroupMembers(ctx context.Context, tx db.Tx, rows []*GroupMember) error {
	return inBatches(rows, func(part []*GroupMember) error {
		_, err := tx.NewInsert().Model(&part).ModelTableExpr("mirror_group_member").
			On("CONFLICT (group_id, who) DO UPDATE").
			Set("external = excluded.external, name = excluded.name, unionid = excluded.unionid, join_scene = excluded.join_scene").
			Set("invitor = excluded.invitor, state = excluded.state, joined_at = excluded.joined_at").Exec(ctx)
		return err
	})
}

// countGroup sets the counters from the rows of its people.
func countGroup(ctx context.Context, tx db.Tx, g *Group) error {
	var n struct {
		Members   int `bun:"members"`
		Customers int `bun:"customers"`
	}
	err := tx.NewRaw(`SELECT count(*) AS members, COALESCE(sum(CASE WHEN external THEN 1 ELSE 0 END), 0) AS customers
		FROM mirror_group_member WHERE group_id = ?`, g.ID).Scan(ctx, &n)
	g.Members, g.Customers = n.Members, n.Customers
	return err
}
