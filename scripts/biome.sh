#!/usr/bin/env bash
# Lints and formats every TypeScript and JavaScript file: the front end, then what
# lies outside web/, by the same rules (biome.json extends web/biome.json).
#
#   scripts/biome.sh [--write]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

(cd web && npx --no-install biome check "$@" .)
web/node_modules/.bin/biome check "$@" e2e scripts wecom/wecomsim/phones
