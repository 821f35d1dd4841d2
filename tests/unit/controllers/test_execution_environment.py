"""What an execution environment gets: all that the code imports, and what Kerberos, CredSSP and file shares need."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from importlib.metadata import metadata, packages_distributions, requires
from pathlib import Path

import pytest
import yaml
from bindep.depends import Depends
from packaging.requirements import Requirement

from tests.tools import archive
from tools.drawing.sources import imported

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "docs" / "examples" / "execution-environment.yml"
PROVIDED = {"ansible", "ansible_collections", *sys.stdlib_module_names}


def lines(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith(("#", "-"))]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


REQUIREMENTS = {canonical(Requirement(line).name): Requirement(line) for line in lines("meta/ee-requirements.txt")}


def needed_by(name: str, extras: frozenset[str] = frozenset()) -> set[str]:
    """A distribution and what it requires with these extras, with all below them, by the metadata of what is installed."""
    found: set[str] = set()
    waiting = [(canonical(name), extras)]
    while waiting:
        name, extras = waiting.pop()
        found.add(name)
        for line in requires(name) or () if name in INSTALLED else ():
            wanted = Requirement(line)
            if any(wanted.marker is None or wanted.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
                below = canonical(wanted.name)
                if below not in found or wanted.extras:
                    waiting.append((below, frozenset(wanted.extras)))
    return found


INSTALLED = {canonical(name) for names in packages_distributions().values() for name in names}
GIVEN = set[str]().union(*(needed_by(name, frozenset(wanted.extras)) for name, wanted in REQUIREMENTS.items()))
OF_ANSIBLE = needed_by("ansible-core")


def third_party() -> dict[str, str]:
    """The libraries that the plugins import, each with a file that does."""
    found = {}
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        package = ["ansible_collections", "configmgr", "scp", *path.relative_to(ROOT).parts[:-1]]
        for _, name in imported(path.read_text(encoding="utf-8"), package):
            top = name.partition(".")[0]
            if top not in PROVIDED:
                found[top] = str(path.relative_to(ROOT))
    return found


@pytest.mark.parametrize(("library", "file"), third_party().items())
def test_each_import_is_provided(library: str, file: str) -> None:
    (distribution, *_) = packages_distributions()[library]
    assert canonical(distribution) in GIVEN | OF_ANSIBLE, (
        f"{file} imports {library}: add {distribution} to meta/ee-requirements.txt"
    )


def test_kerberos_and_credssp_are_provided_for_winrm_psrp_and_file_shares() -> None:
    for name in ("pywinrm", "pypsrp"):
        extras = metadata(name).get_all("Provides-Extra") or []
        assert {"kerberos", "credssp"} <= set(extras), name
        assert needed_by(name, frozenset({"kerberos", "credssp"})) <= GIVEN, name
    assert needed_by("smbprotocol", frozenset({"kerberos"})) <= GIVEN
    # The versions that the tests of Kerberos use.
    pinned = {canonical(Requirement(line).name): Requirement(line) for line in lines("requirements-kerberos.txt")}
    for name, wanted in REQUIREMENTS.items():
        if name in pinned:
            (exact,) = pinned[name].specifier
            assert wanted.specifier.contains(exact.version), name
    assert {"pykerberos", "gssapi", "krb5", "requests-credssp"} <= GIVEN


def test_what_the_checks_use_satisfies_the_requirements() -> None:
    pinned = {
        canonical(Requirement(line).name): Requirement(line)
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in lines(name)
    }
    for name, wanted in REQUIREMENTS.items():
        if name != "requests-credssp":
            (exact,) = pinned[name].specifier
            assert wanted.specifier.contains(exact.version), name


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection's archive, named as the example expects it."""
    return archive.build(ROOT, archive.known_files(ROOT), tmp_path_factory.mktemp("archive"))


def builder(folder: Path, *arguments: str) -> str:
    program = str(Path(sys.executable).with_name("ansible-builder"))
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_example_is_created(packed: Path, tmp_path: Path) -> None:
    (tmp_path / EXAMPLE.name).write_bytes(EXAMPLE.read_bytes())
    (tmp_path / packed.name).write_bytes(packed.read_bytes())
    builder(tmp_path, "create", "--output-filename", "Containerfile")
    context = tmp_path / "context"
    (collection,) = yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8"))["collections"]
    assert (context / "_build" / collection["name"]).read_bytes() == packed.read_bytes()
    steps = (context / "Containerfile").read_text(encoding="utf-8")
    # The image's own tools read the requirements of the installed collection.
    assert "introspect.py introspect" in steps
    assert "ansible-runner" in steps


def test_the_requirements_of_the_archive_are_found(packed: Path, tmp_path: Path) -> None:
    installed = tmp_path / "ansible_collections" / "configmgr" / "scp"
    archive.unpack(packed, installed)
    # ansible-builder recognises a collection by this list, which ansible-galaxy adds.
    with tarfile.open(packed) as opened:
        listed = opened.extractfile("MANIFEST.json")
        assert listed is not None
        (installed / "MANIFEST.json").write_bytes(listed.read())
    builder(tmp_path, "introspect", str(tmp_path), "--write-pip", "pip.txt", "--write-bindep", "bindep.txt")

    def kept(name: str) -> list[str]:
        found = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        return sorted(line.partition("#")[0].strip() for line in found if line.strip() and not line.startswith("#"))

    assert [str(Requirement(line)) for line in kept("pip.txt")] == sorted(str(wanted) for wanted in REQUIREMENTS.values())
    assert kept("bindep.txt") == sorted(lines("meta/ee-bindep.txt"))


@pytest.mark.parametrize(
    ("profile", "wanted"),
    [
        ("platform:rpm", {"krb5-workstation"}),
        ("platform:rpm compile", {"krb5-workstation", "gcc", "krb5-devel", "python3-devel"}),
        ("platform:dpkg", {"krb5-user"}),
        ("platform:dpkg compile", {"krb5-user", "gcc", "libkrb5-dev", "python3-dev"}),
    ],
)
def test_the_packages_of_each_system(profile: str, wanted: set[str]) -> None:
    listed = Depends((ROOT / "meta" / "ee-bindep.txt").read_text(encoding="utf-8"))
    assert {rule[0] for rule in listed.active_rules(profile.split())} == wanted
