# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run every test of ``ansible-test sanity`` on the files that the collection ships.

``ansible-test`` follows the checkout's link below ``collections/`` and then finds no collection; therefore these files are first
exported to ``build/sanity/ansible_collections/<namespace>/<name>``. Its tool environments need a pip bootstrap script from a host
that often cannot be reached, and its subprocesses do not get the machine's ``PIP_*`` settings. Therefore all tools are downloaded
before, with the machine's own pip configuration, to ``.cache/sanity``, and ``ansible-test`` runs with a private home directory
whose pip uses only that folder. A second run needs no package index.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from tests.tools import archive

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "sanity"
EXPORT = ROOT / "build" / "sanity"

# Tests that ansible-test silently skips if their program is missing. Any other skipped test is a failure.
PROGRAMS = {"pslint": "pwsh", "shellcheck": "shellcheck"}

# A line that Python runs whenever a tool's environment starts. Only ansible-test's calls of pip have this variable: the tool
# itself finds no pip, as if it had been removed. The search for garbage is rare for the reason given in tests/conftest.py.
START = (
    "import gc, os, sys; gc.set_threshold(100_000, 50, 100); "
    "'PIP_BREAK_SYSTEM_PACKAGES' in os.environ and sys.path.append({pip!r})\n"
)
# ansible-test runs this stand-in like the real script, to install pip into each environment. In its place all environments share
# one: each would otherwise unpack and compile pip, and remove it again.
GET_PIP = """\
\"\"\"Let this environment use the pip that all of them share.\"\"\"

import pathlib
import sysconfig

pathlib.Path(sysconfig.get_path("purelib"), "shared_pip.pth").write_text({start!r}, encoding="utf-8")
"""


class SanityError(Exception):
    """The sanity tests cannot run, or some were skipped; the text says why and what to do."""


def pip_version(source: str) -> str:
    """The version of pip that this ansible-test bootstraps its environments with.

    :param source: the text of ``ansible_test/_internal/python_requirements.py``.
    :raises SanityError: when the source no longer contains it in the known form.
    """
    found = re.search(r"""\bpip['"]?\s*[=:]\s*['"](\d+(?:\.\d+)+)['"]""", source)
    if found is None:
        raise SanityError(
            "ansible-test's source has its version of pip in an unknown form; adapt pip_version() in tests/tools/sanity.py."
        )
    return found.group(1)


def skipped_tests(output: str) -> list[str]:
    """Names of the tests that ``ansible-test sanity`` reports as skipped."""
    return sorted(set(re.findall(r'Skipping sanity test "([^"]+)"', output)))


def batches(texts: Iterable[str]) -> list[list[str]]:
    """The distinct requirements of several files, in as few lists as possible: pip rejects two versions of a package at once."""
    found: list[dict[str, str]] = []
    for line in dict.fromkeys(line.strip() for text in texts for line in text.splitlines()):
        if line and not line.startswith("#"):
            package = re.split(r"[^\w.-]", line, maxsplit=1)[0].lower()
            free = next((batch for batch in found if package not in batch), None)
            if free is None:
                found.append(free := {})
            free[package] = line
    return [list(batch.values()) for batch in found]


def run(command: Sequence[str | Path], cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    """Run ``command`` and return its output; a failure is a :class:`SanityError` with the command's output."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SanityError(f"'{' '.join(words)}' failed with exit code {done.returncode}:\n{done.stderr or done.stdout}")
    return done.stdout


def export_collection() -> Path:
    """Write the files that the collection ships, from the work tree, to a new git repository; return its directory."""
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    names = archive.known_files(ROOT) + archive.new_files(ROOT)
    if any(name.startswith("tests/sanity/ignore") for name in names):
        raise SanityError("tests/sanity/ignore*.txt: this project has no ignore file; fix the finding instead.")
    shutil.rmtree(EXPORT, ignore_errors=True)
    target = EXPORT / "ansible_collections" / str(galaxy["namespace"]) / str(galaxy["name"])
    archive.unpack(archive.build(ROOT, names, EXPORT), target)
    shutil.copy2(ROOT / "galaxy.yml", target)
    # The repository is the exported one, whatever the caller's git variables refer to (a hook sets GIT_DIR).
    outside = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    run(["git", "-c", "init.defaultBranch=main", "init", "--quiet"], cwd=target, env=outside)
    run(["git", "add", "--all"], cwd=target, env=outside)
    return target


def prepare_home() -> Path:
    """Prepare a home directory in which ansible-test finds its pip bootstrap script and all packages; return it.

    The packages are downloaded again when the requirements of this ansible-test or the interpreter have changed.
    """
    ansible_test = next(path for path in map(Path, sys.path) if (path / "ansible_test").is_dir()) / "ansible_test"
    version = pip_version((ansible_test / "_internal" / "python_requirements.py").read_text(encoding="utf-8"))
    requirements = sorted((ansible_test / "_data" / "requirements").glob("sanity.*.txt"))
    key = hashlib.sha256(repr((sys.version_info[:2], version)).encode())
    for path in requirements:
        key.update(path.read_bytes())
    place = CACHE / key.hexdigest()[:16]
    home, wheels, stamp = place / "home", place / "wheels", place / "complete"
    if not stamp.exists():
        print(f"sanity: downloading the tools of {len(requirements)} tests", flush=True)
        shutil.rmtree(CACHE, ignore_errors=True)
        pip_wheel = [
            sys.executable,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "wheel",
            "-qq",
            "--no-deps",
            "-w",
            str(wheels),
        ]
        for wanted in batches([f"pip=={version}", *(path.read_text(encoding="utf-8") for path in requirements)]):
            run(pip_wheel + wanted)
        config = home / ".config" / "pip" / "pip.conf"
        config.parent.mkdir(parents=True)
        # Only a small part of the installed files is ever imported; Python compiles that by itself.
        config.write_text(
            f"[global]\nno-index = true\nfind-links = {wheels.as_uri()}\n[install]\ncompile = false\n", encoding="utf-8"
        )
        script = home / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
        script.parent.mkdir(parents=True)
        with zipfile.ZipFile(next(wheels.glob(f"pip-{version}-*.whl"))) as wheel:
            # Without its metadata: pip takes itself for not installed, and does not remove itself.
            wheel.extractall(place / "pip", [name for name in wheel.namelist() if name.startswith("pip/")])
        script.write_text(GET_PIP.format(start=START.format(pip=str(place / "pip"))), encoding="utf-8")
        stamp.touch()
    return home


def sanity(arguments: Sequence[str]) -> int:
    """Export, run and check; ``arguments`` are passed to ``ansible-test sanity``. Returns the exit code of the program."""
    home = prepare_home()
    target = export_collection()
    command = [str(Path(sys.executable).with_name("ansible-test")), "sanity", "--color", "no", "--truncate", "0"]
    command += ["--python", f"{sys.version_info[0]}.{sys.version_info[1]}", *arguments]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(
        command,
        cwd=target,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    with process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        return process.returncode
    skipped = skipped_tests("".join(lines))
    if skipped:
        raise SanityError(f"ansible-test skipped {', '.join(skipped)}; its output above says why.")
    missing = [f"{test} (needs {program})" for test, program in PROGRAMS.items() if shutil.which(program) is None]
    print("sanity: no findings" + (f"; not run, because their program is missing: {', '.join(missing)}" if missing else ""))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(sanity(sys.argv[1:]))
    except (SanityError, archive.ArchiveError) as error:
        sys.exit(f"sanity: {error}")
