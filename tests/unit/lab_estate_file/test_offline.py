"""Sites without internet in an estate file, and the messages for errors."""

from __future__ import annotations

import pytest

from lab.estate.errors import EstateError
from lab.estate.offline import InternetUpdate, ToolFolder
from lab.estate_file.reader import load, parse

GUID = "5e0c1b7a-93d4-4a6f-8c21-7b9d3f5a6e10"
ESTATE = """
domain: {dns: corp.example, netbios: CORP}
accounts: [{name: 'CORP\\a', password: p}]
machines: [{name: cas01, address: 127.0.10.11, MACHINE}]
hierarchies: [{name: one, HIERARCHY, sites: [{code: CAS, name: C, type: cas, server: cas01}]}]
internet_updates: [UPDATES]
"""


def text(machine: str = "os: '2022'", hierarchy: str = "usage_level: full", updates: str = "") -> str:
    return ESTATE.replace("MACHINE", machine).replace("HIERARCHY", hierarchy).replace("UPDATES", updates)


def test_what_is_read() -> None:
    machine = r"delegation: true, credssp: true, media: [{path: 'C:\Media', version: 5.00.9152.1000}]"
    tools = r"connection_tools: [{folder: 'C:\Tool', version: 5.00.9146.1000}]"
    updates = f"{{name: One, guid: {GUID}, version: 5.00.9152.1000}}"
    estate = parse(text(f"{machine}, {tools}", "installed_days: 2.5", updates), "estate.yml")
    described = estate.machine("cas01")
    assert (described.delegation, described.credssp) == (True, True)
    assert described.media == (ToolFolder(r"C:\Media", "5.00.9152.1000"),)
    assert described.connection_tools == (ToolFolder(r"C:\Tool", "5.00.9146.1000"),)
    assert estate.hierarchies[0].installed_days == 2.5
    assert estate.internet_updates == (InternetUpdate("One", GUID.upper(), "5.00.9152.1000"),)


def test_sizes_and_files_of_an_update() -> None:
    updates = f"{{name: One, guid: {GUID}, version: 5.00.9152.1000, size_mb: 2048, redists: [], type: qfe}}"
    (update,) = parse(text(updates=updates), "estate.yml").internet_updates
    assert (update.size_bytes, update.redists, update.type) == (2 * 2**30, (), "qfe")


@pytest.mark.parametrize(
    ("machine", "complaint"),
    [
        (r"media: [{path: 'D:\Media', version: 5.00.9152.1000}]", "the machine does not have this drive; allowed: C"),
        (r"media: [{path: Media, version: 5.00.9152.1000}]", r"allowed: a full path, for example D:\Media"),
        (r"media: [{path: 'C:\Media', version: 9152}]", "allowed: a version such as 5.00.9152.1000"),
        (r"connection_tools: [{path: 'C:\Tool', version: 5.00.9152.1000}]", "folder is missing"),
        ("delegation: maybe", "must be true or false"),
    ],
)
def test_mistakes_in_a_machine(machine: str, complaint: str) -> None:
    with pytest.raises(EstateError, match=r"estate\.yml:4: ") as caught:
        parse(text(machine), "estate.yml")
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("updates", "complaint"),
    [
        (f"{{name: One, guid: {GUID}, version: 5.00.9152.1000, size_mb: 9000}}", "is not a number from 0.001 to 8192"),
        (f"{{name: One, guid: {GUID}, version: 5.00.9152.1000, redists: ['../x']}}", "'../x' is not a valid file name"),
        (f"{{name: One, guid: {GUID}, version: 5.00.9152.1000, type: hotfix}}", "allowed: regular, weave, qfe"),
        (f"{{name: One, guid: {GUID}, version: 1.2}}", "allowed: a version such as"),
        (", ".join([f"{{name: One, guid: {GUID}, version: 5.00.9152.1000}}"] * 2), "is listed twice"),
    ],
)
def test_mistakes_in_what_the_internet_offers(updates: str, complaint: str) -> None:
    with pytest.raises(EstateError, match=r"estate\.yml:6: ") as caught:
        parse(text(updates=updates), "estate.yml")
    assert complaint in str(caught.value)


def test_the_default_estate_has_a_server_with_internet_and_the_tool() -> None:
    estate = load()
    web = estate.machine("web01")
    assert web.internet.default == "reachable"
    assert web.connection_tools == (ToolFolder(r"D:\ServiceConnectionTool", "5.00.9152.1000"),)
    assert {update.type for update in estate.internet_updates} == {"regular", "qfe"}
