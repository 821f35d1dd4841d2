"""The contents of the collection's archive: only the listed files, whatever else is in the checkout, and no broken link."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.tools import archive

ROOT = Path(__file__).resolve().parents[3]

# Files that plays, editors and users leave in a checkout.
STRAYS = [
    "reports/cas01.contoso.com.html",
    "reports/cas01.contoso.com.json",
    "vault.yml",
    "group_vars/windows/vault.yml",
    "inventories/example/group_vars/windows/vault.yml",
    "inventories/mine/hosts.yml",
    "docs/examples/awx/vault.yml",
    "carry/UsageData.cab",
    "after_setup.json",
    "ps1.ini",
    "playbooks/ps1.ini",
    "playbooks/ps1_after_setup.json",
    "playbooks/reports/preflight.xml",
    "roles/verify/files/secret.key",
    "plugins/modules/cim.py.orig",
    "docs/notes.txt",
    "meta/token.txt",
    "site.retry",
    "configmgr-scp-0.9.0.tar.gz",
    ".env",
    ".venv/lib/x.py",
]
# These match a pattern of the list; only git distinguishes them from files of the collection.
STRAYS_OF_A_SHIPPED_KIND = ["roles/verify/vars/vault.yml", "playbooks/mine.yml", "plugins/modules/draft.py", "docs/draft.md"]

# All files of these folders that git tracks are shipped.
WHOLE = ("plugins/", "roles/", "playbooks/", "docs/", "meta/", "inventories/example/")
SINGLE = {
    "README.md",
    "LICENSE",
    "CHANGELOG.rst",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "changelogs/changelog.yaml",
    "changelogs/config.yaml",
    "tests/config.yml",
}
LINK = re.compile(r"\]\(([^)\s]+)\)")


def known() -> list[str]:
    """The files of this checkout that git tracks or could track."""
    return archive.known_files(ROOT) + archive.new_files(ROOT)


def content(path: Path) -> set[str]:
    """Names of the files in the archive ``path``, without the two lists that ansible-galaxy adds."""
    with tarfile.open(path) as packed:
        return {member.name for member in packed if member.isfile()} - {"MANIFEST.json", "FILES.json"}


def wanted() -> set[str]:
    return {name for name in known() if name.startswith(WHOLE)} | SINGLE


@pytest.fixture(scope="module")
def littered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of this state with all kinds of other files in it."""
    root = tmp_path_factory.mktemp("checkout")
    archive.copy_files(ROOT, known(), root)
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    for name in STRAYS + STRAYS_OF_A_SHIPPED_KIND:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("secret: yes\n", encoding="utf-8")
    return root


def test_what_lies_about_is_not_shipped(littered: Path, tmp_path: Path) -> None:
    assert content(archive.build(littered, archive.known_files(littered), tmp_path)) == wanted()


def test_ansible_galaxy_alone_ships_by_the_list(littered: Path, tmp_path: Path) -> None:
    galaxy = Path(sys.executable).with_name("ansible-galaxy")
    command = [str(galaxy), "collection", "build", "--output-path", str(tmp_path), str(littered)]
    subprocess.run(command, check=True, capture_output=True)
    assert content(next(tmp_path.glob("*.tar.gz"))) == wanted() | set(STRAYS_OF_A_SHIPPED_KIND)


def test_strangers_are_named(littered: Path) -> None:
    said = archive.left_out(archive.new_files(littered))
    assert said.startswith("not in the archive, because git does not track them: ")
    assert "after_setup.json, carry/UsageData.cab" in said
    assert said.endswith(" more")
    assert archive.left_out(["a.yml"]) == "not in the archive, because git does not track them: a.yml"
    assert archive.left_out([]) == ""


def test_outside_of_git_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(archive.ArchiveError, match=r"build it in a clone\.$"):
        archive.known_files(tmp_path)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection of a user who has installed the archive."""
    folder = tmp_path_factory.mktemp("installed")
    archive.unpack(archive.build(ROOT, known(), folder / "built"), folder / "scp")
    return folder / "scp"


def test_each_link_of_a_page_leads_somewhere(installed: Path) -> None:
    dead = []
    for page in installed.rglob("*.md"):
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            if "://" not in link and not (page.parent / link.partition("#")[0]).exists():
                dead.append(f"{page.relative_to(installed)}: {link}")
    assert dead == []


def test_each_role_has_a_page(installed: Path) -> None:
    roles = {path.name for path in (installed / "roles").iterdir()}
    assert {path.parent.name for path in installed.glob("roles/*/README.md")} == roles


def test_a_page_that_speaks_of_the_checkout_says_so(installed: Path) -> None:
    unsaid = []
    for page in sorted(installed.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        speaks = re.search(r"^(\$ )?make [a-z]|`make [a-z]|-m lab |`(lab|tests|molecule)/", text, re.MULTILINE)
        if speaks and "project's checkout" not in text:
            unsaid.append(str(page.relative_to(installed)))
    assert unsaid == []


def test_each_playbook_can_be_run_by_name_after_an_installation(tmp_path: Path) -> None:
    built = archive.build(ROOT, known(), tmp_path)
    assert archive.installation(built, tmp_path / "user") == ""
    there = tmp_path / "user/collections/ansible_collections/configmgr/scp"
    # What a user copies is executable where it must be.
    for name in ("steps.sh", "vault-password.sh"):
        assert (there / "docs/examples/pipelines" / name).stat().st_mode & 0o100


def test_an_archive_without_a_playbook_is_found(tmp_path: Path) -> None:
    built = archive.build(ROOT, [name for name in known() if name != "playbooks/move.yml"], tmp_path)
    assert "configmgr.scp.move" in archive.installation(built, tmp_path / "user")


def test_what_cannot_be_installed_is_found(tmp_path: Path) -> None:
    (tmp_path / "broken.tar.gz").write_bytes(b"no archive")
    assert "broken.tar.gz" in archive.installation(tmp_path / "broken.tar.gz", tmp_path / "user")
