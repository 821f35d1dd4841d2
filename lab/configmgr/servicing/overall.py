"""The state of a package made from its states at the sites."""

from __future__ import annotations

from collections.abc import Sequence

from lab.configmgr import updates

# Of the states before the installation the worst counts: a failure, then work that is not done, then warnings ([D] for results
# of the check; that unfinished work counts before a warning is inferred).
_WORST_FIRST = (
    updates.CONTENT_REPLICATING,
    updates.CONTENT_REPLICATED,
    updates.PREREQ_IN_PROGRESS,
    updates.PREREQ_WARNING,
    updates.PREREQ_SUCCESS,
)
_FAILURES = (updates.INSTALL_FAILED, updates.CMU_FAILED, updates.PREREQ_ERROR, updates.CONTENT_FAILED)


def overall(states: Sequence[int]) -> int:
    """The state of a package with these states at the sites, that of the top-level site first.

    A failure at any site counts. During the installation the state of the top-level site counts, and when that is done, the state
    of the first site below that is not ([I]; an article shows 196611 at this moment).
    """
    for state in (*_FAILURES, *_WORST_FIRST):
        if state in states:
            return state
    return next((state for state in states if state != updates.INSTALL_SUCCESS), updates.INSTALL_SUCCESS)
