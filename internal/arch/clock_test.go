package arch

import (
	"fmt"
	"go/ast"
	"io/fs"
	"slices"
	"strconv"
	"testing"
)

// ofTheMachine are the functions of package time that ask the machine's clock or wait by it.
var ofTheMachine = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}

// evenInTests are those that a test may not call either. It may give up after a while
// (After) and look again and again (NewTicker) when it waits for another process.
var evenInTests = []string{"Now", "Since", "Sleep"}

// ownClocks are the files that may: each is a clock that others ask.
var ownClocks = []string{
	"internal/platform/clock/clock.go", // the product's
	"wecom/client.go",                  // the default of the SDK, whose users may set another
	"wecom/wecomsim/clock.go",          // the simulated world's, which can be moved
}

// measuring is the folder of the benchmarks, whose subject is the machine's time.
const measuring = "bench"

// machineClock finds code, tests included, that asks the machine for the time: it cannot
// be tested at another hour, and a test that sleeps is slow when it passes and fails when
// the machine is busy.
func machineClock(tree fs.FS) ([]string, error) {
	parsed, err := goFiles(tree)
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, file := range parsed {
		if slices.Contains(ownClocks, file.Name) || file.Dir == measuring {
			continue
		}
		local, forbidden := importedAs(file, "time"), ofTheMachine
		if file.Test {
			forbidden = evenInTests
		}
		ast.Inspect(file.File, func(node ast.Node) bool {
			selector, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := selector.X.(*ast.Ident); ok && pkg.Name == local && slices.Contains(forbidden, selector.Sel.Name) {
				findings = append(findings, fmt.Sprintf(
					"%s: time.%s: time comes from internal/platform/clock, in the simulator from its own; a test sets it, or waits for a condition",
					file.Place(selector), selector.Sel.Name))
			}
			return true
		})
	}
	return findings, nil
}

// importedAs is the name under which a file knows a package of the standard library, ""
// when it does not import it.
func importedAs(file goFile, pkg string) string {
	for _, spec := range file.Imports {
		if name, err := strconv.Unquote(spec.Path.Value); err != nil || name != pkg {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return pkg
	}
	return ""
}

func TestMachineClock(t *testing.T) {
	holds(t, machineClock)

	const text = `package p
import clock "time"
func f(time struct{ Now func() }) (clock.Duration, any) {
	time.Now()
	clock.Sleep(clock.Second)
	<-clock.After(clock.Second)
	return 2 * clock.Second, clock.Now
}
`
	catches(t, machineClock, map[string]string{
		"internal/platform/clock/clock.go": text,
		"internal/mirror/sync.go":          text,
		"internal/mirror/sync_test.go":     text,
	},
		"internal/mirror/sync.go:5: time.Sleep", "internal/mirror/sync.go:6: time.After", "internal/mirror/sync.go:7: time.Now",
		"internal/mirror/sync_test.go:5: time.Sleep", "internal/mirror/sync_test.go:7: time.Now",
	)
}
