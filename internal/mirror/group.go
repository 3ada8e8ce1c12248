package mirror

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Group is a customer group (客户群). Dissolved ones keep their row and the people who
// were in them.
type Group struct {
	ID          id.ID  `bun:"id" json:"id"`
	Corp        string `bun:"corp_id" json:"-"`
	Chat        string `bun:"chat" json:"chat"` // chat_id
	Name        string `bun:"name" json:"name"` // may be ""
	Owner       string `bun:"owner_id" json:"owner"`
	Notice      string `bun:"notice" json:"notice"`
	Status      int    `bun:"status" json:"status"`       // wecom.GroupNormal …
	Members     int    `bun:"members" json:"members"`     // people in all
	Customers   int    `bun:"customers" json:"customers"` // outsiders among them
	Version     string `bun:"version" json:"-"`           // member_version
	CreatedAt   int64  `bun:"created_at" json:"createdAt"`
	DissolvedAt int64  `bun:"dissolved_at" json:"dissolvedAt"` // unix ms, 0 while it stands
	ToldAt      int64  `bun:"told_at" json:"-"`
	ReadAt      int64  `bun:"read_at" json:"-"`
	SyncRun     id.ID  `bun:"sync_run" json:"-"`
	UpdatedAt   int64  `bun:"updated_at" json:"-"`
}

// GroupMember is one person in a group.
type GroupMember struct {
	Corp      string `bun:"corp_id" json:"-"`
	Group     id.ID  `bun:"group_id" json:"-"`
	Who       string `bun:"who" json:"who"`           // userid or external_userid
	External  bool   `bun:"external" json:"external"` // an outsider, customer or not
	Name      string `bun:"name" json:"name"`
	UnionID   string `bun:"unionid" json:"unionid,omitempty"`
	JoinScene int    `bun:"join_scene" json:"joinScene"` // wecom.JoinInvited …
	Invitor   string `bun:"invitor" json:"invitor,omitempty"`
	State     string `bun:"state" json:"state,omitempty"` // of the join way (群活码)
	JoinedAt  int64  `bun:"joined_at" json:"joinedAt"`    // unix ms
}

const groupColumns = `id, corp_id, chat, name, owner_id, notice, status, members, customers, version,
	created_at, dissolved_at, told_at, read_at, sync_run, updated_at`

const groupMemberColumns = `corp_id, group_id, who, external, name, unionid, join_scene, invitor, state, joined_at`

// GroupByChat finds a group by chat_id.
func GroupByChat(ctx context.Context, q db.Querier, corp, chat string) (Group, error) {
	var g Group
	err := q.NewRaw(`SELECT `+groupColumns+` FROM mirror_group WHERE corp_id = ? AND chat = ?`, corp, chat).Scan(ctx, &g)
	if db.NoRows(err) {
		return g, fault.Missing("客户群")
	}
	return g, err
}

// GroupsByChat finds many groups in one query, keyed by chat_id.
func GroupsByChat(ctx context.Context, q db.Querier, corp string, chats []string) (map[string]Group, error) {
	found := make(map[string]Group, len(chats))
	return found, inBatches(chats, func(part []string) error {
		var rows []Group
		err := q.NewRaw(`SELECT `+groupColumns+` FROM mirror_group WHERE corp_id = ? AND chat IN (?)`,
			corp, bun.List(part)).Scan(ctx, &rows)
		for _, g := range rows {
			found[g.Chat] = g
		}
		return err
	})
}

// GroupMembers lists the people in a group, those who joined first coming first.
func GroupMembers(ctx context.Context, q db.Querier, corp string, group id.ID) ([]GroupMember, error) {
	var rows []GroupMember
	err := q.NewRaw(`SELECT `+groupMemberColumns+` FROM mirror_group_member WHERE corp_id = ? AND group_id = ?
		ORDER BY joined_at, who`, corp, group).Scan(ctx, &rows)
	return rows, err
}

// GroupsWith lists the standing groups that somebody (userid or external_userid) is in,
// newest first.
func GroupsWith(ctx context.Context, q db.Querier, corp, who string) ([]Group, error) {
	var rows []Group
	err := q.NewRaw(`SELECT `+groupColumns+` FROM mirror_group WHERE dissolved_at = 0 AND `+thisCorp+`
		AND id IN (SELECT group_id FROM mirror_group_member WHERE corp_id = ? AND who = ?)
		ORDER BY created_at DESC, id DESC`, corp, corp, who).Scan(ctx, &rows)
	return rows, err
}
