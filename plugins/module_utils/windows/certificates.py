# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Root certificates that a server trusts, by thumbprint, read from the registry, where Windows stores them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry

# LocalMachine\Root is these physical stores together (Windows SDK, "System Store Locations"). Most roots are in the first two.
_STORES = (
    r"SOFTWARE\Microsoft\SystemCertificates\ROOT\Certificates",
    r"SOFTWARE\Microsoft\SystemCertificates\AuthRoot\Certificates",
    r"SOFTWARE\Policies\Microsoft\SystemCertificates\Root\Certificates",
    r"SOFTWARE\Microsoft\EnterpriseCertificates\Root\Certificates",
)
_POLICY = r"SOFTWARE\Policies\Microsoft\SystemCertificates\AuthRoot"


@dataclass(frozen=True)
class Roots:
    """Which of the required roots are present.

    :param present: thumbprints, upper case.
    :param updates_switched_off: whether Windows may not download missing roots by itself (policy value DisableRootAutoUpdate);
        False also when nothing is missing and the policy was not read.
    """

    present: frozenset[str]
    updates_switched_off: bool


def read_roots(registry: Registry, wanted: Collection[str]) -> Roots:
    """One request if all required thumbprints are in the first store; up to five if one is missing."""
    missing = {thumbprint.upper() for thumbprint in wanted}
    present: set[str] = set()
    for store in _STORES:
        if not missing - present:
            break
        present |= missing & {name.upper() for name in _subkeys(registry, store)}
    off = bool(missing - present) and _updates_switched_off(registry)
    return Roots(frozenset(present), off)


def _subkeys(registry: Registry, key: str) -> list[str]:
    try:
        return registry.subkeys(key)
    except KeyMissing:
        return []


def _updates_switched_off(registry: Registry) -> bool:
    try:
        return registry.get_dword(_POLICY, "DisableRootAutoUpdate") == 1
    except KeyMissing:
        return False
