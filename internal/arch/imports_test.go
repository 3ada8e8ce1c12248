package arch

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// row says what the packages that match a pattern may import of our own module. The
// first row that matches counts.
type row struct {
	packages string
	may      []string
	why      string
}

// platformOrder is the order of the technology, from the lowest up: a package may import
// those before it.
var platformOrder = []string{
	"clock", "id", "fault", "secret", "config", "metrics", "db", "outgoing", "certificate", "blob", "search", "job", "bus", "web", "live", "kept", "sheet",
}

// importTable is the table "The rules of dependency" of docs/ARCHITECTURE.md.
func importTable() []row {
	var table []row
	for i, name := range platformOrder {
		may := []string{"internal/platform/" + name + "/..."}
		for _, lower := range platformOrder[:i] {
			may = append(may, "internal/platform/"+lower+"/...")
		}
		if name == "bus" {
			// The one word that the bus must know: what an event is.
			may = append(may, "internal/event")
		}
		table = append(table, row{
			"internal/platform/" + name + "/...", may,
			"technology knows no business, and only what lies lower: " + strings.Join(platformOrder, " → "),
		})
	}
	const platform, sdk = "internal/platform/...", "wecom/..."
	vocabulary := []string{platform, "internal/event", "internal/ask", "internal/message", "internal/viewer", sdk}
	below := func(more ...string) []string { return append(slices.Clone(vocabulary), more...) }
	return append(table, []row{
		{"wecom/...", []string{sdk}, "others can use the SDK and its simulator; they cannot learn our words"},
		{"wechat/...", []string{"wechat/..."}, "others can use it; it cannot learn our words"},
		{"internal/event", []string{"internal/platform/id"}, "a vocabulary must not drag anything along"},
		{
			"internal/ask",
			[]string{"internal/event", "internal/message", "internal/viewer", "internal/platform/id", "internal/platform/db", "internal/platform/fault"},
			"a question carries who asks and perhaps a transaction, an answer is a message or a condition on customers, which may be wrong",
		},
		{
			"internal/message",
			[]string{platform, "internal/corp", "internal/viewer", sdk},
			"content and its way to WeCom, whoever sends it: it needs the corp's client, never a feature's words",
		},
		{"internal/viewer", []string{platform, sdk}, "who looks is the same question for every feature"},
		{"internal/corp/...", []string{platform, sdk}, "corps and their keys are known before anything that they have"},
		{"internal/mirror/...", below("internal/corp"), "what WeCom knows does not depend on what we add to it"},
		{"internal/notice", below("internal/corp", "internal/mirror"), "what members are told and how, whoever tells it: never a feature's words"},
		{"internal/saved", []string{platform, "internal/mirror", "internal/viewer"}, "what people save under a name, of whichever feature: never its words"},
		{
			"internal/feature", below("internal/corp", "internal/mirror", "internal/notice", "internal/saved"),
			"the contract names what features are handed, and none of them",
		},
		{
			"internal/feature/*", below("internal/corp", "internal/mirror", "internal/notice", "internal/saved", "internal/feature"),
			"features never import each other: they share the mirror, news (event) and questions (ask)",
		},
		{"internal/product", []string{"internal/feature", "internal/feature/*"}, "the list of features, and nothing but the list"},
		{
			"internal/app/...", below("internal/corp", "internal/mirror", "internal/notice", "internal/saved", "internal/feature", "web"),
			"the list of features is handed in, so that a test can hand in one",
		},
		{
			"internal/apptest/...", below("internal/corp", "internal/mirror", "internal/notice", "internal/feature", "internal/app", "web"),
			"boots the real program for tests with the features it is given",
		},
		{"internal/arch", nil, "the rules read source; they run none of it"},
		{"web", nil, "only carries the built pages"},
		{
			"cmd/queqiao", below("internal/corp", "internal/mirror", "internal/feature", "internal/app", "internal/product", "web"),
			"the program joins the app, the list of features and, for demo and simulate, the simulator",
		},
		{"bench/...", []string{"..."}, "measures the product from outside, in a module of its own"},
	}...)
}

// guarded are packages that only some may import. Tests always may.
var guarded = []struct {
	packages string
	importer []string
	why      string
}{
	{
		"wecom/wecomsim/...",
		[]string{"wecom/wecomsim/...", "internal/apptest/...", "cmd/queqiao", "bench/..."},
		"the product must not know that its WeCom is played",
	},
	{"internal/apptest/...", []string{"internal/apptest/...", "bench/..."}, "it is for tests"},
	{"internal/platform/db/dbtest", []string{"internal/apptest/...", "bench/..."}, "it is for tests"},
}

