# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""The name by which the tables know a log: ``dmpdownloader`` for ``C:\SMS\Logs\dmpdownloader.lo_``. Pure.

A name is only shortened by what certainly was added to it: an extension, the time of a rolled-over file, the mark of a copy, and
what the collection itself adds when it keeps a log (``traces.saved_log_name``). A prefix such as ``SCP01_`` may belong to the
name (``SMS_CLOUDCONNECTION``), so it stays.
"""

from __future__ import annotations

import re
from functools import lru_cache

_EXTENSION = re.compile(r"\.[^.]*\Z")
# Extensions before the last one: ``dmpdownloader.log.1``, ``hman.log.txt``.
_INNER = re.compile(r"\.(?:lo[g_](?:\.\d{1,3})?|txt|csv|bak|old|orig)\Z", re.ASCII)
# Explorer's and browsers' marks of a copy, with the word for "copy" in languages of Windows.
_COPY = re.compile(
    r"(?:\s*\(\d{1,4}\)|\s+[-\u2013\u2014]\s+(?:copy|kopie|copie|copia|c\u00f3pia|kopia|kopi|kopio|kop\u00eda|m\u00e1solat|kopya|"
    r"\u043a\u043e\u043f\u0438\u044f))\Z"
)
_COPY_OF = re.compile(r"\Acopy (?:\(\d{1,4}\) )?of (?=.)")
# A date, or a date and a time, after a separator: -20260601-100000, -20260601T100000Z, _2026-06-01_10-00-00, .2026-06-01
_TIME = re.compile(
    r"[-_. ](?:19|20)\d{2}([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])"
    r"(?:[-_. t]?(?:[01]\d|2[0-3])[-_.]?[0-5]\d(?:[-_.]?[0-5]\d(?:[-_.]?\d{3})?)?z?)?\Z",
    re.ASCII,
)
# As traces.saved_log_name writes them.
_KEPT = re.compile(r"(?<=\Aserviceconnectiontool)-[a-z]+-\d{8}t\d{6}z(?:-failed|-[0-9a-f]{16})?\Z", re.ASCII)
# Longer names do not exist in Windows.
_LONGEST = 255
# In this order: what the collection adds ends like a rolled-over file.
_ADDED = (_INNER, _COPY, _COPY_OF, _KEPT, _TIME)


@lru_cache(maxsize=256)
def log_name(path: str) -> str:
    """The lower-case name of the log without folder and extension; never empty unless the path names no file."""
    name = path[max(path.rfind("\\"), path.rfind("/")) + 1 :].strip(' "').lower()
    if len(name) > _LONGEST:
        return name
    stem = _EXTENSION.sub("", name)
    while stem:
        name = stem
        stem = next((shorter for added in _ADDED if (shorter := added.sub("", name).rstrip()) != name), "")
    return name
