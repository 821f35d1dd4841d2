"""Reading the faults that an estate has from its start: the same orders as those of a running lab."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lab.estate_file.sections import Section
from lab.faults import FaultBoard, FaultError


def read_faults(top: Section, machines: Collection[str], sites: Collection[str]) -> tuple[Mapping[str, str], ...]:
    """``faults`` of the file, each a ``kind`` with its parameters; a wrong order is an error of its line."""
    board = FaultBoard(frozenset(machines), frozenset(sites))
    orders = []
    for section in top.sections("faults", "fault"):
        order = {key: section.text(key) for key in section.names()}
        if "kind" not in order:
            raise section.error(None, "kind is missing")
        try:
            board.order(**order)
        except FaultError as error:
            raise section.error(None, str(error)) from None
        orders.append(order)
    return tuple(orders)
