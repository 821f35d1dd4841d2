"""Options for every type of installation, the role's own template, and a parser that is independent of this project."""

from __future__ import annotations

import configparser
import copy
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from ansible_collections.configmgr.scp.plugins.filter.setup_script import setup_script

TEMPLATE = Path(__file__).parents[4] / "roles" / "unattended_setup" / "templates" / "setup.ini.j2"
GOLDEN = Path(__file__).parent / "golden"
PRODUCT_KEY = "ABCDE-12345-FGHIJ-67890-KLMNO"

COMMON: dict[str, Any] = {
    "product_key": "Eval",
    "site_code": "PS1",
    "site_name": "Contoso eval site",
    "install_dir": r"D:\Program Files\Microsoft Configuration Manager",
    "sms_provider": "cm01.contoso.com",
    "prerequisites": {"path": r"C:\Sources\Redist"},
    "database": {"server": "sql01.contoso.com", "name": "CM_PS1"},
}
LICENCE: dict[str, Any] = {"software_assurance": {"active": True}}
ROLE: dict[str, Any] = {"service_connection_point": {"server": "scp01.contoso.com"}}
PROXY = {"server": "proxy.contoso.com", "port": 8080}

# One for each type, with only the required options.
LEAST: dict[str, dict[str, Any]] = {
    "central_administration_site": {**COMMON, **LICENCE},
    "primary": {**COMMON, **LICENCE},
    "child_primary": {
        **COMMON,
        **LICENCE,
        "hierarchy": {"parent_site_code": "CAS", "central_site_server": "cas01.contoso.com"},
    },
    "expansion": {**COMMON, **LICENCE, "hierarchy": {"primary_site_server": "ps1.contoso.com"}},
    "recover_central_administration_site": {
        **{name: value for name, value in COMMON.items() if name != "site_name"},
        "database": {**COMMON["database"], "broker_port": 4022},
        "recovery": {"components": "site_server_and_database", "database": "manual"},
    },
    "recover_primary": {
        **{name: value for name, value in COMMON.items() if name != "site_name"},
        "database": {**COMMON["database"], "broker_port": 4022},
        "recovery": {"components": "site_server"},
    },
}

# Everything that a script can contain.
_LANGUAGES = {"server": ["DEU", "FRA"], "client": ["DEU"], "mobile_devices": True}
_FURTHER = {"DeleteServerLanguages": "RUS", "DeleteClientLanguages": "RUS", "ResetSecSiteLangs": True}
_DATABASE = {
    "server": "sql01.contoso.com",
    "name": r"CM\CM_PS1",
    "port": 1433,
    "broker_port": 4022,
    "data_path": "E:\\SQL\\DATA\\",
    "log_path": "F:\\SQL\\LOG\\",
    "backup_share": r"\\files.contoso.com\ag$\backup",
}
_RECOVERED = {name: value for name, value in _DATABASE.items() if name not in ("port", "backup_share")}
_WHOLE_ROLE = {
    "service_connection_point": {
        "server": "SCP01.contoso.com",
        "mode": "offline",
        "usage_data": "basic",
        "installation_account": r"CONTOSO\svc-install",
        "proxy": {**PROXY, "account": r"CONTOSO\svc-proxy"},
    }
}
_MOST: dict[str, Any] = {
    **COMMON,
    "product_key": PRODUCT_KEY,
    "cd_latest": True,
    "console": False,
    "prerequisites": {"path": r"\\files.contoso.com\redist", "downloaded": True},
    "database": _DATABASE,
    "languages": _LANGUAGES,
    "software_assurance": {"active": False, "expires": "2027-06-30"},
    "branch": "long_term_servicing",
    "further_keys": {"Options": _FURTHER},
}
_PRIMARY: dict[str, Any] = {
    **_MOST,
    "clients": {"protocol": "https", "pki_certificate": True},
    "management_point": {"server": "mp01.contoso.com", "protocol": "https"},
    "distribution_point": {"server": "dp01.contoso.com", "protocol": "https", "install_iis": True},
    "further_keys": {"Options": {**_FURTHER, "UseFQDN": 1}},
}
_WAITS = {"retry_minutes": 5, "timeout_minutes": 100}
_RECOVERY: dict[str, Any] = {
    **{name: value for name, value in _MOST.items() if name not in ("languages", "software_assurance", "branch", "further_keys")},
    **_WHOLE_ROLE,
    "database": _RECOVERED,
}
MOST: dict[str, dict[str, Any]] = {
    "central_administration_site": {**_MOST, **_WHOLE_ROLE},
    "primary": {**_PRIMARY, **_WHOLE_ROLE},
    "child_primary": {
        **_PRIMARY,
        "hierarchy": {
            "parent_site_code": "cas",
            "central_site_server": "cas01.contoso.com",
            **_WAITS,
            "distributed_views": True,
        },
    },
    "expansion": {
        **_MOST,
        **_WHOLE_ROLE,
        "hierarchy": {
            "primary_site_server": "ps1.contoso.com",
            "central_site_server": "cas01.contoso.com",
            **_WAITS,
            "distributed_views": False,
        },
    },
    "recover_central_administration_site": {
        **_RECOVERY,
        "hierarchy": _WAITS,
        "recovery": {
            "components": "site_server_and_database",
            "database": "create",
            "reference_site": "ps1.contoso.com",
            "site_server_backup": r"\\files.contoso.com\backup\CAS",
        },
    },
    "recover_primary": {
        **_RECOVERY,
        "hierarchy": {"central_site_server": "cas01.contoso.com", **_WAITS},
        "recovery": {
            "components": "site_server_and_database",
            "database": "restore",
            "site_server_backup": "E:\\Backup\\PS1\\",
            "database_backup": "E:\\Backup\\PS1\\",
        },
    },
}
TYPES = tuple(LEAST)


def wish(kind: str, most: bool = False, **changes: Any) -> dict[str, Any]:
    """The options of a type. ``changes`` replace options; a double underscore selects an option of a group, None removes one."""
    made = copy.deepcopy((MOST if most else LEAST)[kind])
    made["type"] = kind
    for path, value in changes.items():
        *groups, name = path.split("__")
        place = made
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = value
    return made


def mistakes(wished: dict[str, Any]) -> list[str]:
    found: list[str] = setup_script(wished)["mistakes"]
    return found


def values(wished: dict[str, Any]) -> dict[str, str]:
    """The values of the script, by key; the options must be valid."""
    made = setup_script(wished)
    assert made["mistakes"] == []
    return {entry["name"]: entry["value"] for section in made["sections"] for entry in section["entries"]}


def rendered(wished: dict[str, Any]) -> bytes:
    """The file from the role's template, with the settings that the task passes to Ansible's template module."""
    made = setup_script(wished)
    assert made["mistakes"] == []
    return _template().render(__unattended_setup_script=made).encode("ascii")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        trim_blocks=True, newline_sequence="\r\n", keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def one_harmless_line(text: str) -> bool:
    """Whether the text has no line breaks, and no characters that move a terminal's cursor."""
    return all(unicodedata.category(sign) not in ("Cc", "Cs", "Zl", "Zp") for sign in text)


def read(content: bytes) -> dict[str, dict[str, str]]:
    """Sections of a script as Python's own parser for such files reads them; a duplicate is an error."""
    reader = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=(";",), strict=True)
    reader.optionxform = str  # type: ignore[assignment,method-assign]
    reader.read_string(content.decode("ascii"))
    assert reader.defaults() == {}
    return {section: dict(reader.items(section)) for section in reader.sections()}
