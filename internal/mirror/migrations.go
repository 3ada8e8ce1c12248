package mirror

import (
	"embed"
	"io/fs"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the mirror's tables.
func Migrations() db.Migrations {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Set: "mirror", FS: files}
}
