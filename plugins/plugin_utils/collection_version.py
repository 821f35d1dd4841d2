# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The version of this collection, from the file that an installed collection or a checkout has."""

from __future__ import annotations

import json
from pathlib import Path

from ansible.module_utils.common.yaml import yaml_load

_ROOT = Path(__file__).resolve().parents[2]


def collection_version(root: Path = _ROOT) -> str:
    """The version; ``unknown`` where neither file exists, as in a copy that was made by hand.

    :param root: the folder of the collection.
    """
    manifest, source = root / "MANIFEST.json", root / "galaxy.yml"
    if manifest.is_file():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    return str(yaml_load(source.read_text(encoding="utf-8"))["version"]) if source.is_file() else "unknown"
