"""The pure parts of the sanity runner."""

from __future__ import annotations

import pytest

from tests.tools import sanity


@pytest.mark.parametrize("source", ["packages = dict(\n    pip='24.2',\n)", '{"pip": "24.2"}'])
def test_version_of_pip(source: str) -> None:
    assert sanity.pip_version(source) == "24.2"


def test_unknown_form_of_the_version_of_pip() -> None:
    with pytest.raises(sanity.SanityError, match="adapt pip_version"):
        sanity.pip_version("pip = newest()")


def test_skipped_tests_are_found_once() -> None:
    warning = 'WARNING: Skipping sanity test "import" on Python 3.11 because it could not be found.\n'
    assert sanity.skipped_tests('Running sanity test "pep8"\n' + warning * 2) == ["import"]
