// Command bench measures what docs/performance.md claims: each figure as a ratio to a
// limit or a peer measured in the same run, on SQLite and on PostgreSQL.
//
//	go run . [-sizes 10000,100000] [-engines sqlite,postgres] [intake] [greeting] [events] [queue] [sync] [lists] [rights] [rules] [exports] [tagging] [imports] [staff] [browser] [start]
//
// It is a module of its own so that its peers (River) stay out of the product's
// dependencies. PostgreSQL is the server of $QUEQIAO_TEST_POSTGRES; "make bench" starts
// one with durable commits.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"
)

type measure struct {
	name, about string
	run         func(ctx context.Context, b *bench) error
}

func measures() []measure {
	return []measure{
		{"intake", "callbacks stored before the answer, beside the database's own one-row commits", intake},
		{"greeting", "from the scan to the greeting's arrival at WeCom, 50 scans a second", greeting},
		{"events", "callbacks through translation and all listeners", events},
		{"queue", "our job queue beside River v0.31.0", queue},
		{"sync", "first sync from a WeCom that takes 5 ms a call", firstSync},
		{"lists", "customer lists by size: first page, filters, two characters, a deep page", lists},
		{"rights", "the lists for an administrator, a manager and a member of staff; what knowing them costs", rights},
		{"rules", "the list by every filter and by combinations, for the same three; segments counted", rules},
		{"exports", "the list of all follows as a file: time, and memory on the way", exports},
		{"tagging", "ten thousand customers tagged by one run, beside bare calls at the same WeCom", tagging},
		{"imports", "a file of a hundred thousand lines checked, imported, taken back", imports},
		{"staff", "two hundred members of staff at work at once", staff},
		{"browser", "a million customers and ten thousand marks in a real browser", browser},
		{"start", "start to first answer, memory at rest, sizes", start},
	}
}

// bench is one run with its options.
type bench struct {
	sizes   []int
	seconds time.Duration
	binary  string
	engines []string
	out     *strings.Builder
	houses  map[string]*house // by engine, kept for the next measure
}

// line prints a row of Markdown and keeps it.
func (b *bench) line(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	fmt.Println(text)
	b.out.WriteString(text + "\n")
}

func main() {
	sizes := flag.String("sizes", "10000,100000", "numbers of customers for sync and lists")
	seconds := flag.Duration("for", 5*time.Second, "length of each load")
	profile := flag.String("profile", "", "file for a profile of the processors' time")
	only := flag.String("engines", "sqlite,postgres", "databases to measure on")
	binary := flag.String("binary", "../bin/queqiao", "the built program, for start")
	flag.Parse()
	b := &bench{seconds: *seconds, binary: *binary, out: &strings.Builder{}, houses: map[string]*house{}}
	b.engines = slices.DeleteFunc(engines(), func(e string) bool { return !slices.Contains(strings.Split(*only, ","), e) })
	for _, s := range strings.Split(*sizes, ",") {
		n, err := strconv.Atoi(s)
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench: -sizes wants numbers:", err)
			os.Exit(2)
		}
		b.sizes = append(b.sizes, n)
	}
	b.line("%s, %s, %d processors\n", runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU())
	if *profile != "" {
		stop, err := profiled(*profile)
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(2)
		}
		defer stop()
	}
	if !b.all(flag.Args()) {
		defer os.Exit(1)
	}
}

// profiled writes a profile until stopped.
func profiled(name string) (stop func(), err error) {
	out, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = out.Close()
	}, nil
}

// all carries out the measures with these names, or every one, and tells whether all went well.
func (b *bench) all(names []string) bool {
	failed := false
	for _, m := range measures() {
		if len(names) > 0 && !slices.Contains(names, m.name) {
			continue
		}
		b.line("### %s: %s\n", m.name, m.about)
		if err := m.run(context.Background(), b); err != nil {
			b.line("\nfailed: %v", err)
			failed = true
		}
		b.line("")
	}
	for _, h := range b.houses {
		h.close()
	}
	return !failed
}

// quantile of sorted durations, q from 0 to 1.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
