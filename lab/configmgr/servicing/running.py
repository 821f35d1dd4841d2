"""An update from its start to its end: replication, check of every site, decision, installation from the top-level site down."""

from __future__ import annotations

from collections.abc import Iterator

from lab.configmgr import timing, updates
from lab.configmgr.database import UpdatePackage
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.servicing import after, checking, content, installing
from lab.configmgr.servicing.work import PhaseError, Work
from lab.configmgr.sites import Site

STOP_ON_WARNING, CHECK_ONLY, PASS_WARNINGS = 0, 1, 2
_CHECKED = frozenset({updates.PREREQ_SUCCESS, updates.PREREQ_WARNING})
# A start from these counts as a retry of the site (SiteInstallID); that a start after a check alone does not is inferred ([I]).
_RETRIED = updates.FAILED | {updates.PREREQ_WARNING}
_INSTALLATION = 3


def start(hierarchy: Hierarchy, package: UpdatePackage, flag: int) -> None:
    """Set a package to state 2 and begin the work. An earlier work ends, but sites that are still at work continue ([I])."""
    at_work = {site.code for site, state in updates.site_states(hierarchy, package) if _goes_on(state)}
    busy = any(package.site_states.get(code) != updates.INSTALL_WAITING_PARENT for code in at_work)
    if not busy:
        end(package)
    package.prereq_flag = flag
    package.state, package.updated = updates.ENABLED, hierarchy.clock.now()
    for site in updates.installing_sites(hierarchy):
        if package.site_states.get(site.code) in _RETRIED:
            package.attempts[site.code] = package.attempts.get(site.code, 0) + 1
    work = Work(hierarchy, package)
    work.run(_begin(work, at_work if busy else set()), work.top)


def start_site(hierarchy: Hierarchy, package: UpdatePackage, site: Site) -> None:
    """Begin again at one site that has failed; the other sites go on with their work."""
    package.attempts[site.code] = package.attempts.get(site.code, 0) + 1
    work = Work(hierarchy, package)
    work.set_state(site, updates.CONTENT_REPLICATED)
    work.run(_check(work, site), site)


def go_on(hierarchy: Hierarchy, package: UpdatePackage) -> None:
    """The update service reads state and flag of a package that stopped after its check, at its next poll."""
    work = Work(hierarchy, package)
    hierarchy.clock.later(timing.UPDATE_FLAG, lambda: _decide(work))


def replicate_again(hierarchy: Hierarchy, package: UpdatePackage) -> None:
    """Copy the content to every site again, without a check or an installation after it; the states stay ([I])."""
    package.replicated = False
    work = Work(hierarchy, package)
    waiting = {site.code for site in updates.installing_sites(hierarchy)}
    for site in updates.installing_sites(hierarchy):
        work.run(_copy(work, site, waiting), site)


def end(package: UpdatePackage) -> None:
    """End the work on a package, if there is any."""
    package.life += 1


def _goes_on(state: int) -> bool:
    """Whether a site is at work, or waits for its parent or its window."""
    return updates.is_installing(state) and state not in _CHECKED


def _begin(work: Work, kept: set[str]) -> Iterator[float]:
    yield from content.prepare(work)
    for site in work.sites():
        if site.code in kept:
            continue
        work.set_state(site, updates.CONTENT_REPLICATING)
        work.run(_replicate(work, site), site)


def _replicate(work: Work, site: Site) -> Iterator[float]:
    try:
        yield from content.arrive(work, site)
    except PhaseError as error:
        content.failed(work, site, error)
        return
    work.set_state(site, updates.CONTENT_REPLICATED)
    if all(work.state(other) not in (updates.CONTENT_REPLICATING, updates.CONTENT_FAILED) for other in work.sites()):
        work.package.replicated = True
    yield from _check(work, site)


def _copy(work: Work, site: Site, waiting: set[str]) -> Iterator[float]:
    try:
        yield from content.arrive(work, site)
    except PhaseError as error:
        content.report_failure(work, site, error)
        return
    waiting.discard(site.code)
    if not waiting:
        work.package.replicated = True


def _check(work: Work, site: Site) -> Iterator[float]:
    try:
        yield from checking.check(work, site)
    except PhaseError as error:
        checking.failed(work, site, error)
        return
    # The results of the sites below reach the top-level site first.
    work.hierarchy.clock.later(timing.UPDATE_DECISION, lambda: _decide(work))


def _decide(work: Work) -> None:
    """State and flag decide what follows, when the check of every site has ended ([D])."""
    sites = [site for site in work.sites() if work.state(site) >> 16 < _INSTALLATION]
    states = {work.state(site) for site in sites}
    if not work.current or work.decided or not states or not states <= _CHECKED:
        return
    work.decided = True
    warning = updates.PREREQ_WARNING in states
    flag = work.package.prereq_flag
    if flag == CHECK_ONLY:
        work.cmupdate(work.top, "Update package will not install as it is marked for prereq check only.")
        return
    if warning and flag != PASS_WARNINGS:
        work.cmupdate(work.top, "There are site server reporting WARNING in prereq check. Setup will not continue")
        return
    if warning:
        work.cmupdate(work.top, "Continue configuration manager update as it is configured to ignore prereq warnings.")
    for site in sites:
        work.run(_install(work, site), site)


def _install(work: Work, site: Site) -> Iterator[float]:
    try:
        yield from installing.install(work, site)
    except PhaseError as error:
        installing.failed(work, site, error)
        return
    yield from after.finish(work, site)
