package arch

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	featureDir = "internal/feature"
	productDir = "internal/product"
	pagesDir   = "web/src/features"
	guideDir   = "docs/features"
)

// slug is what one name must look like to serve as folder, package, table prefix, route,
// permission and job kind.
var slug = regexp.MustCompile(`^[a-z]+$`)

// manifest is what can be read off a feature's source.
type manifest struct {
	slugs     []string          // values of the field Slug
	menu      bool              // the field Menu is given
	constants map[string]string // string constants of the package
}

// slugs checks that one slug names everything: folder, package, manifest, the product's
// list, the folder of pages (for a feature with a menu) and the guide.
func slugs(tree fs.FS) ([]string, error) {
	parsed, err := goFiles(tree)
	if err != nil {
		return nil, err
	}
	features := map[string]*manifest{}
	listed := map[string]bool{}
	var findings []string
	for _, file := range parsed {
		switch {
		case file.Test:
		case file.Dir == productDir:
			for _, spec := range file.Imports {
				imported, _ := strconv.Unquote(spec.Path.Value)
				if of, ok := strings.CutPrefix(imported, module+"/"+featureDir+"/"); ok {
					listed[of] = true
				}
			}
		case under(file.Dir, featureDir+"/*"):
			name := path.Base(file.Dir)
			if features[name] == nil {
				features[name] = &manifest{constants: map[string]string{}}
			}
			features[name].read(file)
			if file.File.Name.Name != name {
				findings = append(findings, fmt.Sprintf("%s: package %s must be called %s, as its folder", file.Name, file.File.Name.Name, name))
			}
		case strings.HasPrefix(file.Dir, featureDir+"/"):
			findings = append(findings, fmt.Sprintf("%s: a feature is one folder; what needs another is another feature", file.Name))
		}
	}
	pages, err := entries(tree, pagesDir)
	if err != nil {
		return nil, err
	}
	guides, err := entries(tree, guideDir)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(features)) {
		dir, of := featureDir+"/"+name, features[name]
		if !slug.MatchString(name) {
			findings = append(findings, dir+": a slug is lower-case letters only: it is also a table prefix and a job kind")
		}
		if said := of.said(); !slices.Equal(said, []string{name}) {
			findings = append(findings, fmt.Sprintf("%s: the manifest must say Slug: %q once, and says %q", dir, name, said))
		}
		if !listed[name] {
			findings = append(findings, fmt.Sprintf("%s is not in the product's list (%s/features.go)", dir, productDir))
		}
		if of.menu && !pages[name] {
			findings = append(findings, fmt.Sprintf("%s has a menu entry and no pages in %s/%s", dir, pagesDir, name))
		}
		if !guides[name+".md"] {
			findings = append(findings, fmt.Sprintf("%s has no guide: write %s/%s.md", dir, guideDir, name))
		}
	}
	for _, name := range sorted(pages) {
		if features[name] == nil {
			findings = append(findings, fmt.Sprintf("%s/%s: pages without a feature of that slug", pagesDir, name))
		}
	}
	for _, guide := range sorted(guides) {
		if name, ok := strings.CutSuffix(guide, ".md"); ok && features[name] == nil && name != "README" {
			findings = append(findings, fmt.Sprintf("%s/%s: a guide without a feature of that slug", guideDir, guide))
		}
	}
	return findings, nil
}

// read notes the literals of type feature.Feature in the file, and its constants.
func (m *manifest) read(file goFile) {
	ast.Inspect(file.File, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.ValueSpec:
			for i, name := range node.Names {
				if i < len(node.Values) {
					m.constants[name.Name] = text(node.Values[i])
				}
			}
		case *ast.CompositeLit:
			kind, ok := node.Type.(*ast.SelectorExpr)
			if !ok || kind.Sel.Name != "Feature" {
				return true
			}
			for _, element := range node.Elts {
				if field, ok := element.(*ast.KeyValueExpr); ok {
					m.field(field)
				}
			}
		}
		return true
	})
}

func (m *manifest) field(field *ast.KeyValueExpr) {
	switch name, _ := field.Key.(*ast.Ident); name.Name {
	case "Slug":
		if constant, ok := field.Value.(*ast.Ident); ok {
			m.slugs = append(m.slugs, constant.Name)
		} else {
			m.slugs = append(m.slugs, strconv.Quote(text(field.Value)))
		}
	case "Menu":
		m.menu = true
	}
}

// said are the slugs of the manifests, constants resolved.
func (m *manifest) said() []string {
	var said []string
	for _, s := range m.slugs {
		if literal, err := strconv.Unquote(s); err == nil {
			said = append(said, literal)
		} else {
			said = append(said, m.constants[s])
		}
	}
	return said
}

// text is the value of a string literal, "" of anything else.
func text(value ast.Expr) string {
	literal, ok := value.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return ""
	}
	unquoted, err := strconv.Unquote(literal.Value)
	if err != nil {
		return ""
	}
	return unquoted
}

// entries are the names in a folder; none when there is no folder.
func entries(tree fs.FS, dir string) (map[string]bool, error) {
	list, err := fs.ReadDir(tree, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	names := map[string]bool{}
	for _, entry := range list {
		names[entry.Name()] = true
	}
	return names, nil
}

func TestSlugs(t *testing.T) {
	holds(t, slugs)

	list := "package product\nimport _ \"" + module + "/internal/feature/churn\"\n"
	churn := "package churn\nconst slug = \"churn\"\nvar f = feature.Feature{Slug: slug, Menu: menu()}\n"
	catches(t, slugs, map[string]string{
		"internal/product/features.go":       list,
		"internal/feature/churn/feature.go":  churn,
		"web/src/features/churn/admin.tsx":   "",
		"docs/features/churn.md":             "",
		"internal/feature/churn/a_test.go":   "package churn_test\n",
		"internal/feature/feature.go":        "package feature\n",
		"internal/feature/churn/churn.go":    "package churn\n",
		"internal/feature/churn/churn.story": "",
	})
	catches(t, slugs, map[string]string{
		"internal/product/features.go":          list,
		"internal/feature/churn/feature.go":     churn,
		"internal/feature/churn/sub/sub.go":     "package sub\n",
		"internal/feature/follow_up/feature.go": "package followup\nconst s = \"x\"\nvar f = feature.Feature{Slug: s}\n",
		"web/src/features/stage/admin.tsx":      "",
		"docs/features/stage.md":                "",
	},
		"internal/feature/churn/sub/sub.go: a feature is one folder",
		"feature.go: package followup must be called follow_up",
		"internal/feature/churn has a menu entry and no pages",
		"internal/feature/churn has no guide",
		"internal/feature/follow_up: a slug is lower-case letters",
		"the manifest must say Slug: \"follow_up\" once, and says [\"x\"]",
		"internal/feature/follow_up is not in the product's list",
		"internal/feature/follow_up has no guide",
		"web/src/features/stage: pages without a feature",
		"docs/features/stage.md: a guide without a feature",
	)
}
