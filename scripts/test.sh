#!/usr/bin/env bash
# Runs every test and check of the repository; "make test" calls it.
#
# The steps run in two lanes beside each other, one mostly Go and one mostly front
# end and tools, so that two cores are busy on a cold machine; the browser journeys
# come last, alone, because they measure what a person would wait for. A step that
# fails does not stop those that can run without it. Each step's whole output is in
# bin/test/<step>.log; that of a failed one is shown.
#
# The last line counts what really ran: every Go test, front-end test and journey,
# and one for each check that has no tests inside (compilers, linters, comparisons).
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

logs=bin/test
rm -rf "$logs"
mkdir -p "$logs"
results=$logs/results.txt
: >"$results"
began=$SECONDS

# step NAME "TITLE" COMMAND...: run it, say how it went and how long it took, note the counts.
step() {
  local name=$1 title=$2 start=$SECONDS code=0 passed failed skipped
  shift 2
  printf '… %s\n' "$title"
  QUEQIAO_TEST_COUNTS=$logs/$name.counts "$@" >"$logs/$name.log" 2>&1 </dev/null || code=$?
  if [ -s "$logs/$name.counts" ]; then
    read -r passed failed skipped <"$logs/$name.counts"
    # A runner that ends badly with no failed test has failed all the same.
    [ "$code" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
  else
    passed=$((code == 0)) failed=$((code != 0)) skipped=0
  fi
  echo "$name $code $((SECONDS - start)) $passed $failed $skipped" >>"$results"
  if [ "$code" -eq 0 ]; then
    printf '✓ %s  (%d s, %d passed%s)\n' "$title" $((SECONDS - start)) "$passed" \
      "$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
    grep -h '^ *skipped ' "$logs/$name.log"
    return 0
  fi
  # One write, so that the two lanes do not mix their lines.
  printf '✗ %s  (%d s, exit code %d)\n%s\n✗ end of the output of: %s\n' "$title" $((SECONDS - start)) "$code" \
    "$(tail -n 400 "$logs/$name.log")" "$title"
  return 1
}

# blocked "TITLE" "WHY": a step that cannot run because of one before it is a failure too.
blocked() {
  echo "blocked 1 0 0 1 0" >>"$results"
  printf '✗ %s  (not run: %s)\n' "$1" "$2"
}

# Packages in which goroutines share state; the race detector slows the rest for nothing.
# The queue has its own target, "make race": its tests of deadlines and of killed processes take minutes under the detector.
race_packages=(./internal/platform/bus/... ./internal/platform/live/... ./wecom/...)

# Tests wait more than they reckon – for commits, for conditions, for processes that die –
# so that there is room for half as many packages again as there are processors.
at_once=$(($(nproc) * 3 / 2))

go_lane() {
  step compiler "C compiler for the race detector" scripts/compiler.sh
  step postgres "PostgreSQL to test against" scripts/postgres.sh true
  step modules "Go modules: fetched, verified, tidy" scripts/modules.sh
  step vet "Go: compile and vet" go vet ./...
  step bench "Benchmarks: compile and vet" go -C bench vet ./...
  step go "Go tests on SQLite and PostgreSQL" \
    scripts/postgres.sh node scripts/count.mjs go -p "$at_once" ./...
  step race "Go tests of the concurrent parts under the race detector" \
    env CGO_ENABLED=1 scripts/postgres.sh node scripts/count.mjs go -race "${race_packages[@]}"
}

web_lane() {
  step chromium "Chromium for the browser journeys" scripts/chromium.sh
  if step npm "Front-end packages as the lock file has them" make --no-print-directory packages; then
    step typecheck "Front end: types" npm --prefix web run typecheck
    step biome "Front end: lint and format" scripts/biome.sh
    step vitest "Front-end unit tests" node scripts/count.mjs vitest
    step pages "Front end: the three entries, built" make --no-print-directory pages &&
      step vet-pages "Go: vet with the pages inside" go vet -tags ui ./web ./cmd/...
    step budget "Front end: size budgets" npm --prefix web run check-size
  else
    blocked "Front-end types, lint, tests and build" "no packages"
  fi
  # Slow only the first time; nice, because tests in the other lane wait with deadlines.
  step linter "golangci-lint, installed" nice make --no-print-directory linter &&
    step lint "Go: lint" nice make --no-print-directory lint-go
}

# Each lane is a process group of its own, so that an interrupted run leaves nothing behind.
set -m
go_lane &
go_pid=$!
web_lane &
web_pid=$!
set +m
trap 'kill -TERM -- -$go_pid -$web_pid 2>/dev/null; wait; exit 130' INT TERM HUP
wait "$go_pid" "$web_pid"
trap - INT TERM HUP

step generated "Generated files are fresh" make --no-print-directory verify
if step binary "The program, built with its pages" make --no-print-directory build; then
  step journeys "Browser journeys" node scripts/count.mjs node --test-concurrency=2 e2e/journeys/*.test.mjs
else
  blocked "Browser journeys" "the program was not built"
fi

awk -v total=$((SECONDS - began)) '
  { passed += $4; failed += $5; skipped += $6 }
  END {
    printf "everything took %d min %d s\n", total / 60, total % 60
    printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
    exit failed > 0
  }' "$results"
