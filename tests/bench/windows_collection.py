"""The collection ansible.windows, for the peer."""

from __future__ import annotations

from pathlib import Path

from tests.lab.ansible_runs import CHECKOUT
from tests.tools import community

REQUIREMENTS = community.REQUIREMENTS


def collections_folder() -> Path:
    """A folder for ANSIBLE_COLLECTIONS_PATH; downloaded if it does not exist yet.

    :raises RuntimeError: pip could not download the package.
    """
    return community.collections_folder(CHECKOUT / ".cache" / "bench", "ansible.windows")
