"""Names with unusual characters: rejected with one sentence before anything is sent, or written and read back unchanged.

Over real NTLM and message encryption, against the lab, which is strict about XML, WQL and object paths.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from tests.lab.modules.conftest import Play

SERVER = "scp01.corp.example"
# Each is in the middle of a name that is valid without it.
SIGNS = {
    "quote": "'",
    "double quote": '"',
    "backslash": "\\",
    "ampersand": "&",
    "entity": "&amp;",
    "percent": "%PATH%",
    "end of CDATA": "]]>",
    "element": "</p:Name><x/>",
    "comment": "<!--",
    "braces": "{{ 7 }}",
    "line feed": "a\nb",
    "carriage return": "a\rb",
    "tab": "a\tb",
    "null": "a\0b",
    "escape": "\x1b[31m",
    "next line": "\x85",
    "line separator": "\u2028",
    "right to left": "\u202e",
    "isolate": "\u2066",
    "no-break space": "\u00a0",
    "zero width joiner": "\u200d",
    "byte order mark": "\ufeff",
    "half a sign": "\ud800",
    "no sign": "\uffff",
    "beyond the plane": "\U0001f600",
    "other letters": "Ünïcødé名前",
    "combined": "e\u0301",
    "kelvin": "\u212a",
    "wildcards": "_[a-z]*?",
    "condition": "' OR '1'='1",
    "comma": ",SMS Dmp Connector",
    "64 KB": "a" * 65536,
    "nothing": "",
}


def outcome(play: Play, act: Callable[[], Any]) -> str:
    """The message of the rejection, which must come before any request; empty when the name was accepted."""
    begin = len(play.estate.request_log.records())
    try:
        act()
    except TaskFailure as refusal:
        text = str(refusal)
        assert len(play.estate.request_log.records()) == begin, text
        assert text.isprintable()
        assert len(text) < 400
        assert text.endswith(".")
        return text
    return ""


def controls(play: Play, kind: str) -> list[Any]:
    return list(play.hierarchy().state.control.of_class(kind))


def test_accounts(play: Play) -> None:
    carried = []
    for what, sign in SIGNS.items():
        name = f"CORP\\svc{sign}x"
        if outcome(play, partial(play.run, "site_account", name=name, password="Odd-Pass-2026")):
            continue
        carried.append(what)
        assert [row.text("UserName") for row in controls(play, "SMS_SCI_Reserved")] == [name], what
        # Found by a query, and addressed by an object path with that name in its key.
        assert play.run("site_account", name=name, password="Odd-Pass-2026")["changed"] is False, what
        assert play.run("site_account", name=name, state="absent")["changed"] is True, what
        assert controls(play, "SMS_SCI_Reserved") == []
    assert carried == ACCOUNTS_CARRIED


# Windows forbids the others in the names of accounts, or they are not visible.
ACCOUNTS_CARRIED = [
    "quote",
    "ampersand",
    "percent",
    "braces",
    "no-break space",
    "zero width joiner",
    "beyond the plane",
    "other letters",
    "combined",
    "kelvin",
    "nothing",
]


def test_proxy_names(play: Play) -> None:
    play.run("site_system", server=SERVER)
    for what, sign in SIGNS.items():
        if what == "nothing":
            continue
        name = f"proxy{sign}x.example"
        refusal = outcome(play, partial(play.run, "site_system", server=SERVER, proxy={"server": name, "port": 8080}))
        assert "proxy.server" in refusal, (what, refusal)


def test_server_names_public_names_and_site_codes(play: Play) -> None:
    for what, sign in SIGNS.items():
        if what == "nothing":
            continue
        odd = f"srv{sign}x.corp.example"
        for module, given, option in (
            ("site_system", {"server": odd}, "server"),
            ("site_system", {"server": SERVER, "public_fqdn": odd}, "public_fqdn"),
            ("site_system", {"server": SERVER, "site_code": f"C{sign}S"}, "site_code"),
            ("service_connection_point", {"server": odd}, "server"),
            ("site_prerequisites", {"server": odd}, "server"),
            ("port_check", {"targets": [{"name": "a", "host": odd, "port": 1}]}, "host"),
            ("hierarchy_info", {"site_code": f"C{sign}S"}, "site_code"),
        ):
            refusal = outcome(play, partial(play.run, module, **given))
            assert option in refusal, (what, module, refusal)


def test_components_and_paths_of_logs(play: Play) -> None:
    for what, sign in SIGNS.items():
        if what == "nothing":
            continue
        name = f"SMS{sign}X"
        assert "not a component" in outcome(play, partial(play.run, "component", "scp01", name=name)), what
        assert "not a component" in outcome(play, partial(play.run, "log_info", "scp01", components=[name])), what


def test_paths_of_logs(play: Play) -> None:
    carried = []
    machine = play.estate.machine("scp01")
    for what, sign in SIGNS.items():
        path = f"C:\\Logs\\a{sign}b.log"
        line = f"{what} $$<SMS_X><11-22-2026 10:00:00.000-60><thread=5 (0x5)>\r\n"
        if sign.isprintable():
            with play.estate.lock:
                machine.files.write(path, line.encode())
        if outcome(play, partial(play.run, "log_info", "scp01", paths=[path])):
            continue
        carried.append(what)
        result = play.run("log_info", "scp01", paths=[path])
        assert [log["path"] for log in result["logs"]] == [path], what
        assert [log["readable"] for log in result["logs"]] == [True], what
        assert result["counts"]["records"] == 1, what
    assert carried == PATHS_CARRIED


# curl passes other letters to Windows in the current code page, so a path is ASCII.
PATHS_CARRIED = ["quote", "backslash", "ampersand", "entity", "percent", "braces", "condition", "comma", "nothing"]
