#!/bin/sh
# Make sure that Samba's file server is installed with what its tests need, from Debian's packages, without starting any service.
# usage: smbd.sh
#
# Exit code 0: it is there. 1: it is not, and the last line on standard error says why.
set -eu

packages="samba smbclient libnss-wrapper cabextract"

fail() {
    echo "smbd: $*" >&2
    exit 1
}

there() {
    for program in smbd pdbedit smbclient cabextract; do
        command -v "$program" >/dev/null 2>&1 || return 1
    done
    ls /usr/lib/*/libnss_wrapper.so >/dev/null 2>&1
}

there && exit 0
[ "$(id -u)" = 0 ] || fail "Samba's file server is not installed and only root can install it (apt-get install $packages)."
command -v apt-get >/dev/null 2>&1 || fail "Samba's file server is not installed and there is no apt-get to install it with."

# The packages would start services; a policy of Debian's keeps them from it while they are installed.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

echo "smbd: installing Debian's packages for a file server" >&2
install() {
    # shellcheck disable=SC2086 # a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null 2>&1
}
install || { apt-get update -qq >/dev/null 2>&1 && install; } || fail "apt-get could not install $packages."
there || fail "the packages are installed, but one of their programs is not on the PATH."
