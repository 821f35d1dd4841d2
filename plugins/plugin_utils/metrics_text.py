# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Metrics as OpenMetrics text, written by prometheus_client. The only file that uses it.

The text is also read by parsers of the Prometheus text format, such as node_exporter's textfile collector: it contains only
gauges without timestamps, and these parsers take ``# UNIT`` and ``# EOF`` as comments (prometheus/common, expfmt/text_parse.go).
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from typing import Protocol

_LIBRARY = "prometheus_client"


class MetricsLibraryMissing(Exception):
    """prometheus_client is not installed; the text says what to do."""


class SampleData(Protocol):
    """One value, with the values of the labels of its family."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def value(self) -> float: ...


class FamilyData(Protocol):
    """A metric: its complete name, its help, its unit (part of the name; may be empty), the names of its labels."""

    @property
    def name(self) -> str: ...

    @property
    def help(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def samples(self) -> Iterable[SampleData]: ...


def missing() -> str | None:
    """A sentence when the library is not installed, with the command that installs it; else None. The library is not loaded."""
    if importlib.util.find_spec(_LIBRARY) is not None:
        return None
    return (
        f"The metrics need the Python library {_LIBRARY}, which is not installed on the controller. Install it: "
        f"{sys.executable} -m pip install {_LIBRARY.replace('_', '-')}"
    )


def openmetrics(families: Iterable[FamilyData]) -> str:
    """The metrics as text; label values are escaped by the library.

    :raises MetricsLibraryMissing: it is not installed.
    """
    why = missing()
    if why is not None:
        raise MetricsLibraryMissing(why)
    # It loads an HTTP server and more, so it is loaded only when metrics are written.
    from prometheus_client import CollectorRegistry, Metric
    from prometheus_client.openmetrics.exposition import generate_latest
    from prometheus_client.registry import Collector

    class Families(Collector):
        def collect(self) -> Iterable[Metric]:
            for family in families:
                metric = Metric(family.name, family.help, "gauge", family.unit)
                for sample in family.samples:
                    metric.add_sample(family.name, dict(zip(family.labels, sample.labels, strict=True)), sample.value)
                yield metric

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Families())
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return text.decode("utf-8")
