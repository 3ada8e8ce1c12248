#!/usr/bin/env bash
# Runs every fuzz target for a while, one after the other.
#
#   FUZZTIME=10s scripts/fuzz.sh [PART-OF-A-NAME]      default: one minute each
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

time=${FUZZTIME:-1m}
ran=0 failed=0
while IFS=: read -r file name; do
  [[ $name == *"${1:-}"* ]] || continue
  ran=$((ran + 1))
  printf '… %s %s for %s\n' "$(dirname "$file")" "$name" "$time"
  go test "./$(dirname "$file")" -run '^$' -fuzz "^$name\$" -fuzztime "$time" || failed=$((failed + 1))
done < <(git ls-files '*_test.go' | xargs grep -HoP '^func \KFuzz\w+(?=\(f \*testing\.F\))')
printf '%d fuzz targets ran, %d failed\n' "$ran" "$failed"
[ "$ran" -gt 0 ] && [ "$failed" -eq 0 ]
