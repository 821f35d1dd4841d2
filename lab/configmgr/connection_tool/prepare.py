"""``-prepare`` and ``-export``: write usage data from the site database to a cabinet or a table."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import timedelta

from lab.configmgr.components.emulated import EmulatedHierarchy
from lab.configmgr.connection_tool.run import Failed, Run
from lab.configmgr.connection_tool.usage_data import UsageData, cabinet_of, table_of
from lab.configmgr.hierarchy import OFFLINE

USAGE_DATA = "usage_data"
# The time after the installation at which usage data is first collected.
FIRST_COLLECTION = timedelta(days=7)
_QUERY_SECONDS, _WRITE_SECONDS = 8.0, 4.0
_IDENTIFIERS = uuid.UUID("c2f4a9d1-6f0e-4a5b-9a53-1f5d0c7e8b24")


def hierarchy_id(name: str) -> str:
    """The identifier of a hierarchy, derived from its name in the estate file."""
    return str(uuid.uuid5(_IDENTIFIERS, name))


def prepare(run: Run) -> Iterator[float]:
    """Write the cabinet of ``-usagedatadest``."""
    destination = run.path("usagedatadest")
    if not destination.lower().endswith(".cab"):
        raise Failed(f"The usage data destination '{destination}' is not a .cab file.")
    found = run.hierarchy()
    if found.effective_mode(run.machine.fqdn) != OFFLINE:
        run.warn("The service connection point is not in offline, on-demand mode.")
    run.need_folder(destination.rpartition("\\")[0])
    yield _QUERY_SECONDS
    data, rows = _collected(run, found)
    run.log("Usage data collected.")
    yield _WRITE_SECONDS
    run.write(destination, cabinet_of(data, rows), USAGE_DATA)
    run.log(f"Usage data written to {destination}")


def export(run: Run) -> Iterator[float]:
    """Write the table of ``-dest``."""
    destination = run.path("dest")
    if not destination.lower().endswith(".csv"):
        raise Failed(f"The destination '{destination}' is not a .csv file.")
    found = run.hierarchy()
    run.need_folder(destination.rpartition("\\")[0])
    yield _QUERY_SECONDS
    run.write(destination, table_of(*_collected(run, found)), USAGE_DATA)
    run.log(f"Usage data exported to {destination}")


def _collected(run: Run, found: EmulatedHierarchy) -> tuple[UsageData, Mapping[str, int]]:
    site = found.state.top
    run.check_version(site.version)
    run.check_database(found.state)
    if run.machine.clock.now() - found.installed < FIRST_COLLECTION:
        raise Failed("There is no usage data in the site database yet. It is collected 7 days after the installation.")
    rows = {"SiteCount": len(found.state.sites), "UpdateCount": len(found.state.updates), "ConsoleCount": 3}
    return UsageData(hierarchy_id(found.name), site.version), rows
