#!/usr/bin/env bash
# Runs the measures of bench/ (all, or those named); see docs/performance.md.
# Sizes of lists and syncs: SIZES=10000,100000,1000000 make bench
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

go build -tags ui -ldflags "-s -w" -o bin/queqiao-bench-subject ./cmd/queqiao
(cd bench && exec go run . -sizes "${SIZES:-10000,100000}" -binary ../bin/queqiao-bench-subject "$@")
printf '\n### first load of the pages\n\n'
npm --prefix web run --silent check-size
