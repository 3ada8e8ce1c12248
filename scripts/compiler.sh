#!/usr/bin/env bash
# The race detector is the one thing here that needs a C compiler; the program
# itself is built without one (CGO_ENABLED=0).
set -euo pipefail
compiler=$(go env CC)
command -v "${compiler%% *}" || "$(dirname "${BASH_SOURCE[0]}")/debian.sh" "a C compiler" gcc libc6-dev
