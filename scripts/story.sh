#!/usr/bin/env bash
# Runs stories on both engines: the tests in the files *story*_test.go, which play a feature
# through HTTP, simulator and queue. Those whose slug/Name contains the given words run,
# whatever the case.
#
#   scripts/story.sh WORDS       e.g. greeting, or channelcode/
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# One line for each story: its package and its name.
stories() {
  find internal -name '*story*_test.go' -print0 | xargs -0 -r grep -HoE '^func Test\w+' |
    sed -E 's|^(.*)/[^/]*:func (Test\w+)|\1 \2|' | sort
}
if [ -z "${1:-}" ]; then
  echo 'Which story? make story name=… with a part of one of these:' >&2
  stories | sed -E 's|^.*/([a-z]+) Test(.*)|  \1/\2|' >&2
  exit 2
fi

packages=()
names=()
while read -r package name; do
  packages+=("./$package")
  names+=("$name")
done < <(stories | awk -v words="$1" '
  { full = $1 "/" $2; sub(/.*\/feature\//, "", full); sub(/\/Test/, "/", full) }
  index(tolower(full), tolower(words))')
if [ ${#names[@]} -eq 0 ]; then
  echo "No story is called $1. \"make story\" without a name lists them." >&2
  exit 2
fi
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
pattern=$(IFS='|' && echo "${names[*]}")
exec scripts/postgres.sh go test -v -run "^($pattern)\$" "${packages[@]}"
