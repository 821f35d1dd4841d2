"""A provisioning that changes nothing, on many hierarchies at once."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.bench import limit
from tests.bench.labs import Labs, labs
from tests.bench.many_hierarchies import PASSWORD, USER, Place, estates, inventory, places
from tests.bench.page import table
from tests.bench.recorded import Conversation, Host
from tests.bench.trials import Taken, Trials, play, script, tasks_of
from tests.lab.ansible_runs import CHECKOUT

SIZES, FORKS = (10, 50, 200), (10, 25)
QUICK_SIZES, QUICK_FORKS = (4, 12), (10,)
# A run with few hosts is short, so a short load on the machine affects it strongly.
ROUNDS = {10: 7, 50: 3, 200: 2}
AIM_GROWTH = 1.2
AIM_MEMORY_MIB = 1024


@dataclass(frozen=True)
class Point:
    """Runs of one kind: the number of hierarchies and forks, their times, and the average times of the labs during each."""

    hosts: int
    forks: int
    taken: Trials
    lab_cpu_seconds: float

    def wall(self, start: Trials) -> float:
        """Per host, without Ansible's startup."""
        return (self.taken.wall - start.wall) / self.hosts

    def cpu(self, start: Trials) -> float:
        """Processor time of the controller per host, without its startup."""
        return (self.taken.cpu - start.cpu) / self.hosts


def run(quick: bool) -> str:
    """Take the figures; the text for the page."""
    sizes, forks = (QUICK_SIZES, QUICK_FORKS) if quick else (SIZES, FORKS)
    playbook = CHECKOUT / "playbooks" / "provision.yml"
    with tempfile.TemporaryDirectory() as name, labs([(text, "") for text in estates(max(sizes))]) as running:
        folder = Path(name)
        # This run fills caches, too.
        tasks = tasks_of(playbook, _hosts(folder, places(1)), folder)
        empty = _written(folder / "empty.yml", [])
        start = Trials(tuple(play(empty, _hosts(folder, places(1)), folder) for _ in range(ROUNDS[10])))
        points = [_point(running, folder, playbook, size, count) for count in forks for size in sizes]
        beside = _beside(folder, sizes[-2], forks[0], tasks)
    compared = next(p for p in points if (p.hosts, p.forks) == (sizes[-2], forks[0]))
    return _text(points, start, _compared(compared, start, tasks, *beside))


def _point(running: Labs, folder: Path, playbook: Path, hosts: int, forks: int) -> Point:
    running.seen()
    chosen, rounds = _hosts(folder, places(hosts)), ROUNDS.get(hosts, 1)
    taken = tuple(play(playbook, chosen, folder, f"--forks={forks}", memory=True) for _ in range(rounds))
    return Point(hosts, forks, Trials(taken), running.seen().cpu_seconds / rounds)


def _beside(folder: Path, hosts: int, forks: int, tasks: int) -> tuple[Taken, Taken]:
    """Floor and limit on as many hosts."""
    chosen = places(hosts)
    floor = _written(folder / "floor.yml", [{"ansible.builtin.debug": {"msg": "nothing"}}] * tasks)
    conversations = folder / "conversations.json"
    conversations.write_text(json.dumps([_conversation(place).as_data() for place in chosen]), encoding="utf-8")
    return (
        play(floor, _hosts(folder, chosen), folder, f"--forks={forks}"),
        script(Path(limit.__file__), folder, str(conversations)),
    )


def _conversation(place: Place) -> Conversation:
    """The requests of a provisioning to this host, which is both the provider and the role's server."""
    found = Conversation(Host(place.name, place.address, USER, PASSWORD))
    role = {"server": place.name, "site_code": place.code}
    found.run("service_connection_point", {**role, "mode": "online"})
    found.run("site_system", role)
    found.run("component", {"name": "SMS_DMP_DOWNLOADER", "state": "queried"})
    return found


def _written(file: Path, tasks: list[dict[str, Any]]) -> Path:
    file.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    return file


def _hosts(folder: Path, chosen: list[Place]) -> Path:
    file = folder / "hosts.yml"
    file.write_text(inventory(chosen), encoding="utf-8")
    return file


def _text(points: list[Point], start: Trials, compared: str) -> str:
    rows = [
        [
            p.hosts,
            p.forks,
            len(p.taken.runs),
            p.taken.shown(),
            f"{p.wall(start) * 1000:.0f} ms",
            f"{p.cpu(start) * 1000:.0f} ms",
            f"{p.lab_cpu_seconds / p.hosts * 1000:.0f} ms",
            f"{p.taken.largest_mib:.0f} MiB",
            f"{p.taken.whole_mib:.0f} MiB",
        ]
        for p in points
    ]
    measured = table(
        [
            "hierarchies",
            "forks",
            "runs",
            "whole run, median and range",
            "per host, without Ansible's startup",
            "controller's processor time per host",
            "the lab's processor time per host",
            "largest process",
            "controller with all its processes",
        ],
        rows,
    )
    lines = [_growth([p for p in points if p.forks == forks], start) for forks in dict.fromkeys(p.forks for p in points)]
    peak = max(p.taken.whole_mib for p in points)
    lines.append(f"- The controller's peak is {peak:.0f} MiB (target: under {AIM_MEMORY_MIB} MiB).")
    lines.append(compared)
    return "\n".join([measured, "", *lines])


def _compared(ours: Point, start: Trials, tasks: int, floor: Taken, bare: Taken) -> str:
    """Processor time of the controller per host, which depends little on the other load of the machine."""
    own, floor_cpu, bare_cpu = (
        seconds * 1000 / ours.hosts
        for seconds in (
            ours.taken.cpu - start.cpu,
            floor.cpu_seconds - start.cpu,
            bare.cpu_seconds,
        )
    )
    return (
        f"- {ours.hosts} hosts, {ours.forks} forks, processor time per host: {own:.0f} ms. The floor of {tasks} debug tasks "
        f"takes {floor_cpu:.0f} ms; the limit, a bare program that asks one host after the other, {bare_cpu:.0f} ms. "
        f"That is {own / floor_cpu:.2f} x the floor and {own / bare_cpu:.2f} x the limit; the floor itself is "
        f"{floor_cpu / bare_cpu:.2f} x the limit."
    )


def _growth(points: list[Point], start: Trials) -> str:
    few, many = points[0], points[-1]
    return (
        f"- {many.hosts} hierarchies against {few.hosts}, {many.forks} forks: {many.wall(start) / few.wall(start):.2f} x the "
        f"time per host, {many.cpu(start) / few.cpu(start):.2f} x the processor time (target: at most {AIM_GROWTH} x)."
    )
