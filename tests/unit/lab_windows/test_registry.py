"""The registry's keys and values."""

from __future__ import annotations

from lab.windows.registry import Registry, RegistryValue, ValueType


def test_watchers_hear_of_their_key_and_below_but_not_of_neighbours() -> None:
    registry = Registry()
    heard: list[tuple[str, str]] = []
    registry.watch(r"HKLM\A\B", lambda path, name, _value: heard.append((path, name)))
    for path in (r"HKLM\A\B", r"hklm\a\b\c", r"HKLM\A\BB", r"HKLM\A"):
        registry.set(path, "v", 1)
    assert heard == [(r"HKLM\A\B", "v"), (r"hklm\a\b\c", "v")]


def test_names_compare_without_case_and_types_follow_the_data() -> None:
    registry = Registry()
    registry.set(r"HKLM\Key", "Value", ["a"])
    assert registry.get(r"hklm\KEY", "vaLUE") == RegistryValue(ValueType.MULTI_SZ, ["a"])
    assert registry.delete(r"HKLM\key")
    assert not registry.delete(r"HKLM\key")
    assert registry.find(r"HKLM\key\below") is None
