# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows itself: version, edition, domain, clock."""

from __future__ import annotations

from datetime import date

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.versions import SiteVersion
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server.judging import by_version, unread
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import ServerClock
from ansible_collections.configmgr.scp.plugins.module_utils.windows.operating_system import Computer, OperatingSystem
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

# Kerberos refuses tickets when clocks differ by more: the default of its policy on the tolerance for clock synchronization.
MAX_CLOCK_DIFFERENCE_SECONDS = 300

# How long before the end of support the check begins to warn: an update of the site and of a server are planned for months.
SUPPORT_WARNING_DAYS = 180

_NEWER_SERVER = "Choose a server with a supported version of Windows Server, or upgrade its operating system."


def operating_system(found: OperatingSystem | Unread, version: SiteVersion) -> Check:
    """A supported version of Windows Server (requirements by version: data/operating_systems.yml)."""
    id, title = "operating_system", "Supported operating system"
    if isinstance(found, Unread):
        return unread(id, title, found)
    shown = f"{found.caption} (build {found.build})"
    if found.client:
        return Check(id, title, Status.FAILED, f"{shown} is not a server.", "Choose a server with Windows Server.")
    rows = table("operating_systems")["servers"]
    supported = ", ".join(row["name"] for row in rows if _supports(row, version))
    if found.build < rows[0]["build"]:
        return Check(id, title, Status.FAILED, f"{shown} is too old; site version {version} supports {supported}.", _NEWER_SERVER)
    row = next((row for row in rows if row["build"] == found.build), None)
    if row is None:
        where = "newer than" if found.build > rows[-1]["build"] else "not in"
        why = f"{shown} is {where} the collection's list ({supported})."
        return cannot_tell(id, title, why, "Compare with Microsoft's list of supported operating systems for site systems.")
    if "refused" in row and version.at_least(row["refused"]):
        detail = f"{shown} is no longer supported since version {row['refused']}; site version {version} supports {supported}."
        remedy = f"{_NEWER_SERVER} The site refuses its next update while a site system has this operating system."
        return by_version(Check(id, title, Status.FAILED, detail, remedy), version)
    if "notice" in row and version.at_least(row["notice"]):
        detail = f"{shown} is out of support; version {row['refused']} of the site will no longer support it."
        remedy = f"{_NEWER_SERVER} The site refuses the update to version {row['refused']} or later because of this server."
        return by_version(Check(id, title, Status.WARNING, detail, remedy), version)
    if "since" in row and not version.at_least(row["since"]):
        detail = f"{shown} is supported since version {row['since']}; the site has version {version}."
        return by_version(
            Check(id, title, Status.WARNING, detail, "Update the site first, or choose a server that it supports."), version
        )
    return by_version(Check(id, title, Status.PASSED, f"{shown} is supported by site version {version}."), version)


def _supports(row: dict[str, str], version: SiteVersion) -> bool:
    began = "since" not in row or version.at_least(row["since"])
    return began and not ("refused" in row and version.at_least(row["refused"]))


def operating_system_support(found: OperatingSystem | Unread, clock: ServerClock | Unread | None) -> Check:
    """Microsoft's support of the operating system (``support_ends`` in data/operating_systems.yml), by the server's own clock.

    Advisory: the role works without it, but the site then refuses its next update.
    """
    id, title = "operating_system_support", "Support of the operating system by Microsoft"
    if isinstance(found, Unread):
        return unread(id, title, found, required=False)
    shown = f"{found.caption} (build {found.build})"
    row = next((row for row in table("operating_systems")["servers"] if row["build"] == found.build), None)
    if row is None or found.client:
        detail = f"The collection's list has no end of support for {shown}; see the check operating_system."
        return Check(id, title, Status.SKIPPED, detail, required=False)
    if isinstance(clock, Unread):
        return unread(id, title, clock, required=False)
    if clock is None:
        why = f"the server does not report its date; support of {shown} ends on {row['support_ends']}."
        return cannot_tell(id, title, why, "Check the date on the server.", required=False)
    left = (date.fromisoformat(row["support_ends"]) - clock.now.date()).days
    if left > SUPPORT_WARNING_DAYS:
        return Check(id, title, Status.PASSED, f"Support of {shown} ends on {row['support_ends']}.", required=False)
    remedy = f"Choose a server with a newer version of Windows Server, or upgrade its operating system. {_after_support()}"
    if left >= 0:
        detail = f"Support of {shown} ends on {row['support_ends']}, in {left} {'day' if left == 1 else 'days'}."
        return Check(id, title, Status.WARNING, detail, remedy, required=False)
    detail = f"Support of {shown} ended on {row['support_ends']}."
    return Check(id, title, Status.FAILED, detail, remedy, required=False)


