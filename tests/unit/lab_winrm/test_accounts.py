"""Accounts and the ways to write their names."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

import pytest

from lab.winrm.accounts import Account, Accounts
from lab.winrm.authentication import AuthenticationError, Negotiation, check_basic, split_authorization
from lab.winrm.message import Caller

ACCOUNTS = [
    Account("Admin", "pässword:1", "CORP"),
    Account("Admin", "local\n", ""),
    Account("guest", "", "OTHER"),
    Account("Jörg", "pässword:2"),
]
DOMAIN, LOCAL = Caller("Admin", "CORP"), Caller("Admin")


@pytest.fixture
def accounts() -> Iterator[Accounts]:
    known = Accounts("SCP01", "CORP", "corp.example", ACCOUNTS)
    yield known
    known.close()


@pytest.mark.parametrize(
    ("typed", "caller"),
    [
        ("CORP\\Admin", DOMAIN),
        ("corp\\ADMIN", DOMAIN),
        ("Corp.Example\\admin", DOMAIN),
        ("admin@corp.example", DOMAIN),
        ("admin@CORP", DOMAIN),
        ("admin", LOCAL),
        (".\\admin", LOCAL),
        ("scp01\\admin", LOCAL),
        ("OTHER\\guest", Caller("guest", "OTHER")),
        ("guest", None),
        ("corp.example\\guest", None),
        ("guest@corp.example", None),
        ("SCP02\\admin", None),
        ("CORP\\", None),
        ("", None),
        ("\\admin", LOCAL),
    ],
)
def test_names(accounts: Accounts, typed: str, caller: Caller | None) -> None:
    assert accounts.find(typed) == caller


def test_passwords(accounts: Accounts) -> None:
    assert accounts.check("CORP\\admin", ["pässword:1"]) == DOMAIN
    assert accounts.check("CORP\\admin", ["x", "pässword:1"]) == DOMAIN
    assert accounts.check("CORP\\admin", ["PÄSSWORD:1"]) is None
    assert accounts.check("admin", ["local\n"]) == LOCAL
    assert accounts.check("admin", []) is None
    assert accounts.check("nobody", [""]) is None


def test_the_file_is_private_and_in_memory_and_holds_no_password(accounts: Accounts) -> None:
    assert stat.S_IMODE(accounts.ntlm_file.stat().st_mode) == 0o600
    assert str(accounts.ntlm_file.readlink()).startswith("/memfd:")
    text = accounts.ntlm_file.read_text()
    assert "pässword" not in text
    assert all(line.count(":") == 5 for line in text.splitlines())
    path = accounts.ntlm_file
    accounts.close()
    accounts.close()
    assert not path.exists()
    with pytest.raises(AuthenticationError):
        Negotiation(accounts, "NTLM").step(b"NTLMSSP\x00\x01\x00\x00\x00" + bytes(24))


def test_the_password_is_not_shown() -> None:
    assert repr(ACCOUNTS[0]) == "Account('CORP\\\\Admin')"


def test_replacing(accounts: Accounts) -> None:
    accounts.replace([Account("new", "p")])
    assert accounts.find("new") == Caller("new")
    assert accounts.find("CORP\\admin") is None
    assert "corp" not in accounts.ntlm_file.read_text()


@pytest.mark.parametrize("name", ["", " a", "a:b", "a\nb", "a\\b", "a@b", "a/b"])
def test_names_that_windows_forbids(accounts: Accounts, name: str) -> None:
    with pytest.raises(ValueError, match="Windows forbids"):
        accounts.replace([Account(name, "p")])
    assert accounts.find("admin") == LOCAL


def test_doubles_are_refused() -> None:
    with pytest.raises(ValueError, match="defined twice"):
        Accounts("SCP01", "CORP", "corp.example", [Account("a", "1", "CORP"), Account("A", "2", "corp")])


def test_basic(accounts: Accounts) -> None:
    for encoding in ("utf-8", "latin-1"):
        assert check_basic(accounts, "SCP01\\Jörg:pässword:2".encode(encoding)) == Caller("Jörg")
    for wrong in ("CORP\\Admin:pässword:1".encode(), b"CORP\\Admin", b"CORP\\Admin:", b":", b"", b"\xff\xfe:\xff"):
        with pytest.raises(AuthenticationError):
            check_basic(accounts, wrong)


def test_authorization_headers() -> None:
    assert split_authorization("Negotiate YWJj") == ("negotiate", b"abc")
    assert split_authorization(" BASIC   YWJj ") == ("basic", b"abc")
    assert split_authorization("Negotiate") == ("negotiate", b"")
    for wrong in ("Negotiate a", "Negotiate YW=Jj", "Negotiate ü", "Negotiate YWJj, Basic YWJj"):
        with pytest.raises(AuthenticationError):
            split_authorization(wrong)


def test_the_environment_is_left_as_it_was(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTLM_USER_FILE", "/elsewhere")
    negotiation = Negotiation(accounts, "Negotiate")
    for token in (b"", b"NTLMSSP\x00nonsense", b"\x60\x03abc"):
        with pytest.raises(AuthenticationError):
            negotiation.step(token)
    assert os.environ["NTLM_USER_FILE"] == "/elsewhere"
    monkeypatch.delenv("NTLM_USER_FILE")
    Negotiation(accounts, "Negotiate")
    assert "NTLM_USER_FILE" not in os.environ


def test_unknown_schemes_and_a_lost_file(accounts: Accounts) -> None:
    with pytest.raises(AuthenticationError):
        Negotiation(accounts, "Digest")
    accounts.close()
    negotiation = Negotiation(accounts, "Negotiate")
    with pytest.raises(AuthenticationError):
        negotiation.step(b"NTLMSSP\x00\x01\x00\x00\x00\x07\x82\x08\xa2" + bytes(24))
