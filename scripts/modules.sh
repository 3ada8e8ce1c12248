#!/usr/bin/env bash
# Fetches the Go modules, checks them against go.sum, and that each go.mod names exactly
# what is imported. The benchmarks are a module of their own: "./..." does not reach them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for module in . bench; do
  go -C "$module" mod download
  go -C "$module" mod verify
  go -C "$module" mod tidy -diff || {
    echo "$module/go.mod or go.sum is not tidy: run go -C $module mod tidy (versions stay as they are pinned)" >&2
    exit 1
  }
done
