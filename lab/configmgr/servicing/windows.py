"""Service windows of a site server: whether an update may be installed now (facts/servicing.md, section 4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.sites import ServiceWindow, Site

_DAY = timedelta(days=1)


def is_open(hierarchy: Hierarchy, site: Site) -> bool:
    """Whether the site may install an update now: it has no enabled window, or one of them is open."""
    if hierarchy.faults.flag("update_window_closed", site.code) is not None:
        return False
    windows = [window for window in site.service_windows if window.enabled]
    now = hierarchy.clock.now()
    return not windows or any(contains(window, now) for window in windows)


def contains(window: ServiceWindow, moment: datetime) -> bool:
    """Whether a window is open at this time."""
    passed = moment - window.start
    if window.daily and passed >= timedelta():
        passed %= _DAY
    return timedelta() <= passed < timedelta(minutes=window.minutes)
