# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state of the server: pending restarts, drives, the service, root certificates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server.judging import unread
from ansible_collections.configmgr.scp.plugins.module_utils.windows.certificates import Roots
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread
from ansible_collections.configmgr.scp.plugins.module_utils.windows.volumes import MARKER, Drive

GIB = 1024**3


def pending_restart(traces: Sequence[str] | Unread) -> Check:
    """No pending restart (memdocs, list-of-prerequisite-checks)."""
    id, title = "pending_restart", "No restart pending"
    if isinstance(traces, Unread):
        return unread(id, title, traces)
    if traces:
        return Check(
            id, title, Status.FAILED, f"A restart is pending ({', '.join(traces)}).", "Restart the server, then check again."
        )
    return Check(id, title, Status.PASSED, "No restart is pending.")


def possible_drives(drives: Sequence[Drive]) -> list[Drive]:
    """The drives that the site may choose: the one with the most free space of those without the marker (memdocs,
    install-site-system-roles), and every drive with more free space whose marker could not be read.
    """
    possible: list[Drive] = []
    for drive in sorted(drives, key=lambda drive: drive.free_bytes, reverse=True):
        if drive.marked is False:
            return [*possible, drive]
        if isinstance(drive.marked, Unread):
            possible.append(drive)
    return possible


def no_sms_on_drive(drives: Sequence[Drive] | Unread) -> Check:
    """A drive is left for the role, and which one the site would choose."""
    id, title = "no_sms_on_drive", f"Drive for the role, and {MARKER}"
    if isinstance(drives, Unread):
        return unread(id, title, drives)
    if not drives:
        return Check(id, title, Status.FAILED, "The server has no fixed NTFS drive.", "Give the server an NTFS drive.")
    hidden = [f"{drive.name} ({drive.marked.why})" for drive in drives if isinstance(drive.marked, Unread)]
    if hidden:
        why = f"whether {MARKER} is on {', '.join(hidden)}"
        return cannot_tell(id, title, f"{why}.", "Check the root folder of these drives on the server.")
    marked = [drive.name for drive in drives if drive.marked is True]
    keeps = f"{MARKER} is on {', '.join(marked)}" if marked else f"{MARKER} is on no drive"
    possible = possible_drives(drives)
    if not possible:
        remedy = f"Remove the empty file {MARKER} from the root folder of the drive that the role is to use."
        return Check(id, title, Status.FAILED, f"{keeps}: no NTFS drive is left for the role.", remedy)
    detail = f"{keeps}; the role's files would go to {possible[0].name}, the NTFS drive with the most free space."
    return Check(id, title, Status.PASSED, detail)


def free_space(drives: Sequence[Drive] | Unread, required_gib: int) -> Check:
    """Enough free space on the drive that the site would choose."""
    id, title = "free_space", "Free space for the role"
    if isinstance(drives, Unread):
        return unread(id, title, drives)
    possible = possible_drives(drives)
    if not possible:
        remedy = f"Give the server an NTFS drive without {MARKER} and with {required_gib} GiB free."
        return Check(id, title, Status.FAILED, "No NTFS drive is left for the role.", remedy)
    shown = " or ".join(f"{drive.name} with {drive.free_bytes / GIB:.1f} GiB free" for drive in possible)
    detail = f"The role's files would go to {shown}; {required_gib} GiB are required."
    enough = [drive.free_bytes >= required_gib * GIB for drive in possible]
    if all(enough):
        return Check(id, title, Status.PASSED, detail)
    remedy = "Free space there, or add a drive with more free space."
    if any(enough):
        return cannot_tell(id, title, f"not every drive could be searched for {MARKER}. {detail}", remedy)
    return Check(id, title, Status.FAILED, detail, remedy)


def sms_executive(state: str | Unread | None) -> Check:
    """The service runs, if it already exists; None is a server without it."""
    id, title = "sms_executive", "Service SMS_EXECUTIVE"
    if isinstance(state, Unread):
        return unread(id, title, state)
    if state is None:
        return Check(id, title, Status.SKIPPED, "The service is not installed; the site installs it with the first role.")
    detail = f"The service is {state.lower()}."
    if state.casefold() == "running":
        return Check(id, title, Status.PASSED, detail)
    remedy = "Start the service, for example with configmgr.scp.component (name: SMS_EXECUTIVE, state: started)."
    pending = state.casefold() in ("start pending", "continue pending")
    return Check(id, title, Status.WARNING if pending else Status.FAILED, detail, remedy)


def wanted_roots() -> list[str]:
    """Thumbprints of the roots in data/roots.yml."""
    return [str(row["thumbprint"]) for row in table("roots")["roots"]]


def root_certificates(roots: Roots | Unread, now: datetime) -> Check:
    """The roots that the service's certificates chain to (data/roots.yml).

    A missing root that is required is a warning as long as Windows may download it by itself, else a failure. One that is not
    required, because no source says that an endpoint uses it, is only a warning where Windows may not download it. A missing root
    that has expired passes.
    """
    id, title = "root_certificates", "Root certificates of Microsoft's services"
    if isinstance(roots, Unread):
        return unread(id, title, roots)
    rows = table("roots")["roots"]
    missing = [row for row in rows if row["thumbprint"] not in roots.present]
    there = [row["name"] for row in rows if row["thumbprint"] in roots.present]
    if not missing:
        return Check(id, title, Status.PASSED, f"Trusted: {', '.join(there)}.")
    live = [row for row in missing if now < _day(row["expires"], now)]
    needed = [row for row in live if row["required"]]
    names = ", ".join(_shown(row, now) for row in missing)
    detail = f"Not in the server's trusted root certificates: {names}."
    if not live:
        over = " ".join(dict.fromkeys(row.get("then", "An expired root is no longer needed.") for row in missing))
        return Check(id, title, Status.PASSED, f"{detail} {over} Trusted: {', '.join(there)}.")
    remedy = f"Import {', '.join(row['name'] for row in live)} into Trusted Root Certification Authorities of the local computer."
    if not needed:
        detail += " Services of Azure may use them; the documentation does not require them."
    if roots.updates_switched_off:
        detail += " Windows is not allowed to download root certificates by itself (policy DisableRootAutoUpdate)."
        return Check(id, title, Status.FAILED if needed else Status.WARNING, detail, remedy)
    detail += " Windows downloads a missing root when it first needs it, if it can reach ctldl.windowsupdate.com."
    return Check(id, title, Status.WARNING, detail, remedy) if needed else Check(id, title, Status.PASSED, detail)


def _shown(row: dict[str, str], now: datetime) -> str:
    expired = f", expired {row['expires']}" if now >= _day(row["expires"], now) else ""
    return f"{row['name']} ({row['thumbprint']}{expired})"


def _day(text: str, like: datetime) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=like.tzinfo)
