"""Rows and tasks for the unit tests of the site's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting, new_row
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

CAS = Site("CAS", "Central", "central administration site", "", "cas01.corp.example", "5.00.9152.1000")
PR1 = Site("PR1", "One", "primary", "CAS", "pri1.corp.example", "5.00.9152.1000")
SE1 = Site("SE1", "Below", "secondary", "PR1", "sec1.corp.example", "5.00.9152.1000")
ST1 = Site("ST1", "Alone", "primary", "", "sta01.corp.example", "5.00.9152.1000")


def row(server: str, role: str, code: str = "CAS", **settings: Setting) -> CimInstance:
    return new_row(code, naming.nal_path(server, code), server, role, {name.replace("_", " "): s for name, s in settings.items()})


def scp_row(server: str, code: str = "CAS", mode: int = 0) -> CimInstance:
    return row(server, naming.SERVICE_CONNECTION_POINT, code, OfflineMode=Setting(mode))


def site_system_row(server: str, code: str = "CAS", **settings: Setting) -> CimInstance:
    return row(server, naming.SITE_SYSTEM, code, **settings)


class Clock:
    """Time that passes only while code sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


def task(
    cim: Any = None,
    params: Mapping[str, Any] | None = None,
    progress: Callable[[str], None] = lambda _line: None,
    clock: Clock | None = None,
    **more: Any,
) -> tuple[Task, Clock]:
    clock = clock or Clock()
    made = Task(
        params=params or {},
        cim=cast(CimSession, cim),
        host="cas01.corp.example",
        progress=progress,
        sleep=clock.sleep,
        monotonic=clock.monotonic,
        **more,
    )
    return made, clock
