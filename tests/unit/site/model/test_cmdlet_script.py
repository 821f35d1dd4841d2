"""The script as a command line, its input, and its answers."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import cmdlet_script
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_calls import Call
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_script import (
    PHASES,
    SCRIPT,
    in_one_line,
    read_answer,
    request,
)
from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import MAX_LINE
from lab.windows.powershell import syntax
from lab.windows.powershell.errors import Place
from lab.windows.powershell.reader import read_script

TEXT = SCRIPT.read_text(encoding="ascii")
CALL = Call("Set-CMHierarchySetting", {"TelemetryLevel": "Basic"})
SIGNATURE = (
    "\n# SIG # Begin signature block\n# MIIdlQYJKoZIhvcNAQcCoIIdhjCCHYICAQExCzAJBgUrDgMCGgUA\n# SIG # End signature block\n"
)


def shape(part: Any) -> Any:
    """A statement without the places of its parts."""
    if isinstance(part, Place):
        return None
    if dataclasses.is_dataclass(part):
        return type(part).__name__, *(shape(getattr(part, one.name)) for one in dataclasses.fields(part))
    return tuple(map(shape, part)) if isinstance(part, (tuple, list)) else part


def test_what_runs_is_what_the_file_says() -> None:
    as_file, as_line = read_script(TEXT), read_script(in_one_line(TEXT))
    assert isinstance(as_file, syntax.Script)
    assert shape(as_file) == shape(as_line)


def test_a_signed_file_runs_the_same() -> None:
    assert in_one_line(TEXT + SIGNATURE) == in_one_line(TEXT)


def test_the_line_is_short_and_has_no_value() -> None:
    line = cmdlet_script.line()
    assert len(line) < MAX_LINE - 500
    assert line.startswith(r"%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe -NoProfile -NonInteractive ")
    assert line.count('"') == 2
    assert line.count("%") == 2


@pytest.mark.parametrize(
    "word", ["EncodedCommand", "Invoke-Expression", "iex ", "ScriptBlock", "WebClient", "Invoke-WebRequest", "http"]
)
def test_the_script_can_be_read(word: str) -> None:
    assert word.lower() not in in_one_line(TEXT).lower()


def test_values_are_lines_of_ascii() -> None:
    call = dataclasses.replace(CALL, parameters={"PublicFqdn": "\u00e4\n'\"$(x)"}, proxy_account=r"CORP\\pr\u00f6xy")
    given = request(call, "CAS", ["cas01.corp.example"], "t0ken")
    assert given.isascii()
    assert given.count("\n") == 1
    assert json.loads(given) == {
        "token": "t0ken",
        "site_code": "CAS",
        "providers": ["cas01.corp.example"],
        "cmdlet": "Set-CMHierarchySetting",
        "parameters": {"PublicFqdn": "\u00e4\n'\"$(x)"},
        "proxy_account": r"CORP\\pr\u00f6xy",
        "has_password": False,
    }


def test_a_password_is_the_second_line_and_not_in_the_json() -> None:
    first, second, end = request(dataclasses.replace(CALL, password=" p\u00e4ss '\" "), "CAS", ["x"], "t").split("\n")
    assert (second, end) == (" p\u00e4ss '\" ", "")
    assert "ss" not in json.dumps(json.loads(first)["parameters"]).replace("pass", "")
    assert json.loads(first)["has_password"] is True


@pytest.mark.parametrize("password", ["", "a\nb", "a\rb", "a\0b", "\n"])
def test_a_password_of_several_lines_is_refused(password: str) -> None:
    with pytest.raises(ValueError, match="the password is empty or contains a line end"):
        request(dataclasses.replace(CALL, password=password), "CAS", ["x"], "t")


def said(**more: Any) -> str:
    return json.dumps({"token": "t0ken", "phase": "done", **more})


def test_an_answer() -> None:
    found = read_answer(
        said(phase="drive", reason="", local=True, provider="p", error="bad", details="more", error_id="X,Y"), "t0ken"
    )
    assert found is not None
    assert (found.phase, found.local, found.provider, found.error, found.error_id) == ("drive", True, "p", "bad more", "X,Y")
    assert (found.done, found.may_have_written) == (False, False)


@pytest.mark.parametrize("phase", PHASES)
def test_only_the_cmdlet_may_have_written(phase: str) -> None:
    found = read_answer(said(phase=phase), "t0ken")
    assert found is not None
    assert found.may_have_written is (phase in ("cmdlet", "done"))
    assert found.done is (phase == "done")


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{said()}\r\n",
        f"a line of a profile {{ not json }}\r\n{said()}\r\n",
        f"{said(token='another', phase='cmdlet')}\r\n{said()}\r\n",
        "\r\n".join(said(provider="a" * 200)[at : at + 79] for at in range(0, 260, 79)),
        f"{{{{{said()}",
    ],
)
def test_the_answer_is_found_in_other_output(text: str) -> None:
    found = read_answer(text, "t0ken")
    assert found is not None
    assert found.done


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{" * 5000,
        '{"token": "t0ken"}',
        said(token="another"),
        said(token=None),
        said(phase="finished"),
        said(phase=["done"]),
        said(phase=None),
        json.dumps(["t0ken", "done"]),
        said()[:-1],
        '{"token": ' + "[" * 100_000,
        json.dumps({"token": {"token": "t0ken"}, "phase": "done"}),
    ],
)
def test_what_is_no_answer(text: str) -> None:
    assert read_answer(text, "t0ken") is None


@pytest.mark.parametrize("value", [None, 7, ["x"], {"a": 1}, True])
def test_values_of_another_type_are_nothing(value: Any) -> None:
    found = read_answer(said(reason=value, local=value, error=value, error_id=value, manifest=value), "t0ken")
    assert found is not None
    assert (found.reason, found.error, found.error_id, found.manifest) == ("", "", "", "")
    assert found.local is (value is True)


def test_a_hostile_message_stays_one_short_line() -> None:
    found = read_answer(said(error="\x1b[31m\n" + "x" * 100_000), "t0ken")
    assert found is not None
    assert len(found.error) < 1000
    assert found.error.isprintable()
