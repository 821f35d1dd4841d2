"""Cabinet files, and usage data in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.configmgr.connection_tool.cabinet import CabinetError, read_cabinet, write_cabinet
from lab.configmgr.connection_tool.usage_data import UsageData, cabinet_of, read_usage_data

FILES = {"SiteVersion_5.00.9152.1000.txt": b"5.00.9152.1000\r\n", "empty": b"", "large.bin": bytes(range(256)) * 300 + b"xyz"}
DATA = UsageData("3f5b0c1e-8a4d-4b7e-9c55-5d1f6a0e2b90", "5.00.9152.1000")

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)


@given(st.dictionaries(names, st.binary(max_size=70_000), max_size=4))
def test_a_cabinet_gives_back_what_was_put_in(files: dict[str, bytes]) -> None:
    assert read_cabinet(write_cabinet(files)) == files


@pytest.mark.parametrize("cut", [0, 3, 35, 60, 200, -1])
def test_a_cabinet_that_is_cut_off(cut: int) -> None:
    with pytest.raises(CabinetError):
        read_cabinet(write_cabinet(FILES)[:cut])


def test_a_flipped_bit_is_found() -> None:
    cabinet = bytearray(write_cabinet(FILES))
    cabinet[-5] ^= 1
    with pytest.raises(CabinetError, match="damaged"):
        read_cabinet(bytes(cabinet))


@given(st.binary(max_size=300))
def test_anything_else_is_no_cabinet(content: bytes) -> None:
    with pytest.raises(CabinetError):
        read_cabinet(content)
    with pytest.raises(CabinetError):
        read_cabinet(b"MSCF" + content)


def test_usage_data_in_a_cabinet() -> None:
    cabinet = cabinet_of(DATA, {"SiteCount": 4})
    assert read_usage_data(cabinet) == DATA
    assert [name for name in read_cabinet(cabinet) if "SiteVersion" in name] == ["SiteVersion_5.00.9152.1000.txt"]


@pytest.mark.parametrize(
    "cabinet",
    [
        b"no cabinet",
        write_cabinet({}),
        write_cabinet({"SiteVersion.txt": b"5.00.9152.1000"}),
        write_cabinet({"SiteVersion.txt": b"newest", "HierarchyID.txt": DATA.hierarchy_id.encode()}),
        write_cabinet({"SiteVersion.txt": b"5.00.9152.1000", "HierarchyID.txt": b"../x"}),
    ],
)
def test_what_is_no_usage_data(cabinet: bytes) -> None:
    assert read_usage_data(cabinet) is None
