#!/bin/sh
# Brings what pip cannot: a Python that makes virtual environments, Chromium, PostgreSQL, npm.
# The Makefile calls it with the names of what it needs. It asks nothing; where it may not install, it says what to do.
set -eu

UV_VERSION=0.13.9

say() { printf '%s\n' "$*" >&2; }

give_up() {
    say "$*"
    exit 1
}

found() { command -v "$1" >/dev/null 2>&1; }

install() {
    [ "$(id -u)" -eq 0 ] && found apt-get || return 1
    say "Installing $* with apt-get."
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq update || return 1
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq -y --no-install-recommends install "$@" \
        </dev/null >/dev/null
}

find_python() {
    for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if found "$python" && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$python"
            return 0
        fi
    done
    return 1
}

bring_venv() {
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        python=$(find_python) || { install python3 python3-venv && python=$(find_python); } \
            || give_up "InternalDesk needs Python 3.11 or newer. Install it (Debian: apt-get install python3 python3-venv), then run make again."
        # Debian packs ensurepip apart from Python.
        "$python" -c 'import ensurepip' 2>/dev/null || { install python3-venv && "$python" -c 'import ensurepip'; } \
            || give_up "This Python cannot make a virtual environment. Install its venv module (Debian: apt-get install python3-venv), then run make again."
        "$python" -m venv --clear .venv
    fi
    .venv/bin/python -m pip install -q --disable-pip-version-check "uv==$UV_VERSION"
}

bring_chromium() {
    has_browser || install chromium fonts-dejavu-core \
        || give_up "The browser journeys need Chromium. Install it (Debian: apt-get install chromium) or name one in CHROMIUM, then run make again."
    # Playwright brings a program of its own that needs one library more than a bare Debian has.
    drives || { install libatomic1 && drives; } \
        || give_up "Playwright does not start here: .venv/bin/python -m playwright --version says why."
}

has_browser() {
    [ -n "${CHROMIUM:-}" ] && return 0
    for browser in chromium chromium-browser google-chrome google-chrome-stable; do
        found "$browser" && return 0
    done
    return 1
}

drives() { .venv/bin/python -m playwright --version >/dev/null 2>&1; }

bring_postgres() {
    [ -n "${TEST_POSTGRES_URL:-}" ] && return 0
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$initdb" ] && return 0
    done
    install postgresql || say "No PostgreSQL server is installed here; the tests use the one that came with the Python packages."
}

bring_npm() {
    found npm && return 0
    install nodejs npm \
        || give_up "The copy of htmx is packed by npm. Install it (Debian: apt-get install npm), then run make again."
}

for need in "$@"; do
    "bring_$need"
done
