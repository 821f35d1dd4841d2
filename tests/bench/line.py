"""How long an administrator waits over a slow line: the same work with round trips of 0 to 300 ms, through relays before the lab.

- this build and an earlier one, which is checked out for the measurement;
- the bare program: one logon for each host, and the requests of this build in a row, with nothing of Ansible;
- the peer: ansible.windows.win_powershell with an empty script, a task for each host, or for each task of the earlier build.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from lab.estate_file.reader import DEFAULT_FILE
from lab.running.estate import Estate
from tests.bench import limit, powershell_stand_in
from tests.bench.labs import Labs, Seen, labs
from tests.bench.page import table
from tests.bench.recorded import Conversation, Host
from tests.bench.relays import Line, relays
from tests.bench.trials import Taken, play, script
from tests.bench.windows_collection import collections_folder
from tests.lab import large_site
from tests.lab.ansible_runs import CHECKOUT
from tests.lab.estates import with_role

EARLIER = "5b5aaef"
SMALL, LARGE = ("127.58.81", "127.58.82"), ("127.58.83", "127.58.84")
"""Addresses of the relays, and of the lab behind them."""
PROVIDER, SERVER, NEW_SERVER = "cas01.corp.example", "scp01.corp.example", "scp02.corp.example"
ROUND_TRIPS = (0.0, 0.02, 0.1, 0.3)
JUDGED = 0.1
# The site's own work in a move would hide the line at the pace of a real site.
PACE = 60.0
_ADDRESSES = range(11, 50)
# What the line adds is measured exactly, so one run is enough; the seconds without it are not.
_ROUNDS = {0.0: 5}
_USER, _PASSWORD = r"CORP\scpadmin", "Lab-Admin-2026"


@dataclass(frozen=True)
class Work:
    """One play that is measured; ``large`` runs it on the large site, ``long`` once, for two round trips, without peers."""

    name: str
    playbook: Path
    arguments: tuple[str, ...] = ()
    large: bool = False
    long: bool = False


@dataclass
class Runs:
    """What one program took, by round trip; the exchanges and connections of its last run."""

    taken: dict[float, list[Taken]] = field(default_factory=dict)
    line_seconds: dict[float, list[float]] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)
    logons: int = 0

    def seconds(self, round_trip: float) -> float:
        return median(run.wall_seconds for run in self.taken[round_trip])

    def waited(self, round_trip: float) -> float:
        """What the line added, as the relays measured it."""
        return median(self.line_seconds[round_trip])

    def in_a_row(self, round_trip: float) -> float:
        """Exchanges that waited for each other."""
        return self.waited(round_trip) / round_trip if round_trip else 0.0

    @property
    def memory_mib(self) -> float:
        return max(run.whole_mib for run in self.taken[0.0])


Program = Callable[[], Taken]


def run(quick: bool) -> str:
    """Measure; returns the text for the page.

    :raises RuntimeError: a play failed.
    """
    return measure(None, (0.0, JUDGED) if quick else ROUND_TRIPS, quick=quick)


def measure(only: Sequence[str] | None, round_trips: Sequence[float], *, quick: bool = False, peers: bool = True) -> str:
    """As ``run``; ``only`` has beginnings of the names of works, None for all.

    :raises RuntimeError: a play failed.
    """
    pairs = [(f"{front}.{last}", f"{behind}.{last}") for front, behind in (SMALL, LARGE) for last in _ADDRESSES]
    text = with_role("scp01", site_systems=[{"server": "scp02"}])
    with (
        tempfile.TemporaryDirectory() as name,
        _earlier(Path(name)) as earlier,
        labs([(text, SMALL[1])], powershell_stand_in.install, PACE) as small,
        labs([(text, LARGE[1])], _grown) as large,
        relays(pairs) as line,
    ):
        folder = Path(name)
        bench = _Bench(folder, earlier, {False: small, True: large}, line, collections_folder() if peers else None)
        works = [work for work in _works(folder) if only is None or work.name.strip("`").startswith(tuple(only))]
        found = {
            work.name: bench.measured(work, round_trips, quick=quick) for work in works[: 1 if quick and only is None else None]
        }
    return _text(found, round_trips)


def _works(folder: Path) -> list[Work]:
    books = CHECKOUT / "playbooks"
    there_and_back = folder / "moves.yml"
    there_and_back.write_text(
        yaml.safe_dump(
            [
                {"ansible.builtin.import_playbook": "configmgr.scp.move", "vars": {"scp_to": server}}
                for server in (NEW_SERVER, SERVER)
            ]
        ),
        encoding="utf-8",
    )
    return [
        Work("`provision`", books / "provision.yml"),
        Work("`preflight`", books / "preflight.yml"),
        Work("`report`", books / "report.yml", (f"-escp_report_dir={folder / 'reports'}",)),
        Work("two `move`", there_and_back, long=True),
        Work("`log_info`", _module(folder, SERVER, "log_info", {"components": ["SMS_DMP_DOWNLOADER"]})),
        Work("`hierarchy_info`", _module(folder, PROVIDER, "hierarchy_info", {"site_code": "CAS"}), large=True, long=True),
    ]


def _module(folder: Path, host: str, module: str, arguments: Mapping[str, Any]) -> Path:
    file = folder / f"{module}.yml"
    tasks = [{f"configmgr.scp.{module}": dict(arguments)}]
    file.write_text(yaml.safe_dump([{"hosts": host, "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    return file


class _Bench:
    """Everything that runs during the measurement."""

    def __init__(
        self, folder: Path, earlier: Path, running: Mapping[bool, Labs], line: Line, peer_collections: Path | None
    ) -> None:
        self._folder = folder
        self._earlier = earlier
        self._labs = running
        self._line = line
        self._peer_collections = peer_collections
        self._inventories = {large: _inventory(folder, base[0]) for large, base in ((False, SMALL), (True, LARGE))}

    def measured(self, work: Work, round_trips: Sequence[float], *, quick: bool) -> dict[str, Runs]:
        """The programs in turn, for each round trip."""
        inventory = self._inventories[work.large]
        ours = partial(play, work.playbook, inventory, self._folder, *work.arguments)
        before = partial(play, self._book_of_earlier(work), inventory, self._folder, *work.arguments, checkout=self._earlier)
        found = {"ours": Runs(), "earlier": Runs()}
        programs: dict[str, Callable[..., Taken]] = {"ours": ours, "earlier": before}
        self._line.set_round_trip(0.0)
        for name, program in programs.items():
            # This run fills caches, too.
            self._once(program, found[name], work)
        programs.update(self._compared(work, found["ours"].seen, found["earlier"]))
        for round_trip in round_trips:
            if work.long and round_trip not in (0.0, JUDGED):
                continue
            self._line.set_round_trip(round_trip)
            for _ in range(1 if quick or work.long else _ROUNDS.get(round_trip, 1)):
                for name, program in programs.items():
                    runs = found.setdefault(name, Runs())
                    # Memory is measured without the line: a process that waits needs no more.
                    extra = {"memory": True} if not round_trip and name in ("ours", "earlier") else {}
                    self._once(partial(program, **extra), runs, work, round_trip)
        return found

    def _once(self, program: Program, runs: Runs, work: Work, round_trip: float | None = None) -> None:
        """Run it; without a round trip it does not count."""
        self._labs[work.large].seen()
        self._line.used()
        taken = program()
        used = self._line.used()
        runs.seen, runs.logons = self._labs[work.large].seen(), used.connections
        if round_trip is not None:
            runs.taken.setdefault(round_trip, []).append(taken)
            runs.line_seconds.setdefault(round_trip, []).append(used.seconds)

    def _book_of_earlier(self, work: Work) -> Path:
        if CHECKOUT in work.playbook.parents:
            return self._earlier / work.playbook.relative_to(CHECKOUT)
        return work.playbook

    def _compared(self, work: Work, asked: Seen, earlier: Runs) -> dict[str, Callable[..., Taken]]:
        """The bare program and the peers of this work."""
        conversations = self._folder / "conversations.json"
        conversations.write_text(json.dumps(self._conversations(work, asked)), encoding="utf-8")
        programs: dict[str, Callable[..., Taken]] = {
            "bare": partial(script, Path(limit.__file__), self._folder, str(conversations))
        }
        if self._peer_collections is not None and not work.long:
            hosts = [_host(machine) for machine in sorted(asked.of_machines)]
            # The tasks of a host are as many as its logons; one more on the first hosts where they cannot be divided.
            tasks = [hosts[number % len(hosts)] for number in range(earlier.logons)]
            for name, chosen in (("peer, hosts", hosts), ("peer, tasks", tasks)):
                book = self._folder / f"{name.replace(', ', '-')}.yml"
                book.write_text(yaml.safe_dump([_peer(chosen)]), encoding="utf-8")
                programs[name] = partial(play, book, self._inventories[False], self._folder, collections=self._peer_collections)
        return programs

    def _conversations(self, work: Work, asked: Seen) -> list[dict[str, Any]]:
        front, behind = LARGE if work.large else SMALL
        found = []
        for machine, count in sorted(asked.of_machines.items()):
            last = _last_part(_host(machine))
            conversation = Conversation(Host(machine, f"{behind}.{last}", _USER, _PASSWORD))
            conversation.run("cim", {"query": "select CSName from Win32_OperatingSystem"})
            data = conversation.as_data()
            found.append(
                {**data, "endpoint": data["endpoint"].replace(behind, front), "envelopes": data["envelopes"][:1] * count}
            )
        return found


def _peer(hosts: Sequence[str]) -> dict[str, Any]:
    tasks = [{powershell_stand_in.MODULE: {"script": "$null"}, "delegate_to": host} for host in hosts]
    return {"hosts": PROVIDER, "gather_facts": False, "tasks": tasks}


def _inventory(folder: Path, base: str) -> Path:
    file = folder / f"{base}.yml"
    text = DEFAULT_FILE.with_name("hosts.yml").read_text(encoding="utf-8")
    file.write_text(text.replace("127.0.10.", f"{base}."), encoding="utf-8")
    return file


def _host(machine: str) -> str:
    """The inventory name of a machine of the lab."""
    return f"{machine.partition('.')[0].lower()}.corp.example"


def _last_part(host: str) -> str:
    """The last number of a lab host's address."""

    def search(group: Mapping[str, Any]) -> Iterator[str]:
        for name, variables in (group.get("hosts") or {}).items():
            if name == host and variables:
                yield str(variables["ansible_host"]).rpartition(".")[2]
        for inner in (group.get("children") or {}).values():
            yield from search(inner)

    return next(search(yaml.safe_load(DEFAULT_FILE.with_name("hosts.yml").read_text(encoding="utf-8"))["all"]))


