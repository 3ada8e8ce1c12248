package mirror

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// Department is a department (部门) of the contact book; the root has id 1.
type Department struct {
	Corp     string `bun:"corp_id" json:"-"`
	ID       int64  `bun:"id" json:"id"`
	Parent   int64  `bun:"parent_id" json:"parent"`
	Name     string `bun:"name" json:"name"`
	Position int64  `bun:"position" json:"-"` // WeCom's order: larger first
}

// Departments lists the corp's departments in WeCom's order: siblings by falling order,
// then id. There are at most 30 000.
func Departments(ctx context.Context, q db.Querier, corp string) ([]Department, error) {
	var rows []Department
	err := q.NewRaw(`SELECT corp_id, id, parent_id, name, position FROM mirror_department
		WHERE corp_id = ? ORDER BY parent_id, position DESC, id`, corp).Scan(ctx, &rows)
	return rows, err
}
