#!/bin/sh
# Makes sure that the real curl is there, for tests/lab/curl: from Debian's packages when it is missing. As root.
set -eu

if command -v curl >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "curl is missing, and installing it needs root and apt-get" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet=2
apt-get install --quiet=2 --yes --no-install-recommends curl
