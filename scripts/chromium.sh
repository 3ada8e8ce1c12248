#!/usr/bin/env bash
# Prints the path of the Chromium that the browser journeys drive, and installs it
# with a font for Chinese from Debian when it is missing and we are root.
# QUEQIAO_TEST_CHROMIUM names another one.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")

find_chromium() {
  local name
  for name in "${QUEQIAO_TEST_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$name" ] && command -v "$name" && return
  done
  return 1
}
has_chinese() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family)" ]; }

find_chromium >/dev/null || "$here/debian.sh" "Chromium" chromium >&2
# Without such a font the pages show boxes, and text has other widths.
has_chinese || "$here/debian.sh" "a font for Chinese" fontconfig fonts-noto-cjk >&2
find_chromium
