"""What the rows of all pages of a query may need together."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import memory
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimPath
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.memory import kept
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import cim_class
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.unit.wsman import wire

KIB = 1024
INFO = RequestInfo("Query", "root/x", "Any", query="select * from Any")
ANY = cim_class("Any")
REFERENCE = (
    "<a:EndpointReference><a:Address/><a:ReferenceParameters><w:ResourceURI>{uri}</w:ResourceURI><w:SelectorSet>"
    '<w:Selector Name="Name">{text}</w:Selector></w:SelectorSet></a:ReferenceParameters></a:EndpointReference>'
)
LONG, HALF = "x" * 64 * KIB, "x" * 30 * KIB
REFERRING = REFERENCE.format(uri=wire.SERVICE_URI, text=LONG)


def test_rows_up_to_the_limit_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_KEPT_BYTES", 1024 * KIB)
    # The size of a text is not quite its length, and a list of one has a size too.
    each = [[f"{number}{'x' * 90_000}"] for number in range(12)]
    size = sum(sys.getsizeof(row) + sys.getsizeof(row[0]) for row in each[:11])
    assert kept(each[:11], INFO) == each[:11]
    monkeypatch.setattr(memory, "MAX_KEPT_BYTES", size)
    assert kept(each[:11], INFO) == each[:11]
    monkeypatch.setattr(memory, "MAX_KEPT_BYTES", size - 1)
    with pytest.raises(AnswerError, match=r"need more than 0 MiB of memory \(10 rows were read\)"):
        kept(each[:11], INFO)


def test_the_sentence_says_how_much_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_KEPT_BYTES", 2 * KIB * KIB)
    with pytest.raises(AnswerError) as caught:
        kept(({"Name": "x" * KIB * KIB} for _row in range(3)), INFO)
    assert str(caught.value) == (
        "Query in root/x [select * from Any]: the rows of the answer need more than 2 MiB of memory (1 rows were read); "
        "request less data, for example fewer columns"
    )


@pytest.mark.parametrize(
    ("read", "item"),
    [
        (lambda cim: cim.query("root/x", ANY, "select * from Any"), f"<Any><A>{LONG}</A></Any>"),
        (lambda cim: cim.query("root/x", ANY, "select A from Any"), f"<Any><A>{LONG}</A></Any>"),
        (lambda cim: cim.query("root/x", ANY, "select * from Any"), f"<Any><A><B>{LONG}</B></A></Any>"),
        (lambda cim: cim.query("root/x", ANY, "select A from Any"), f"<Any><A>1</A><A>{LONG}</A></Any>"),
        (lambda cim: cim.query("root/x", ANY, "select A from Any"), f"<Any><A>{REFERRING}</A></Any>"),
        (lambda cim: cim.query("root/x", ANY, "select * from Any"), f'<Any><A b="{HALF}" c="{HALF}"/></Any>'),
        (lambda cim: cim.query_data("root/x", ANY, "select * from Any"), f"<Any><A><B>{LONG}</B></A></Any>"),
        (lambda cim: cim.enumerate("root/x", ANY), f"<Any><A>{LONG}</A></Any>"),
        (lambda cim: cim.enumerate_data("root/x", ANY), f"<Any><A>{LONG}</A></Any>"),
        (lambda cim: cim.references("root/x", ANY), REFERRING),
        (lambda cim: cim.enumerate_with_references("root/x", ANY), f"<w:Item><Any><A>1</A></Any>{REFERRING}</w:Item>"),
        (lambda cim: cim.associators(CimPath("root/x", "Any", {"A": "1"}), ANY), f"<Any><A>{LONG}</A></Any>"),
    ],
)
def test_every_list_is_limited(monkeypatch: pytest.MonkeyPatch, read: Callable[[CimSession], list[Any]], item: str) -> None:
    monkeypatch.setattr(memory, "MAX_KEPT_BYTES", 1024 * KIB)
    page = wire.next_page(*[item] * 4, context="c")
    cim, script = wire.session(wire.first_page(context="c"), page, wire.next_page(item, end=wire.N_END))
    assert len(read(cim)) == 5
    cim, script = wire.session(wire.first_page(context="c"), *[page] * 5, "")
    with pytest.raises(AnswerError, match="need more than 1 MiB of memory"):
        read(cim)
    assert script.action(-1).endswith("/Release")


def test_what_rows_share_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_KEPT_BYTES", 200 * KIB)
    name = "N" * 400
    item = f'<Any><{name} xsi:nil="true"/></Any>'
    cim, _script = wire.session(wire.first_page(context="c"), wire.next_page(*[item] * 200, end=wire.N_END))
    assert len(cim.query("root/x", ANY, "select * from Any")) == 200
    different = [f"<Any><{name}{number}/></Any>" for number in range(200)]
    cim, _script = wire.session(wire.first_page(context="c"), wire.next_page(*different, context="c"), "")
    with pytest.raises(AnswerError, match="of memory"):
        cim.query("root/x", ANY, "select * from Any")


def test_rows_of_columns_do_not_keep_their_elements() -> None:
    item = '<Any><A xsi:nil="true"/></Any>'
    for query, elements in (("select A from Any", 0), ("select * from Any", 1)):
        cim, _script = wire.session(wire.first_page(item, end=wire.N_END))
        assert len(cim.query("root/x", ANY, query)[0].raw_properties()) == elements


def test_rows_as_data() -> None:
    item = wire.service_xml("a")
    cim, _script = wire.session(wire.first_page(item, end=wire.N_END), wire.first_page(item, end=wire.N_END))
    data = {"InstallDate": None, "Name": "a", "ProcessId": 1480, "Started": True, "State": "Running"}
    assert cim.query_data("root\\cimv2", wire.SERVICE, "select * from Win32_Service") == [data]
    assert cim.enumerate_data("root\\cimv2", wire.SERVICE) == [data]
