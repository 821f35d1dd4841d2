# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How ``cmdlet_script.ps1`` reaches powershell.exe, and what it answers. Pure, except that the file is read.

The script is the argument of -Command, and the values are lines of standard input, which a command reads as ``$input``
(about_PowerShell_exe, -InputFormat; Ansible's own modules for Windows get their values in this way). ``-Command -`` is not used:
with it, Windows PowerShell reads standard input with a buffer of its own (PowerShell/PowerShell, pull request 2336), so a script
may not find the lines that follow it. An encoded command would hide the script from logs of command lines.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_calls import Call
from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import powershell_line
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line

SCRIPT = Path(__file__).with_name("cmdlet_script.ps1")
# From this phase on, something may have been written.
CMDLET, DONE = "cmdlet", "done"
PHASES = ("start", "console", "import", "drive", "parameters", CMDLET, DONE)
_MOST_WORDS = 600
_MOST_BRACES = 1000


@cache
def line() -> str:
    """The command line that runs the script; it is the same for every call, so it contains no value."""
    return powershell_line(in_one_line(SCRIPT.read_text(encoding="ascii")))


def in_one_line(script: str) -> str:
    """The statements of the script without its comments, which have lines of their own; a signature is a comment too."""
    kept = (text for text in (row.strip() for row in script.splitlines()) if text and not text.startswith("#"))
    return " ".join(kept)


def request(call: Call, code: str, providers: Sequence[str], token: str) -> str:
    """Standard input of the script: JSON in ASCII, and the password as it is.

    :param code: the site whose provider writes.
    :param providers: the servers of its SMS Providers, by their full names; empty when the site lists none.
    :param token: a random word by which the answer is recognised.
    :raises ValueError: a password that is not one line.
    """
    values: dict[str, Any] = {
        "token": token,
        "site_code": code,
        "providers": list(providers),
        "cmdlet": call.cmdlet,
        "parameters": dict(call.parameters),
        "proxy_account": call.proxy_account,
        "has_password": call.password is not None,
    }
    lines = [json.dumps(values, ensure_ascii=True)]
    if call.password is not None:
        if not call.password or set(call.password) & set("\0\r\n"):
            raise ValueError("the password is empty or contains a line end")
        lines.append(call.password)
    return "".join(f"{text}\n" for text in lines)


@dataclass(frozen=True)
class Answer:
    """What the script reports.

    :param phase: how far it came, one of ``PHASES``.
    :param reason: why the script itself stopped, one of its words; empty for an error of PowerShell.
    :param local: the drive is connected to an SMS Provider on this server, so no second logon is needed.
    :param provider: the server of that SMS Provider.
    :param manifest: the file of the module.
    :param module: the version of the module.
    :param error: the message of the error, with its details.
    :param error_id: FullyQualifiedErrorId, which is the same in every language.
    :param error_type: the name of the exception.
    """

    phase: str
    reason: str = ""
    local: bool = False
    provider: str = ""
    manifest: str = ""
    module: str = ""
    powershell: str = ""
    language_mode: str = ""
    error: str = ""
    error_id: str = ""
    error_type: str = ""

    @property
    def done(self) -> bool:
        return self.phase == DONE

    @property
    def may_have_written(self) -> bool:
        """Whether the cmdlet was started."""
        return self.phase in (CMDLET, DONE)


def read_answer(stdout: str, token: str) -> Answer | None:
    """The answer in what the script printed; None when it contains none that belongs to this call.

    A console can wrap long lines, so the ends of lines are removed: JSON has none in its texts.
    """
    text = stdout.replace("\ufeff", "").replace("\r", "").replace("\n", "")
    start = text.find("{")
    for _brace in range(_MOST_BRACES):
        if start < 0:
            break
        found = _object_at(text, start)
        if found.get("token") == token and found.get("phase") in PHASES:
            return _answer(found)
        start = text.find("{", start + 1)
    return None


def _object_at(text: str, start: int) -> Mapping[str, Any]:
    """The JSON object that begins there; empty when none does."""
    try:
        found, _end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _answer(found: Mapping[str, Any]) -> Answer:
    said = (_text(found, "error"), _text(found, "details"))
    return Answer(
        phase=found["phase"],
        reason=_text(found, "reason"),
        local=found.get("local") is True,
        provider=_text(found, "provider"),
        manifest=_text(found, "manifest"),
        module=_text(found, "module"),
        powershell=_text(found, "powershell"),
        language_mode=_text(found, "language_mode"),
        error=" ".join(text for text in dict.fromkeys(said) if text),
        error_id=_text(found, "error_id"),
        error_type=_text(found, "error_type"),
    )


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return one_line(value, _MOST_WORDS) if isinstance(value, str) else ""
