# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How serious a record is, by its own type, prefix or words. Pure."""

from __future__ import annotations

import re

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import Record

ERROR, WARNING, INFORMATION = "error", "warning", "information"
# Only this many characters at the beginning of a message are searched.
LOOKED_AT = 16_000

# The words of CMTrace, and a few more.
_FAILURE_WORDS = ("error", "fail", "exception", "critical", "fatal")
_PREFIX = re.compile(r"\s*(info|error|warn(?:ing)?)\s?:")
# Lines that are marked as information report failures too, for example a failed connection.
_FAILED_THOUGH_INFORMATION = re.compile(r"\bfail(?:ed|ure)\b(?! ?over)|\bfatal\b|\bunhandled exception\b")


def severity(record: Record) -> str:
    """ERROR, WARNING or INFORMATION: by the record's type, else by a prefix of the message, else by its words."""
    if record.type == 3:
        return ERROR
    if record.type == 2:
        return WARNING
    return of_text(record.message[:LOOKED_AT].lower()) if record.type is None or record.type == 0 else INFORMATION


def of_text(lower: str) -> str:
    """The same for a message without a type, in lower case."""
    prefix = _PREFIX.match(lower)
    if prefix is not None:
        if prefix[1] != "info":
            return ERROR if prefix[1] == "error" else WARNING
        return ERROR if _FAILED_THOUGH_INFORMATION.search(lower) else INFORMATION
    for word in _FAILURE_WORDS:
        if word in lower and (word != "fail" or lower.replace("failover", "").count("fail")):
            return ERROR
    return WARNING if "warn" in lower else INFORMATION
