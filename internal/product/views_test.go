package product_test

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/product"
)

var (
	viewsOf = regexp.MustCompile(`viewsKey=(?:"[^"]+"|\{[^}]+\})|const list = '[^']+'`)
	listKey = regexp.MustCompile(`['"]([a-z]+\.[a-zA-Z]+)['"]`)
)

// TestViewsOfPages: the lists of which pages offer views are those that the features name,
// each under its feature's slug.
func TestViewsOfPages(t *testing.T) {
	h := apptest.Open(t, db.SQLite, apptest.Options{Features: product.Features(), NoSync: true})
	var named, offered []string
	for _, f := range h.App.Features {
		for _, l := range f.Lists {
			named = append(named, l.Key)
			if !strings.HasPrefix(l.Key, f.Slug+".") {
				t.Errorf("the list %s is named by %s", l.Key, f.Slug)
			}
		}
	}
	pages := os.DirFS("../../web/src/features")
	err := fs.WalkDir(pages, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".tsx") {
			return err
		}
		text, err := fs.ReadFile(pages, name)
		for _, at := range viewsOf.FindAllString(string(text), -1) {
			for _, key := range listKey.FindAllStringSubmatch(at, -1) {
				offered = append(offered, key[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(named)
	slices.Sort(offered)
	if !slices.Equal(named, offered) || len(named) == 0 {
		t.Errorf("features name %v, pages offer views of %v", named, offered)
	}
}
