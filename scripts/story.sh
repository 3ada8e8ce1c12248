#!/usr/bin/env bash
# Runs the stories with a given name, or whose names contain it, on both engines.
#
#   scripts/story.sh NAME        e.g. greeting, or channelcode/greeting
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

name=${1:-}
if [ -z "$name" ]; then
  echo "Which story? make story name=… with one of:" >&2
  find internal -name '*.story' | sed -E 's|.*/([a-z]+)/testdata/(.*)\.story|  \1/\2|' | sort >&2
  exit 2
fi

mapfile -t stories < <(find internal -path "*/testdata/*.story" | grep -E "/${name%/*}(/testdata)?/.*${name##*/}[^/]*\.story$|/testdata/[^/]*${name}[^/]*\.story$")
if [ ${#stories[@]} -eq 0 ]; then
  echo "No story is called $name. \"make story\" without a name lists them." >&2
  exit 2
fi
packages=()
names=()
for story in "${stories[@]}"; do
  packages+=("./$(dirname "$(dirname "$story")")")
  names+=("$(basename "$story" .story)")
done
# The runner makes a subtest per engine and one per story below it.
pattern=$(IFS='|' && echo "${names[*]}")
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
exec scripts/postgres.sh go test -v -run "Stor(y|ies)/.*/^($pattern)\$" "${packages[@]}"
