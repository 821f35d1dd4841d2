"""The tasks of a site after the installation of an update (KB 4490424, step 6). They do not change the state of the package."""

from __future__ import annotations

from collections.abc import Iterator

from lab.configmgr import names, progress, timing, updates
from lab.configmgr.servicing import site_server, steps_table
from lab.configmgr.servicing.work import HMAN_LOG, PhaseError, Work
from lab.configmgr.sites import PRIMARY, Site

_CLIENT_TASK = 0xE0007


def finish(work: Work, site: Site) -> Iterator[float]:
    """Do the tasks in their order; those of clients and features wait for all sites."""
    site_server.reinstall_components(work, site)
    yield from work.stuck(site, "post_installation")
    for step in steps_table.POST_STEPS:
        number = step.number
        if not steps_table.is_applicable(number, not site.parent, site.type == PRIMARY):
            continue
        if number == steps_table.MONITOR_REPLICATION:
            # Completed with warning, until the other sites are done ([D]).
            work.report(site, number, progress.SUCCESS if _all_done(work) else progress.WARNING, log=HMAN_LOG)
            continue
        if number == _CLIENT_TASK:
            yield from _wait_for_all(work, site)
        work.report(site, number, progress.IN_PROGRESS, 1, HMAN_LOG)
        yield timing.UPDATE_POST_STEP
        try:
            work.fail_if_ordered(site, "post_installation", number, default=number == steps_table.POST_STEPS[1].number)
        except PhaseError as error:
            work.hman(site, f"ERROR: {error}~")
            work.report(site, number, progress.FAILURE, log=HMAN_LOG)
            return
        work.report(site, number, log=HMAN_LOG)
    _expose_features(work, site)


def _all_done(work: Work) -> bool:
    return all(work.state(site) == updates.INSTALL_SUCCESS for site in updates.installing_sites(work.hierarchy))


def _wait_for_all(work: Work, site: Site) -> Iterator[float]:
    found = "INFO: 196612.ESC file was found. Updating client packages. InteropMode = 0~"
    if not _all_done(work):
        state = work.package.state
        work.hman(
            site,
            found,
            f"WARN: The current update package's state ({state}) is not set to installed yet. Will retry in next cycle.~",
        )
    while not _all_done(work):
        yield timing.UPDATE_STATES
    work.hman(site, found)
    work.report(site, steps_table.MONITOR_REPLICATION, log=HMAN_LOG)


def _expose_features(work: Work, site: Site) -> None:
    if not site.parent and work.package.features:
        exposed = ", ".join(feature.name for feature in work.package.features if feature.exposed) or "none"
        work.hman(site, f"Features that are turned on: {exposed} ({names.HIERARCHY_MANAGER})~")
