"""A verification as the role verify does it, without ansible-playbook: modules over NTLM, then the checks."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import gathered_from
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.report import verify
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from lab.configmgr import logs
from lab.running.estate import Estate
from tests.lab.estates import with_role
from tests.lab.modules.conftest import Play

EVIL = "ERROR: \x1b[2J<script>document.title='harm'</script><img src=x onerror=alert(1)>{{ 7 * 7 }}\u202e" + "A" * 1_000_000
KEY = r"HKLM\SOFTWARE\Microsoft\SMS\COMPONENTS\SMS_DMP_DOWNLOADER"


def role_in_place(start_estate: Callable[..., Estate]) -> Estate:
    """The default estate with the role on scp01, once the site has processed its first list of updates."""
    estate = start_estate(with_role("scp01"), pace=60)
    wait_for(lambda: "Processing Configuration Manager Update manifest file" in log_text(estate, "cas01", "hman.log"))
    return estate


def spoil_log(estate: Estate) -> None:
    """Let a synchronisation fail, and write a line to its log that would harm a page, a terminal or a template."""
    estate.faults.order("failing_download", target="scp01", cause="tls", count=1)
    machine = estate.machine("scp01")
    with estate.lock:
        machine.registry.set(KEY, "LastSyncedTime", 0)
    wait_for(lambda: "Retry in the next polling cycle" in log_text(estate, "scp01", "dmpdownloader.log"))
    with estate.lock:
        # From another thread: a line of the same thread would only be part of the failure.
        line = logs.native_line(EVIL, "SMS_OTHER", machine.clock.now())
        machine.files.append(f"{logs.log_folder(machine)}\\dmpdownloader.log", line.encode())


def log_text(estate: Estate, machine: str, file: str) -> str:
    """The complete text of a log of an emulated server."""
    found = estate.machine(machine)
    with estate.lock:
        return (found.files.read(f"{logs.log_folder(found)}\\{file}") or b"").decode("utf-8", "replace")


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until a condition is true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not become true in time"
        time.sleep(0.05)


def report_of(play: Play, server: str = "scp01", log_bytes: int = 1024 * 1024) -> dict[str, Any]:
    """The report, from the results of the modules in the order of the role."""

    def answer(module: str, machine: str, **given: Any) -> dict[str, Any]:
        host = play.estate.machine(machine).fqdn
        try:
            return {"host": host, "result": play.run(module, machine, **given)}
        except TaskFailure as failure:
            return {"host": host, "result": {"msg": failure.message, **failure.result}}

    mode = play.run("service_connection_point_info")["configured"][0]["mode"]
    last = {"last": answer("site_update_check", server, mode=mode, check=True)} if mode == "online" else {}
    found = {
        "hierarchy": answer("hierarchy_info", "cas01"),
        "role": answer("service_connection_point_info", "cas01", duties=True),
        "status": answer("site_status_info", "cas01"),
        "updates": answer("site_update_info", "cas01"),
        "cloud": answer("cloud_service_info", "cas01"),
        "thread": answer("component", server),
        **last,
        "log": answer("log_info", server, max_bytes=log_bytes),
        "site_log": answer("log_info", "cas01", components=["SMS_HIERARCHY_MANAGER", "SMS_DISTRIBUTION_MANAGER"]),
    }
    return verify(gathered_from(found), datetime.now(UTC))
