"""PowerShell, the console, and writes that providers refuse, in an estate file."""

from __future__ import annotations

import pytest

from lab.configmgr.cmdlets.installed import console_of
from lab.estate.errors import EstateError
from lab.estate.powershell import CimWrites, Console, PowerShellSettings
from lab.estate_file.reader import load, parse

ESTATE = """
domain: {dns: corp.example, netbios: CORP}
accounts: [{name: 'CORP\\a', password: p}]
machines:
  - {name: cas01, address: 127.0.10.11, os: '2022', CAS01}
  - {name: scp01, address: 127.0.10.12, os: '2022', SCP01}
hierarchies: [{name: one, sites: [{code: CAS, name: C, type: cas, server: cas01, version: 5.00.9141.1000, SITE}]}]
"""


def text(cas01: str = "alive: true", scp01: str = "alive: true", site: str = "sql_port: 1433") -> str:
    return ESTATE.replace("CAS01", cas01).replace("SCP01", scp01).replace("SITE", site)


def test_what_is_read() -> None:
    shell = "powershell: {execution_policy: AllSigned, enforced: true, language_mode: constrained, publisher_trusted: false}"
    console = "console: {module: false, version: 5.00.9128.1000, folder: 'C:\\Console', import_seconds: 0.5, remembered: [CAS]}"
    writes = "cim_writes: {create: not_supported, put: not_capable, delete: fault_after}"
    estate = parse(text(f"{shell}, {console}", site=writes), "estate.yml")
    described = estate.machine("cas01")
    assert described.powershell == PowerShellSettings("AllSigned", True, "ConstrainedLanguage", False)
    assert described.console == Console(True, False, "5.00.9128.1000", "C:\\Console", 0.5, ("CAS",))
    assert estate.hierarchies[0].top_site.cim_writes == CimWrites("not_supported", "not_capable", "fault_after")


def test_what_is_left_out() -> None:
    estate = parse(text(), "estate.yml")
    assert estate.machine("cas01").powershell == PowerShellSettings()
    assert estate.machine("cas01").console is None
    assert estate.hierarchies[0].top_site.cim_writes == CimWrites()


def test_site_servers_have_the_console_of_their_site() -> None:
    estate = parse(text(scp01="console: {import_seconds: 1}"), "estate.yml")
    folder = r"C:\Program Files\Microsoft Configuration Manager\AdminConsole"
    assert console_of(estate, "cas01") == Console(version="5.00.9141.1000", folder=folder)
    other = r"C:\Program Files (x86)\Microsoft Configuration Manager\AdminConsole"
    assert console_of(estate, "scp01") == Console(version="5.00.9141.1000", folder=other, import_seconds=1)
    none = parse(text("console: {installed: false}"), "estate.yml")
    assert (console_of(none, "cas01"), console_of(none, "scp01")) == (None, None)


def test_the_default_estate_has_consoles_on_its_site_servers() -> None:
    estate = load()
    found = {machine.name for machine in estate.machines if console_of(estate, machine.name) is not None}
    assert found == {site.server for hierarchy in estate.hierarchies for site in hierarchy.sites if site.kind != "secondary"}


@pytest.mark.parametrize(
    ("where", "item", "words"),
    [
        ("cas01", "powershell: {execution_policy: Undefined}", "execution_policy 'Undefined' is not a known value"),
        ("cas01", "powershell: {language_mode: none}", "language_mode 'none' is not a known value; allowed: full, constrained"),
        ("cas01", "powershell: {version: 2}", "version is not a known key"),
        ("cas01", "console: {folder: Console}", "folder 'Console' is not valid"),
        ("cas01", "console: {installed: false, version: 5.00.9128.1000}", "version is not a known key; allowed: installed"),
        ("cas01", "console: {import_seconds: 4000}", "import_seconds '4000' is not a number from 0 to 3600"),
        ("site", "cim_writes: {create: fails}", "create 'fails' is not a known value"),
        ("site", "cim_writes: {get: works}", "get is not a known key; allowed: create, delete, put"),
    ],
)
def test_messages(where: str, item: str, words: str) -> None:
    with pytest.raises(EstateError, match=words):
        parse(text(**{where: item}), "estate.yml")
