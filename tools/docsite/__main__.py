# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``python -m tools.docsite``: build the documentation site, or check its links to other sites with ``--external-links``."""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
from pathlib import Path

from sphinx.cmd.build import main as sphinx_build

from tools.docsite import built
from tools.docsite.contents import ContentsError
from tools.docsite.places import LinkError
from tools.docsite.staging import REFERENCE, stage

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
SITE = ROOT / "build" / "docs"
WORK = ROOT / "build" / "docsite"
COLLECTION = "configmgr.scp"


def _run(*command: str | Path) -> int:
    """Run a program of this environment in the checkout, where Ansible finds the collection."""
    program = Path(sys.executable).with_name(str(command[0]))
    return subprocess.run([program, *command[1:]], cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode


def _reference(target: Path) -> int:
    """Write the pages of all plugins and roles."""
    target.mkdir(parents=True, exist_ok=True)
    # antsibull-docs refuses a folder that others can write to.
    target.chmod(0o755)
    options = [
        "--use-current",
        "--squash-hierarchy",
        "--fail-on-error",
        "--cleanup",
        "everything",
        "--no-add-antsibull-docs-version",
    ]
    config: list[str | Path] = ["--config-file", HERE / "antsibull-docs.cfg"]
    return _run("antsibull-docs", *config, "collection", *options, "--dest-dir", target, COLLECTION)


def _check(site: Path) -> int:
    """Report what only a browser would show."""
    found = [
        f"docs: {page.relative_to(site)}: {problem}"
        for page in sorted(site.rglob("*.html"))
        for problem in built.problems(page.read_text(encoding="utf-8"))
    ]
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    """Build, and return the exit status: 1 for a page that is not listed, a dead link, or any warning of Sphinx."""
    parser = argparse.ArgumentParser(prog="python -m tools.docsite", description=__doc__)
    parser.add_argument("--external-links", action="store_true", help="check the links to other sites; needs the internet")
    wanted = parser.parse_args(arguments)
    source = WORK / "source"
    try:
        stage(ROOT, source)
    except (ContentsError, LinkError) as error:
        print(f"docs: {error}", file=sys.stderr)
        return 1
    if code := _reference(source / REFERENCE):
        return code
    builder, output = ("linkcheck", WORK / "links") if wanted.external_links else ("html", SITE)
    strict = ["-n", "-W", "--keep-going", "-q"]
    # Python's search for garbage takes a fifth of the processor time of a build; without any, a build needs 780 MB.
    gc.set_threshold(100_000, 20, 20)
    places = ["-c", HERE, "-d", WORK / "doctrees", source, output]
    code = sphinx_build([*strict, "-b", builder, *map(str, places)])
    if not code and builder == "html":
        code = _check(output)
    if not code:
        print(f"docs: {output / ('output.txt' if wanted.external_links else 'index.html')}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
