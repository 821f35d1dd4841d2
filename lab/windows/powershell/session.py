"""One session of PowerShell: its variables, drives, location and commands, and what it writes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lab.cim.model import NameMap
from lab.estate.powershell import FULL
from lab.windows.machine import Machine
from lab.windows.powershell.binder import Bound
from lab.windows.powershell.contracts import Contract
from lab.windows.powershell.errors import NOWHERE, ErrorRecord, Place, PowerShellError
from lab.windows.powershell.syntax import ScriptBlock
from lab.windows.powershell.values import PsObject, PsValue
from lab.winrm.message import Caller


class NeedInput:
    """Yielded by a script that waits for the end of its standard input."""


NEED_INPUT = NeedInput()

Wait = float | NeedInput
"""What a script yields: seconds of lab time to wait, or :data:`NEED_INPUT`."""

Steps = Generator[Wait, None, list[PsValue]]
"""A piece of work that may take time; its result are the objects that it writes."""


@dataclass(frozen=True)
class Drive:
    """A drive of PowerShell. ``content`` is what its provider keeps of it, ``shown`` are further properties of the drive."""

    name: str
    provider: str
    root: str = ""
    content: object = None
    shown: Mapping[str, PsValue] = field(default_factory=dict)


class Blocks(Protocol):
    """Runs script blocks: the interpreter."""

    def each(self, block: ScriptBlock, item: PsValue) -> Steps:
        """The output of a script block for one object of the pipeline."""


@dataclass
class Invoked:
    """One call of a command. ``input`` are the objects of the pipeline: all of them, or one, as the command takes them."""

    session: Session
    bound: Bound
    input: Sequence[PsValue]
    blocks: Blocks

    @property
    def name(self) -> str:
        """The name of the command."""
        return self.bound.contract.name

    def error(
        self,
        message: str,
        error_id: str,
        type_name: str,
        category: str,
        *,
        target: str = "",
        target_type: str = "String",
        origin: str = "",
        terminating: bool = False,
        details: str = "",
        bases: tuple[str, ...] = (),
    ) -> PowerShellError:
        """An error of this call, to be raised. ``origin`` is the class of the command, the second part of the
        error's identifier.
        """
        full_id = f"{error_id},{origin}" if origin else error_id
        record = ErrorRecord(
            message,
            (type_name, *bases, "System.Exception"),
            full_id,
            category,
            target,
            target_type if target else "",
            self.name,
            details,
            self.bound.place,
        )
        return PowerShellError(record, terminating=terminating)


Body = Callable[[Invoked], Steps]


@dataclass(frozen=True)
class RegisteredCommand:
    """A command of the session. ``collects``: it takes all objects of the pipeline at once; otherwise it runs once for each."""

    contract: Contract
    body: Body
    collects: bool = False
    module: str = ""


class DriveMaker(Protocol):
    """Connects a drive of a module's provider."""

    def __call__(self, call: Invoked, name: str, root: str) -> Generator[Wait, None, Drive]:
        """The new drive; PowerShellError when it cannot be connected."""


class Module(Protocol):
    """A module that Import-Module can load."""

    name: str

    def load(self, call: Invoked, path: str) -> Steps:
        """Register its commands, providers and drives; PowerShellError when it cannot be loaded."""


@dataclass
class Session:
    """The state of one run.

    :ivar read_input: standard input up to its end, as text; it can be read once.
    :ivar modules: what Import-Module finds, by the name of the file without its extension.
    :ivar ran: the names of the module commands that ran, in order; never values.
    """

    machine: Machine
    caller: Caller
    folder: str
    environment: NameMap[str]
    language_mode: str = FULL
    policy: str = "RemoteSigned"
    publisher_trusted: bool = True
    modules: NameMap[Module] = field(default_factory=NameMap)
    read_input: Callable[[], Generator[Wait, None, str]] | None = None
    write_out: Callable[[str], None] = lambda _text: None
    write_error: Callable[[str], None] = lambda _text: None
    variables: NameMap[PsValue] = field(default_factory=NameMap)
    commands: NameMap[RegisteredCommand] = field(default_factory=NameMap)
    providers: NameMap[DriveMaker] = field(default_factory=NameMap)
    drives: NameMap[Drive] = field(default_factory=NameMap)
    loaded: NameMap[PsObject] = field(default_factory=NameMap)
    location: str = "C"
    strict: bool = False
    encodings: dict[str, str] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    place: Place = NOWHERE

    def __post_init__(self) -> None:
        for letter in (drive.letter for drive in self.machine.drives):
            self.drives[letter] = Drive(letter, "FileSystem", f"{letter}:\\")
        for name, provider, root in (
            ("HKLM", "Registry", "HKEY_LOCAL_MACHINE"),
            ("HKCU", "Registry", "HKEY_CURRENT_USER"),
            ("Env", "Environment", ""),
            ("Alias", "Alias", ""),
            ("Function", "Function", ""),
            ("Variable", "Variable", ""),
            ("Cert", "Certificate", "\\"),
            ("WSMan", "WSMan", ""),
        ):
            self.drives[name] = Drive(name, provider, root)

    @property
    def error_action(self) -> str:
        """The value of ``$ErrorActionPreference``."""
        return str(self.variables.get("erroractionpreference", "Continue"))

    def current_drive(self) -> Drive | None:
        """The drive of the current location; None when it was removed."""
        return self.drives.get(self.location)
