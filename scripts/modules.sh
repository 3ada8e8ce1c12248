#!/usr/bin/env bash
# Fetches the Go modules, checks them against go.sum, and that go.mod names exactly
# what is imported.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

go mod download
go mod verify
go mod tidy -diff || {
  echo "go.mod or go.sum is not tidy: run go mod tidy (versions stay as they are pinned)" >&2
  exit 1
}
