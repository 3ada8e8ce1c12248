#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, which listens on loopback alone,
# lives in a temporary folder and is gone afterwards, whatever happened.
#
#   scripts/postgres.sh [--durable] COMMAND [ARG...]
#
# The command finds the server's address (a superuser's) in QUEQIAO_TEST_POSTGRES,
# and QUEQIAO_REQUIRE_POSTGRES=1 forbids the tests to do without. --durable leaves
# fsync on: measurements want it, tests only lose time by it.
#
# PostgreSQL is looked for in /usr/lib/postgresql and on PATH, and installed from
# Debian when it is missing and we are root. An address that is already set in
# QUEQIAO_TEST_POSTGRES is used as it is, and nothing is started.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")

speed=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
if [ "${1:-}" = --durable ]; then
  speed=()
  shift
fi
export QUEQIAO_REQUIRE_POSTGRES=1
[ -z "${QUEQIAO_TEST_POSTGRES:-}" ] || exec "$@"

# programs prints the folder that holds initdb and pg_ctl, the newest version first.
programs() {
  local dir
  while read -r dir; do
    if [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ]; then
      echo "$dir"
      return
    fi
  done < <(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV)
  dir=$(command -v initdb) && dirname "$(readlink -f "$dir")"
}
bin=$(programs) || {
  "$here/debian.sh" "PostgreSQL" postgresql
  bin=$(programs) || {
    echo "queqiao: PostgreSQL is installed, but its initdb is neither in /usr/lib/postgresql nor on PATH" >&2
    exit 1
  }
}

# The server refuses to run as root.
as=()
if [ "$(id -u)" -eq 0 ]; then
  user=postgres
  id -u "$user" >/dev/null 2>&1 || user=nobody
  as=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups --)
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/queqiao-postgres.XXXXXX")
[ ${#as[@]} -eq 0 ] || chown "$user" "$dir"
server() { (cd "$dir" && "${as[@]}" "$bin/$1" "${@:2}"); }

stop() {
  trap - EXIT
  server pg_ctl -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# A C locale sorts the same everywhere; UTF-8 is needed for Chinese letters.
server initdb -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" || {
  cat "$dir/initdb.log" >&2
  exit 1
}

# Nobody hands out free ports to a shell: try until the server could bind one.
for attempt in $(seq 1 20); do
  port=$((20000 + RANDOM % 20000))
  options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=1000 -c shared_buffers=256MB ${speed[*]}"
  server pg_ctl -D "$dir/data" -o "$options" -l "$dir/server.log" -w start >/dev/null && break
  if [ "$attempt" -eq 20 ] || ! grep -q 'Address already in use' "$dir/server.log"; then
    cat "$dir/server.log" >&2
    exit 1
  fi
  : >"$dir/server.log"
done

export QUEQIAO_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
"$@"
