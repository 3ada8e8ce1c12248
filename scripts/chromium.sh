#!/usr/bin/env bash
# Prints the path of the Chromium that the browser journeys drive, and installs it
# with fonts for Chinese and emoji from Debian when they are missing and we are root.
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
has_font() { command -v fc-list >/dev/null && [ -n "$(fc-list ":lang=$1" family)" ]; }

find_chromium >/dev/null || "$here/debian.sh" "Chromium" chromium >&2
# Without such fonts the pages show boxes, and text has other widths.
has_font zh-cn || "$here/debian.sh" "a font for Chinese" fontconfig fonts-noto-cjk >&2
has_font und-zsye || "$here/debian.sh" "a font for emoji" fontconfig fonts-noto-color-emoji >&2
find_chromium
