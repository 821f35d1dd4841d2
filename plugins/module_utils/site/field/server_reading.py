# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the probes of the role's server need. It reads the registry and classes of Windows; three readings start a program.

The programs are curl.exe (its version, a file that does not exist, the end of a log) and whoami.exe. They change nothing and
connect to nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.reading import Readers
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.encodings import decode
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.files import TRACING_KEY
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import parse, split_lines
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_check import KEY
from ansible_collections.configmgr.scp.plugins.module_utils.windows import file_end, shell, software, winhttp
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import read_clock
from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import CURL, command_line
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry
from ansible_collections.configmgr.scp.plugins.module_utils.windows.token import token_sids
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

LOG_BYTES = 16 * 1024
_TRACED = (naming.DOWNLOADER, "SMS_DMP_UPLOADER", "SMS_SERVICE_CONNECTOR")
_ENVIRONMENT = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
_ABSENT_FILE = "file:///C:/field-check-absent-file.txt"
_RECORDS = ("native", "cmtrace")
# Their answers are programs' output or bytes, which no person can read in a recording; the readings themselves are kept instead.
KEPT_AS_READINGS = ("log_end", "curl_version", "curl_words", "winhttp", "token")


def server_readers(session: CimSession) -> Readers:
    """The readings of the role's server by name."""
    return _ServerReaders(session).readers()


class _ServerReaders:
    def __init__(self, session: CimSession) -> None:
        self._session = session
        self._registry = Registry(session)
        self._traces = cache(self._read_traces)
        self._curl = cache(self._read_curl)

    def readers(self) -> dict[str, Callable[[], Any]]:
        return {
            "clock": self._clock,
            "winrm": self._session.identify,
            "sync_types": self._sync_types,
            "traces": self._traces,
            "vc_runtime": self._vc_runtime,
            "environment": lambda: {"names": self._registry.value_names(_ENVIRONMENT)},
            "winhttp": self._winhttp,
            "curl_version": self._curl,
            "curl_words": self._curl_words,
            "log_end": self._log_end,
            "token": lambda: {"sids": sorted(token_sids(self._session))},
        }

    def _clock(self) -> dict[str, Any]:
        found = read_clock(self._session)
        if found is None:
            raise NotReadable("the server does not show its clock")
        return {"computer": found.computer, "now": found.now.isoformat(), "utc_offset_minutes": found.utc_offset_minutes}

    def _sync_types(self) -> dict[str, int]:
        return self._registry.value_types(KEY)

    def _read_traces(self) -> dict[str, str | None]:
        """Component to the path of its log; empty when the key has none, None when the component has no key."""
        return {name: self._trace(name) for name in _TRACED}

    def _trace(self, component: str) -> str | None:
        try:
            path = self._registry.get_string(f"{TRACING_KEY}\\{component}", "TraceFilename")
        except KeyMissing:
            return None
        try:
            return file_end.checked_path((path or "").strip())
        except ValueError:
            return ""

    def _vc_runtime(self) -> dict[str, str | None]:
        return dict(zip(("view_64", "wow6432node"), software.vc_runtime_by_view(self._registry), strict=True))

    def _winhttp(self) -> dict[str, Any]:
        try:
            return {"proxies": len(winhttp.read_winhttp(self._registry).proxies)}
        except winhttp.UnknownForm as error:
            return {"wrong_form": str(error)}
        except NotReadable as error:
            return {"why": str(error)}

    def _read_curl(self) -> dict[str, Any]:
        found = shell.run(self._session, command_line(CURL, "-q", "--version"), limit_bytes=64 * 1024)
        return {"exit_code": found.exit_code, "text": found.stdout}

    def _curl_words(self) -> dict[str, Any]:
        if not self._curl()["text"].lower().startswith("curl "):
            return {"has_curl": False}
        line = command_line(CURL, *file_end.ARGUMENTS)
        found = shell.run(self._session, line, stdin=file_end.config(_ABSENT_FILE, "0-1"), limit_bytes=64 * 1024)
        return {"has_curl": True, "exit_code": found.exit_code, "text": found.stderr}

    def _log_end(self) -> dict[str, Any]:
        path = self._traces().get(naming.DOWNLOADER)
        if not path:
            return {"missing": f"the log of {naming.DOWNLOADER} is not known"}
        try:
            found = file_end.read_end(self._session, path, LOG_BYTES)
        except file_end.FileMissing as error:
            return {"missing": str(error)}
        except file_end.FileError as error:
            return {"error": str(error)}
        records = list(parse(split_lines(decode(found.data, "cp1252", cut=found.cut).text), cut=found.cut))
        known = [record for record in records if record.form in _RECORDS and record.time is not None]
        biases = [record.time.bias_minutes for record in known if record.time and record.time.bias_minutes is not None]
        has_curl = self._curl()["text"].lower().startswith("curl ")
        return {
            "bytes": len(found.data),
            "records": len(known),
            "bias": biases[-1] if biases else None,
            "way": "curl.exe" if has_curl else "type",
        }
