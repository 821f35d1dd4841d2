"""Tickets through kinit: the password on standard input only, a private cache, nothing left behind."""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AuthenticationFailed
from ansible_collections.configmgr.scp.plugins.plugin_utils.kerberos_ticket import (
    KerberosTicket,
    KinitSettings,
    own_in_use,
    remove_all,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

PASSWORD = "Pä ss'1"

KINIT = """#!{python}
import json, os, sys, time
told = {{"arguments": sys.argv[1:], "input": sys.stdin.readline(), "environment": dict(os.environ)}}
open({record!r}, "w", encoding="utf-8").write(json.dumps(told))
if told["arguments"][-1] == "slow@CORP":
    time.sleep(30)
if told["arguments"][-1] == "bad@CORP":
    sys.exit("kinit: Password " + told["input"].strip() + " incorrect\\n while getting credentials")
open(os.environ["KRB5CCNAME"].removeprefix("FILE:"), "w").write("ticket")
"""


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "told.json"


@pytest.fixture
def kinit(tmp_path: Path, record: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    script = tmp_path / "my-kinit"
    script.write_text(KINIT.format(python=sys.executable, record=str(record)), encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.delenv("KRB5CCNAME", raising=False)
    return str(script)


def told(record: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    return result


def test_the_password_goes_over_standard_input_and_nothing_else(kinit: str, record: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("KRB5_TRACE", "/dev/null")
    monkeypatch.setenv("HIDDEN", "x")
    ticket = KerberosTicket(KinitSettings("admin@CORP", PASSWORD, kinit, ("-f", "-l", "1h"), ("KRB5_TRACE", "ABSENT")))
    ticket.obtain()
    saw = told(record)
    assert saw["arguments"] == ["-f", "-l", "1h", "admin@CORP"]
    assert saw["input"] == PASSWORD + "\n"
    assert set(saw["environment"]) - {"LC_CTYPE"} == {"PATH", "KRB5CCNAME", "KRB5_TRACE"}
    ticket.close()


def test_the_cache_is_private_known_only_in_use_and_removed(kinit: str, record: Path) -> None:
    ticket = KerberosTicket(KinitSettings("admin@CORP", PASSWORD, kinit))
    ticket.obtain()
    assert "KRB5CCNAME" not in os.environ
    with ticket.in_use():
        cache = Path(os.environ["KRB5CCNAME"].removeprefix("FILE:"))
    assert "KRB5CCNAME" not in os.environ
    assert cache.read_text(encoding="utf-8") == "ticket"
    assert stat.S_IMODE(cache.parent.stat().st_mode) == 0o700
    ticket.close()
    ticket.close()
    assert not cache.parent.exists()
    with pytest.raises(RuntimeError, match="no ticket"), ticket.in_use():
        pass


def test_the_users_own_cache_comes_back(kinit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRB5CCNAME", "FILE:/own")
    ticket = KerberosTicket(KinitSettings("admin@CORP", PASSWORD, kinit))
    ticket.obtain()
    with pytest.raises(KeyError), ticket.in_use():
        raise KeyError
    assert os.environ["KRB5CCNAME"] == "FILE:/own"
    ticket.close()


def test_a_rejected_password_is_told_without_it(kinit: str, tmp_path: Path) -> None:
    ticket = KerberosTicket(KinitSettings("bad@CORP", PASSWORD, kinit))
    with pytest.raises(AuthenticationFailed) as caught:
        ticket.obtain()
    assert "bad@CORP" in str(caught.value)
    assert "incorrect while getting credentials" in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_kinit_that_hangs_is_given_up(kinit: str, tmp_path: Path) -> None:
    ticket = KerberosTicket(KinitSettings("slow@CORP", PASSWORD, kinit, timeout_seconds=1))
    with pytest.raises(AuthenticationFailed, match=r"slow@CORP in 1 seconds"):
        ticket.obtain()
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_missing_kinit_says_what_to_install(kinit: str, tmp_path: Path) -> None:
    ticket = KerberosTicket(KinitSettings("admin@CORP", PASSWORD, "/nowhere/kinit"))
    with pytest.raises(SettingsError, match="krb5-user"):
        ticket.obtain()
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("principal", ["", "-V", "--version"])
def test_an_option_is_no_principal(kinit: str, record: Path, principal: str) -> None:
    with pytest.raises(SettingsError, match="principal"):
        KerberosTicket(KinitSettings(principal, PASSWORD, kinit)).obtain()
    assert not record.exists()


def test_the_password_is_not_in_the_settings_text() -> None:
    assert PASSWORD not in repr(KinitSettings("a", PASSWORD))


def test_connections_at_the_same_time_share_a_ticket_until_the_last_ends(kinit: str, record: Path) -> None:
    settings = KinitSettings("admin@CORP", PASSWORD, kinit)
    one, other = KerberosTicket(settings), KerberosTicket(settings)
    one.obtain()
    record.unlink()
    other.obtain()
    assert not record.exists()
    with one.in_use():
        first = os.environ["KRB5CCNAME"]
    one.close()
    with other.in_use():
        assert os.environ["KRB5CCNAME"] == first
    assert Path(first.removeprefix("FILE:")).exists()
    other.close()
    other.close()
    assert not Path(first.removeprefix("FILE:")).exists()
    again = KerberosTicket(settings)
    again.obtain()
    assert record.exists()
    again.close()


def test_a_connection_never_sees_the_ticket_of_another_account(kinit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRB5CCNAME", "FILE:/own")
    tickets = [KerberosTicket(KinitSettings(f"{name}@CORP", PASSWORD, kinit)) for name in ("a", "b")]
    for ticket in tickets:
        ticket.obtain()
    seen: list[set[str]] = [set(), set(), set()]

    def use(number: int) -> None:
        for _ in range(50):
            with tickets[number].in_use() if number < 2 else own_in_use():
                seen[number].add(os.environ["KRB5CCNAME"])
                time.sleep(0.0005)
                seen[number].add(os.environ["KRB5CCNAME"])

    threads = [threading.Thread(target=use, args=(number,)) for number in (0, 0, 1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(found) for found in seen] == [1, 1, 1]
    assert seen[2] == {"FILE:/own"}
    assert seen[0] != seen[1]
    assert os.environ["KRB5CCNAME"] == "FILE:/own"
    for ticket in tickets:
        ticket.close()


def test_the_tickets_of_an_interrupted_task_are_removed(kinit: str) -> None:
    ticket = KerberosTicket(KinitSettings("admin@CORP", PASSWORD, kinit))
    ticket.obtain()
    remove_all()
    assert list(Path(tempfile.gettempdir()).iterdir()) == []
    ticket.close()
