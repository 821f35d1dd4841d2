"""The metrics of a report in the folder of the real node exporter's textfile collector, read back over HTTP."""

from __future__ import annotations

import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import parser

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify import metric_families as names
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.metrics import families
from ansible_collections.configmgr.scp.plugins.plugin_utils.metrics_text import openmetrics
from tests.lab.verification import wait_for
from tests.unit.site.verify.support import WELL, report, spoiled

HOSTILE = 'back\\slash "quoted" } 1\nevil 1 # {{ 7 * 7 }} \u202e\x1b[2J \N{SNOWMAN}'
Read = dict[tuple[str, frozenset[tuple[str, str]]], float]
Scrape = Callable[[], tuple[Read, dict[str, str]]]


def broken() -> dict[str, Any]:
    """The report of another hierarchy, with hostile names and nothing read of the server."""
    found = spoiled("cloud", applications=[{"name": HOSTILE, "tenant": HOSTILE, "secret": {"expires": "2027-05-01T00:00:00Z"}}])
    found["hierarchy"]["host"] = "other.corp.example"
    found["thread"]["result"] = {"unreachable": True, "msg": "no route"}
    return report(found)


@pytest.fixture
def scrape(tmp_path: Path) -> Iterator[Scrape]:
    """Runs the exporter over ``tmp_path``; gives its samples, and the help of each metric."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    options = ("--collector.disable-defaults", "--collector.textfile", f"--collector.textfile.directory={tmp_path}")
    command = ["prometheus-node-exporter", *options, f"--web.listen-address={address}"]
    with (tmp_path / "exporter.log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as exporter:

        def answers() -> bool:
            assert exporter.poll() is None, (tmp_path / "exporter.log").read_text()
            with socket.socket() as tried:
                return tried.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) == 0

        def read() -> tuple[Read, dict[str, str]]:
            with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
                text = answer.read().decode("utf-8")
            samples, helps = {}, {}
            for family in parser.text_string_to_metric_families(text):
                helps[family.name] = family.documentation
                for sample in family.samples:
                    samples[sample.name, frozenset((name, value) for name, value in sample.labels.items() if value)] = (
                        sample.value
                    )
            return samples, helps

        try:
            wait_for(answers)
            yield read
        finally:
            exporter.terminate()


def expected(whole: dict[str, Any]) -> Read:
    return {
        (family.name, frozenset((k, v) for k, v in zip(family.labels, sample.labels, strict=True) if v)): sample.value
        for family in families(whole)
        for sample in family.samples
    }


def test_two_hierarchies_are_read_back(scrape: Scrape, tmp_path: Path) -> None:
    for name, whole in (("one", report(WELL)), ("two", broken())):
        (tmp_path / f"configmgr_scp_{name}.prom").write_text(openmetrics(families(whole)), encoding="utf-8")
    samples, helps = scrape()
    ours = {key: value for key, value in samples.items() if key[0].startswith("configmgr_scp_")}
    assert ours == expected(report(WELL)) | expected(broken())
    assert samples["node_textfile_scrape_error", frozenset()] == 0
    assert {name: text for name, text in helps.items() if name in names.DEFINITIONS} == {
        name: definition.help for name, definition in names.DEFINITIONS.items() if name in {key[0] for key in ours}
    }
    # Why every metric is a gauge without a timestamp: the collector rejects a file with anything that only OpenMetrics has.
    for only in ("# TYPE x info\nx_info 1\n", "# TYPE x stateset\nx 1\n", "x 1 1795348800.5\n", "x 1 1795348800\n"):
        (tmp_path / "other.prom").write_text(f"{only}# EOF\n", encoding="utf-8")
        samples, _ = scrape()
        assert samples["node_textfile_scrape_error", frozenset()] == 1, only
    (tmp_path / "other.prom").write_text(
        "# TYPE x_seconds gauge\n# UNIT x_seconds seconds\nx_seconds 1\n# EOF\n", encoding="utf-8"
    )
    samples, _ = scrape()
    assert samples["node_textfile_scrape_error", frozenset()] == 0
