"""The network programs of a server: curl.exe if Windows has it, and netsh, which shows the WinHTTP proxy."""

from __future__ import annotations

from lab.estate.description import MachineDescription
from lab.windows.curl.program import curl
from lab.windows.network import Network
from lab.windows.presets import curl_version
from lab.windows.shell import Invocation, ProgramMaker
from lab.winrm.programs import Finished

_GERMAN = 1031


def network_programs(description: MachineDescription, network: Network) -> dict[str, ProgramMaker]:
    """The programs by name without extension, for the shell of this machine."""
    programs: dict[str, ProgramMaker] = {"netsh": _netsh(description.winhttp_proxy)}
    version = curl_version(description.os, description.software)
    if version != "none":
        programs["curl"] = curl(version, network)
    return programs


def _netsh(proxy: str) -> ProgramMaker:
    def netsh(run: Invocation) -> Finished:
        if [word.lower() for word in run.arguments] != ["winhttp", "show", "proxy"]:
            return run.said("The lab's netsh supports only: netsh winhttp show proxy\r\n", 1)
        german = run.machine.os.language == _GERMAN
        title = "Aktuelle WinHTTP-Proxyeinstellungen:" if german else "Current WinHTTP proxy settings:"
        direct = "Direktzugriff (kein Proxyserver)." if german else "Direct access (no proxy server)."
        setting = f"    Proxy Server(s) :  {proxy}\r\n    Bypass List     :  (none)" if proxy else f"    {direct}"
        return run.said(f"\r\n{title}\r\n\r\n{setting}\r\n\r\n")

    return netsh
