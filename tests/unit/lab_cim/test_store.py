from __future__ import annotations

import pytest

from lab.cim.errors import CimError, Wbem
from lab.cim.model import Instance, NameMap, Path
from lab.cim.provider import Call
from lab.cim.repository import Repository
from lab.cim.store import StaticStore
from lab.winrm.message import Caller

CALL = Call(Caller("x"), "root/t")


def kept() -> tuple[Repository, StaticStore, Instance]:
    repository = Repository()
    repository.compile("class A { [key] string Name; [key] uint8 Id; [lazy] string Slow; string Tags[]; };", "root/t")
    repository.compile("class L { [key] A ref X; };", "root/t")
    store = StaticStore()
    instance = repository.new("root/t", "A", Name="One", Id=1, Slow="s", Tags=["a"])
    store.add(instance)
    return repository, store, instance


def test_get_is_without_case_and_fills_lazy_properties() -> None:
    _, store, instance = kept()
    found = store.get(CALL, instance.cls, NameMap({"name": "ONE", "ID": 1}))
    assert found is not None
    assert found["Slow"] == "s"
    assert next(iter(store.enumerate(CALL, instance.cls)))["Slow"] is None
    assert store.get(CALL, instance.cls, NameMap({"Name": "One", "Id": 2})) is None


def test_what_goes_in_or_out_is_a_copy() -> None:
    _, store, instance = kept()
    instance["Tags"].append("outside")
    found = store.get(CALL, instance.cls, instance.values)
    assert found is not None
    found["Tags"].append("b")
    again = store.get(CALL, instance.cls, instance.values)
    assert again is not None
    assert again["Tags"] == ["a"]


def test_put_create_delete() -> None:
    repository, store, instance = kept()
    with pytest.raises(CimError) as caught:
        store.create(CALL, repository.new("root/t", "A", Name="one", Id=1))
    assert caught.value.code == Wbem.ALREADY_EXISTS
    with pytest.raises(CimError) as caught:
        store.put(CALL, repository.new("root/t", "A", Name="two", Id=1))
    assert caught.value.code == Wbem.NOT_FOUND
    with pytest.raises(CimError) as caught:
        store.create(CALL, repository.new("root/t", "A", Name="two"))
    assert caught.value.code == Wbem.INVALID_PARAMETER
    store.delete(CALL, instance)
    assert len(store) == 0
    with pytest.raises(CimError) as caught:
        store.delete(CALL, instance)
    assert caught.value.code == Wbem.NOT_FOUND


def test_reference_keys_compare_without_case() -> None:
    repository, _, _ = kept()
    store = StaticStore()
    link = repository.new("root/t", "L", X=Path("root/t", "A", (("Name", "One"), ("Id", 1))))
    store.add(link)
    other = Path("ROOT/T", "a", (("id", 1), ("name", "ONE")))
    assert store.get(CALL, link.cls, NameMap({"X": other})) is not None
