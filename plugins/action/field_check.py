# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module field_check: action/cim.py runs it."""

from __future__ import annotations

from ansible_collections.configmgr.scp.plugins.action.cim import ActionModule
from ansible_collections.configmgr.scp.plugins.modules import field_check

__all__ = ["ActionModule", "field_check"]
