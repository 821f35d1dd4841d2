"""Floor, limit and peer of runs that change nothing.

- floor: as many tasks of ansible.builtin.debug as the work has tasks;
- limit: a minimal program that sends the same requests, over one authenticated connection to each host;
- peer: the same play where each task of this collection is one of ansible.windows.win_powershell that does nothing and whose
  server answers at once. A module in PowerShell costs at least that.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from lab.estate_file.reader import DEFAULT_FILE
from tests.bench import limit, powershell_stand_in
from tests.bench.labs import Labs, Seen, labs
from tests.bench.machine import CORE_VERSION
from tests.bench.page import table
from tests.bench.recorded import Conversation, Host
from tests.bench.trials import Trials, in_turns, play, script, tasks_of
from tests.bench.windows_collection import collections_folder
from tests.lab.ansible_runs import CHECKOUT
from tests.lab.estates import with_role

BASE = "127.58.78"
PROVIDER, SERVER = "cas01.corp.example", "scp01.corp.example"
REPEATED = 10
"""How often a play of one module repeats its task, so that the start of Ansible does not hide it."""

_ROLE: dict[str, Any] = {"server": SERVER, "site_code": "CAS"}
# The modules of a provisioning that changes nothing, with the host that each runs on. They are parts of one task.
_PROVISION: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (PROVIDER, "service_connection_point", {**_ROLE, "mode": "online"}),
    (PROVIDER, "site_system", _ROLE),
    (SERVER, "component", {"name": "SMS_DMP_DOWNLOADER", "state": "queried"}),
)
AIM_PEER = 3


@dataclass(frozen=True)
class Work:
    """What is compared: a play of this collection, its modules, and how many of its tasks run none of them.

    :ivar module_tasks: how many tasks run the modules.
    """

    name: str
    playbook: Path
    modules: Sequence[tuple[str, str, dict[str, Any]]]
    other_tasks: int
    module_tasks: int


@dataclass(frozen=True)
class Compared:
    """The results for one run. ``empty`` is a play without tasks: Ansible's own startup."""

    name: str
    ours: Trials
    floor: Trials
    limit: Trials
    peer: Trials
    empty: Trials
    asked: Seen
    peer_asked: Seen
    modules: int

    @property
    def powershell_seconds(self) -> float:
        """How long PowerShell must take in a task of the peer for the target to be met; in the measurement it takes no time."""
        ours, peer = self.ours.wall - self.empty.wall, self.peer.wall - self.empty.wall
        return max(0.0, (AIM_PEER * ours - peer) / self.modules)


def run(quick: bool) -> str:
    """Measure; returns the text for the page.

    :raises RuntimeError: something failed, or the installed ansible-core is not the pinned one.
    """
    if version("ansible-core") != CORE_VERSION:
        raise RuntimeError(
            f"the peer is for ansible-core {CORE_VERSION}, installed is {version('ansible-core')}: see tests/bench"
        )
    peer_collections = collections_folder()
    with tempfile.TemporaryDirectory() as name, labs([(with_role("scp01"), BASE)], powershell_stand_in.install) as estate:
        folder = Path(name)
        inventory = folder / "hosts.yml"
        inventory.write_text(
            DEFAULT_FILE.with_name("hosts.yml").read_text(encoding="utf-8").replace("127.0.10.", f"{BASE}."), encoding="utf-8"
        )
        works = [_provision(folder, inventory), _module(folder)]
        return _text([_compared(work, estate, folder, inventory, peer_collections, 1 if quick else 5) for work in works])


def _provision(folder: Path, inventory: Path) -> Work:
    playbook = CHECKOUT / "playbooks" / "provision.yml"
    return Work("`provision`", playbook, _PROVISION, tasks_of(playbook, inventory, folder) - 1, 1)


def _module(folder: Path) -> Work:
    modules = [(PROVIDER, "service_connection_point", _ROLE)] * REPEATED
    tasks = [{f"configmgr.scp.{module}": arguments} for _host, module, arguments in modules]
    return Work(f"{REPEATED} tasks of `service_connection_point`", _written(folder / "module.yml", tasks), modules, 0, REPEATED)


