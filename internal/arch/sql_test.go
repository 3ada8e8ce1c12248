package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ownSQL are the places that may speak an engine's own language.
var ownSQL = []string{
	"internal/platform/db/engine_sqlite.go", "internal/platform/db/engine_postgres.go",
	"internal/platform/db/dbtest/", // makes and drops databases
	"internal/platform/search/",    // FTS5 and tsvector behind one interface
	"bench/",                       // measures each database by its own means
}

// columnTypes are the types that both engines know and mean the same by.
var columnTypes = []string{"TEXT", "BIGINT", "INTEGER", "DOUBLE PRECISION", "BOOLEAN", "BYTEA"}

// foreignSQL are words of one engine, or words that both know and understand differently.
var foreignSQL = []struct {
	what *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`::`), `"::" is PostgreSQL's: write CAST(… AS …)`},
	{regexp.MustCompile(`(?i)\bILIKE\b`), "ILIKE is PostgreSQL's: write lower(…) LIKE"},
	{regexp.MustCompile(`(?i)\bANY\s*\(`), "ANY( is PostgreSQL's: write IN (?) with bun.List"},
	{
		regexp.MustCompile(`(?i)\b(now|random|datetime|strftime|julianday|unixepoch|to_char|to_timestamp|date_trunc|date_part|extract|age)\s*\(`),
		"moments and chance come from the program, days are integers counted in Go",
	},
	{regexp.MustCompile(`(?i)\bCURRENT_(TIMESTAMP|DATE|TIME)\b`), "moments come from the program"},
	{regexp.MustCompile(`(?i)\b(SMALL|BIG)?SERIAL\b|\bAUTOINCREMENT\b|\bGENERATED\s+(ALWAYS|BY)\b`), "ids come from the program"},
	{regexp.MustCompile(`(?i)\b(greatest|least)\s*\(`), "greatest and least are PostgreSQL's: write CASE"},
	{regexp.MustCompile(`->|#>|@>|<@|\?\?`), "JSON is text that SQL never looks into"},
	{regexp.MustCompile(`(?i)\bjsonb?(_\w+)?\s*\(|\bJSONB?\b`), "JSON is text that SQL never looks into"},
	{
		regexp.MustCompile(`(?i)\b(ifnull|nvl|iif|group_concat|string_agg|array_agg|unnest|generate_series|printf|format|instr|position|concat|concat_ws|left|right|md5|hex|encode|decode|typeof|last_insert_rowid)\s*\(`),
		"a function of one engine",
	},
	{
		regexp.MustCompile(`(?i)\b(PRAGMA|ROWID|MATCH|SIMILAR\s+TO|REGEXP|GLOB|INSERT\s+OR\s+\w+|REPLACE\s+INTO|DISTINCT\s+ON|LATERAL|FOR\s+UPDATE|SKIP\s+LOCKED|COLLATE|TABLESAMPLE|USING\s+(GIN|GIST|BTREE))\b`),
		"one engine's own word",
	},
	{regexp.MustCompile(`\bpg_\w+|\bsqlite_\w+`), "an engine's own table or function"},
	{regexp.MustCompile(`\$\d`), "placeholders are bun's ?"},
	{regexp.MustCompile(`(?i)\bOFFSET\b`), "pages go by key (the last row's sort values), never by OFFSET"},
}

var (
	like      = regexp.MustCompile(`(?i)\bLIKE\b`)
	lowered   = regexp.MustCompile(`(?i)\blower\s*\((?:[^()]|\([^()]*\))*\)\s*(?:NOT\s+)?$`)
	summed    = regexp.MustCompile(`(?i)\b(?:sum|avg)\s*\(`)
	countedUp = regexp.MustCompile(`(?i)^(?:sum)\s*\(\s*CASE\s[^()]*\bTHEN\s+1\s+ELSE\s+0\s+END\s*\)`) // of INTEGER: the same on both
	insideTo  = regexp.MustCompile(`(?i)\bCAST\s*\(\s*(?:coalesce\s*\(\s*)?$`)
	cast      = regexp.MustCompile(`(?i)\bAS\s+([A-Z]+(?:\s+PRECISION)?)\s*\)`)
	castOpen  = regexp.MustCompile(`(?i)\bCAST\s*\(`)
	sortedBy  = regexp.MustCompile(`(?is)\bORDER\s+BY\b(.*?)(?:\bLIMIT\b|\)|$)`)
	forPeople = regexp.MustCompile(`(?i)(?:^|[\s,.(])(name|title|remark|alias|nickname|display_name)\b`)
	quotedSQL = regexp.MustCompile(`'(?:[^']|'')*'`)
	likeSQL   = regexp.MustCompile(`\b(SELECT|INSERT INTO|DELETE FROM|CREATE (UNIQUE )?(TABLE|INDEX)|ON CONFLICT|ORDER BY|GROUP BY|UNION ALL)\b|\bUPDATE [a-z_]+ SET\b|\bWHERE [a-z_(]`)
	tableHead = regexp.MustCompile(`(?i)\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"?([a-z0-9_]+)"?\s*\(`)
	colLine   = regexp.MustCompile(`(?i)^"?([a-z_][a-z0-9_]*)"?\s+([a-z]+(?:\s+PRECISION)?(?:\s*\([^)]*\))?)`)
)

