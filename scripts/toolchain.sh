#!/usr/bin/env bash
# Checks that the tools Queqiao is built with are here and new enough, and says
# what to install when they are not.
#
#   scripts/toolchain.sh [go] [node]      default: both
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

missing=0
complain() {
  printf 'queqiao: %s\n' "$1" >&2
  missing=1
}

# at_least HAVE WANT: true when version HAVE is WANT or newer.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

check_go() {
  local want have
  want=$(awk '$1 == "go" { print $2 }' go.mod)
  if ! command -v go >/dev/null; then
    complain "Go is not installed. Get Go $want or newer from https://go.dev/dl/ and put its bin folder on PATH."
    return
  fi
  # GOTOOLCHAIN=local: the answer is about what is installed, not about what could be fetched.
  have=$(GOTOOLCHAIN=local go env GOVERSION)
  at_least "${have#go}" "$want" || complain "Go ${have#go} is too old; Queqiao needs $want or newer (https://go.dev/dl/)."
}

check_node() {
  local want have
  want=$(sed -n 's/.*"node": *">=\([0-9.]*\)".*/\1/p' web/package.json)
  if ! command -v node >/dev/null; then
    complain "Node.js is not installed. Get Node.js $want or newer from https://nodejs.org/ (Debian 12's own package is too old)."
    return
  fi
  have=$(node --version)
  at_least "${have#v}" "$want" || complain "Node.js ${have#v} is too old; Queqiao needs $want or newer (https://nodejs.org/)."
  command -v npm >/dev/null || complain "npm is not installed. It comes with Node.js from https://nodejs.org/; on Debian: apt-get install npm."
}

[ $# -gt 0 ] || set -- go node
for tool in "$@"; do
  case $tool in
  go) check_go ;;
  node) check_node ;;
  *) complain "scripts/toolchain.sh knows go and node, not '$tool'" ;;
  esac
done
exit "$missing"
