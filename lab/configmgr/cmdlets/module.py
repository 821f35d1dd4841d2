"""The module ConfigurationManager: what Import-Module loads, and what a session of a machine with a console has."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from functools import cache
from pathlib import Path

from lab.cim.model import NameMap
from lab.configmgr.cmdlets import account_cmdlets, role_cmdlets, setting_cmdlets, system_cmdlets
from lab.configmgr.cmdlets.connection import PROVIDER, World, connect
from lab.configmgr.cmdlets.installed import MODULE, console_of, module_version
from lab.windows.powershell.contracts import Contract, read_contracts
from lab.windows.powershell.errors import PowerShellError
from lab.windows.powershell.policy import MICROSOFT, refusal, security_error
from lab.windows.powershell.session import Body, Drive, Invoked, RegisteredCommand, Session, Steps, Wait
from lab.windows.powershell.values import PsObject, PsValue

BODIES: Mapping[str, Body] = {
    "Get-CMServiceConnectionPoint": role_cmdlets.get,
    "Add-CMServiceConnectionPoint": role_cmdlets.add,
    "Set-CMServiceConnectionPoint": role_cmdlets.change,
    "Remove-CMServiceConnectionPoint": role_cmdlets.remove,
    "Get-CMSiteSystemServer": system_cmdlets.get,
    "New-CMSiteSystemServer": system_cmdlets.new,
    "Set-CMSiteSystemServer": system_cmdlets.change,
    "Remove-CMSiteSystemServer": system_cmdlets.remove,
    "Get-CMAccount": account_cmdlets.get,
    "New-CMAccount": account_cmdlets.new,
    "Set-CMAccount": account_cmdlets.change,
    "Remove-CMAccount": account_cmdlets.remove,
    "Get-CMHierarchySetting": setting_cmdlets.get,
    "Set-CMHierarchySetting": setting_cmdlets.change,
}


@cache
def contracts() -> NameMap[Contract]:
    """The contracts of the cmdlets; read at the first import of the module, because reading takes time."""
    return read_contracts(Path(__file__).with_name("contracts.yml"))


class ConfigurationManager:
    """The module on one machine."""

    name = MODULE

    def __init__(self, world: World) -> None:
        self._world = world

    def load(self, call: Invoked, path: str) -> Steps:
        """Load the module: its cmdlets, its provider, and drives for the sites that it remembers."""
        session = call.session
        console = console_of(self._world.description, session.machine.name)
        assert console is not None, "the module's files are only on machines with a console"
        version = module_version(console.version)
        refused = refusal(session.policy, path, signed=True, publisher_trusted=session.publisher_trusted, publisher=MICROSOFT)
        if refused:
            raise security_error(refused, call.name)
        if "MinimumVersion" in call.bound and _numbers(call.bound.text("MinimumVersion")) > _numbers(version):
            wanted = call.bound.text("MinimumVersion")
            raise call.error(
                f"The specified module '{path}' with version '{wanted}' was not loaded because no valid module "
                "file was found in any module "
                "directory.",
                "Modules_ModuleWithVersionNotFound",
                "System.IO.FileNotFoundException",
                "ResourceUnavailable",
                target=path,
                origin="Microsoft.PowerShell.Commands.ImportModuleCommand",
            )
        yield console.import_seconds

        def drive(call: Invoked, name: str, root: str) -> Generator[Wait, None, Drive]:
            return (yield from connect(self._world, call, name, root))

        session.providers[PROVIDER] = drive
        for name, body in BODIES.items():
            session.commands[name] = RegisteredCommand(contracts()[name], body, module=MODULE)
        yield from self._remembered(call, console.remembered)
        numbers = dict(zip(("Major", "Minor", "Build", "Revision"), _numbers(version), strict=True))
        shown = PsObject("System.Version", NameMap(numbers), text=version)
        values: dict[str, PsValue] = {"Name": MODULE, "Path": path, "Version": shown}
        return [PsObject("System.Management.Automation.PSModuleInfo", NameMap(values), text=MODULE)]

    def _remembered(self, call: Invoked, codes: tuple[str, ...]) -> Generator[Wait, None, None]:
        """Drives for the sites that a user of the console connected to; one that cannot be connected is left out."""
        for code in codes:
            if code in call.session.drives:
                continue
            server = next(site.server for found in self._world.hierarchies for site in found.sites.values() if site.code == code)
            try:
                call.session.drives[code] = yield from connect(self._world, call, code, server)
            except PowerShellError:
                continue


def prepare(world: World, session: Session) -> None:
    """Give a session the module, and the variable that the console's setup creates."""
    console = console_of(world.description, session.machine.name)
    if console is None:
        return
    session.modules[MODULE] = ConfigurationManager(world)
    session.environment["SMS_ADMIN_UI_PATH"] = rf"{console.folder}\bin\i386"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
