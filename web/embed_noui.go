//go:build !ui

package web

import "io/fs"

func dist() (fs.FS, bool) { return empty{}, false }
