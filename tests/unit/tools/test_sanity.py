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


def test_one_call_of_pip_gets_each_package_once() -> None:
    files = ["# comment\nPyYAML==6.0.2\npylint==3.3.7\n", "PyYAML==6.0.2\n\nyamllint==1.37.1\n", "pyyaml==5.4\n"]
    assert sanity.batches(files) == [["PyYAML==6.0.2", "pylint==3.3.7", "yamllint==1.37.1"], ["pyyaml==5.4"]]
