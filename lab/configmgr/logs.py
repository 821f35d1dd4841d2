"""Log lines in the native format of site servers, in the files of the emulated machines (facts/logs.md, section 2.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from lab.configmgr import names
from lab.estate.description import Drive
from lab.windows.machine import Machine

# Minutes of Windows' bias: UTC = local time + bias. One hour east of Greenwich, so that tests find readers that confuse the sign.
BIAS = -60


def native_line(message: str, component: str, moment: datetime, bias: int = BIAS) -> str:
    """One record: message, component, local time with the bias, thread.

    :param moment: UTC time, timezone-aware.
    :param bias: minutes to add to local time to get UTC.
    """
    local = moment - timedelta(minutes=bias)
    thread = 4000 + 4 * (sum(component.encode()) % 500)
    stamp = f"{local:%m-%d-%Y %H:%M:%S}.{local.microsecond // 1000:03d}{bias:+d}"
    return f"{message}  $$<{component}><{stamp}><thread={thread} (0x{thread:X})>\r\n"


def role_drive(drives: Iterable[Drive]) -> str | None:
    """The letter of the drive for role files: most free space, no NO_SMS_ON_DRIVE.SMS; None when no drive is allowed."""
    allowed = [drive for drive in drives if not drive.no_sms]
    return max(allowed, key=lambda drive: drive.free_bytes).letter if allowed else None


def install_folder(machine: Machine) -> str:
    """The product's folder on this machine: the site's folder, otherwise ``<drive>:\\SMS`` (from memory, not established)."""
    found = machine.registry.get(names.SETUP_KEY, "Installation Directory")
    if found is not None and isinstance(found.data, str):
        return found.data
    return f"{role_drive(machine.drives) or 'C'}:\\SMS"


def log_folder(machine: Machine) -> str:
    """The folder of the product's logs on this machine."""
    return f"{install_folder(machine)}\\Logs"


def write(machine: Machine, file: str, component: str, *messages: str) -> None:
    """Append records to a log of the machine, one for each message, at the current lab time."""
    now = machine.clock.now()
    path = f"{log_folder(machine)}\\{file}"
    machine.files.append(path, "".join(native_line(message, component, now) for message in messages).encode())


def register_log(machine: Machine, component: str, file: str) -> None:
    """Write to the machine's registry where a component logs ([K]: place and names of the values are from memory)."""
    key = f"{names.TRACING_KEY}\\{component}"
    machine.registry.set(key, "TraceFilename", f"{log_folder(machine)}\\{file}")
    machine.registry.set(key, "Enabled", 1)
    machine.registry.set(key, "LoggingLevel", 1)
    machine.registry.set(key, "MaxFileSize", 2621440)
