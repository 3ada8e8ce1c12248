//go:build ui

package web

import (
	"embed"
	"io/fs"
)

// The folder is taken whole ("all:") because the bundler may emit names that
// begin with an underscore, which a plain pattern would leave out.
//
//go:embed all:dist
var built embed.FS

func dist() (fs.FS, bool) {
	sub, err := fs.Sub(built, "dist")
	if err != nil {
		return empty{}, false
	}
	if _, err := fs.Stat(sub, "admin.html"); err != nil {
		return empty{}, false
	}
	return sub, true
}
