# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Judges the assumptions about the server of the role: registry values, logs, curl, the account's token. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probe import (
    Verdict,
    as_assumed,
    cannot_tell,
    decided,
    otherwise,
)

REG_DWORD = 4
SYNC_VALUES = ("LastSyncedTime", "LastSyncRequestTime")
# Options of curl.exe that the collection needs (site/preflight/reach/curl.py).
_LEAST_CURL = (7, 75)
_CURL = re.compile(r"curl (\d{1,3})\.(\d{1,3})\.(\d{1,3})", re.ASCII)
_CANNOT_OPEN = 37
_ADMINISTRATORS = "S-1-5-32-544"
_HIGH = ("S-1-16-12288", "S-1-16-16384")
_LEVEL = "S-1-16-"


def sync_values(types: Mapping[str, int]) -> Verdict:
    """The registry values of the last synchronisation are REG_DWORD."""
    found = {name: types[name] for name in SYNC_VALUES if name in types}
    return decided(
        [f"{name} is REG_DWORD" for name, kind in found.items() if kind == REG_DWORD],
        [f"{name} has the registry type {kind}" for name, kind in found.items() if kind != REG_DWORD],
        f"the registry key of the downloader has neither {' nor '.join(SYNC_VALUES)}",
    )


def trace_files(found: Mapping[str, str | None]) -> Verdict:
    """The registry has the log file of each component. None: the component is not there."""
    return decided(
        [f"{name} logs to {path}" for name, path in found.items() if path],
        [f"TraceFilename of {name} is missing, or is no path of a local file" for name, path in found.items() if path == ""],
        "none of the role's components has a registry key for its log",
    )


def log_end(found: Mapping[str, Any]) -> Verdict:
    """The end of a log that SMS_EXECUTIVE keeps open can be read, byte for byte."""
    if found.get("missing"):
        return cannot_tell(str(found["missing"]))
    if found.get("error"):
        return otherwise(str(found["error"]))
    if not found.get("bytes"):
        return cannot_tell("the log is empty")
    seen = f"{found['bytes']} bytes with {found.get('records', 0)} records, read with {found.get('way')}"
    return as_assumed(seen) if found.get("records") else otherwise(f"{seen}: no line has the form of this log")


def log_bias(found: Mapping[str, Any], clock: Mapping[str, Any]) -> Verdict:
    """UTC = local time + the bias in the log."""
    bias, offset = found.get("bias"), clock.get("utc_offset_minutes")
    if not isinstance(bias, int):
        return cannot_tell("no line of the log was read that has a time zone bias")
    if not isinstance(offset, int) or (offset == 0 and bias == 0):
        return cannot_tell("the server's local time is UTC, or is not known")
    seen = f"the newest line has the bias {bias:+d}, and the server's local time is UTC{offset:+d} minutes"
    if bias == -offset:
        return as_assumed(seen)
    return otherwise(seen)


def curl_version(found: Mapping[str, Any]) -> Verdict:
    """curl.exe of Windows: its version, and that it uses Schannel."""
    text = str(found.get("text") or "").strip()
    version = _CURL.search(text)
    if version is None:
        return cannot_tell(f"the server has no curl.exe (exit code {found.get('exit_code')})")
    first = text.splitlines()[0]
    fits = (int(version[1]), int(version[2])) >= _LEAST_CURL and "schannel" in text.lower()
    return as_assumed(first) if fits else otherwise(first)


def curl_words(found: Mapping[str, Any]) -> Verdict:
    """curl.exe reads its addresses from standard input over WinRS, and reports a file that it cannot open with code 37."""
    said, code = str(found.get("text") or "").strip(), found.get("exit_code")
    if not found.get("has_curl", True):
        return cannot_tell("the server has no curl.exe")
    seen = f"exit code {code}, {said!r}"
    return as_assumed(seen) if code == _CANNOT_OPEN and said.lower().startswith("curl: (37)") else otherwise(seen)


def winhttp_proxy(found: Mapping[str, Any]) -> Verdict:
    """The form of the registry value with the proxy of WinHTTP."""
    if found.get("proxies"):
        return as_assumed(f"{found['proxies']} entries for proxies were read")
    if found.get("wrong_form"):
        return otherwise(str(found["wrong_form"]))
    return cannot_tell(str(found.get("why") or "WinHTTP on this server connects directly"))


def vc_runtime_place(found: Mapping[str, str | None]) -> Verdict:
    """The Visual C++ runtime for x64 is registered in the view of 64-bit programs."""
    own, below = found.get("view_64"), found.get("wow6432node")
    seen = f"64-bit view: {own or 'none'}; Wow6432Node: {below or 'none'}"
    if own:
        return as_assumed(seen)
    return otherwise(seen) if below else cannot_tell("the Visual C++ runtime for x64 is not installed")


def current_folder(found: Mapping[str, Any]) -> Verdict:
    """cmd.exe searches programs in the current folder: NoDefaultCurrentDirectoryInExePath is not set for all users."""
    names = {str(name).casefold() for name in found["names"]}
    if not names:
        return cannot_tell("the registry shows no environment variables of the system")
    if "nodefaultcurrentdirectoryinexepath" in names:
        return otherwise("the environment of the system has NoDefaultCurrentDirectoryInExePath")
    return as_assumed(f"the environment of the system has {len(names)} variables, and this is not among them")


def elevated_token(found: Mapping[str, Any]) -> Verdict:
    """The token of an administrator over WinRM has the high mandatory level."""
    sids = {str(sid).upper() for sid in found["sids"]}
    levels = sorted(sid for sid in sids if sid.startswith(_LEVEL))
    if _ADMINISTRATORS not in sids:
        return cannot_tell("the account is not a member of the server's Administrators")
    if not levels:
        return otherwise("whoami.exe lists no mandatory level")
    if any(level in _HIGH for level in levels):
        return as_assumed(f"mandatory level {', '.join(levels)}")
    return cannot_tell(f"the token is filtered, or has the level in another form: mandatory level {', '.join(levels)}")
