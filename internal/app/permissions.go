package app

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// WritePermissions writes docs/permissions.md: every right, what it opens, and which
// built-in roles hold it.
func (a *App) WritePermissions(w io.Writer) error {
	var roles []feature.Role
	for _, f := range a.Features {
		roles = append(roles, f.Roles...)
	}
	var b strings.Builder
	b.WriteString("# Permissions\n\nWhich right opens which routes, and which built-in roles hold it; made by `make gen` from the features' manifests. " +
		"What a right shows is bound by the data scope of its holder ([access](features/access.md)).\n\n")
	b.WriteString("| permission | | | routes |")
	for _, r := range roles {
		fmt.Fprintf(&b, " %s |", r.Name)
	}
	b.WriteString("\n|---|---|---|---|" + strings.Repeat(":-:|", len(roles)) + "\n")
	all := a.Permissions()
	slices.SortFunc(all, func(x, y feature.Permission) int { return cmp.Compare(x.Key, y.Key) })
	for _, p := range all {
		opened := a.routesFor(func(r web.RouteInfo) bool { return r.Permission == p.Key })
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |", p.Key, p.ZH, p.EN, strings.Join(opened, "<br>"))
		for _, r := range roles {
			mark := ""
			if (viewer.Viewer{Permissions: r.Permissions}).Can(p.Key) {
				mark = "✓"
			}
			fmt.Fprintf(&b, " %s |", mark)
		}
		b.WriteByte('\n')
	}
	b.WriteString("\n## For whoever is signed in\n\n")
	for _, r := range a.routesFor(func(r web.RouteInfo) bool { return r.Permission == "" && r.Audience != web.Public }) {
		b.WriteString("- " + r + "\n")
	}
	b.WriteString("\n## For everybody\n\n")
	for _, r := range a.routesFor(func(r web.RouteInfo) bool { return r.Audience == web.Public }) {
		b.WriteString("- " + r + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (a *App) routesFor(want func(web.RouteInfo) bool) []string {
	var list []string
	for _, r := range a.Web.Routes() {
		if want(r) {
			list = append(list, "`"+r.Method+" "+r.Path+"`")
		}
	}
	slices.Sort(list)
	return list
}
