"""PowerShell on the servers of an estate, the console with its module, and what an SMS Provider refuses over WS-Management."""

from __future__ import annotations

from dataclasses import dataclass

POLICIES = ("RemoteSigned", "AllSigned", "Restricted", "Unrestricted", "Bypass")
FULL, CONSTRAINED = "FullLanguage", "ConstrainedLanguage"
LANGUAGE_MODES = {"full": FULL, "constrained": CONSTRAINED}
WORKS, NOT_SUPPORTED, NOT_CAPABLE, FAULT_AFTER = "works", "not_supported", "not_capable", "fault_after"
WRITE_ANSWERS = (WORKS, NOT_SUPPORTED, NOT_CAPABLE, FAULT_AFTER)


@dataclass(frozen=True)
class PowerShellSettings:
    """PowerShell of one machine, as its administrators set it.

    :ivar execution_policy: the policy of the machine; ``enforced`` by group policy, so that ``-ExecutionPolicy`` has no effect.
    :ivar publisher_trusted: the signers of scripts and of Microsoft's module are among the trusted publishers.
    """

    execution_policy: str = "RemoteSigned"
    enforced: bool = False
    language_mode: str = FULL
    publisher_trusted: bool = True


@dataclass(frozen=True)
class Console:
    """The Configuration Manager console of a machine.

    :ivar installed: false: the machine has none.
    :ivar module: false: its folder is in the registry, but the module's files are missing.
    :ivar version: the version of the site that the console came with; empty for the version of the site that the machine serves.
    :ivar folder: where it is installed; empty for the usual folder.
    :ivar import_seconds: how long Import-Module takes, in seconds of lab time.
    :ivar remembered: codes of the sites for which Import-Module makes a drive, because a user connected to them before.
    """

    installed: bool = True
    module: bool = True
    version: str = ""
    folder: str = ""
    import_seconds: float = 10.0
    remembered: tuple[str, ...] = ()


@dataclass(frozen=True)
class CimWrites:
    """How the SMS Providers of a site answer writes over WS-Management: ``works``, a refusal, or a fault after the write.

    ``not_supported`` is WBEM_E_NOT_SUPPORTED, ``not_capable`` is WBEM_E_PROVIDER_NOT_CAPABLE; ``fault_after`` writes, and then
    answers WBEM_E_FAILED. Writes of the module's cmdlets, which use DCOM, are not affected.
    """

    create: str = WORKS
    put: str = WORKS
    delete: str = WORKS
