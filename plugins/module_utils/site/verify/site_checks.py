# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Updates, support, secrets and duties, as checks. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.renewal import how_to_renew
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import security_updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.support import ENDED
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.time_texts import with_times
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import cloud_needs
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import ONLINE, Data, Gathered, moment
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.words import (
    counted,
    failed,
    passed,
    skipped,
    unclear,
    warning,
)

_MONITOR = "Check Monitoring > Updates and Servicing Status in the console, and CMUpdate.log on the site server."
_HOTFIXES = "https://learn.microsoft.com/intune/configmgr/hotfix"
# Duties that other checks report with more details.
_TOLD_ELSEWHERE = frozenset({"role_running", "no_update_in_progress", "app_secrets_valid"})


def updates_going_on(found: Gathered) -> Check:
    """No update has failed, none hangs, none is in an unknown state."""
    id, title = "updates", "No update of the site has failed or hangs"
    packages = found.updates.rows("packages")
    ill = [row for row in packages if row.get("phase") == "failed" or row.get("hangs")]
    if ill:
        advice = " ".join(dict.fromkeys(str(row["advice"]) for row in ill if row.get("advice"))) or _MONITOR
        return failed(id, title, f"{'; '.join(_told(row) for row in ill)}.", advice)
    unknown = [row for row in packages if row.get("phase") == "unknown"]
    if unknown:
        return unclear(id, title, f"{'; '.join(_told(row) for row in unknown)}.", _MONITOR)
    moving = [
        row for row in packages if row.get("phase") in ("downloading", "installing", "checking", "restart_pending", "enabled")
    ]
    if moving:
        return passed(id, title, f"In progress: {'; '.join(_told(row) for row in moving)}.")
    ready = [str(row.get("name")) for row in packages if row.get("phase") in ("ready", "available")]
    if ready:
        return passed(id, title, f"Can be installed or downloaded: {', '.join(ready)}.")
    return passed(id, title, f"The site lists {counted(len(packages), 'update')}; nothing is in progress.")


def support_end(found: Gathered) -> Check:
    """The version of the site is supported, and will be for a while."""
    id, title = "support_end", "The site's version is supported"
    support = found.updates.get("support", {})
    if not isinstance(support, Mapping) or support.get("days_left") is None:
        why = support.get("warning") if isinstance(support, Mapping) else None
        return unclear(
            id,
            title,
            str(why or "the site does not show its version."),
            "Check the version on Microsoft's page of supported versions.",
        )
    days, name, ends = int(support["days_left"]), support.get("name"), support.get("ends")
    remedy = "Install a newer version: Administration > Updates and Servicing in the console."
    if days < 0:
        return failed(id, title, f"{name} has been out of support since {ends}.", remedy)
    if days < found.limits.support_days:
        return warning(id, title, f"{name} is supported until {ends}, {counted(days, 'day')} from now.", remedy)
    return passed(id, title, f"{name} is supported until {ends}.")


def security_update(found: Gathered) -> Check:
    """The newest security update that is known is installed. Later ones are not known, so a missing one only warns."""
    id, title = "security_update", "The newest known security update is installed"
    known, support = _mapping(found, "security_update"), _mapping(found, "support")
    state = known.get("state", security_updates.NOT_KNOWN)
    if state == security_updates.NOT_KNOWN:
        return _no_security_update(support, known, id, title)
    kb, name, month = known.get("kb"), support.get("name"), known.get("known_on")
    which = f"{kb} is the newest security update for {name} that was known in {month}"
    fixes = f" It fixes {', '.join(map(str, known['cves']))}." if known.get("cves") else ""
    if state == security_updates.CONTAINED:
        return passed(id, title, f"{name} contains the security updates up to {kb}, the newest that was known in {month}.")
    if state == security_updates.INSTALLED:
        return passed(id, title, f"{known.get('package')} is installed. {which}.")
    if state == security_updates.PERHAPS_CONTAINED:
        newer = ", ".join(map(str, known.get("newer_packages") or ()))
        why = f"{kb} is not installed, but a newer update is, which may contain it: {newer}. {which}."
        return unclear(id, title, why, f"Check on the page of that update whether it replaces {kb}: {_HOTFIXES}")
    if state == security_updates.NOT_LISTED:
        more = f"If it is not offered, check that the service connection point synchronises, and see {_HOTFIXES}"
        return warning(id, title, f"The site does not list {kb}. {which}.{fixes}", _offered(known, more))
    detail = f"{known.get('package')} is {known.get('package_state')}. {which}.{fixes}"
    return warning(id, title, detail, _offered(known, "Some of these updates reset the site."))


