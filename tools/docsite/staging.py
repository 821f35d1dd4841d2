# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Write the sources of the documentation site into a folder: the pages of the checkout, with the links that they need there."""

from __future__ import annotations

from pathlib import Path

from tools.docsite import contents
from tools.docsite.places import place, with_moved_links

# Pages of the checkout that are not in docs/.
OTHER_PAGES = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.rst")
# Written by antsibull-docs, which removes its own old files.
REFERENCE = "reference"
_EXAMPLE = "inventories/example"
_LANGUAGES = {".yml": "yaml"}


def pages(root: Path) -> list[str]:
    """The pages of the checkout ``root`` that the front page must list, as paths in it."""
    return [path.relative_to(root).as_posix() for path in sorted((root / "docs").rglob("*.md"))] + list(OTHER_PAGES)


def _example(root: Path) -> str:
    """A page with the files of the example inventory."""
    text = "# The example inventory\n\nThe files of `inventories/example`, in the checkout and in the installed collection.\n"
    for path in sorted(path for path in (root / _EXAMPLE).rglob("*") if path.is_file()):
        # A vault that a user made beside it is nobody's example.
        if path.name == "vault.yml":
            continue
        content = path.read_text(encoding="utf-8").rstrip()
        name = path.relative_to(root / _EXAMPLE).as_posix()
        text += f"\n## {name}\n\n```{_LANGUAGES.get(path.suffix, 'yaml')}\n{content}\n```\n"
    return text


def _folders(root: Path) -> list[Path]:
    """The folders of examples in ``docs/``."""
    top = root / "docs" / "examples"
    return [path for path in (top, *sorted(top.rglob("*"))) if path.is_dir()]


def _folder(root: Path, folder: Path) -> str:
    """A page with a link to each file of a folder."""
    # Only the upper one is in the sidebar; it links to all files.
    orphan = "" if folder.parent.name == "docs" else "---\norphan: true\n---\n"
    text = f"{orphan}# Files of {folder.relative_to(root).as_posix()}\n\n"
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text += f"- [{path.relative_to(folder).as_posix()}]({path.relative_to(folder.parent).as_posix()})\n"
    return text


def _documents(root: Path) -> dict[str, bytes]:
    """The contents of all files of the site, by their paths there."""
    listed = contents.chapters((root / "README.md").read_text(encoding="utf-8"))
    contents.check(listed, pages(root))
    roles = sorted(path.relative_to(root).as_posix() for path in root.glob("roles/*/README.md"))
    made = {f"{_EXAMPLE}.md": _example(root).encode()}
    for name in ["README.md", *pages(root), *roles]:
        placed = place(name)
        assert placed is not None, name
        text = (root / name).read_text(encoding="utf-8")
        if name.endswith(".md"):
            text = with_moved_links(text, name)
        made[placed] = text.encode()
    folders = {f"{path.relative_to(root / 'docs').as_posix()}": path for path in _folders(root)}
    made |= {f"{name}.md": _folder(root, path).encode() for name, path in folders.items()}
    role_pages = sorted(f"roles/{Path(role).parent.name}" for role in roles)
    reference = [
        f"Options and return values <{REFERENCE}/index>",
        *role_pages,
        _EXAMPLE,
        *(name for name in folders if "/" not in name),
    ]
    made["index.md"] += contents.trees(listed, reference).encode()
    made["LICENSE"] = (root / "LICENSE").read_bytes()
    for path in sorted((root / "docs").rglob("*")):
        if path.is_file() and path.suffix != ".md":
            made[path.relative_to(root / "docs").as_posix()] = path.read_bytes()
    return made


def stage(root: Path, target: Path) -> None:
    """Make ``target`` the sources of the site of the checkout ``root``. A file that is the same is not written again.

    :raises ContentsError: if the front page does not list the pages.
    :raises LinkError: for a link to a file that the site does not have.
    """
    wanted = _documents(root)
    for path in sorted(target.rglob("*")):
        name = path.relative_to(target).as_posix()
        if path.is_file() and name not in wanted and not name.startswith(f"{REFERENCE}/"):
            path.unlink()
    for name, content in wanted.items():
        path = target / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