// tableRules begin parts of a CREATE TABLE that are no columns.
var tableRules = []string{"PRIMARY", "UNIQUE", "FOREIGN", "CONSTRAINT", "CHECK"}

// dialect gives what is wrong with one SQL text, in words.
func dialect(text string) []string {
	text = comment.ReplaceAllString(text, "")
	// What a text says inside quotes is data, not SQL.
	text = quotedSQL.ReplaceAllString(text, "''")
	var wrong []string
	for _, b := range foreignSQL {
		if m := b.what.FindString(text); m != "" {
			wrong = append(wrong, fmt.Sprintf("%q: %s", strings.TrimSpace(m), b.why))
		}
	}
	for _, at := range like.FindAllStringIndex(text, -1) {
		if !lowered.MatchString(text[:at[0]]) {
			wrong = append(wrong, "LIKE minds letter case on one engine only: write lower(…) LIKE")
		}
	}
	for _, at := range summed.FindAllStringIndex(text, -1) {
		if !insideTo.MatchString(text[:at[0]]) && !countedUp.MatchString(text[at[0]:]) {
			wrong = append(wrong, "sum and avg of BIGINT are NUMERIC on PostgreSQL: write CAST(sum(…) AS BIGINT)")
		}
	}
	if castOpen.MatchString(text) {
		for _, m := range cast.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(columnTypes, strings.ToUpper(m[1])) {
				wrong = append(wrong, fmt.Sprintf("CAST to %s: the types are %s", m[1], strings.Join(columnTypes, ", ")))
			}
		}
	}
	for _, m := range sortedBy.FindAllStringSubmatch(text, -1) {
		if n := forPeople.FindStringSubmatch(m[1]); n != nil {
			wrong = append(wrong, fmt.Sprintf("ORDER BY %s: databases sort people's words differently; sort by time, id or a stored key", n[1]))
		}
	}
	return append(wrong, columns(text)...)
}

// columns checks the types in CREATE TABLE.
func columns(text string) []string {
	var wrong []string
	for _, at := range tableHead.FindAllStringSubmatchIndex(text, -1) {
		table := text[at[2]:at[3]]
		for _, part := range parts(text[at[1]:]) {
			first, _, _ := strings.Cut(part, " ")
			if slices.Contains(tableRules, strings.ToUpper(strings.TrimSuffix(first, "("))) {
				continue
			}
			m := colLine.FindStringSubmatch(part)
			if len(m) < 3 || !slices.Contains(columnTypes, strings.ToUpper(strings.Join(strings.Fields(m[2]), " "))) {
				wrong = append(wrong, fmt.Sprintf("table %s, %q: the types are %s", table, part, strings.Join(columnTypes, ", ")))
			}
		}
	}
	return wrong
}

// parts splits what follows an opening bracket at its commas, up to the closing one.
func parts(text string) []string {
	var all []string
	depth, from := 0, 0
	for i, r := range text {
		switch {
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case r == ')':
			return append(all, strings.Join(strings.Fields(text[from:i]), " "))
		case r == ',' && depth == 0:
			all = append(all, strings.Join(strings.Fields(text[from:i]), " "))
			from = i + 1
		}
	}
	return all
}

// speakers are methods whose first argument is SQL, also when it is too short to look
// like it.
var speakers = []string{"NewRaw", "SafeQuery", "Where", "WhereOr", "OrderExpr", "ColumnExpr", "TableExpr", "Having", "GroupExpr", "Join", "JoinOn", "Set"}

