"""The sources of the documentation site, made from this checkout. `make docs` builds the site itself, without a warning."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.docsite import staging

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("source")
    # Fails for a page that README.md does not list, and for a link that cannot work on the site.
    staging.stage(ROOT, target)
    return target


def test_each_page_is_on_the_site(source: Path) -> None:
    assert {path.stem for path in (ROOT / "docs").glob("*.md")} <= {path.stem for path in source.glob("*.md")}
    assert {path.parent.name for path in ROOT.glob("roles/*/README.md")} == {path.stem for path in source.glob("roles/*.md")}


def test_each_link_leads_to_a_file_of_the_site(source: Path) -> None:
    dead = []
    for page in source.rglob("*.md"):
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            target = (page.parent / link).resolve()
            made_later = target.is_relative_to(source / staging.REFERENCE)
            if "://" not in link and not made_later and not target.is_file():
                dead.append(f"{page.name}: {link}")
    assert dead == []


def test_a_vault_of_a_user_is_not_shown(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    example = root / "inventories" / "example"
    (example / "group_vars").mkdir(parents=True)
    (example / "hosts.yml").write_text("all:\n", encoding="utf-8")
    (example / "group_vars" / "vault.yml").write_text("password: secret\n", encoding="utf-8")
    (root / "docs").mkdir()
    (root / "docs" / "move.md").write_text("# Move\n", encoding="utf-8")
    for name in ("LICENSE", *staging.OTHER_PAGES):
        (root / name).write_text("# x\n", encoding="utf-8")
    listed = "\n".join(f"- [x]({name}): y" for name in ["docs/move.md", *staging.OTHER_PAGES])
    (root / "README.md").write_text(f"# Name\n\n## Read on\n\n### All\n\n{listed}\n", encoding="utf-8")
    target = tmp_path / "source"
    staging.stage(root, target)
    shown = (target / "inventories" / "example.md").read_text(encoding="utf-8")
    assert "## hosts.yml" in shown
    assert "secret" not in shown


def test_old_files_are_removed_and_the_reference_is_kept(source: Path) -> None:
    (source / "old.md").write_text("# Old\n", encoding="utf-8")
    reference = source / staging.REFERENCE / "cim_module.rst"
    reference.parent.mkdir(exist_ok=True)
    reference.write_text("Cim\n===\n", encoding="utf-8")
    before = (source / "move.md").stat().st_mtime_ns
    staging.stage(ROOT, source)
    assert not (source / "old.md").exists()
    assert reference.is_file()
    assert (source / "move.md").stat().st_mtime_ns == before
