# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with the options of the role verify, reported with their own names before anything is sent. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.role_options import impossible_of_report
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.check_ids import VERIFY


def impossible(options: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each option value of the role verify that is not possible.

    :param options: its options by their short names.
    """
    yield from impossible_of_report(VERIFY, options)
