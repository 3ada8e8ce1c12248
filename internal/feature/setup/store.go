package setup

import (
	"context"
	"encoding/json"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Change is one line of the history: who set what, from what to what.
type Change struct {
	ID     id.ID  `bun:"id" json:"id"`
	Corp   string `bun:"corp_id" json:"-"`
	At     int64  `bun:"at" json:"at" doc:"unix ms"`
	Actor  string `bun:"actor" json:"-"`
	Name   string `bun:"name" json:"name" doc:"who"`
	Field  string `bun:"field" json:"field" enum:"created,name,timeZone,status,quota,fileQuota,agentId,secret,callback,file,archive"`
	Before string `bun:"before" json:"before" doc:"of a secret only whether it was set"`
	After  string `bun:"after" json:"after"`
}

// remember writes the changes that are any.
func (s *service) remember(ctx context.Context, tx db.Tx, v viewer.Viewer, corp string, changes ...Change) error {
	for _, c := range changes {
		if c.Before == c.After && c.Field != "secret" && c.Field != "callback" {
			continue
		}
		_, err := tx.NewRaw(`INSERT INTO setup_change (id, corp_id, at, actor, name, field, before, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			s.deps.IDs.New(), corp, db.NowMS(s.deps.Clock), v.Actor(), db.Clean(v.Name), c.Field, c.Before, c.After).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

type changesInput struct{ web.Paging }

// Changes lists the history of the viewer's corp, the newest first.
func (s *service) Changes(ctx context.Context, in *changesInput) (*web.Page[Change], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, paged, err := web.DecodeCursor[id.ID](in.After)
	if err != nil {
		return nil, err
	}
	query := s.deps.DB.Read().NewSelect().TableExpr("setup_change").
		Column("id", "corp_id", "at", "actor", "name", "field", "before", "after").Where("corp_id = ?", v.Corp)
	if paged {
		query = query.Where("id < ?", after)
	}
	var rows []Change
	if err := query.OrderExpr("id DESC").Limit(int64(in.Limit)+1).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(c Change) id.ID { return c.ID })
	return &page, nil
}

func reportOf(ctx context.Context, q db.Querier, corp string) (Report, error) {
	var row struct {
		At       int64  `bun:"at"`
		Findings string `bun:"findings"`
	}
	err := q.NewRaw(`SELECT at, findings FROM setup_health WHERE corp_id = ?`, corp).Scan(ctx, &row)
	if db.NoRows(err) {
		return Report{}, nil
	}
	r := Report{At: row.At}
	if err == nil {
		err = json.Unmarshal([]byte(row.Findings), &r.Findings)
	}
	return r, err
}

// putReport keeps an examination, unless one that began later is there.
func putReport(ctx context.Context, tx db.Tx, corp string, r Report) error {
	text, err := json.Marshal(r.Findings)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO setup_health (corp_id, at, findings) VALUES (?, ?, ?)
		ON CONFLICT (corp_id) DO UPDATE SET at = excluded.at, findings = excluded.findings WHERE setup_health.at <= excluded.at`, corp, r.At, string(text)).Exec(ctx)
	return err
}
