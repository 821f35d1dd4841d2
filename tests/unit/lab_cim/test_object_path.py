from __future__ import annotations

import pytest

from lab.cim.model import Path
from lab.cim.object_path import PathError, parse_object_path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('Win32_Service.Name="WinRM"', Path("root/x", "Win32_Service", (("Name", "WinRM"),))),
        ("Win32_Service='WinRM'", Path("root/x", "Win32_Service", (("", "WinRM"),))),
        ('A.X=1,Y=TRUE,Z="a,b"', Path("root/x", "A", (("X", 1), ("Y", True), ("Z", "a,b")))),
        (r'\\srv\root\cimv2:A.X="\\\\s\\t\"u"', Path("root/cimv2", "A", (("X", '\\\\s\\t"u'),))),
        ("root/cimv2:A=@", Path("root/cimv2", "A", ())),
        ("A", Path("root/x", "A", ())),
    ],
)
def test_paths(text: str, path: Path) -> None:
    assert parse_object_path(text, "root/x") == path


@pytest.mark.parametrize("text", ["", "1A", "A.", "A.X", "A.X=", 'A.X="open', "A.X=1,", "A.X=1;Y=2", 'A="a","b"', 'A."x"', "A!X"])
def test_refused(text: str) -> None:
    with pytest.raises(PathError):
        parse_object_path(text, "root/x")
