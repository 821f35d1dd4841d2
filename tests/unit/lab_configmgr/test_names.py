"""NAL paths and server names."""

from __future__ import annotations

import pytest

from lab.configmgr import secrets
from lab.configmgr.names import Nal, bootstrap_service, is_fqdn, item_name, nal_path, parse_nal


def test_nal_path_of_the_documentation() -> None:
    text = r'["Display=\\srv.contoso.com\"]MSWNET:["SMS_SITE=PS1"]\\srv.contoso.com' + "\\"
    assert nal_path("srv.contoso.com", "PS1") == text
    assert parse_nal(text) == Nal("srv.contoso.com", "PS1", "srv.contoso.com")
    assert item_name(text, "SMS Dmp Connector") == text + ",SMS Dmp Connector"


@pytest.mark.parametrize(
    "text",
    ["", r"\\srv.contoso.com", nal_path("srv.contoso.com", "PS1")[:-1], nal_path("srv", "PS12"), " " + nal_path("srv", "PS1")],
)
def test_what_is_no_nal_path(text: str) -> None:
    assert parse_nal(text) is None


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("srv.contoso.com", True),
        ("a.b", True),
        ("srv-01.contoso.com", True),
        ("srv", False),
        ("srv.", False),
        ("-srv.contoso.com", False),
        ("srv_1.contoso.com", False),
        ("10.0.0.1", False),
        ("a." * 130 + "b", False),
        ("", False),
    ],
)
def test_fully_qualified_names(name: str, good: bool) -> None:
    assert is_fqdn(name) is good


def test_bootstrap_service_carries_the_computer_name() -> None:
    assert bootstrap_service("scp01.corp.example") == "SMS_SERVER_BOOTSTRAP_SCP01"


def test_encrypted_text_knows_its_password_and_site_only() -> None:
    text = secrets.encrypt("Lab-1", "CAS")
    assert secrets.is_encrypted(text)
    assert secrets.matches(text, "Lab-1", "cas")
    assert not secrets.matches(text, "Lab-2", "CAS")
    assert not secrets.matches(text, "Lab-1", "PR1")
    assert not secrets.matches("no hex", "Lab-1", "CAS")
    assert not secrets.is_encrypted("Lab-1")
