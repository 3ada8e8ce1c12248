#!/usr/bin/env bash
# Installs Debian packages that the tests need, when that is possible here: on
# Debian or a relative, as root. Otherwise it says what to install.
#
#   scripts/debian.sh "what for" PACKAGE...
set -euo pipefail

purpose=$1
shift

if ! command -v apt-get >/dev/null; then
  echo "queqiao: $purpose is missing, and this is not a Debian system: please install it by hand (Debian calls it: $*)." >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "queqiao: $purpose is missing. Please run:  sudo apt-get install $*" >&2
  exit 1
fi

echo "installing $purpose: apt-get install $*"
export DEBIAN_FRONTEND=noninteractive
# Two steps of the tests may want packages at the same time: one after the other. What
# else uses apt (unattended upgrades) is waited for too.
exec 9>"${TMPDIR:-/tmp}/queqiao-apt.lock"
flock 9
install() { apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "$@" </dev/null 9>&-; }
# A fresh machine has no package list yet, an old one may have a stale list.
install "$@" || { apt-get update -q </dev/null 9>&- && install "$@"; }