def _grown(estate: Estate) -> None:
    large_site.grow(estate)


@contextmanager
def _earlier(folder: Path) -> Iterator[Path]:
    """The earlier build, in a worktree of its own."""
    place = folder / "earlier"

    def git(*words: str) -> None:
        done = subprocess.run(["git", "worktree", *words], cwd=CHECKOUT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"git worktree {words[0]}: {done.stderr.strip()}; the history of the checkout is needed")

    git("add", "--detach", str(place), EARLIER)
    try:
        yield place
    finally:
        git("remove", "--force", str(place))


_TITLES = {
    "ours": "this build",
    "earlier": f"commit {EARLIER}",
    "bare": "bare program",
    "peer, hosts": "peer, a task for each host",
    "peer, tasks": "peer, a task for each task",
}


def _text(found: Mapping[str, Mapping[str, Runs]], round_trips: Sequence[float]) -> str:
    judged = JUDGED if JUDGED in round_trips else max(round_trips)
    rows = []
    for work, programs in found.items():
        for name, runs in programs.items():
            counts = [runs.seen.requests, f"{runs.in_a_row(judged):.0f}", runs.logons]
            seconds = [f"{runs.seconds(at):.2f} s" if at in runs.taken else "" for at in round_trips]
            rows.append([work if name == "ours" else "", _TITLES[name], *seconds, *counts])
    heads = [f"round trip {round_trip * 1000:.0f} ms" for round_trip in round_trips]
    times = table(["work", "program", *heads, "exchanges", "in a row", "logons"], rows)
    ratios = table(
        ["work", f"waiting at {judged * 1000:.0f} ms", "of the earlier build's", "loopback", "peak memory"],
        [[work, *_ratios(programs["ours"], programs["earlier"], judged)] for work, programs in found.items()],
    )
    return f"{times}\n\nThis build beside commit {EARLIER}:\n\n{ratios}"