// sqlTexts checks every SQL file and every SQL text in Go code.
func sqlTexts(tree fs.FS) ([]string, error) {
	var findings []string
	exempt := func(name string) bool {
		return slices.ContainsFunc(ownSQL, func(p string) bool { return strings.HasPrefix(name, p) })
	}
	err := files(tree, func(name string) bool { return isMigration(name) && !exempt(name) }, func(name string) error {
		text, err := fs.ReadFile(tree, name)
		for _, w := range dialect(string(text)) {
			findings = append(findings, name+": "+w)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	parsed, err := goFiles(tree)
	if err != nil {
		return nil, err
	}
	constants := constantsOf(parsed)
	for _, file := range parsed {
		speaks := importsPath(file, "github.com/uptrace/bun") || importsPath(file, module+"/internal/platform/db")
		if file.Test || exempt(file.Name) || !speaks {
			continue // tests may look behind the curtain; without bun and db there is no SQL
		}
		seen, judged := map[token.Pos]bool{}, map[token.Pos]bool{}
		ast.Inspect(file.File, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.BinaryExpr:
				if n.Op == token.ADD && !seen[n.Pos()] { // the outermost sum begins where its parts do
					seen[n.Pos()] = true
					findings = append(findings, summedText(file, n, constants[file.Dir])...)
				}
			case *ast.CallExpr:
				findings = append(findings, formatted(file, n)...)
				if text, at := spoken(n); at != nil && !judged[at.Pos()] {
					judged[at.Pos()] = true
					findings = append(findings, placed(file, at, dialect(text))...)
				}
			case *ast.BasicLit:
				if text, ok := literal(n); ok && likeSQL.MatchString(text) && !judged[n.Pos()] {
					judged[n.Pos()] = true
					findings = append(findings, placed(file, n, dialect(text))...)
				}
			}
			return true
		})
	}
	return findings, nil
}

func placed(file goFile, at ast.Node, wrong []string) []string {
	out := make([]string, len(wrong))
	for i, w := range wrong {
		out[i] = file.Place(at) + ": " + w
	}
	return out
}

func literal(n ast.Node) (string, bool) {
	l, ok := n.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

// spoken is the SQL text that a call begins with, if it is one.
func spoken(call *ast.CallExpr) (string, ast.Node) {
	s, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains(speakers, s.Sel.Name) || len(call.Args) == 0 {
		return "", nil
	}
	if pkg, ok := s.X.(*ast.Ident); ok && (pkg.Name == "strings" || pkg.Name == "errors" || pkg.Name == "path" || pkg.Name == "filepath") {
		return "", nil // strings.Join
	}
	text, ok := literal(call.Args[0])
	if !ok {
		return "", nil
	}
	return text, call.Args[0]
}

// formatted finds SQL made by Sprintf: values belong in arguments, optional parts in
// bun's builder.
func formatted(file goFile, call *ast.CallExpr) []string {
	s, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains([]string{"Sprintf", "Fprintf", "Appendf"}, s.Sel.Name) {
		return nil
	}
	for _, a := range call.Args {
		if text, ok := literal(a); ok && likeSQL.MatchString(text) {
			return []string{file.Place(a) + ": SQL put together by " + s.Sel.Name + ": give values as arguments and optional parts through bun's builder"}
		}
	}
	return nil
}

// summedText finds a SQL text with something added that is not constant. A condition
// that travels with its arguments, as viewer.Condition does, may be: its field is SQL.
func summedText(file goFile, sum *ast.BinaryExpr, constants map[string]bool) []string {
	isSQL, loose := false, ""
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		switch x := e.(type) {
		case *ast.BinaryExpr:
			walk(x.X)
			walk(x.Y)
		case *ast.BasicLit:
			text, ok := literal(x)
			isSQL = isSQL || ok && likeSQL.MatchString(text)
		case *ast.Ident:
			if !constants[x.Name] {
				loose = x.Name
			}
		case *ast.SelectorExpr:
			if x.Sel.Name != "SQL" {
				loose = x.Sel.Name
			}
		default:
			loose = "an expression"
		}
	}
	walk(sum)
	if !isSQL || loose == "" {
		return nil
	}
	return []string{file.Place(sum) + ": SQL with " + loose + " added: only constants may be; optional parts go through bun's builder"}
}

// constantsOf gives the names of each folder's constants.
func constantsOf(parsed []goFile) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for _, file := range parsed {
		if all[file.Dir] == nil {
			all[file.Dir] = map[string]bool{}
		}
		ast.Inspect(file.File, func(node ast.Node) bool {
			if d, ok := node.(*ast.GenDecl); ok && d.Tok == token.CONST {
				for _, spec := range d.Specs {
					for _, name := range spec.(*ast.ValueSpec).Names {
						all[file.Dir][name.Name] = true
					}
				}
			}
			return true
		})
	}
	return all
}

