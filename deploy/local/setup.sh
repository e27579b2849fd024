#!/bin/sh
# Sets this machine up: setup.sh run | test. Quick when nothing has changed since the last time.
set -eu
what=${1:-run}
cd "$(dirname "$0")/../.."
list=deploy/local/debian-packages.txt

say() { printf '%s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# As root, else through sudo without a question; else the command is named and we stop.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
  else fail "please run as root, then try again:  $*"
  fi
}

install_packages() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

debian_packages() {
  if ! command -v dpkg-query >/dev/null 2>&1; then
    say "setup: this is no Debian; it needs what stands in $list under other names"
    return 0
  fi
  missing=
  for package in $(awk -v what="$what" '$1 !~ /^#/ && NF && ($2 == "run" || what == "test") { print $1 }' "$list"); do
    is_installed "$package" || missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  say "Installing Debian packages:$missing"
  # shellcheck disable=SC2086 # a list of words
  install_packages $missing
}

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
  fail "Python 3.11 or newer is needed ($python); name another one with PYTHON=…"

stamp=.venv/.setup-$what
# shellcheck disable=SC2046 # file names without spaces
now=$( (cat requirements.lock pyproject.toml "$list" "$0" $(find . -path ./.venv -prune -o -name pyproject.toml -print | sort); pwd; "$python" -V) | sha256sum)
[ -x .venv/bin/lephi ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && exit 0

debian_packages
if [ ! -x .venv/bin/python ]; then
  say "Making the Python environment .venv"
  "$python" -c 'import ensurepip' 2>/dev/null || { say "Installing python3-venv"; install_packages python3-venv; }
  "$python" -m venv .venv
fi
say "Installing the Python packages of requirements.lock"
make --no-print-directory install
[ "$what" = run ] || .venv/bin/python -m lephi.servers.verapdf
printf '%s\n' "$now" >"$stamp"
