#!/bin/sh
# Make sure that a program that tests need is installed, from Debian's packages, without starting any service.
# usage: debian.sh cabextract | chromium | curl | kerberos | npm | prometheus | samba | smbd | winrmcp
#
# Exit code 0: it is installed. 1: it is not, and the last line on standard error says why.
set -eu

need=${1:-}

fail() {
    echo "$need: $*" >&2
    exit 1
}

case $need in
cabextract)
    what="cabextract"
    programs="cabextract"
    files=
    packages="cabextract"
    ;;
chromium)
    what="headless Chromium and its driver"
    programs="chromium chromedriver"
    files=
    packages="chromium chromium-driver fonts-liberation"
    ;;
curl)
    what="curl"
    programs="curl"
    files=
    packages="curl"
    ;;
kerberos)
    what="what compiles and uses Python's libraries for Kerberos"
    programs="cc krb5-config kinit faketime"
    # The headers of the Python whose virtual environment is made.
    files="$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h"
    packages="gcc libc6-dev libkrb5-dev krb5-user python3-dev faketime"
    ;;
npm)
    what="npm"
    programs="node npm"
    files=
    packages="nodejs npm"
    ;;
prometheus)
    what="Prometheus' promtool and node exporter"
    programs="promtool prometheus-node-exporter"
    files=
    packages="prometheus prometheus-node-exporter"
    ;;
samba)
    what="Samba's domain controller"
    programs="samba samba-tool"
    files="/usr/share/samba/setup/named.conf"
    packages="samba-ad-dc samba-dsdb-modules samba-vfs-modules winbind samba-ad-provision krb5-user ldb-tools"
    ;;
smbd)
    what="Samba's file server"
    programs="smbd pdbedit smbclient cabextract"
    files="/usr/lib/*/libnss_wrapper.so"
    packages="samba smbclient libnss-wrapper cabextract"
    ;;
winrmcp)
    what="winrmcp"
    programs="winrmcp"
    files=
    packages="winrmcp"
    ;;
*)
    fail "not a known program; allowed: cabextract, chromium, curl, kerberos, npm, prometheus, samba, smbd, winrmcp"
    ;;
esac

present() {
    for program in $programs; do
        command -v "$program" >/dev/null 2>&1 || return 1
    done
    for file in $files; do
        [ -e "$file" ] || return 1
    done
}

present && exit 0
[ "$(id -u)" = 0 ] || fail "$what is not installed and only root can install it (apt-get install $packages)."
command -v apt-get >/dev/null 2>&1 || fail "$what is not installed and cannot be installed, because this machine has no apt-get."

# The packages would start services; a policy file of Debian prevents that while they are installed.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

echo "$need: installing Debian's packages for $what" >&2
install() {
    # shellcheck disable=SC2086 # a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null 2>&1
}
install || { apt-get update -qq >/dev/null 2>&1 && install; } || fail "apt-get could not install $packages."
present || fail "the packages are installed, but one of their programs or files is missing."
