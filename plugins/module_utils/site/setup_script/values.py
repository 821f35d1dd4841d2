# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which values a key of setup's script may have, and how they are written there.

A script is plain ASCII. Nearly everything in it has to be ASCII by the product's own rules (memdocs, unicode-and-ascii-support),
and it is not established in which encoding setup would read anything else.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.keys import Key

EVALUATION = "Eval"
# Folders of a site are named by its code (memdocs, prepare-to-install-sites).
RESERVED_SITE_CODES = ("AUX", "CON", "ENV", "NUL", "PRN", "SMS")

_MOST_SHOWN = 80
_MOST_PATH = 240
_MOST_SITE_NAME = 127
_MOST_DATABASE = 128
_MOST_MINUTES = 999999
_PATH_RULES = f"in ASCII, without wildcards, quotes, semicolons and relative parts, of at most {_MOST_PATH} characters"
_SITE_CODE = re.compile(r"[A-Za-z0-9]{3}")
_PRODUCT_KEY = re.compile(r"[A-Za-z0-9]{5}(?:-[A-Za-z0-9]{5}){4}")
# The documentation page allows no spaces, but its own example of a script has them.
_SITE_NAME = re.compile(r"[A-Za-z0-9-](?:[A-Za-z0-9 -]*[A-Za-z0-9-])?")
_DATABASE = re.compile(r"(?:[A-Za-z0-9_#$&-]+\\)?[A-Za-z0-9_#$@-]+")
_NUMBER = re.compile(r"[0-9]{1,9}")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]00:00:00(?:\.0{1,6})?)?")
_LANGUAGE = re.compile(r"[A-Za-z]{3}")
# Without the characters that Windows does not allow in names of folders and shares, without everything but printable ASCII, and
# without the semicolon, which begins a comment for some readers of such files.
_FOLDER = r"""[^\x00-\x1f\x7f-\U0010ffff<>:"/\\|?*;]+"""
_LOCAL_PATH = re.compile(rf"[A-Za-z]:\\(?:{_FOLDER}\\)*(?:{_FOLDER})?")
_SHARE = re.compile(rf"\\\\[A-Za-z0-9._-]+\\{_FOLDER}(?:\\{_FOLDER})*\\?")


class BadValue(ValueError):
    """A value that a key cannot have; the text says what is wrong with it. :func:`allowed` returns what is possible."""


def written(key: Key, value: Any) -> str:
    """The value as it is written into the script; an empty text when the key is to be left out.

    :param value: as the user gave it: of any type; for a key with ``values``, one of the option's names or setup's own values.
    :raises BadValue: the key cannot have it.
    """
    return _choice(key, value) if key.values else _KINDS[key.kind].check(value)


def allowed(key: Key) -> str:
    """What the key can have, as the end of a sentence."""
    if not key.values:
        return _KINDS[key.kind].allowed
    return " or ".join(name if says.lower() in ("", name) else f"{name} ({says})" for name, says in key.values.items())


