package mirror_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain asks for fewer random checks than rapid does by itself, since each opens two
// databases; -rapid.checks on the command line wins.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", "15"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}
