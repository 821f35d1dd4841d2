#!/bin/sh
# Create or update the virtual environment DIRECTORY, with exactly the packages of the REQUIREMENTS files.
# usage: venv.sh DIRECTORY REQUIREMENTS...
#
# The environment belongs to one interpreter and to the content of the requirements and constraints files; it is deleted and
# created again when one of them has changed. When nothing has changed, this takes one start of the interpreter.
# PYTHON may name the interpreter; otherwise the first suitable one of python3, python3.11, python3.12, python3.13 is used.
# PYTHON_NEWEST=14 is for an ansible-core that supports a newer Python than the ansible-core in requirements.txt.
set -eu

newest=${PYTHON_NEWEST:-13}

directory=$1
shift

fail() {
    echo "venv: $*" >&2
    exit 1
}

fits() {
    "$1" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $newest))" >/dev/null 2>&1
}

if [ -n "${PYTHON:-}" ]; then
    fits "$PYTHON" || fail "PYTHON=$PYTHON is not a working Python 3.11 to 3.$newest; set PYTHON to another one."
    python=$PYTHON
else
    python=
    for candidate in python3 python3.11 python3.12 python3.13; do
        if fits "$candidate"; then
            python=$candidate
            break
        fi
    done
    [ -n "$python" ] || fail "no Python 3.11 to 3.$newest was found on the PATH (ansible-core 2.19 in requirements.txt supports these); \
install one (Debian: apt-get install python3 python3-venv), or give its path: make PYTHON=/path/to/python3.11"
fi

key=$("$python" - "$@" constraints.txt <<'PYTHON_END'
import hashlib, pathlib, sys

key = hashlib.sha256(repr((sys.version_info[:3], sys.base_prefix)).encode())
for name in sys.argv[1:]:
    key.update(name.encode() + b"\0" + pathlib.Path(name).read_bytes() + b"\0")
print(key.hexdigest())
PYTHON_END
)
stamp=$directory/requirements.key
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ] && "$directory/bin/python" -c '' 2>/dev/null; then
    exit 0
fi

make_with_pip() {
    # On Debian, ensurepip is in a separate package; the machine's pip can be used in its place.
    "$python" -m venv --without-pip "$directory"
    "$python" -m pip --disable-pip-version-check --python "$directory/bin/python" install -qq pip
}

echo "venv: creating $directory with $("$python" -V) from $*"
rm -rf "$directory"
if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$directory"
elif "$python" -m pip --version >/dev/null 2>&1 && make_with_pip; then
    :
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "venv: $python has no ensurepip; installing Debian's package python3-venv"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null ||
        fail "apt-get could not install python3-venv; install it manually and run make again."
    rm -rf "$directory"
    "$python" -m venv "$directory"
else
    rm -rf "$directory"
    fail "$python cannot create virtual environments, because its ensurepip is missing; \
install the package python3-venv (Debian: apt-get install python3-venv) and run make again."
fi

for file in "$@"; do
    set -- "$@" -r "$file"
    shift
done
# Only a part of the installed files is ever imported; Python compiles that by itself.
"$directory/bin/python" -m pip --disable-pip-version-check --no-input install -qq --progress-bar off --no-compile "$@" ||
    fail "the packages above could not be installed into $directory; the package index in pip's configuration must be reachable."
"$directory/bin/python" -m pip --disable-pip-version-check check >/dev/null ||
    fail "the versions in the requirements files contradict each other: $("$directory/bin/python" -m pip check || true)"
echo "$key" >"$stamp"
