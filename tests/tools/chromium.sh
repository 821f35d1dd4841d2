#!/bin/sh
# Make sure that headless Chromium and its driver are installed, from Debian's packages.
# usage: chromium.sh
#
# Exit code 0: they are there. 1: they are not, and the last line on standard error says why.
set -eu

packages="chromium chromium-driver fonts-liberation"

fail() {
    echo "chromium: $*" >&2
    exit 1
}

there() {
    command -v chromium >/dev/null 2>&1 && command -v chromedriver >/dev/null 2>&1
}

there && exit 0
[ "$(id -u)" = 0 ] || fail "Chromium is not installed and only root can install it (apt-get install $packages)."
command -v apt-get >/dev/null 2>&1 || fail "Chromium is not installed and there is no apt-get to install it with."
echo "chromium: installing Debian's packages" >&2
install() {
    # shellcheck disable=SC2086 # a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null 2>&1
}
install || { apt-get update -qq >/dev/null 2>&1 && install; } || fail "apt-get could not install $packages."
there || fail "the packages are installed, but chromium or chromedriver is not on the PATH."
