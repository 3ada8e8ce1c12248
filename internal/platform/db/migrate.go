package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migrations is one owner's set of SQL files, applied in the order of the numbers that
// begin their names. Files are only ever added.
type Migrations struct {
	// Set names the owner: "job", "mirror", a feature's slug. Lower-case letters.
	Set string
	// FS holds the *.sql files in goose's form, in its root.
	FS fs.FS
}

// Folder is one folder of the files that a program carries; one that is not there is a
// mistake of whoever built it.
func Folder(files embed.FS, name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // only a name that is no path
	}
	return sub
}

type migrator struct {
	dialect goose.Dialect
	lock    lock.SessionLocker // nil where one process is alone
}

// Migrate applies what is missing of each set, in the order given; each file is one
// transaction. Several processes may call it at once: one works, the others wait and
// then find nothing to do.
func (d *DB) Migrate(ctx context.Context, sets ...Migrations) error {
	for _, s := range sets {
		p, err := d.provider(s)
		if err != nil {
			return err
		}
		if p == nil {
			continue
		}
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("db: migrate %s: %w", s.Set, err)
		}
	}
	return nil
}

// Pending lists what Migrate would apply, as "set/file".
func (d *DB) Pending(ctx context.Context, sets ...Migrations) ([]string, error) {
	var pending []string
	for _, s := range sets {
		p, err := d.provider(s)
		if err != nil {
			return nil, err
		}
		if p == nil {
			continue
		}
		status, err := p.Status(ctx)
		if err != nil {
			return nil, fmt.Errorf("db: migrations of %s: %w", s.Set, err)
		}
		for _, m := range status {
			if m.State == goose.StatePending {
				pending = append(pending, s.Set+"/"+path.Base(m.Source.Path))
			}
		}
	}
	return pending, nil
}

// provider is nil for a set without files.
func (d *DB) provider(s Migrations) (*goose.Provider, error) {
	for _, r := range s.Set {
		if r < 'a' || r > 'z' {
			return nil, fmt.Errorf("db: migration set %q: want lower-case letters", s.Set)
		}
	}
	m, err := d.engine.migrator()
	if err != nil {
		return nil, fmt.Errorf("db: migrations of %s: %w", s.Set, err)
	}
	opts := []goose.ProviderOption{
		goose.WithTableName("migration_" + s.Set),
		goose.WithDisableGlobalRegistry(true),
		// Two branches may each add a file; the one merged last can carry the earlier number.
		goose.WithAllowOutofOrder(true),
	}
	if m.lock != nil {
		opts = append(opts, goose.WithSessionLocker(m.lock))
	}
	p, err := goose.NewProvider(m.dialect, d.write.DB, s.FS, opts...)
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("db: migrations of %s: %w", s.Set, err)
	}
	return p, nil
}
