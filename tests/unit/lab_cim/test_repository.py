from __future__ import annotations

from datetime import datetime

import pytest

from lab.cim.errors import CimError, Wbem
from lab.cim.mof_tokens import MofError
from lab.cim.provider import Call, Provider
from lab.cim.repository import Repository
from lab.winrm.message import Caller

MOF = "class A { [key] string Name; uint8 Small; datetime T; }; class B : A {}; class C : B {}; class Z { [key] string K; };"


@pytest.fixture
def repository() -> Repository:
    made = Repository()
    made.compile(MOF, "root\\Test")
    return made


def test_names_compare_without_case(repository: Repository) -> None:
    assert repository.find_class("ROOT/test", "a").name == "A"
    assert repository.spelling("root/TEST") == "root/Test"
    assert [cls.name for cls in repository.family("root/test", "b")] == ["B", "C"]


def test_system_classes_are_in_every_namespace(repository: Repository) -> None:
    assert repository.find_class("root/test", "__ExtendedStatus").derives_from("__NotifyStatus")
    assert repository.namespaces() == ["root", "root/Test"]


def test_child_namespaces_are_instances(repository: Repository) -> None:
    repository.compile("", "root/Test/x")
    repository.compile("", "root/Test/x/y")
    cls = repository.find_class("root/test", "__namespace")
    rows = repository.provider("root/test", cls).enumerate(Call(Caller("x"), "root/Test"), cls)
    assert [row["Name"] for row in rows] == ["x"]


@pytest.mark.parametrize(
    ("namespace", "name", "code"), [("root/gone", "A", Wbem.INVALID_NAMESPACE), ("root/test", "Gone", Wbem.INVALID_CLASS)]
)
def test_unknown_names(repository: Repository, namespace: str, name: str, code: int) -> None:
    with pytest.raises(CimError) as caught:
        repository.find_class(namespace, name)
    assert caught.value.code == code


def test_new_checks_every_value(repository: Repository) -> None:
    made = repository.new("root/test", "A", name="x", Small=255)
    assert (made["Name"], made["Small"], made["T"]) == ("x", 255, None)
    for values in ({"Small": 256}, {"Small": True}, {"Name": 1}, {"T": datetime(2026, 1, 1)}, {"Name": ["x"]}):
        with pytest.raises(CimError) as caught:
            repository.new("root/test", "A", **values)
        assert caught.value.code == Wbem.TYPE_MISMATCH
    with pytest.raises(KeyError, match="class A has no property Gone"):
        repository.new("root/test", "A", Gone=1)


def test_a_provider_serves_exactly_its_class(repository: Repository) -> None:
    provider = Provider()
    repository.register("root/test", "b", provider)
    assert repository.provider("root/test", repository.find_class("root/test", "B")) is provider
    assert repository.provider("root/test", repository.find_class("root/test", "C")) is not provider


def test_static_instances_and_a_provider_exclude_each_other(repository: Repository) -> None:
    repository.compile('instance of A { Name = "x"; };', "root/test")
    with pytest.raises(ValueError, match="A in root/Test has static instances"):
        repository.register("root/test", "A", Provider())
    repository.register("root/test", "B", Provider())
    with pytest.raises(MofError, match="B has a provider"):
        repository.compile('instance of B { Name = "x"; };', "root/test")


def test_remove_namespace_takes_what_is_below(repository: Repository) -> None:
    repository.compile("", "root/Test/x")
    repository.compile("", "root/Tester")
    repository.remove_namespace("root/test")
    assert repository.namespaces() == ["root", "root/Tester"]
    with pytest.raises(CimError):
        repository.remove_namespace("root/test")


def test_servers_share_the_classes_of_one_text_and_nothing_else() -> None:
    first, second = Repository(), Repository()
    for made in (first, second):
        made.compile(MOF, "root/test")
    assert all(
        first.find_class("root/test", name) is second.find_class("root/test", name) for name in ("A", "Z", "__ExtendedStatus")
    )
    first.compile("class Own { [key] string K; };", "root/test")
    first.compile('instance of Z { K = "one"; };', "root/test")
    with pytest.raises(CimError):
        second.find_class("root/test", "Own")
    zs = second.find_class("root/test", "Z")
    assert list(second.provider("root/test", zs).enumerate(Call(Caller("x"), "root/test"), zs)) == []


def test_the_same_text_means_other_classes_where_others_are_known() -> None:
    child = "class Child : Parent {};"
    first, second, without = Repository(), Repository(), Repository()
    first.compile("class Parent { [key] string One; };", "root/test")
    second.compile("class Parent { [key] string Two; };", "root/test")
    for made in (first, second):
        made.compile(child, "root/test")
    assert first.find_class("root/test", "Child").keys == ("One",)
    assert second.find_class("root/test", "Child").keys == ("Two",)
    with pytest.raises(MofError, match="Parent"):
        without.compile(child, "root/test")


def test_what_stands_before_an_error_stays() -> None:
    repository = Repository()
    with pytest.raises(MofError, match="Unknown"):
        repository.compile("class Good { [key] string K; }; class Bad : Unknown {};", "root/test")
    assert repository.find_class("root/test", "Good").keys == ("K",)
