"""The text of metrics: read back by the parsers of both formats, with hostile names; without the library, a clear sentence."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import parser as classic
from prometheus_client.openmetrics import parser as openmetrics_parser

from ansible_collections.configmgr.scp.plugins.action.role_options import _no_metrics
from ansible_collections.configmgr.scp.plugins.filter.verify_metrics import verify_metrics
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify import metric_families as names
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.metrics import families
from ansible_collections.configmgr.scp.plugins.plugin_utils import metrics_text
from tests.unit.site.verify.support import WELL, report, spoiled

Read = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(parser: Any, text: str) -> Read:
    found: Read = {}
    for family in parser.text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found
            assert sample.timestamp is None
            found[key] = sample.value
    return found


def expected(whole: dict[str, Any]) -> Read:
    return {
        (family.name, frozenset(zip(family.labels, sample.labels, strict=True))): sample.value
        for family in families(whole)
        for sample in family.samples
    }


def test_both_parsers_read_the_same() -> None:
    whole = report(WELL)
    text = metrics_text.openmetrics(families(whole))
    assert read(openmetrics_parser, text) == read(classic, text) == expected(whole)
    assert text.endswith("\n# EOF\n")


def test_every_family_has_its_type_help_and_unit() -> None:
    text = metrics_text.openmetrics(families(report(WELL)))
    for family in openmetrics_parser.text_string_to_metric_families(text):  # type: ignore[no-untyped-call]
        definition = names.DEFINITIONS[family.name]
        assert (family.type, family.documentation, family.unit) == ("gauge", definition.help, definition.unit)
    # A type that the classic format does not have would make a collector reject the file.
    assert {line.split()[3] for line in text.splitlines() if line.startswith("# TYPE")} == {"gauge"}


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_no_name_of_the_site_leaves_its_label(hostile: str) -> None:
    row = {"name": hostile, "tenant": '"} 1\nevil 1 # ', "secret": {"expires": "2027-05-01T00:00:00Z"}}
    whole = report(spoiled("cloud", applications=[row]))
    whole["site_code"] = "\\"
    text = metrics_text.openmetrics(families(whole))
    assert read(openmetrics_parser, text) == read(classic, text) == expected(whole)
    # Nothing that moves the cursor of a terminal up or back, and no line of its own.
    assert not any(ord(character) < 32 and character not in "\n\t" for character in text)
    assert all(line.startswith(("# ", "configmgr_scp_")) for line in text.splitlines())


def test_the_filter() -> None:
    assert verify_metrics(report(WELL)) == metrics_text.openmetrics(families(report(WELL)))
    with pytest.raises(AnsibleFilterError, match=r"not a report of configmgr\.scp\.verify_report"):
        verify_metrics({"a": 1})


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: dict[str, Any] = {"metrics_dir": "/srv/metrics"}
    assert _no_metrics(wanted) == []
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    told = (
        "The metrics need the Python library prometheus_client, which is not installed on the controller. "
        f"Install it: {sys.executable} -m pip install prometheus-client"
    )
    with pytest.raises(AnsibleFilterError) as refusal:
        verify_metrics(report(WELL))
    assert str(refusal.value) == f"verify_metrics: {told}"
    # The role says so before it reads anything; without metrics it needs no library.
    assert _no_metrics(wanted) == [f"verify_metrics_dir: {told}"]
    assert _no_metrics({"metrics_dir": None}) == _no_metrics({}) == []