def _mapping(found: Gathered, name: str) -> Data:
    value = found.updates.get(name, {})
    return value if isinstance(value, Mapping) else {}


def _offered(known: Data, more: str) -> str:
    """How it is installed: the console offers it only after the update that it needs."""
    first = f"Install {known['rollup']} first. " if known.get("rollup") and not known.get("rollup_installed") else ""
    return f"{first}Install {known.get('kb')}: Administration > Updates and Servicing in the console. {more}"


def _no_security_update(support: Data, known: Data, id: str, title: str) -> Check:
    name, month = support.get("name"), known.get("known_on")
    if name and support.get("state") == ENDED:
        return skipped(id, title, f"None is known for {name}, which is out of support (the list of updates is of {month}).")
    why = f"the list of updates of {month or 'this release'} has none for the site's version."
    return unclear(id, title, why, f"Use a newer release of this collection, or see {_HOTFIXES}")


def secrets_valid(found: Gathered) -> Check:
    """The secrets of the Entra applications; without a valid secret, the services of its tenant stop."""
    id, title = "app_secrets_valid", "The secrets of the Entra applications are valid for a while"
    apps = [row for row in found.cloud.rows("applications") if isinstance(row.get("secret"), Mapping)]
    if not apps:
        return skipped(id, title, "The site has no Entra application with a secret.")
    days = {str(row.get("name")): _days(row) for row in apps}
    known = {name: left for name, left in days.items() if left is not None}
    unknown = [name for name in days if name not in known]
    over = [name for name, left in known.items() if left < 0]
    soon = [f"{name} in {counted(left, 'day')}" for name, left in known.items() if 0 <= left < found.limits.secret_days]
    ending = [row for row in apps if (left := _days(row)) is not None and left < found.limits.secret_days]
    how = how_to_renew(
        [(str(row.get("name")), moment(row["secret"].get("created"))) for row in ending],
        str(found.top_level_site.get("version") or ""),
        found.site_time,
    )
    if over:
        return failed(id, title, f"Expired: {', '.join(over)}." + (f" Soon: {', '.join(soon)}." if soon else ""), how)
    if soon:
        return warning(id, title, f"Expires: {', '.join(soon)}.", how)
    if unknown:
        where = "Check the dates in the console: Administration > Cloud Services > Microsoft Entra tenants."
        return unclear(id, title, f"the site has no date for: {', '.join(unknown)}.", where)
    valid = ", ".join(f"{name} for {counted(left, 'day')}" for name, left in known.items())
    return passed(id, title, f"Valid: {valid}.")


def cloud_needs_role(found: Gathered) -> Check:
    """Gateways, discovery and tenants work with an online service connection point only."""
    id, title = "cloud_needs_role", "The cloud services of the site have an online service connection point"
    users = cloud_needs.named(
        (row.get("name") for row in found.cloud.rows("gateways")),
        (
            row.get("cloud_service_id")
            for row in found.cloud.rows("discovery")
            if row.get("full_enabled") or row.get("delta_enabled")
        ),
        (row.get("name") for row in found.cloud.rows("tenants")),
    )
    if not users:
        return skipped(id, title, "The site has no gateway, no discovery of Entra users and no tenant.")
    if not found.role.ok:
        return unclear(id, title, f"the role was not read. It is needed by {', '.join(users)}.", "See the check role_checked.")
    if found.mode == ONLINE:
        return passed(id, title, f"It is online. These need it: {', '.join(users)}.")
    lack = f"It is {found.mode or 'in an unknown mode'}" if found.server else "There is not exactly one"
    remedy = "Run configmgr.scp.provision with service_connection_point_mode: online, or remove these services from the site."
    return warning(id, title, f"{lack}, but these need one in online mode: {', '.join(users)}.", remedy)


def duties(found: Gathered) -> list[Check]:
    """What has to be done by hand in this state. None of it stops the role, so a failed one is only advice."""
    return [_duty(row) for row in found.role.rows("duties") if row.get("id") not in _TOLD_ELSEWHERE]


def _duty(row: Data) -> Check:
    id, title, detail, how = (
        f"duty_{row.get('id')}",
        str(row.get("title")),
        with_times(row.get("detail")),
        str(row.get("how") or ""),
    )
    if row.get("done") is True:
        return passed(id, title, detail)
    if row.get("done") is False:
        return failed(id, title, detail, how, required=False)
    return warning(id, title, detail, how)


def _days(row: Data) -> int | None:
    days = row["secret"].get("expires_in_days")
    return days if isinstance(days, int) else None


def _told(row: Data) -> str:
    since = f" since {with_times(row['last_updated'])}" if row.get("last_updated") else ""
    return f"{row.get('name')} is {row.get('state')}{since}"