def _written(file: Path, tasks: list[dict[str, Any]]) -> Path:
    file.write_text(yaml.safe_dump([{"hosts": PROVIDER, "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    return file


def _compared(work: Work, estate: Labs, folder: Path, inventory: Path, peer_collections: Path, rounds: int) -> Compared:
    nothing: dict[str, Any] = {"ansible.builtin.debug": {"msg": "nothing"}}
    floor = _written(folder / "floor.yml", [nothing] * (work.module_tasks + work.other_tasks))
    peer = _written(folder / "peer.yml", [*[nothing] * work.other_tasks, *_peer_tasks(work)])
    conversations = folder / "conversations.json"
    conversations.write_text(json.dumps(_conversations(work)), encoding="utf-8")
    ours = partial(play, work.playbook, inventory, folder)
    theirs = partial(play, peer, inventory, folder, collections=peer_collections)
    asked = []
    for run_once in (ours, theirs):
        estate.seen()
        run_once()
        asked.append(estate.seen())
    found = in_turns(
        rounds,
        {
            "ours": ours,
            "floor": partial(play, floor, inventory, folder),
            "limit": partial(script, Path(limit.__file__), folder, str(conversations)),
            "peer": theirs,
            "empty": partial(play, _written(folder / "empty.yml", []), inventory, folder),
        },
    )
    return Compared(work.name, **found, asked=asked[0], peer_asked=asked[1], modules=len(work.modules))


def _peer_tasks(work: Work) -> list[dict[str, Any]]:
    return [{powershell_stand_in.MODULE: {"script": "$null"}, "delegate_to": host} for host, _module, _arguments in work.modules]


def _conversations(work: Work) -> list[dict[str, Any]]:
    """The requests, by host; their order within a host is kept."""
    addresses = {PROVIDER: f"{BASE}.11", SERVER: f"{BASE}.31"}
    found: dict[str, Conversation] = {}
    for name, module, arguments in work.modules:
        host = Host(name, addresses[name], r"CORP\scpadmin", "Lab-Admin-2026")
        found.setdefault(name, Conversation(host)).run(module, arguments)
    return [conversation.as_data() for conversation in found.values()]


def _text(found: list[Compared]) -> str:
    times = table(
        ["work", "this collection", "floor", "limit", "peer, at least", "empty play"],
        [[c.name, *(trials.shown() for trials in (c.ours, c.floor, c.limit, c.peer, c.empty))] for c in found],
    )
    ratios = table(
        ["work", "", "to the floor", "to the limit", "the peer to this"],
        [row for c in found for row in _ratios(c)],
    )
    requests = table(
        [
            "work",
            "requests",
            "of them for authentication",
            "bytes sent",
            "peer: requests",
            "for authentication",
            "bytes sent",
            "ratio",
        ],
        [
            [
                c.name,
                c.asked.requests,
                c.asked.handshake,
                c.asked.bytes_asked,
                c.peer_asked.requests,
                c.peer_asked.handshake,
                c.peer_asked.bytes_asked,
                f"{c.peer_asked.requests / c.asked.requests:.1f} x, bytes {c.peer_asked.bytes_asked / c.asked.bytes_asked:.0f} x",
            ]
            for c in found
        ],
    )
    missing = "\n".join(f"- {c.name}: {c.powershell_seconds * 1000:.0f} ms." for c in found)
    return (
        f"{times}\n\n{ratios}\n\n{requests}\n\nThe peer is {AIM_PEER} x slower, without Ansible's startup, as soon as PowerShell "
        f"itself takes this long in each of its tasks:\n\n{missing}"
    )


def _ratios(c: Compared) -> list[list[str]]:
    """Ratios of complete runs, as users wait for them, and without Ansible's startup, which the limit does not have."""
    start, cpu = c.empty.wall, c.empty.cpu
    return [
        [c.name, "whole run", *_three(c.ours.wall, c.floor.wall, c.limit.wall, c.peer.wall)],
        ["", "without Ansible's startup", *_three(c.ours.wall - start, c.floor.wall - start, c.limit.wall, c.peer.wall - start)],
        [
            "",
            "processor time of the controller, without Ansible's startup",
            *_three(c.ours.cpu - cpu, c.floor.cpu - cpu, c.limit.cpu, c.peer.cpu - cpu),
        ],
    ]


def _three(ours: float, floor: float, limit_: float, peer: float) -> list[str]:
    return [f"{ours / floor:.2f} x", f"{ours / limit_:.2f} x", f"{peer / ours:.2f} x"]
