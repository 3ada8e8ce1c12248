package mirror

import (
	"embed"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the mirror's tables.
func Migrations() db.Migrations {
	return db.Migrations{Set: "mirror", FS: db.Folder(migrationFiles, "migrations")}
}
