"""The record of exchanges."""

from __future__ import annotations

from lab.winrm.log import RequestLog, RequestRecord


def test_records_and_totals() -> None:
    log = RequestLog(keep=3)
    for machine, kind in (("A", "handshake"), ("A", "cim"), ("B", "cim"), ("B", "shell")):
        log.add(RequestRecord(log.next_index(), machine, kind))  # type: ignore[arg-type]
    assert [record.index for record in log.records()] == [2, 3, 4]
    assert [record.index for record in log.records(machine="B")] == [3, 4]
    assert [record.index for record in log.records(kind="cim")] == [2, 3]
    assert [record.index for record in log.records(since=3)] == [4]
    assert log.totals() == {"handshake": 1, "cim": 2, "shell": 1}
    log.clear()
    assert (log.records(), log.totals(), log.next_index()) == ((), {}, 5)
