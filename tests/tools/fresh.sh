#!/bin/sh
# Run `make test` of the checkout's last commit on the machine of a new user: a minimal Debian without anything of the project.
# usage: fresh.sh SUITE USER [COMMAND...]
#
# SUITE is bookworm (Debian 12) or trixie (Debian 13). USER is root, or user for an ordinary user. COMMAND is run in the
# clone in place of `make test`. FRESH_DIR is the folder for the systems, the caches and the logs (default: .cache/fresh).
# FRESH_KEEP=1 continues in the system of the last run with this suite and user, which has its environments and packages already.
#
# Needed: root, debootstrap, and overlayfs in the kernel. The minimal system is created once; each run mounts a new layer over it.
# Everything is mounted in a separate mount namespace, which ends with the run, however the run ends; so do its processes.
# The settings with which this machine reaches its package indexes are copied for the run: apt's Acquire settings and mirror (or
# MIRROR), the PIP_* and proxy variables, and pip's certificates.
set -eu

fail() {
    echo "fresh: $*" >&2
    exit 2
}

suite=${1:-}
user=${2:-}
case $suite in bookworm | trixie) ;; *) fail "the first argument is '$suite'; allowed: bookworm, trixie." ;; esac
case $user in root | user) ;; *) fail "the second argument is '$user'; allowed: root, user." ;; esac
[ "$(id -u)" = 0 ] || fail "only root can create a system and mount in it; run this as root."
for program in debootstrap unshare chroot git; do
    command -v "$program" >/dev/null || fail "$program is missing; install it (Debian: apt-get install debootstrap util-linux git)."
done

cd "$(dirname "$0")/../.."
folder=${FRESH_DIR:-$PWD/.cache/fresh}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
base=$folder/$suite.base
layer=$folder/$suite-$user
log=$layer.log

if [ -z "${FRESH_INSIDE:-}" ]; then
    if [ ! -e "$base/complete" ]; then
        mirror=${MIRROR:-$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null | head -n 1)}
        echo "fresh: creating a minimal $suite in $base"
        rm -rf "$base"
        debootstrap --variant=minbase "$suite" "$base" ${mirror:+"$mirror"} >"$folder/$suite.log" 2>&1 ||
            fail "debootstrap failed; the end of $folder/$suite.log says why."
        touch "$base/complete"
    fi
    FRESH_INSIDE=1 FRESH_DIR=$folder exec unshare --mount --pid --fork --kill-child --propagation private -- sh "$0" "$@"
fi

# From here on, this runs in the namespace.
shift 2
[ $# -gt 0 ] || set -- make test
root=$layer/root
if [ -z "${FRESH_KEEP:-}" ]; then
    rm -rf "$layer"
fi
mkdir -p "$root" "$layer/changes" "$layer/work" "$layer.pip" "$layer.apt/partial"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$layer/changes,workdir=$layer/work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
# Downloaded packages are kept for later runs.
mkdir -p "$root/var/cache/pip"
mount --bind "$layer.pip" "$root/var/cache/pip"
mount --bind "$layer.apt" "$root/var/cache/apt/archives"

cat /etc/resolv.conf >"$root/etc/resolv.conf"
cat /etc/hosts >"$root/etc/hosts"
apt-config dump Acquire | grep -E '^Acquire::[^: ]+(::(Proxy|Timeout)[^ ]*)? ' | grep -v '""' \
    >"$root/etc/apt/apt.conf.d/90of-the-machine"
printf 'Binary::apt-get::APT::Keep-Downloaded-Packages "true";\nAPT::Keep-Downloaded-Packages "true";\n' \
    >"$root/etc/apt/apt.conf.d/91keep"

of_the_machine() {
    # The PIP_* and proxy variables except those that contain paths, which would be other files in the new system.
    env | grep -E '^(PIP_(INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|DEFAULT_TIMEOUT|PROXY)|(https?|HTTPS?|no|NO)_(proxy|PROXY))=' || true
    echo PIP_CACHE_DIR=/var/cache/pip
    certificates=${PIP_CERT:-}
    if [ -n "$certificates" ]; then
        cp "$certificates" "$root/usr/local/share/pip-certificates.pem"
        echo PIP_CERT=/usr/local/share/pip-certificates.pem
    fi
}

inside() {
    # As root, without this machine's environment variables.
    chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

packages="python3 make git ca-certificates"
home=/root
owner=0:0
if [ "$user" = user ]; then
    # For root, make installs it; other users cannot install it.
    packages="$packages python3-venv"
    home=/home/newcomer
    owner=1000:1000
    grep -q ^newcomer: "$root/etc/passwd" || inside useradd --uid 1000 --create-home newcomer
fi
inside sh -c "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages" \
    >"$folder/$suite-$user.packages.log" 2>&1 || fail "the packages ($packages) could not be installed: $folder/$suite-$user.packages.log says why."

clone=$root$home/checkout
if [ -d "$clone" ]; then
    git -c safe.directory='*' -C "$clone" fetch -q "$PWD" HEAD
    git -c safe.directory='*' -C "$clone" checkout -q --detach FETCH_HEAD
else
    git clone -q --no-local "$PWD" "$clone"
fi
chown -R "$owner" "$clone"
chown -R "$owner" "$layer.pip"

settings=$(of_the_machine)
began=$(date +%s)
echo "fresh: Debian $(cat "$root/etc/debian_version"), $(inside python3 -V), as $user, commit $(git rev-parse --short HEAD): $*"
code=0
{
    # shellcheck disable=SC2086 # settings are words
    chroot --userspec="$owner" "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME="$home" LANG=C.UTF-8 NO_COLOR=1 ANSIBLE_NOCOLOR=1 PYTHONUNBUFFERED=1 $settings \
        sh -c 'cd "$HOME/checkout" && exec "$@"' sh "$@" </dev/null 2>&1 || echo $? >"$layer/code"
} | tee "$log"
if [ -e "$layer/code" ]; then
    code=$(cat "$layer/code")
    rm "$layer/code"
fi
echo "fresh: Debian $(cat "$root/etc/debian_version") as $user ended with exit code $code after $(($(date +%s) - began)) s; the output is in $log"
exit "$code"
