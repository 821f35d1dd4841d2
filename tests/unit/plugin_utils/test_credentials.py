"""Users, passwords and certificate files before anything is sent."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils import credentials
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

OWN = "ansible_winrm_cert_pem"
KEY = "ansible_winrm_cert_key_pem"


@pytest.mark.parametrize(
    ("user", "password", "variables", "said"),
    [
        (None, "p", (), "ansible_user must be set for X ntlm"),
        (None, None, (), "ansible_user and ansible_password must be set for X ntlm"),
        ("u", None, (), "ansible_password must be set for X ntlm"),
        ("u", "", (), "ansible_password is empty; set it to the password of u, because X ntlm needs it"),
        (
            "u",
            None,
            ("ansible_ssh_password",),
            "ansible_password must be set for X ntlm; ansible_ssh_password is set, but winrm and psrp do not use it: "
            "rename it to ansible_password",
        ),
        (None, "p", ("ansible_ssh_password",), "ansible_user must be set for X ntlm"),
    ],
)
def test_what_a_password_needs(user: str | None, password: str | None, variables: tuple[str, ...], said: str) -> None:
    with pytest.raises(SettingsError) as told:
        credentials.check_user_and_password(user, password, "X ntlm", variables)
    assert str(told.value) == said


def test_a_user_and_a_password_are_enough() -> None:
    credentials.check_user_and_password("", "p", "X ntlm", ())


@pytest.mark.parametrize(
    ("user", "password", "name"),
    [("日本", "p", "ansible_user"), ("u", "日本", "ansible_password"), ("日本", "日本", "ansible_user")],
)
def test_basic_authentication_carries_latin_1(user: str, password: str, name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} has characters .* set X to ntlm or kerberos"):
        credentials.check_basic(user, password, "X")
    credentials.check_basic("größer", "Maß", "X")


def test_trusted_certificates(pem: Any, tmp_path: Path) -> None:
    credentials.check_trusted("X", pem.ca)
    credentials.check_trusted("X", str(tmp_path))
    for path, said in (
        (str(tmp_path / "none"), "does not exist"),
        (pem.no_pem, "has no certificate"),
        (pem.key, "has no certificate"),
    ):
        with pytest.raises(SettingsError, match=f"X is {path}, which {said}"):
            credentials.check_trusted("X", path)


def test_trusted_certificates_that_can_not_be_opened(monkeypatch: pytest.MonkeyPatch, pem: Any) -> None:
    class Closed:
        def __init__(self, *_: object) -> None: ...

        def load_verify_locations(self, cafile: str) -> None:
            raise PermissionError(13, "Permission denied", cafile)

        def load_cert_chain(self, *_: object) -> None:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(ssl, "SSLContext", Closed)
    with pytest.raises(SettingsError, match="cannot be read on the controller: Permission denied"):
        credentials.check_trusted("X", pem.ca)
    with pytest.raises(SettingsError, match="cannot be read on the controller: Permission denied"):
        credentials.check_own_certificate((OWN, pem.certificate), (KEY, pem.key), None, "")


def check(pem: Any, certificate: str, key: str, password: str | None = None, variable: str = "") -> None:
    credentials.check_own_certificate((OWN, certificate), (KEY, key), password, variable)


def test_a_certificate_and_its_key(pem: Any) -> None:
    check(pem, pem.certificate, pem.key)
    check(pem, pem.certificate, pem.locked_key, "KeyPass-1", "P")


def test_what_is_wrong_with_a_certificate_and_its_key(pem: Any, tmp_path: Path) -> None:
    none = str(tmp_path / "none")
    wrong: list[tuple[tuple[Any, ...], str]] = [
        ((none, pem.key), f"{OWN} is {none}, which does not exist"),
        ((pem.certificate, none), f"{KEY} is {none}, which does not exist"),
        ((pem.certificate, pem.other_key), "are not a certificate and its key in PEM format (KEY_VALUES_MISMATCH)"),
        ((pem.certificate, pem.no_pem), "are not a certificate and its key in PEM form"),
        ((pem.certificate, pem.locked_key), "the key has a password, and this connection has no option for it"),
        ((pem.certificate, pem.locked_key, None, "P"), "the key has a password; set P"),
        ((pem.certificate, pem.locked_key, "Guessed-1", "P"), "its password is not the one in P"),
    ]
    for arguments, said in wrong:
        with pytest.raises(SettingsError) as told:
            check(pem, *arguments)
        assert said in str(told.value)
        assert "Guessed-1" not in str(told.value)
