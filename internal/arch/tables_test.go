package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const mirrorDir = "internal/mirror"

// sharedTables says who may read (never write) whose tables beside his own: the mirror is
// everybody's, and the scope of a viewer is a condition on it.
var sharedTables = map[string][]string{
	mirrorDir: {"internal/feature/*", "internal/notice", "internal/saved", "internal/viewer", "internal/ask"},
}

var (
	created  = regexp.MustCompile(`(?i)\b(?:CREATE\s+(?:VIRTUAL\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?|RENAME\s+TO\s+)"?([a-z0-9_]+)`)
	indexed  = regexp.MustCompile(`(?i)\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?"?([a-z0-9_]+)"?\s+ON\s+"?([a-z0-9_]+)`)
	refersTo = regexp.MustCompile(`(?i)\bREFERENCES\s+"?([a-z0-9_]+)`)
	// SQL keywords are written in capitals here, which tells them from prose.
	read    = regexp.MustCompile(`\b(?:FROM|JOIN)\s+"?([a-z0-9_]+)`)
	written = regexp.MustCompile(`(?:\bINTO|\bUPDATE|\bDELETE\s+FROM|\bTABLE)\s+"?([a-z0-9_]+)`)
	word    = regexp.MustCompile(`[a-z0-9]+(?:_[a-z0-9]+)+`)
	comment = regexp.MustCompile(`--[^\n]*`)
)

// owner is the folder of the package that a migration lies in.
func owner(migration string) string { return path.Dir(path.Dir(migration)) }

// prefix is what the names of a package's tables begin with: its slug.
func prefix(dir string) string { return path.Base(dir) + "_" }

func isMigration(name string) bool {
	return strings.HasSuffix(name, ".sql") && path.Base(path.Dir(name)) == "migrations"
}

// tableOwners checks the names in migrations and returns who owns which table.
func tableOwners(tree fs.FS) (owners map[string]string, findings []string, err error) {
	owners = map[string]string{}
	texts := map[string]string{}
	var order []string
	err = files(tree, isMigration, func(name string) error {
		text, err := fs.ReadFile(tree, name)
		order = append(order, name)
		texts[name] = comment.ReplaceAllString(string(text), "")
		for _, m := range created.FindAllStringSubmatch(texts[name], -1) {
			table, dir := m[1], owner(name)
			if first, taken := owners[table]; taken && first != dir {
				findings = append(findings, fmt.Sprintf("%s: table %s belongs to %s already", name, table, first))
			}
			owners[table] = dir
			if !strings.HasPrefix(table, prefix(dir)) {
				findings = append(findings, fmt.Sprintf("%s: table %s must begin with %s: one slug names everything of a package", name, table, prefix(dir)))
			}
		}
		return err
	})
	for _, name := range order {
		for _, m := range indexed.FindAllStringSubmatch(texts[name], -1) {
			if !strings.HasPrefix(m[1], prefix(owner(name))) {
				findings = append(findings, fmt.Sprintf("%s: index %s must begin with %s: SQLite has one name space for all of them", name, m[1], prefix(owner(name))))
			}
			if owners[m[2]] != owner(name) {
				findings = append(findings, fmt.Sprintf("%s: index %s is on %s, which is not %s's", name, m[1], m[2], owner(name)))
			}
		}
		for _, m := range refersTo.FindAllStringSubmatch(texts[name], -1) {
			if to := owners[m[1]]; to != owner(name) && to != mirrorDir {
				findings = append(findings, fmt.Sprintf("%s: a foreign key to %s: only inside a package or to the mirror", name, m[1]))
			}
		}
	}
	return owners, findings, err
}

// tables checks that a package's SQL names its own tables only, and those it may read.
func tables(tree fs.FS) ([]string, error) {
	owners, findings, err := tableOwners(tree)
	if err != nil {
		return nil, err
	}
	parsed, err := goFiles(tree)
	if err != nil {
		return nil, err
	}
	for _, file := range parsed {
		if file.Test || !strings.HasPrefix(file.Dir, "internal/") {
			continue // a test may look behind the curtain
		}
		ast.Inspect(file.File, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				return true
			}
			for _, breach := range foreignTables(file.Dir, text, owners) {
				findings = append(findings, file.Place(literal)+": "+breach)
			}
			return true
		})
	}
	return findings, nil
}

