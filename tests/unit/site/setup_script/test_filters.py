from __future__ import annotations

import base64

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.scp.plugins.filter.setup_script import FilterModule as Script
from ansible_collections.configmgr.scp.plugins.filter.setup_script_changes import FilterModule as Changes
from tests.unit.site.setup_script.support import PRODUCT_KEY, rendered, wish

setup_script = Script().filters()["setup_script"]
setup_script_changes = Changes().filters()["setup_script_changes"]
TEXT = rendered(wish("primary", most=True)).decode("ascii").replace("\r\n", "\n")
OTHER_KEY = PRODUCT_KEY[:-1] + "X"


def changes(present: bytes, wanted: str = TEXT) -> list[str]:
    found: list[str] = setup_script_changes(wanted, base64.b64encode(present).decode("ascii"))
    return found


def without_head(lines: list[str]) -> list[str]:
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_a_wish_that_is_none() -> None:
    with pytest.raises(AnsibleFilterError, match="the input is not a dictionary"):
        setup_script("primary")


def test_line_ends_are_no_change() -> None:
    assert changes(TEXT.encode()) == changes(TEXT.replace("\n", "\r\n").encode()) == []


def test_a_new_file() -> None:
    found = without_head(setup_script_changes(TEXT))
    assert len(found) == len(TEXT.splitlines())
    assert "+ProductID=(new value not shown)" in found
    assert "+ProductID=Eval" in without_head(setup_script_changes(TEXT.replace(PRODUCT_KEY, "Eval")))


def test_another_product_key_is_a_change_that_can_not_be_read() -> None:
    found = changes(TEXT.replace(PRODUCT_KEY, OTHER_KEY).encode())
    assert without_head(found) == ["-ProductID=(present value not shown)", "+ProductID=(new value not shown)"]
    assert without_head(changes(TEXT.replace(PRODUCT_KEY, "Eval").encode())) == [
        "-ProductID=Eval",
        "+ProductID=(new value not shown)",
    ]


def test_the_same_product_key_stands_in_the_context_unreadable() -> None:
    found = changes(TEXT.replace("SiteCode=PS1", "SiteCode=PS2").encode())
    assert found[:2] == ["--- before", "+++ after"]
    assert without_head(found) == ["-SiteCode=PS2", "+SiteCode=PS1"]
    assert " ProductID=(value not shown)" in found


@pytest.mark.parametrize(
    "present",
    [
        f"productid = {OTHER_KEY}".encode(),
        f"; ProductID={OTHER_KEY}".encode(),
        f"[Options]\r\nProductID={OTHER_KEY}".encode("utf-16"),
        b"\xef\xbb\xbf" + f"ProductID={OTHER_KEY}".encode(),
        b"ProductID=mistyped-key\n",
        b"\xff\xfe\x00",
        b"\x00\x1b[2J\xfe" + OTHER_KEY.encode(),
    ],
)
def test_whatever_stands_in_the_present_file_no_key_is_shown(present: bytes) -> None:
    found = changes(present)
    text = "\n".join(found)
    assert found
    assert OTHER_KEY not in text
    assert "mistyped" not in text
    assert PRODUCT_KEY not in text
    assert "\x1b" not in text


def test_what_is_no_base64() -> None:
    with pytest.raises(AnsibleFilterError, match="present is not Base64"):
        setup_script_changes(TEXT, f"*{PRODUCT_KEY}*")