// testsMayAlso are the packages that an external test package of the first pattern may
// import beyond its package's own row: they boot the program that contains them.
var testsMayAlso = []row{
	{"internal/feature/*", []string{"internal/feature/*", "internal/product", "internal/app"}, ""},
	{"internal/app/...", []string{"internal/feature/*", "internal/product"}, ""},
	{"internal/product", []string{"internal/app", "internal/ask", "internal/corp", "internal/platform/...", "internal/viewer"}, ""},
	{"internal/apptest/...", []string{"internal/feature/*", "internal/product"}, ""},
}

// imports checks the table, with tests held to the row of their package too.
func imports(tree fs.FS) ([]string, error) {
	parsed, err := goFiles(tree)
	if err != nil {
		return nil, err
	}
	table := importTable()
	var findings []string
	unlisted := map[string]bool{}
	for _, file := range parsed {
		at := slices.IndexFunc(table, func(r row) bool { return under(file.Dir, r.packages) })
		if at < 0 {
			if !unlisted[file.Dir] {
				unlisted[file.Dir] = true
				findings = append(findings, file.Dir+" has no row in the import table (internal/arch/imports_test.go): decide what it may know")
			}
			continue
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, err
			}
			target, ours := strings.CutPrefix(imported, module+"/")
			if !ours {
				continue
			}
			if why := refused(file, target, table[at]); why != "" {
				findings = append(findings, fmt.Sprintf("%s: %s imports %s: %s", file.Place(spec), file.Dir, target, why))
			}
		}
	}
	return findings, nil
}

// refused is the reason why a file may not import a package, "" when it may.
func refused(file goFile, target string, own row) string {
	if file.External() && target == file.Dir {
		return ""
	}
	for _, g := range guarded {
		if !under(target, g.packages) {
			continue
		}
		if file.Test || underAny(file.Dir, g.importer) {
			return ""
		}
		return g.why
	}
	if underAny(target, own.may) {
		return ""
	}
	if file.External() && slices.ContainsFunc(testsMayAlso, func(r row) bool {
		return under(file.Dir, r.packages) && underAny(target, r.may)
	}) {
		return ""
	}
	return own.why
}

func TestImports(t *testing.T) {
	holds(t, imports)

	source := func(pkg string, imported ...string) string {
		text := "package " + pkg + "\n"
		for _, i := range imported {
			text += fmt.Sprintf("import _ %q\n", module+"/"+i)
		}
		return text
	}
	t.Run("a feature may not import a neighbour", func(t *testing.T) {
		catches(t, imports, map[string]string{
			"internal/feature/churn/churn.go": source("churn", "internal/mirror", "internal/feature/welcome"),
		}, "churn.go:3: internal/feature/churn imports internal/feature/welcome: features never import each other")
	})
	t.Run("its story may boot a neighbour, its unit test may not", func(t *testing.T) {
		catches(t, imports, map[string]string{
			"internal/feature/churn/churn_test.go":  source("churn_test", "internal/feature/churn", "internal/feature/welcome", "internal/apptest"),
			"internal/feature/churn/record_test.go": source("churn", "internal/feature/welcome"),
		}, "record_test.go:2: internal/feature/churn imports internal/feature/welcome")
	})
	t.Run("technology knows only what lies lower", func(t *testing.T) {
		catches(t, imports, map[string]string{
			"internal/platform/db/db.go":   source("db", "internal/platform/clock", "internal/platform/job"),
			"internal/platform/job/job.go": source("job", "internal/platform/db", "internal/mirror"),
			"internal/platform/bus/bus.go": source("bus", "internal/event"),
		}, "db imports internal/platform/job: technology", "job imports internal/mirror: technology")
	})
	t.Run("the SDK cannot learn our words", func(t *testing.T) {
		catches(t, imports, map[string]string{
			"wecom/client.go":       source("wecom", "wecom/errcode", "internal/platform/fault"),
			"wecom/wecomsim/sim.go": source("wecomsim", "wecom", "internal/event"),
		}, "wecom imports internal/platform/fault", "wecom/wecomsim imports internal/event")
	})
	t.Run("the simulator and the test program stay out of the product", func(t *testing.T) {
		catches(t, imports, map[string]string{
			"cmd/queqiao/demo.go":          source("main", "wecom/wecomsim"),
			"internal/app/app.go":          source("app", "wecom/wecomsim", "internal/apptest"),
			"internal/mirror/sync.go":      source("mirror", "wecom"),
			"internal/mirror/sync_test.go": source("mirror", "wecom/wecomsim"),
		}, "app imports wecom/wecomsim: the product must not know", "app imports internal/apptest: it is for tests")
	})
	t.Run("the app is handed its features", func(t *testing.T) {
		catches(t, imports, map[string]string{
			"internal/app/app.go": source("app", "internal/feature", "internal/feature/churn"),
		}, "app imports internal/feature/churn: the list of features is handed in")
	})
	t.Run("a package without a row", func(t *testing.T) {
		catches(t, imports, map[string]string{
			"internal/helpers/a.go": source("helpers"),
			"internal/helpers/b.go": source("helpers"),
		}, "internal/helpers has no row")
	})
}
