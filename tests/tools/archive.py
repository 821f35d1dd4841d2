# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Build the collection's archive only from files that git tracks and ``galaxy.yml`` lists.

``ansible-galaxy collection build`` alone packs every file in the checkout that matches a pattern of ``galaxy.yml``, also a vault
that somebody saved beside the variables of a role. Therefore the files that git tracks are copied, and the archive is built from
the copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# How many of the files that git does not track are named.
NAMED = 10


class ArchiveError(Exception):
    """The archive cannot be built; the text says why and what to do."""


def _git_files(root: Path, *options: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *options], cwd=root, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        raise ArchiveError(
            f"git cannot list the files of {root}: {listed.stderr.strip()}. The archive is built from the files that git tracks; "
            "build it in a clone."
        )
    names = (name for name in listed.stdout.split("\0") if name)
    return sorted(name for name in names if (root / name).is_file() and not (root / name).is_symlink())


def known_files(root: Path) -> list[str]:
    """Paths, relative to ``root``, of the files that git has in its index.

    :raises ArchiveError: when ``root`` is not a work tree of git.
    """
    return _git_files(root, "--cached")


def new_files(root: Path) -> list[str]:
    """Paths, relative to ``root``, of the files that git neither tracks nor ignores.

    :raises ArchiveError: when ``root`` is not a work tree of git.
    """
    return _git_files(root, "--others", "--exclude-standard")


def copy_files(root: Path, names: list[str], target: Path) -> None:
    """Copy the files ``names`` below ``root`` to the same paths below ``target``."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target / name)


def build(root: Path, names: list[str], output: Path) -> Path:
    """Build the archive, in the folder ``output``, from those ``names`` that galaxy.yml lists, and return its path.

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
    # File by file: extractall() rejects unsafe members by itself only since Python 3.11.4, and Debian 12 has 3.11.2.
    with tarfile.open(archive) as packed:
        for member in packed:
            content = packed.extractfile(member) if member.isfile() else None
            if content is not None and member.name not in ("MANIFEST.json", "FILES.json"):
                (target / member.name).parent.mkdir(parents=True, exist_ok=True)
                (target / member.name).write_bytes(content.read())


def installation(archive: Path, target: Path) -> str:
    """Install the archive as a user does, and check each of its playbooks by its name from an empty folder.

    :param target: a folder that does not exist; the collection is in ``target/collections`` after that.
    :returns: what went wrong, or an empty text.
    """
    elsewhere = target / "elsewhere"
    elsewhere.mkdir(parents=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
        "ANSIBLE_COLLECTIONS_PATH": str(target / "collections"),
        "ANSIBLE_HOME": str(target / "home"),
        "ANSIBLE_NOCOLOR": "1",
    }
    tools = Path(sys.executable).parent
    install = [tools / "ansible-galaxy", "collection", "install", "--offline", archive]
    playbooks = [f"configmgr.scp.{path.stem}" for path in sorted((ROOT / "playbooks").glob("*.yml"))]
    check = [tools / "ansible-playbook", "--inventory", "localhost,", "--syntax-check", *playbooks]
    for command in (install, check):
        words = [str(word) for word in command]
        done = subprocess.run(
            words, cwd=elsewhere, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            return (done.stderr or done.stdout).strip() or f"{Path(words[0]).name} ended with {done.returncode}"
    return ""


def left_out(names: list[str]) -> str:
    """The message about files that git does not track, or an empty text."""
    if not names:
        return ""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"not in the archive, because git does not track them: {', '.join(names[:NAMED])}{more}"


if __name__ == "__main__":
    try:
        print(build(ROOT, known_files(ROOT), Path(sys.argv[1])))
        if untracked := left_out(new_files(ROOT)):
            print(untracked)
    except ArchiveError as error:
        sys.exit(f"build: {error}")
