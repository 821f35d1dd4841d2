"""`powershell` for the lab's shells, only for benchmarks: answers ansible.windows.win_powershell at once.

It runs no PowerShell. It reads the input of ansible-core's exec wrapper (an internal form, see machine.CORE_VERSION), and answers
with the JSON that the module returns for a script without output. The measurement is therefore the least that a module in
PowerShell costs: Ansible's own work and the exchanges of WinRM. Windows' work, starting a process and loading a module, is not
included.
"""

from __future__ import annotations

import json
from typing import Any

from lab.running.estate import Estate
from lab.windows.shell import Invocation
from lab.winrm.programs import Program, ProgramOutput, Signal

MODULE = "ansible.windows.win_powershell"
_SCRIPT = "ansible_collections.ansible.windows.plugins.modules.win_powershell.ps1"
# The end of the first part of the input, which is the wrapper itself.
_END_OF_WRAPPER = "\0\0\0\0"
_ANSWER = {
    "changed": False,
    "debug": [],
    "error": [],
    "host_err": "",
    "host_out": "",
    "information": [],
    "output": [],
    "result": {},
    "verbose": [],
    "warning": [],
}


class UnknownShape(ValueError):
    """The input is not what the exec wrapper of the pinned ansible-core receives."""


def install(estate: Estate) -> None:
    """Install the stand-in on every machine of the estate."""
    for machine in estate.description.machines:
        estate.add_program(machine.name, "powershell", _StandIn)


def script_of(text: str) -> str:
    """The module's script in the input of the exec wrapper.

    :raises UnknownShape: the input does not have that form.
    """
    wrapper, end, manifest = text.partition(_END_OF_WRAPPER)
    try:
        if not end or json.loads(wrapper)["name"] != "exec_wrapper":
            raise UnknownShape("the input does not begin with exec_wrapper")
        scripts: list[Any] = [
            action["params"]["Script"] for action in json.loads(manifest)["actions"] if "Script" in action["params"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise UnknownShape(f"the input is not what was expected: {type(error).__name__}: {error}") from error
    if len(scripts) != 1:
        raise UnknownShape(f"the manifest names {len(scripts)} scripts instead of one")
    return str(scripts[0])


class _StandIn(Program):
    """One run: collects the input, then answers."""

    def __init__(self, run: Invocation) -> None:
        self._run = run
        self._input = bytearray()
        self._output: ProgramOutput | None = None

    def start(self, output: ProgramOutput) -> None:
        self._output = output

    def stdin(self, data: bytes, end: bool) -> None:
        self._input += data
        if not end or self._output is None:
            return
        try:
            script = script_of(self._input.decode("utf-8"))
            if script != _SCRIPT:
                raise UnknownShape(f"the stand-in knows {_SCRIPT} only, not {script}")
        except (UnknownShape, UnicodeDecodeError) as error:
            self._output.stderr(f"the benchmark's stand-in for PowerShell: {error}\r\n".encode())
            self._output.exit(1)
            return
        self._output.stdout(json.dumps(_ANSWER).encode())
        self._output.exit(0)

    def signal(self, signal: Signal) -> None:
        if self._output is not None:
            self._output.exit(1)
