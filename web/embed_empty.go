package web

import "io/fs"

// empty is a file system without files.
type empty struct{}

// Open implements fs.FS: nothing is there.
func (empty) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
