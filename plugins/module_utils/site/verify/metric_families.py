# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The metrics of a report: their names, units, meanings and labels, by the naming rules of Prometheus and OpenMetrics. Pure.

All are gauges: a report is a snapshot. The types that only OpenMetrics has (info, state set) are rejected by the textfile
collector of node_exporter, so a state is a gauge for each value it can have: 1 for the present one, 0 for the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import flow_tables
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.flow import Outcome

SECONDS = "seconds"
# A value that a site or server can write without our knowing it. It keeps the number of values of a label limited.
OTHER = "other"
# In the order of urgency. Advice is an advisory check that failed.
FAILED, WARNING, ADVICE, SKIPPED, PASSED = "failed", "warning", "advice", "skipped", "passed"
CHECK_STATUSES = (FAILED, WARNING, ADVICE, SKIPPED, PASSED)
VERDICTS = (PASSED, WARNING, FAILED)
# Only a pass that another one followed is unfinished, and the metrics are about the last one.
OUTCOMES = tuple(outcome.value for outcome in Outcome if outcome is not Outcome.UNFINISHED)
THREAD_STATES = ("running", "stopped", OTHER)
COMPONENT_STATUSES = ("ok", "warning", "critical", OTHER)


@dataclass(frozen=True)
class Definition:
    """One metric.

    :param help: its meaning; a constant text, because a collector that reads several files expects the same text in each.
    :param labels: in addition to COMMON_LABELS.
    :param unit: last part of the name; empty for a number without a unit.
    """

    help: str
    labels: tuple[str, ...] = ()
    unit: str = ""


# The host of the SMS Provider that the report is about, by its name in the inventory, and the code of the top-level site, which
# is empty when it could not be read. Site codes are unique only within a hierarchy.
COMMON_LABELS = ("provider", "site_code")

DEFINITIONS: Mapping[str, Definition] = {
    "configmgr_scp_report_timestamp_seconds": Definition(
        "When the report was created, as Unix time by the clock of the controller.", unit=SECONDS
    ),
    "configmgr_scp_report_verdict": Definition(
        "Verdict of the report: 1 for the present one. Failed means that a required check failed.", ("verdict",)
    ),
    "configmgr_scp_checks": Definition("Number of checks with this status.", ("status",)),
    "configmgr_scp_check_status": Definition(
        "Status of a check: 1 for the present one. Advice is an advisory check that failed; a skipped check did not pass.",
        ("part", "host", "check", "status"),
    ),
    "configmgr_scp_service_connection_points": Definition(
        "Number of service connection points that the hierarchy has; it must be 1."
    ),
    "configmgr_scp_role_info": Definition(
        "The server of the service connection point, its mode and the version of the site; always 1.",
        ("server", "mode", "version"),
    ),
    "configmgr_scp_last_contact_timestamp_seconds": Definition(
        "Last contact as Unix time: online the last synchronisation, offline the last list of updates that the site accepted.",
        ("mode",),
        SECONDS,
    ),
    "configmgr_scp_thread_state": Definition(
        "State of the thread SMS_DMP_DOWNLOADER in the registry of its server: 1 for the present one.", ("server", "state")
    ),
    "configmgr_scp_synchronisation_outcome": Definition(
        "Outcome of the last check for updates in the log of the server: 1 for the present one.", ("outcome",)
    ),
    "configmgr_scp_synchronisation_stage": Definition(
        "Stage that the last check for updates reached in the log of the server: 1 for the present one.", ("stage",)
    ),
    "configmgr_scp_synchronisation_start_timestamp_seconds": Definition(
        "When the last check for updates in the log of the server began, as Unix time.", unit=SECONDS
    ),
    "configmgr_scp_synchronisation_stage_timestamp_seconds": Definition(
        "Time of the last line about the last check for updates in the log of the server, as Unix time.", unit=SECONDS
    ),
    "configmgr_scp_synchronisation_success_timestamp_seconds": Definition(
        "When a check for updates in the log of the server last completed, as Unix time.", unit=SECONDS
    ),
    "configmgr_scp_manifest_accepted_timestamp_seconds": Definition(
        "When the site last accepted a list of updates, in the log of the site server, as Unix time.", unit=SECONDS
    ),
    "configmgr_scp_component_status": Definition(
        "Status of a component of the role in the summary of the site: 1 for the present one.",
        ("component", "server", "status"),
    ),
    "configmgr_scp_component_heartbeat_timestamp_seconds": Definition(
        "When the site last received a heartbeat from a component of the role, as Unix time.", ("component", "server"), SECONDS
    ),
    "configmgr_scp_secret_expiry_timestamp_seconds": Definition(
        "When the secret of a Microsoft Entra application expires, as Unix time.", ("tenant", "application"), SECONDS
    ),
    "configmgr_scp_support_end_timestamp_seconds": Definition(
        "End of the last day of support of the version of the site, in UTC, as Unix time.", ("version",), SECONDS
    ),
    "configmgr_scp_updates": Definition("Number of update packages of the site in this phase.", ("phase",)),
    "configmgr_scp_updates_hanging": Definition("Number of update packages that make no progress."),
    "configmgr_scp_update_change_timestamp_seconds": Definition(
        "When the site last wrote an update package, as Unix time; the label phase has its present phase.",
        ("update", "version", "phase"),
        SECONDS,
    ),
}


@cache
def update_phases() -> tuple[str, ...]:
    """The phases that an update package can have, sorted."""
    return tuple(sorted({str(row["phase"]) for row in table("update_states")["states"]}))


@cache
def download_stages() -> tuple[str, ...]:
    """The stages of a check for updates, in their order."""
    return tuple(dict.fromkeys(stage.id for stage in flow_tables.flows()["download"].stages))
