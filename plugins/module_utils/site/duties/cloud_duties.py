# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Duties about Entra applications, gateways and discovery (memdocs, azure-services-wizard and recover-sites). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.duty import Duty, Facts, to_do, unclear
from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.gateway_changes import changes_left
from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.renewal import how_to_renew
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import cloud, naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cloud import Application
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.time_texts import at

DISCOVERY_AGENT = "SMS_AZUREAD_DISCOVERY_AGENT"


def secrets_renewed(facts: Facts) -> Duty:
    """A move does not transfer the secrets of the Entra applications: each must be newer than the role on its server.

    The message of the newest installation shows when the role was installed. If that message no longer exists, a secret that is
    newer than the last start of the downloader is also newer than the role; about older ones nothing is known.
    """
    id, title = "app_secrets_renewed", "The secrets of the Entra applications are newer than the role on this server"
    servers = _with_secret(facts)
    if not servers:
        return _no_applications(id, title)
    old = [app for app in servers if _made_here(app.secret_created, facts) is False]
    unknown = [app for app in servers if _made_here(app.secret_created, facts) is None]
    how = _how_to_renew([*old, *unknown], facts)
    listed = [f"{app.name} from {_on(app.secret_created)}" for app in (*old, *unknown)]
    if old:
        return to_do(id, title, f"Created before {_on(facts.installed_at)}: {', '.join(listed)}.", how)
    if unknown:
        why = f"the site no longer has a message of the role's installation on {facts.server}. Secrets: {', '.join(listed)}."
        if facts.installed_at:
            why = f"the site has no date for some secrets: {', '.join(listed)}."
        return unclear(id, title, why, f"If the role was installed there later, renew them. {how}")
    if facts.recovered:
        return unclear(
            id,
            title,
            f"the dates of the secrets ({_named(servers)}) do not show a recovery.",
            f"If cloudmgr.log has an exception about an index out of range, renew them. {_how_to_renew(servers, facts)}",
        )
    return Duty(id, title, f"All are: {_named(servers)}.")


def secrets_valid(facts: Facts) -> Duty:
    """Once a secret expires, the services of its tenant stop."""
    id, title = "app_secrets_valid", "The secrets of the Entra applications have not expired and will not expire soon"
    servers = _with_secret(facts)
    if not servers:
        return _no_applications(id, title)
    states = [(app, cloud.secret_state(app.secret_expires, facts.now)) for app in servers]
    ending = [app for app, s in states if s in (cloud.EXPIRED, cloud.EXPIRES_SOON)]
    unknown = [app.name for app, s in states if s == cloud.UNKNOWN]
    if ending:
        listed = ", ".join(f"{app.name} on {_on(app.secret_expires)}" for app in ending)
        detail = f"Expired, or expires within {cloud.EXPIRES_SOON_DAYS} days: {listed}."
        return to_do(id, title, detail, _how_to_renew(ending, facts))
    if unknown:
        why = "the site's clock cannot be read." if facts.now is None else f"the site has no date for {', '.join(unknown)}."
        return unclear(
            id, title, why, "Check the dates in the console: Administration > Cloud Services > Microsoft Entra tenants."
        )
    return Duty(id, title, f"Valid: {', '.join(f'{app.name} until {_on(app.secret_expires)}' for app in servers)}.")


def expiry_watched(facts: Facts) -> Duty:
    """The console notifies about expiring secrets, but not about those of imported applications."""
    id, title = "app_expiry_watched", "There is a notification before the secrets of the Entra applications expire"
    servers = _with_secret(facts)
    if not servers:
        return _no_applications(id, title)
    silent = [app for app in servers if app.expiry_notice is not True]
    if not silent:
        return Duty(id, title, f"The console notifies about {_named(servers)}.")
    listed = ", ".join(f"{app.name} expires on {_on(app.secret_expires)}" for app in silent)
    why = f"the console shows no notification for an imported application, and perhaps none here: {listed}."
    return unclear(id, title, why, "Put the dates in a calendar, or monitor expires_in_days of configmgr.scp.cloud_service_info.")


def gateways(facts: Facts) -> Duty:
    """Gateways are managed from the role's server; the site shows the state that it last saw."""
    id, title = "gateways", "The cloud management gateways run, and will continue to run"
    found = facts.gateways or ()
    listed = ", ".join(f"{gateway.name} is {gateway.state}" for gateway in found)
    how = "Check Administration > Cloud Services > Cloud Management Gateway in the console, and cloudmgr.log."
    if any(gateway.known and gateway.state != cloud.GATEWAY_RUNNING for gateway in found):
        return to_do(id, title, f"{listed}.", how)
    if not all(gateway.known for gateway in found):
        return unclear(id, title, f"{listed}.", how)
    if not found:
        return Duty(id, title, "The site has none.")
    packages = ((package.name, package.state) for package in facts.packages)
    left = changes_left(facts.site.version, packages, facts.now)
    if not left:
        return Duty(id, title, f"{listed}.")
    what, how = "; ".join(change.what for change in left), " ".join(change.how for change in left)
    if any(change.sure for change in left):
        return to_do(id, title, f"{listed}, but: {what}.", how)
    return unclear(id, title, f"{listed}, but no installed update shows that this was done: {what}.", how)


def discovery(facts: Facts) -> Duty:
    """Discovery of Entra users runs on the role's server. This does not show its results, only whether its thread runs."""
    id, title = "discovery", "The discovery of Entra users runs on the role's server"
    if not any(settings.enabled for settings in facts.discovery or ()):
        return Duty(id, title, "None is enabled.")
    seen = facts.component(DISCOVERY_AGENT)
    if seen is not None and seen.started:
        return Duty(id, title, f"{DISCOVERY_AGENT} on {facts.server} is started.")
    if seen is not None and seen.state == "installing":
        return to_do(
            id,
            title,
            f"Discovery is enabled, but {DISCOVERY_AGENT} on {facts.server} is still being installed.",
            f"Wait until the site has installed all of the role (see sitecomp.log on {facts.site.server}), then check again.",
        )
    return to_do(
        id,
        title,
        f"Discovery is enabled, but {DISCOVERY_AGENT} on {facts.server} is {seen.state if seen else 'not listed by the site'}.",
        f"Start the thread with configmgr.scp.component, and check {DISCOVERY_AGENT}.log on {facts.server}.",
    )


def _how_to_renew(applications: Iterable[Application], facts: Facts) -> str:
    return how_to_renew([(app.name, app.secret_created) for app in applications], facts.site.version, facts.now)


def _made_here(created: datetime | None, facts: Facts) -> bool | None:
    if created is None:
        return None
    if facts.installed_at is not None:
        return created >= facts.installed_at
    seen = facts.component(naming.DOWNLOADER)
    started = datetime.fromisoformat(seen.last_started) if seen and seen.last_started else None
    return True if started is not None and created >= started else None


def _with_secret(facts: Facts) -> list[Application]:
    return [app for app in facts.applications or () if not app.client]


def _no_applications(id: str, title: str) -> Duty:
    return Duty(id, title, "The site has no Entra application with a secret.")


def _named(applications: Iterable[Application]) -> str:
    return ", ".join(app.name for app in applications)


def _on(when: datetime | None) -> str:
    return "an unknown date" if when is None else at(when)
