"""Names of checks that may be accepted: every check has one, and for a misspelt one the refusal gives the right one."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_ids import PREFLIGHT, CheckIds, whole_parts
from ansible_collections.configmgr.scp.plugins.modules import server_prerequisites, site_prerequisites


@pytest.mark.parametrize("id", ["endpoint_go_microsoft_com_443", "port_smb", "other_roles", "server_checked"])
def test_what_depends_on_what_was_found_is_known_too(id: str) -> None:
    assert PREFLIGHT.is_known(id)


@pytest.mark.parametrize("id", ["thread_running", "", "port_", "other_roles_2"])
def test_another_word_is_not(id: str) -> None:
    assert not PREFLIGHT.is_known(id)


def test_a_refusal_names_the_option_the_nearest_and_all() -> None:
    (text,) = PREFLIGHT.unknown(["other_role", "other_roles"], "preflight_accept")
    assert text.startswith("preflight_accept: no check is called 'other_role'. Did you mean other_roles? The checks are ")
    assert text.endswith(", endpoint_*, port_*.")
    assert all(id in text for id in PREFLIGHT.named())


FAMILIES = CheckIds(
    "x",
    lambda: frozenset({"problem_tls", "reported_upload", "single"}),
    {"log_*": r"log_[a-z]+"},
    ("problem_", "reported_"),
    ("problem_",),
)


@pytest.mark.parametrize(
    ("id", "known"),
    [
        ("single", True),
        ("single_2", False),
        ("problem_tls", True),
        ("problem_tls_2", True),
        ("problem_tls_x", False),
        ("problem_smb_2", False),
        ("reported_upload_2", False),
        ("log_x", True),
        ("log_x_1", False),
    ],
)
def test_numbers_of_families(id: str, known: bool) -> None:
    assert FAMILIES.is_known(id) is known


def test_families_are_listed_in_short() -> None:
    (text,) = FAMILIES.unknown(["problem_tsl"], "x_accept")
    assert "problem_tls?" in text
    assert text.endswith(" single, problem_*, reported_*, log_*.")
    (text,) = FAMILIES.unknown(["y" * 100], "x_accept")
    assert f"'{'y' * 60}'" in text
    assert "?" not in text
    assert len(FAMILIES.unknown([None, ["single"], "single"], "x_accept")) == 2


def test_checks_of_whole_parts() -> None:
    assert whole_parts(["site", "server"]) == {"site_checked", "server_checked"}
    assert {"site_checked", "server_checked", "database_checked", "endpoints_checked", "ports_checked"} <= PREFLIGHT.named()


def test_the_modules_document_the_ids_of_their_checks() -> None:
    """A new check also has one: its id is in the table of ids and in the documentation of its module, or in neither."""
    documented: set[str] = set()
    for module in (server_prerequisites, site_prerequisites):
        described = yaml.safe_load(module.RETURN)["checks"]["contains"]["id"]["description"]
        documented |= set(re.findall(r"V\((\w+)\)", " ".join(described)))
    assert documented == {id for id in PREFLIGHT.named() if not id.endswith("_checked")}
