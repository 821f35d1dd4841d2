"""Reading what an estate file says about PowerShell, the console, and providers that refuse writes over WS-Management."""

from __future__ import annotations

from lab.estate.powershell import LANGUAGE_MODES, POLICIES, WORKS, WRITE_ANSWERS, CimWrites, Console, PowerShellSettings
from lab.estate_file.offline import FULL_PATH, VERSION
from lab.estate_file.sections import Section

_LONGEST_IMPORT = 3600


def read_powershell(machine: Section, name: str) -> PowerShellSettings:
    """``powershell`` of a machine."""
    section = machine.section("powershell", f"powershell of {name}")
    if section is None:
        return PowerShellSettings()
    default = PowerShellSettings()
    found = PowerShellSettings(
        section.choice("execution_policy", POLICIES, default.execution_policy),
        section.flag("enforced", default.enforced),
        LANGUAGE_MODES[section.choice("language_mode", LANGUAGE_MODES, "full")],
        section.flag("publisher_trusted", default.publisher_trusted),
    )
    section.finish()
    return found


def read_console(machine: Section, name: str) -> Console | None:
    """``console`` of a machine; None when it is left out: site servers have the console of their site, other machines none."""
    section = machine.section("console", f"console of {name}")
    if section is None:
        return None
    if not section.flag("installed", True):
        section.finish()
        return Console(installed=False)
    default = Console()
    remembered = section.texts("remembered")
    found = Console(
        True,
        section.flag("module", default.module),
        section.text("version", default.version, VERSION, "a version such as 5.00.9152.1000"),
        section.text("folder", default.folder, FULL_PATH, r"a full path, for example D:\AdminConsole"),
        section.number("import_seconds", 0, _LONGEST_IMPORT, default.import_seconds),
        remembered,
    )
    section.finish()
    return found


def read_cim_writes(site: Section, code: str) -> CimWrites:
    """``cim_writes`` of a site."""
    section = site.section("cim_writes", f"cim_writes of {code}")
    if section is None:
        return CimWrites()
    answers = [section.choice(operation, WRITE_ANSWERS, WORKS) for operation in ("create", "put", "delete")]
    section.finish()
    return CimWrites(*answers)
