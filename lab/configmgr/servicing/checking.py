"""The prerequisite check of an update at one site: the content is extracted, then each rule runs (facts/logs.md, 5, C)."""

from __future__ import annotations

from collections.abc import Iterator

from lab.configmgr import progress, timing, updates
from lab.configmgr.logs import native_line
from lab.configmgr.servicing import rules, steps_table
from lab.configmgr.servicing.rules import FAILED, PASSED, WARNING, Result, Rule
from lab.configmgr.servicing.work import PhaseError, Work
from lab.configmgr.sites import CENTRAL, Site

PREREQ_LOG = r"C:\ConfigMgrPrereq.log"
_SETUP = "Configuration Manager Setup"
_STARS = "*" * 51
_WORDS = {PASSED: "Passed", WARNING: "Warning", FAILED: "Failed"}
_STATE_OF = {PASSED: updates.PREREQ_SUCCESS, WARNING: updates.PREREQ_WARNING, FAILED: updates.PREREQ_ERROR}


def check(work: Work, site: Site) -> Iterator[float]:
    """Check a site that has the content; sets its state to the worst result. Raises :class:`PhaseError`."""
    yield timing.UPDATE_NOTICE
    staging = staging_folder(work, site)
    work.cmupdate(
        site,
        f"INFO: setup type: 8, top level: {0 if site.parent else 1}.",
        "Content replication succeeded. Start extracting the package to run prereq check...",
    )
    work.report(site, steps_table.EXTRACT, progress.IN_PROGRESS, 1)
    work.cmupdate(site, "Checking if the CMU Staging folder already has the content extracted.")
    for percent in (25, 50, 75):
        yield timing.UPDATE_EXTRACT
        work.report(site, steps_table.EXTRACT, progress.IN_PROGRESS, percent)
    work.fail_if_ordered(site, "prerequisites", steps_table.EXTRACT, default=False)
    cabinet = rf"\\?\{staging}\SMSSetup"
    if site.code in work.package.damaged:
        work.report(site, steps_table.EXTRACT, progress.FAILURE)
        raise PhaseError(rf"Error in verifying the trust of file '{cabinet}\update.map.cab'.")
    work.cmupdate(
        site,
        rf"Extracting file {cabinet}\update.map.cab to {cabinet}\~",
        rf"Extracted {cabinet}\update.map~",
        rf"Successfully read file {cabinet}\update.map",
    )
    work.report(site, steps_table.EXTRACT)
    work.set_state(site, updates.PREREQ_IN_PROGRESS)
    name = work.server(site).fqdn.upper()
    work.cmupdate(
        site, f"Preparing prereq check for site server [{name}]...~", f"Running prereq checking against Server [{name}] ...~"
    )
    for place, (rule, _) in enumerate(rules.results(work.hierarchy, site), start=1):
        work.record(site, rules.step_of(place, rule), progress.IN_PROGRESS, 0)
    yield from work.stuck(site, "prerequisites")
    yield timing.UPDATE_CHECK
    work.fail_if_ordered(site, "prerequisites", steps_table.PREREQUISITES.number << 16, default=True)
    found = rules.results(work.hierarchy, site)
    for place, (rule, result) in enumerate(found, start=1):
        work.record(site, rules.step_of(place, rule), rules.IS_COMPLETE[result.result], description=result.description)
    _write_prereq_log(work, site, found)
    worst = max((result.result for _, result in found), key=(PASSED, WARNING, FAILED).index)
    work.set_state(site, _STATE_OF[worst])


def failed(work: Work, site: Site, error: PhaseError) -> None:
    """The check itself could not run."""
    work.cmupdate(site, str(error))
    work.set_state(site, updates.PREREQ_ERROR)


def staging_folder(work: Work, site: Site) -> str:
    """The folder into which a site extracts the content."""
    return rf"{site.install_dir}\CMUStaging\{work.package.guid}"


def _write_prereq_log(work: Work, site: Site, found: list[tuple[Rule, Result]]) -> None:
    machine = work.server(site)
    kind = "CAS" if site.type == CENTRAL else "Primary"
    lines = [
        "********************************************",
        "******* Start Prerequisite checking. *******",
        "********************************************",
        "Check Type: Configuration Manager Update",
        f"INFO: Prerequisite rules for {kind} site update are being run.",
        f"===== INFO: Prerequisite Type & Server: {'SITE_CAS' if kind == 'CAS' else 'SITE_PRI'}:{machine.fqdn} =====",
    ]
    for category in dict.fromkeys(rule.category for rule, _ in found):
        lines.append(f"<<<RuleCategory: {category}>>>")
        for rule, result in found:
            if rule.category == category:
                said = "" if result.result == PASSED else f":{result.description}"
                lines.append(f"{machine.fqdn};    {rule.title};    {_WORDS[result.result]}")
                if said:
                    lines.append(f"[{_WORDS[result.result]}]{said}")
    lines += [_STARS, "******* Prerequisite checking is completed. *******", _STARS]
    now = machine.clock.now()
    machine.files.append(PREREQ_LOG, "".join(native_line(line, _SETUP, now) for line in lines).encode())
