"""Scripts with mistakes in the lab's powershell.exe: each ends with an exit code, and none with an error of the lab itself."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.lab_configmgr.cmdlets.conftest import OPENING, Scripts

SCRIPT = (
    OPENING
    + """
try {
    $request = [Console]::In.ReadToEnd() | ConvertFrom-Json
    $arguments = @{ TelemetryLevel = $request.level; Confirm = $false }
    if ($null -ne $request.PSObject.Properties['level'] -and 'Full' -in ('Basic', "F$('ull')")) {
        foreach ($row in Get-CMSiteSystemServer -AllSite) { $x = $row.Props | Where-Object { $_.Value -gt 0 } }
        Set-CMHierarchySetting @arguments
    } else { throw "no $x level" }
    @{ ok = $true; list = @(1, 'b') } | ConvertTo-Json -Compress
} catch [System.UnauthorizedAccessException] { "$_" } finally { Set-Location -Path C:\\ }
exit 0
"""
)
CHARACTERS = st.sampled_from("$'\"(){}[]@;|&,.=+-!`\n :#<>%*abz019\u201c\u2013")
CHANGES = st.lists(
    st.tuples(st.integers(0, len(SCRIPT)), st.integers(0, 6), st.text(CHARACTERS, max_size=3)), min_size=1, max_size=4
)


@settings(max_examples=150, deadline=None)
@given(CHANGES)
def test_a_script_with_mistakes_ends(changes: list[tuple[int, int, str]]) -> None:
    text = SCRIPT
    for start, length, inserted in changes:
        text = text[:start] + inserted + text[start + length :]
    done = Scripts().run(text, {"level": "Full"})
    assert done.code is not None
