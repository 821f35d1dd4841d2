"""The version of the collection, installed and as a checkout."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from ansible_collections.configmgr.scp.plugins.plugin_utils.collection_version import collection_version

ROOT = Path(__file__).resolve().parents[3]


def test_the_version_of_the_checkout() -> None:
    assert collection_version() == yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]


def test_the_version_of_an_installed_collection_and_of_a_copy(tmp_path: Path) -> None:
    assert collection_version(tmp_path) == "unknown"
    (tmp_path / "MANIFEST.json").write_text(json.dumps({"collection_info": {"version": "9.8.7"}}), encoding="utf-8")
    assert collection_version(tmp_path) == "9.8.7"
