package db

// KeepLogUnder has SQLite's log begin anew at another size than walMost.
func KeepLogUnder(d *DB, most int64) {
	w := d.engine.(*sqliteEngine).wal
	w.most, w.next = most, most
}
