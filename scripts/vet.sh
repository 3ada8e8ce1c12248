#!/usr/bin/env bash
# Compiles and vets everything, as the tests see it (without pages) and as it is
# released (with the build tag ui). The tag needs a folder web/dist to embed; an
# empty stand-in does until the pages are built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

go build ./...
go vet ./...
[ -d web/dist ] || { mkdir -p web/dist && touch web/dist/stand-in; }
go vet -tags ui ./web ./cmd/...