def _ratios(ours: Runs, earlier: Runs, judged: float) -> list[str]:
    return [
        f"{ours.waited(judged):.2f} s, before {earlier.waited(judged):.2f} s",
        f"{ours.waited(judged) / earlier.waited(judged):.2f}",
        f"{ours.seconds(0.0) / earlier.seconds(0.0):.2f} x",
        f"{ours.memory_mib / earlier.memory_mib:.2f} x",
    ]


def main(words: Sequence[str]) -> int:
    """Measure some works only, while one of them is changed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.line", description="Measure single works over a slow line.")
    parser.add_argument("work", nargs="*", help="beginnings of names, such as preflight; without any, all")
    parser.add_argument("--round-trips", default="0,0.1", help="seconds, separated by commas, 0 among them")
    parser.add_argument("--once", action="store_true", help="a single run of each")
    parser.add_argument("--no-peers", action="store_true", help="without the peers")
    chosen = parser.parse_args(words)
    round_trips = [float(text) for text in chosen.round_trips.split(",")]
    if 0.0 not in round_trips or max(round_trips) == 0.0:
        parser.error("--round-trips: give 0, and at least one that is longer, such as 0,0.1")
    print(measure(chosen.work or None, round_trips, quick=chosen.once, peers=not chosen.no_peers))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
