#!/usr/bin/env bash
# Writes the generated files, or (--check) says which are stale and changes nothing:
#
#   web/src/api/openapi.json   the console's API as the program's routes declare it
#   web/src/api/schema.d.ts    the same as TypeScript types, by openapi-typescript
#   docs/EVENTS.md             who says what, who hears it
#   docs/permissions.md        which right opens which routes, and who holds it
#   wecom/operations.md        WeCom's operations: typed, simulated, used
#
#   scripts/gen.sh [--check]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

generated=(web/src/api/openapi.json web/src/api/schema.d.ts docs/EVENTS.md docs/permissions.md)

# What Go packages write about themselves (wecom/operations.md); their tests compare it.
[ "${1:-}" = --check ] || go generate ./...

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
mkdir -p "$fresh/web/src/api" "$fresh/docs"

go build -o "$fresh/queqiao" ./cmd/queqiao
"$fresh/queqiao" openapi >"$fresh/web/src/api/openapi.json"
"$fresh/queqiao" events >"$fresh/docs/EVENTS.md"
"$fresh/queqiao" permissions >"$fresh/docs/permissions.md"
web/node_modules/.bin/openapi-typescript "$fresh/web/src/api/openapi.json" -o "$fresh/web/src/api/schema.d.ts" >/dev/null

stale=0
for file in "${generated[@]}"; do
  cmp -s "$fresh/$file" "$file" && continue
  if [ "${1:-}" != --check ]; then
    cp "$fresh/$file" "$file"
    echo "written: $file"
  else
    echo "stale: $file (run: make gen)"
    diff -u "$file" "$fresh/$file" | head -n 40 || true
    stale=1
  fi
done
exit $stale