def server_core(installation_type: str | Unread | None) -> Check:
    """No Server Core (memdocs, site-and-site-system-prerequisites)."""
    id, title = "server_core", "Server with desktop experience"
    if isinstance(installation_type, Unread):
        return unread(id, title, installation_type)
    if not installation_type:
        why = "the server does not show its installation type (registry value InstallationType)."
        return cannot_tell(id, title, why, "Check it on the server.")
    if installation_type.casefold() in ("server core", "nano server"):
        detail = f"The server is installed as {installation_type}, on which site system roles are not supported."
        return Check(id, title, Status.FAILED, detail, "Choose a server that was installed with desktop experience.")
    return Check(id, title, Status.PASSED, f"The server is installed as {installation_type}.")


def domain_member(computer: Computer | Unread) -> Check:
    """A member of an Active Directory domain."""
    id, title = "domain_member", "Member of a domain"
    if isinstance(computer, Unread):
        return unread(id, title, computer)
    if not computer.in_domain:
        detail = f"{computer.name} is in the workgroup {computer.domain or '(without a name)'}, not in a domain."
        return Check(id, title, Status.FAILED, detail, "Join the server to a domain before any role is installed on it.")
    return Check(id, title, Status.PASSED, f"{computer.fqdn} is a member of {computer.domain}.")


def server_name(computer: Computer | Unread, asked_for: str) -> Check:
    """The computer that answers is the requested one. Another name may be an alias of it, so this is at most a warning.

    :param asked_for: the server's fully qualified domain name as the site will use it; empty when it was not given.
    """
    id, title = "server_name", "The computer that answers is the requested one"
    if not asked_for:
        return Check(id, title, Status.SKIPPED, "No name was given (option server).", required=False)
    if isinstance(computer, Unread):
        return unread(id, title, computer, required=False)
    # In a disjoint namespace, the domain differs from the suffix of the name in DNS.
    if naming.same_computer(computer.fqdn, asked_for) or computer.fqdn.partition(".")[0] == asked_for.lower().partition(".")[0]:
        return Check(id, title, Status.PASSED, f"{computer.fqdn} answered.", required=False)
    detail = f"{asked_for} was requested, but {computer.fqdn} answered: all checks of this part are about {computer.fqdn}."
    remedy = (
        f"Correct ansible_host of {asked_for} in the inventory, or its address in DNS. If {asked_for} is an alias of "
        f"{computer.fqdn}, accept this check (preflight_accept: [server_name])."
    )
    return Check(id, title, Status.WARNING, detail, remedy, required=False)


def clock_difference(
    clock: ServerClock | Unread | None, site_offset_seconds: float | None, is_site_server: bool = False
) -> Check:
    """At most five minutes between this server and the site server, or Kerberos fails between them.

    :param site_offset_seconds: the site server's clock minus the controller's.
    :param is_site_server: this server is the site's only site server, so there is one clock.
    """
    id, title = "clock_difference", "Clocks of this server and the site server"
    if is_site_server:
        return Check(id, title, Status.SKIPPED, "This server is the site server.")
    if isinstance(clock, Unread):
        return unread(id, title, clock)
    if clock is None:
        return cannot_tell(id, title, "the server does not report its time.", "Check the clock on the server.")
    if site_offset_seconds is None:
        return Check(
            id, title, Status.SKIPPED, "The site server's clock is not known here (site_clock_offset_seconds is not given)."
        )
    difference = clock.offset_seconds - site_offset_seconds
    direction = "ahead of" if difference > 0 else "behind"
    detail = f"This server is {abs(difference):.0f} s {direction} the site server; {MAX_CLOCK_DIFFERENCE_SECONDS} s are allowed."
    if abs(difference) > MAX_CLOCK_DIFFERENCE_SECONDS:
        remedy = (
            "Correct the time of the server that is wrong, and make sure that both synchronise with the domain "
            "(w32tm /query /status)."
        )
        return Check(id, title, Status.FAILED, detail, remedy)
    return Check(id, title, Status.PASSED, detail)


def _after_support() -> str:
    """What the end of support means for an update of the site."""
    return str(table("operating_systems")["then"])