def text_of(value: Any) -> str:
    """A value as text. Ansible's tagged texts, such as one from a vault, become plain ones."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str.__str__(value) if isinstance(value, str) else str(value)


def quoted(value: Any) -> str:
    """A value as messages show it: of limited length, without a product key, and without control characters for a terminal."""
    line = without_product_keys(text_of(value)).replace("\n", "\\n").replace("\t", "\\t")
    return f"'{shown(line, _MOST_SHOWN)}'"


def without_product_keys(text: str) -> str:
    """The text, with everything replaced that has the form of a product key."""
    return _PRODUCT_KEY.sub("(a product key)", text)


def _choice(key: Key, value: Any) -> str:
    word = {"yes": "true", "no": "false"}.get(text_of(value).lower(), text_of(value).lower())
    for name, says in key.values.items():
        if word in (name.lower(), says.lower()):
            return says
    raise BadValue(f"{quoted(value)} is not possible")


def _product_key(value: Any) -> str:
    text = text_of(value).strip()
    if text.lower() == EVALUATION.lower():
        return EVALUATION
    if not _PRODUCT_KEY.fullmatch(text):
        # It may be a mistyped key, so it is not shown.
        raise BadValue("it is not a product key")
    return text.upper()


def _site_code(value: Any) -> str:
    text = text_of(value)
    if not _SITE_CODE.fullmatch(text):
        raise BadValue(f"{quoted(value)} is not a site code")
    if text.upper() in RESERVED_SITE_CODES:
        raise BadValue(f"{quoted(value)} is a reserved name")
    return text.upper()


def _site_name(value: Any) -> str:
    text = text_of(value)
    if len(text) > _MOST_SITE_NAME or not _SITE_NAME.fullmatch(text):
        raise BadValue(f"{quoted(value)} is not a site name")
    return text


def _fqdn(value: Any) -> str:
    try:
        return naming.server_name(text_of(value))
    except naming.BadName:
        raise BadValue(f"{quoted(value)} is not a fully qualified domain name") from None


def _database(value: Any) -> str:
    text = text_of(value)
    if len(text) > _MOST_DATABASE or not _DATABASE.fullmatch(text):
        raise BadValue(f"{quoted(value)} is not a database name")
    return text


def _folder(*forms: re.Pattern[str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        text = text_of(value)
        # Windows removes a dot or space at the end of a name, and readers of scripts drop spaces at the end of a value.
        sound = all(part == part.strip(" ") and not part.endswith(".") for part in text.split("\\"))
        if len(text) > _MOST_PATH or not sound or not any(form.fullmatch(text) for form in forms):
            raise BadValue(f"{quoted(value)} is not such a path")
        return text

    return check


def _number(least: int, most: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        text = text_of(value)
        if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
            raise BadValue(f"{quoted(value)} is not possible")
        return str(int(text))

    return check


def _date(value: Any) -> str:
    # YAML reads an unquoted date as a date. The time after it is as in a script that the wizard saved (seen in public code).
    found = _DATE.fullmatch(text_of(value))
    try:
        day = datetime.date.fromisoformat(found.group(1)) if found else None
    except ValueError:
        day = None
    if day is None:
        raise BadValue(f"{quoted(value)} is not a date")
    return f"{day.isoformat()} 00:00:00.000"


def _languages(value: Any) -> str:
    given = value if isinstance(value, (list, tuple)) else text_of(value).split(",")
    codes = [text_of(code).strip() for code in given]
    for code in codes:
        if not _LANGUAGE.fullmatch(code):
            raise BadValue(f"{quoted(code)} is not a language code")
        if code.upper() == "ENG":
            raise BadValue("'ENG' is always installed and can be neither added nor removed")
    wanted = [code.upper() for code in codes]
    if len(set(wanted)) != len(wanted):
        raise BadValue(f"{quoted(','.join(wanted))} has a language twice")
    return ",".join(wanted)


@dataclass(frozen=True)
class Kind:
    """How values of one kind are checked, and the text for what is possible."""

    check: Callable[[Any], str]
    allowed: str


_KINDS = {
    "product_key": Kind(_product_key, "five groups of five letters or digits, separated by hyphens, or Eval for an evaluation"),
    "site_code": Kind(_site_code, f"a code of three letters A to Z or digits, but none of {', '.join(RESERVED_SITE_CODES)}"),
    "site_name": Kind(
        _site_name, f"a name of letters A to Z, digits, hyphens, and spaces between them, of at most {_MOST_SITE_NAME} characters"
    ),
    "fqdn": Kind(_fqdn, "a fully qualified domain name such as srv01.contoso.com, not a short name or IP address"),
    "database": Kind(_database, r"a name such as CM_PS1, or instance\name if it is not in the default instance"),
    "local_path": Kind(_folder(_LOCAL_PATH), rf"a local folder such as D:\ConfigMgr, {_PATH_RULES}"),
    "share": Kind(_folder(_SHARE), rf"a share such as \\srv01\share, {_PATH_RULES}"),
    "path": Kind(_folder(_LOCAL_PATH, _SHARE), rf"a folder such as D:\Folder or \\srv01\share\folder, {_PATH_RULES}"),
    "port": Kind(_number(1, 65535), "a whole number from 1 to 65535"),
    "minutes": Kind(_number(0, _MOST_MINUTES), f"a whole number of minutes from 0 to {_MOST_MINUTES}"),
    "timeout": Kind(_number(0, 100), "a whole number of minutes from 0 to 100"),
    "date": Kind(_date, "a date such as 2027-06-30"),
    "languages": Kind(_languages, "codes of three letters such as DEU, each once, without ENG"),
}