func importsPath(file goFile, path string) bool {
	return slices.ContainsFunc(file.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == strconv.Quote(path) })
}

func TestSQLIsOneTextForBothEngines(t *testing.T) {
	holds(t, sqlTexts)

	query := func(sql string) string {
		return "package p\nimport _ \"github.com/uptrace/bun\"\nconst cols = `id`\nvar q = `" + sql + "`\n"
	}
	catches(t, sqlTexts, map[string]string{
		"internal/a/migrations/1.sql": "CREATE TABLE a_b (id BIGINT PRIMARY KEY, d DOUBLE PRECISION NOT NULL, t TEXT DEFAULT 'now()', PRIMARY KEY (id, t)); -- SERIAL",
		"internal/a/a.go": query("SELECT CAST(coalesce(sum(n), 0) AS BIGINT), sum(CASE WHEN n > 1 THEN 1 ELSE 0 END) FROM a_b WHERE lower(t) LIKE ? AND (d, id) < (?, ?) AND t <> '::' ORDER BY d, id LIMIT ?") +
			"var r = `SELECT ` + cols + ` FROM a_b WHERE ` + scope.SQL\n",
		"internal/a/prose.go":                   "package p\nconst s = `ORDER BY name OFFSET 5`\n", // no database in this file
		"internal/platform/search/own.go":       query("SELECT to_tsvector('simple', ?)::text FROM a_b"),
		"internal/a/a_test.go":                  query("SELECT now() FROM a_b"),
		"internal/platform/db/engine_sqlite.go": query("SELECT 1 FROM a_b OFFSET 1"),
	})
	for name, c := range map[string]struct{ file, text, want string }{
		"type":        {"internal/a/migrations/1.sql", "CREATE TABLE a_b (id BIGINT, n VARCHAR(20))", `table a_b, "n VARCHAR(20)"`},
		"serial":      {"internal/a/migrations/1.sql", "CREATE TABLE a_b (id BIGINT GENERATED ALWAYS AS IDENTITY)", `ids come`},
		"cast":        {"internal/a/a.go", query("SELECT CAST(a AS INT) FROM a_b"), "CAST to INT"},
		"colons":      {"internal/a/a.go", query("SELECT a::text FROM a_b"), `"::"`},
		"ilike":       {"internal/a/a.go", query("SELECT a FROM a_b WHERE lower(a) ILIKE ?"), "ILIKE"},
		"like":        {"internal/a/a.go", query("SELECT a FROM a_b WHERE a LIKE ?"), "LIKE minds"},
		"any":         {"internal/a/a.go", query("SELECT a FROM a_b WHERE a = ANY(?)"), "ANY("},
		"now":         {"internal/a/a.go", query("DELETE FROM a_b WHERE a < now()"), "now("},
		"greatest":    {"internal/a/a.go", query("SELECT greatest(a, b) FROM a_b"), "greatest"},
		"json":        {"internal/a/a.go", query("SELECT a->>'k' FROM a_b"), "JSON"},
		"sum":         {"internal/a/a.go", query("SELECT sum(a) FROM a_b"), "CAST(sum"},
		"offset":      {"internal/a/a.go", query("SELECT a FROM a_b LIMIT 5 OFFSET 5"), "OFFSET"},
		"dollar":      {"internal/a/a.go", query("SELECT a FROM a_b WHERE a = $1"), "placeholders"},
		"sorted":      {"internal/a/a.go", query("SELECT a FROM a_b ORDER BY b.name"), "ORDER BY name"},
		"added":       {"internal/a/a.go", query("SELECT 1") + "var x = `SELECT a FROM a_b WHERE ` + q", "SQL with q added"},
		"formatted":   {"internal/a/a.go", query("SELECT 1") + "var x = fmt.Sprintf(`SELECT %s FROM a_b`, q)", "put together by Sprintf"},
		"spoken":      {"internal/a/a.go", query("SELECT 1") + "var x = s.Where(`name LIKE ?`, q)", "LIKE minds"},
		"engine word": {"internal/a/a.go", query("SELECT a FROM a_b FOR UPDATE"), "own word"},
	} {
		t.Run(name, func(t *testing.T) { catches(t, sqlTexts, map[string]string{c.file: c.text}, c.want) })
	}
}
