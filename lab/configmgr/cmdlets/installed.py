r"""Where the console is: its folder in the registry, the module's files below it, and the variable SMS_ADMIN_UI_PATH."""

from __future__ import annotations

from collections.abc import Iterable

from lab.estate.description import EstateDescription
from lab.estate.powershell import Console
from lab.windows.executable import program_file
from lab.windows.machine import Machine

MODULE = "ConfigurationManager"
SETUP_KEY = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\ConfigMgr10\Setup"
FOLDER_VALUE = "UI Installation Directory"
_USUAL_FOLDER = r"C:\Program Files (x86)\Microsoft Configuration Manager\AdminConsole"
_BELOW_A_SITE = r"{install}\AdminConsole"
# The short version inside the version of console and module, such as 5.2403.1171.1000, by the build of the site that it came with
# (public tables of builds). For another build, the build itself is in its place.
_SHORT = {
    9012: "2002",
    9058: "2107",
    9068: "2111",
    9078: "2203",
    9088: "2207",
    9096: "2211",
    9106: "2303",
    9122: "2309",
    9128: "2403",
    9132: "2409",
    9135: "2503",
    9141: "2509",
}


def console_of(estate: EstateDescription, name: str) -> Console | None:
    """The console of a machine with version and folder filled in; None when it has none."""
    described = estate.machine(name).console
    site = next(
        (site for found in estate.hierarchies for site in found.sites if site.server == name and site.kind != "secondary"), None
    )
    if described is None and site is None:
        return None
    console = described or Console()
    if not console.installed:
        return None
    served = site or estate.hierarchies[0].top_site
    folder = _USUAL_FOLDER if site is None else _BELOW_A_SITE.format(install=site.install_folder)
    return Console(
        True,
        console.module,
        console.version or served.version,
        console.folder or folder,
        console.import_seconds,
        console.remembered,
    )


def module_version(site_version: str) -> str:
    """The version of the module that belongs to a version of a site. The last two numbers are the lab's own."""
    build = int(site_version.split(".")[2])
    return f"5.{_SHORT.get(build, build)}.1000.1000"


def lay_out(estate: EstateDescription, machines: Iterable[Machine]) -> None:
    """Write the console to every machine that has one."""
    for machine in machines:
        console = console_of(estate, machine.name)
        if console is None:
            continue
        machine.registry.set(SETUP_KEY, FOLDER_VALUE, f"{console.folder}\\")
        version = module_version(console.version)
        folder = rf"{console.folder}\bin"
        machine.files.write(rf"{folder}\Microsoft.ConfigurationManagement.exe", program_file(version))
        if console.module:
            manifest = f"@{{\r\n    ModuleVersion = '{version}'\r\n}}\r\n"
            machine.files.write(rf"{folder}\{MODULE}.psd1", manifest.encode())
