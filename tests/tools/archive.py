# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Build the collection's archive out of what git knows and ``galaxy.yml`` lists, and of nothing else.

``ansible-galaxy collection build`` alone packs whatever lies in the checkout and fits a pattern of ``galaxy.yml``: a vault that
somebody put beside the variables of a role would go along. So the files that git knows are copied out, and the archive is built
from the copy.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Of the files that git does not know, so many are named.
NAMED = 10


class ArchiveError(Exception):
    """The archive cannot be built; the text says why and what to do."""


def _git_files(root: Path, *options: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *options], cwd=root, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        raise ArchiveError(
            f"git cannot list the files of {root}: {listed.stderr.strip()}. The archive is built of the files that git knows; "
            "build it in a clone."
        )
    names = (name for name in listed.stdout.split("\0") if name)
    return sorted(name for name in names if (root / name).is_file() and not (root / name).is_symlink())


def known_files(root: Path) -> list[str]:
    """Paths, relative to ``root``, of the files that git has in its index.

    :raises ArchiveError: when ``root`` is no work tree of git.
    """
    return _git_files(root, "--cached")


def new_files(root: Path) -> list[str]:
    """Paths, relative to ``root``, of the files that git neither knows nor ignores.

    :raises ArchiveError: when ``root`` is no work tree of git.
    """
    return _git_files(root, "--others", "--exclude-standard")


def copy_files(root: Path, names: list[str], target: Path) -> None:
    """Copy the files ``names`` from below ``root`` to the same places below ``target``."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target / name)


def build(root: Path, names: list[str], output: Path) -> Path:
    """Build the archive of those ``names`` that galaxy.yml lists, in the folder ``output``, and return its path.

    :raises ArchiveError: when ansible-galaxy cannot build it.
    """
    with tempfile.TemporaryDirectory(prefix="scp-archive-") as folder:
        copy = Path(folder, "checkout")
        built = Path(folder, "built")
        copy_files(root, names, copy)
        command = [Path(sys.executable).with_name("ansible-galaxy"), "collection", "build", "--output-path", built, copy]
        done = subprocess.run(
            [str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ArchiveError(f"ansible-galaxy could not build the archive: {(done.stderr or done.stdout).strip()}")
        archive = next(built.glob("*.tar.gz"))
        output.mkdir(parents=True, exist_ok=True)
        return Path(shutil.move(archive, output / archive.name))


def unpack(archive: Path, target: Path) -> None:
    """Unpack the files of the collection into ``target``, without the lists that ansible-galaxy writes for itself."""
    # File by file: what extractall() refuses of itself, it does from Python 3.11.4 on only, and Debian 12 has 3.11.2.
    with tarfile.open(archive) as packed:
        for member in packed:
            content = packed.extractfile(member) if member.isfile() else None
            if content is not None and member.name not in ("MANIFEST.json", "FILES.json"):
                (target / member.name).parent.mkdir(parents=True, exist_ok=True)
                (target / member.name).write_bytes(content.read())


def left_out(names: list[str]) -> str:
    """What to say of files that git does not know, or nothing."""
    if not names:
        return ""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"not in the archive, because git does not know them: {', '.join(names[:NAMED])}{more}"


if __name__ == "__main__":
    try:
        print(build(ROOT, known_files(ROOT), Path(sys.argv[1])))
        if strangers := left_out(new_files(ROOT)):
            print(strangers)
    except ArchiveError as error:
        sys.exit(f"build: {error}")
