from __future__ import annotations

from typing import Any

import pytest

from tests.unit.site.setup_script.support import ROLE, TYPES, mistakes, values, wish

KEYS = "unattended_setup_further_keys: "
CASES: list[tuple[dict[str, Any], str]] = [
    ({"sitecode": "PS1"}, "unattended_setup_sitecode: there is no such option; allowed: branch, cd_latest, clients,"),
    ({"database__host": "x"}, "unattended_setup_database.host: there is no such option; allowed: backup_share, broker_port,"),
    (
        {"service_connection_point": {**ROLE["service_connection_point"], "proxy": {"password": "x"}}},
        "unattended_setup_service_connection_point.proxy.password: there is no such option; allowed: account, port, server.",
    ),
    (
        {"clients": "https"},
        "unattended_setup_clients: it is not a dictionary; give a dictionary with one or more of the keys pki_certificate, "
        "protocol.",
    ),
    (
        {"further_keys": ["UseFQDN"]},
        f"{KEYS}it does not have the right form; allowed: a dictionary of sections, each a dictionary of keys.",
    ),
    ({"further_keys": {"UseFQDN": 1}}, f"{KEYS}it does not have the right form; allowed: a dictionary of sections"),
    ({"further_keys": {"Options": {"UseFQDN": 1}, "SQLConfigOptions": 1}}, f"{KEYS}it does not have the right form; allowed"),
    ({"": "x"}, "unattended_setup_: there is no such option; allowed:"),
    (
        {"further_keys": {"SystemCenterOptions": {"SysCenterId": "x"}}},
        f"{KEYS}'SysCenterId' in 'SystemCenterOptions' is not a documented key; the sections are Identification, Options, ",
    ),
    (
        {"further_keys": {"options": {"Nonsense": 1}}},
        f"{KEYS}'Nonsense' in 'options' is not a documented key; allowed there: ProductID,",
    ),
    (
        {"further_keys": {"SQLConfigOptions": {"UseFQDN": 1}}},
        f"{KEYS}'UseFQDN' in 'SQLConfigOptions' is not a documented key; allowed",
    ),
    (
        {"further_keys": {"Options": {"SITECODE": "PS2"}}},
        f"{KEYS}SiteCode is also set by unattended_setup_site_code; set it only once.",
    ),
    (
        {"further_keys": {"Options": {"UseFQDN": 1, "useFqdn": 0}}},
        f"{KEYS}UseFQDN is set twice, in different letter case; set it only once.",
    ),
    (
        {"further_keys": {"Identification": {"Action": "InstallCAS"}}},
        f"{KEYS}Action in [Identification] follows from unattended_s",
    ),
    ({"dest": ""}, "unattended_setup_dest: an empty text is not a script; allowed: the path of a file that ends in .ini."),
    (
        {"dest": "/tmp/setup.txt"},
        "unattended_setup_dest: '/tmp/setup.txt' is not a script; allowed: the path of a file that ends in .ini.",
    ),
]


@pytest.mark.parametrize(("changes", "words"), CASES)
def test_what_is_nothing_known(changes: dict[str, Any], words: str) -> None:
    [found] = mistakes(wish("primary", **changes))
    assert found.startswith(words)


@pytest.mark.parametrize("kind", [None, "", "Primary", "secondary", 3, ["primary"], {}])
def test_a_type_that_is_none(kind: object) -> None:
    # Errors that do not depend on the type are reported together with it.
    found = mistakes({"type": kind, "site_code": "CON"})
    assert found[0].startswith("unattended_setup_type: ")
    assert found[0].endswith(f"; allowed: {', '.join(TYPES)}.")
    assert "SiteCode" in found[1]
    assert len(found) == 2


@pytest.mark.parametrize("sections", [{"Options": {"UseFQDN": 1}, "SQLConfigOptions": 1}, {"SQLConfigOptions": 1}, "UseFQDN"])
def test_every_section_has_keys(sections: object) -> None:
    [found] = mistakes(wish("primary", further_keys=sections))
    assert found.startswith(KEYS)


def test_the_sections_are_named_when_there_is_no_such_one() -> None:
    [found] = mistakes(wish("primary", further_keys={"SystemCenterOptions": {"SysCenterId": "x"}}))
    assert "Identification, Options, SQLConfigOptions" in found


def test_an_option_without_a_name_is_none() -> None:
    nameless: dict[str, Any] = {"": "x"}
    [found] = mistakes(wish("primary", **nameless))
    assert found.startswith("unattended_setup_: ")
    assert " branch, " in found


def test_only_a_type_that_is_set_is_shown() -> None:
    assert "'secondary'" in mistakes({"type": "secondary"})[0]
    assert "'" not in mistakes({"type": ""})[0]


def test_what_is_empty_is_not_set() -> None:
    plain = values(wish("primary"))
    empty: dict[str, Any] = {
        "console": None,
        "branch": "",
        "languages": {"server": [], "client": ""},
        "hierarchy": {},
        "further_keys": {"Options": {}},
    }
    assert values(wish("primary", **empty, recovery=None, service_connection_point={"server": "", "proxy": {}})) == plain


def test_a_false_is_set() -> None:
    assert values(wish("primary", console=False))["AdminConsole"] == "0"
    assert values(wish("primary", software_assurance={"active": False}))["SAActive"] == "0"


def test_the_wish_is_left_as_it_was() -> None:
    given = wish("primary", most=True)
    values(given)
    assert given == wish("primary", most=True)
