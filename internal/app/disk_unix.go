//go:build unix

package app

import "syscall"

// freeSpace is how many bytes the program may still write into a folder.
func freeSpace(folder string) (uint64, bool) {
	var s syscall.Statfs_t
	if syscall.Statfs(folder, &s) != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}
