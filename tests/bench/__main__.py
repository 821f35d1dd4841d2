"""`make bench`: count the requests of the no-op play and of each module; `--write` puts the table into docs/performance.md."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.requests_per_task import SERVER, Count, module_play, settled_estate
from tests.lab.ansible_runs import CHECKOUT

PAGE = CHECKOUT / "docs" / "performance.md"
BEGIN, END = "<!-- requests: begin -->", "<!-- requests: end -->"
PROVIDER = "cas01.corp.example"

# Each module with arguments under which nothing is left to do.
MODULES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("service_connection_point", PROVIDER, "with site_code", {"server": SERVER, "site_code": "CAS"}),
    ("service_connection_point", PROVIDER, "site_code found", {"server": SERVER}),
    ("site_system", PROVIDER, "with site_code", {"server": SERVER, "site_code": "CAS"}),
    (
        "site_account",
        PROVIDER,
        "with site_code, not there and absent",
        {"name": "CORP\\nobody", "state": "absent", "site_code": "CAS"},
    ),
    ("service_connection_point_info", PROVIDER, "with site_code", {"site_code": "CAS"}),
    ("hierarchy_info", PROVIDER, "with site_code", {"site_code": "CAS"}),
    ("component", SERVER, "state: started", {"state": "started"}),
    ("site_prerequisites", PROVIDER, "with site_code", {"server": SERVER, "site_code": "CAS"}),
    ("server_prerequisites", SERVER, "Windows Server 2022", {"site_version": "2609", "site_server_account": ["CORP\\CAS01$"]}),
    ("port_check", SERVER, "one port", {"targets": [{"host": PROVIDER, "port": 1433, "name": "sql"}]}),
    ("endpoint_check", SERVER, "updates, all reached", {"features": ["updates"], "site_version": "2609"}),
    ("cloud_service_info", PROVIDER, "with site_code", {"site_code": "CAS"}),
    ("site_update_info", PROVIDER, "with site_code", {"site_code": "CAS"}),
    ("site_status_info", PROVIDER, "with site_code", {"site_code": "CAS"}),
    ("usage_data", PROVIDER, "with site_code, read", {"site_code": "CAS"}),
    ("log_info", SERVER, "one log", {"components": ["SMS_DMP_DOWNLOADER"]}),
    ("cim", SERVER, "one row", {"query": "select * from Win32_OperatingSystem"}),
)


def main() -> int:
    """Count, print, and write the page when asked to."""
    try:
        counts = _counts()
    except OSError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    table = _table(counts)
    print(table)
    if "--write" in sys.argv[1:]:
        text = PAGE.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")
        print(f"written to {PAGE.relative_to(CHECKOUT)}")
    return 0


def _counts() -> list[Count]:
    with tempfile.TemporaryDirectory() as folder, settled_estate() as (_, count):
        found = [
            count(f"play `configmgr.scp.{name}`", CHECKOUT / "playbooks" / f"{name}.yml")
            for name in ("provision", "preflight", "report")
        ]
        for module, host, circumstance, arguments in MODULES:
            playbook = module_play(Path(folder), module, host, arguments)
            found.append(count(f"`{module}`, {circumstance}", playbook))
        return found


def _table(counts: list[Count]) -> str:
    lines = [
        "| what, with nothing left to do | CIM requests | shell requests | of authentication | bytes sent | bytes received |",
        "|---|---|---|---|---|---|",
    ]
    lines += [f"| {c.name} | {c.cim} | {c.shell} | {c.handshake} | {c.bytes_out} | {c.bytes_in} |" for c in counts]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