// foreignTables finds tables in a text that the package may not name, or not write.
func foreignTables(dir, text string, owners map[string]string) []string {
	var breaches []string
	named, changed := map[string]bool{}, map[string]bool{}
	for _, m := range written.FindAllStringSubmatch(text, -1) {
		changed[m[1]], named[m[1]] = true, true
	}
	for _, m := range read.FindAllStringSubmatch(text, -1) {
		named[m[1]] = true
	}
	// Also where no keyword stands before it: in a list after FROM, in a bun tag.
	for _, w := range word.FindAllString(text, -1) {
		named[w] = true
	}
	for _, table := range sorted(named) {
		of, known := owners[table]
		switch {
		case !known || of == dir || strings.HasPrefix(dir, of+"/"):
		case !underAny(dir, sharedTables[of]):
			breaches = append(breaches, fmt.Sprintf("%s names table %s of %s: ask or listen instead", dir, table, of))
		case changed[table]:
			breaches = append(breaches, fmt.Sprintf("%s writes table %s: only %s writes it", dir, table, of))
		}
	}
	return breaches
}

func TestTables(t *testing.T) {
	holds(t, tables)

	migrations := map[string]string{
		"internal/mirror/migrations/1.sql":        "CREATE TABLE mirror_customer (id TEXT);\nCREATE INDEX mirror_customer_id ON mirror_customer (id);",
		"internal/feature/churn/migrations/1.sql": "CREATE TABLE churn_record (id BIGINT, c TEXT REFERENCES mirror_customer (id)); -- CREATE TABLE other",
	}
	with := func(more map[string]string) map[string]string {
		maps.Copy(more, migrations)
		return more
	}
	query := func(pkg, sql string) string { return "package " + pkg + "\nconst q = `" + sql + "`\n" }

	t.Run("own tables and reading the mirror", func(t *testing.T) {
		catches(t, tables, with(map[string]string{
			"internal/feature/churn/store.go": query("churn", "WITH mine AS (SELECT 1) INSERT INTO churn_record SELECT * FROM mine JOIN mirror_customer ON true"),
		}))
	})
	t.Run("a neighbour's table", func(t *testing.T) {
		catches(t, tables, with(map[string]string{
			"internal/feature/stage/store.go": query("stage", "SELECT * FROM mirror_customer AS c, churn_record AS r"),
			"internal/mirror/store.go":        query("mirror", "bun:\"table:churn_record\""),
		}),
			"stage/store.go:2: internal/feature/stage names table churn_record of internal/feature/churn",
			"internal/mirror names table churn_record",
		)
	})
	t.Run("writing the mirror", func(t *testing.T) {
		catches(t, tables, with(map[string]string{
			"internal/feature/churn/store.go": query("churn", "UPDATE mirror_customer SET id = ?"),
			"internal/mirror/store.go":        query("mirror", "DELETE FROM mirror_customer"),
		}), "internal/feature/churn writes table mirror_customer: only internal/mirror writes it")
	})
	t.Run("a table that is renamed", func(t *testing.T) {
		catches(t, tables, with(map[string]string{
			"internal/feature/churn/migrations/2.sql": "ALTER TABLE churn_record RENAME TO churn_ending;\nCREATE INDEX churn_ending_id ON churn_ending (id);",
			"internal/feature/stage/migrations/1.sql": "CREATE TABLE stage_step (a BIGINT);\nALTER TABLE stage_step RENAME TO steps;",
		}), "table steps must begin with stage_")
	})
	t.Run("names in migrations", func(t *testing.T) {
		catches(t, tables, with(map[string]string{
			"internal/feature/stage/migrations/1.sql": "CREATE TABLE steps (a BIGINT REFERENCES churn_record (id));\nCREATE INDEX stage_i ON churn_record (id);\nCREATE UNIQUE INDEX i ON steps (a);",
		}),
			"table steps must begin with stage_",
			"index stage_i is on churn_record, which is not internal/feature/stage's",
			"index i must begin with stage_",
			"a foreign key to churn_record",
		)
	})
}
