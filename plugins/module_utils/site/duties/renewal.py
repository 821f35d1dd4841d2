# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the secrets of Entra applications are renewed: it depends on the version of the site and on their age. Pure.

Sources, read 2026-11: What's new in version 2409 (the age, the Global Administrator); azure-services-wizard (the rest). They
differ in who may renew a secret: by the second, a role that may consent for the tenant is enough. No page says whether the age
also matters for an imported application, whose key is created in the Azure portal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions

# From version 2409 on the console does not renew the secret of an older application.
MOST_DAYS = 800
_LIMIT_SINCE = "2409"
_SETTINGS_SINCE = "2309"

_WHERE = "Administration > Cloud Services > Microsoft Entra tenants > the tenant"
_RENEW = (
    f"Renew the secrets of the Entra applications in the console: {_WHERE} > Renew Secret Key. For an imported application, "
    "create the key in the Azure portal first, and enter it in the console with its expiry date."
)
_SETTINGS = f"The server application also needs Update Application Settings once after an update to 2309 or later ({_WHERE})."
_CONSENT = (
    "An administrator must consent to the permission Directory.Read.All of Microsoft Graph: this needs a Global Administrator; a "
    "Privileged Role Administrator may not be enough."
)
_CONDITIONAL = "Exclude the server application from Conditional Access policies for all cloud apps."
_NEW = "create a new application for the service (Administration > Cloud Services > Azure Services)"


def how_to_renew(applications: Iterable[tuple[str, datetime | None]], version: str, now: datetime | None) -> str:
    """What an administrator does for these applications.

    A site shows no age of an application, only that of its secret. So an application is surely too old when its secret is, and
    may be too old otherwise: a secret that was renewed is younger.

    :param applications: (name, creation of the secret).
    :param version: of the site; an unknown one counts as the newest.
    :param now: the site's clock; None when it cannot be read.
    """
    if not _reached(version, _LIMIT_SINCE):
        return f"{_RENEW} {_SETTINGS} {_CONDITIONAL}" if _reached(version, _SETTINGS_SINCE) else f"{_RENEW} {_CONDITIONAL}"
    listed = list(applications)
    old = [name for name, created in listed if too_old(created, now)]
    refused = f"The console refuses that for applications older than {MOST_DAYS} days"
    if not old:
        age = f"{refused}, and the site does not show their age: if it refuses, {_NEW}."
    elif len(old) == len(listed):
        age = f"{refused}, which is true of {', '.join(old)}: {_NEW}."
    else:
        age = f"{refused}, which is true of {', '.join(old)} and possible for the others: where it refuses, {_NEW}."
    return f"{_RENEW} {age} {_SETTINGS} {_CONSENT} {_CONDITIONAL}"


def too_old(created: datetime | None, now: datetime | None) -> bool:
    """Whether an application with a secret of this day is surely older than MOST_DAYS."""
    return created is not None and now is not None and now - created > timedelta(days=MOST_DAYS)


def _reached(version: str, name: str) -> bool:
    try:
        return versions.find(version).at_least(name)
    except versions.BadVersion:
        return True
