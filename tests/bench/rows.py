"""The same work on a small site and on one with thousands of site systems, rows and status messages."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from lab.estate_file.reader import DEFAULT_FILE
from lab.running.estate import Estate
from tests.bench.labs import Labs, Seen, labs
from tests.bench.page import table
from tests.bench.trials import Trials, in_turns, play
from tests.lab import large_site
from tests.lab.ansible_runs import CHECKOUT
from tests.lab.estates import with_role

SMALL, LARGE = "127.58.79", "127.58.80"
PROVIDER = "cas01.corp.example"
AIM = 1.3
_ROLE = {"server": "scp01.corp.example", "site_code": "CAS"}
_SITE = {"site_code": "CAS"}

# Each module with arguments for which there is nothing to change.
MODULES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("service_connection_point", "", _ROLE),
    ("service_connection_point_info", "", _SITE),
    ("service_connection_point_info", "duties", {**_SITE, "duties": True}),
    ("site_system", "", _ROLE),
    ("site_prerequisites", "in place", {**_ROLE, "skip_when_in_place": True}),
    ("site_prerequisites", "all checks", _ROLE),
    ("site_status_info", "", _SITE),
    ("hierarchy_info", "the role's server", {**_SITE, "servers": []}),
    ("hierarchy_info", "all site systems", _SITE),
)


def run(quick: bool) -> str:
    """Measure; returns the text for the page."""
    text = with_role("scp01")
    with (
        tempfile.TemporaryDirectory() as name,
        labs([(text, SMALL)]) as small,
        labs([(text, LARGE)], _grown) as large,
    ):
        folder = Path(name)
        inventories = {base: _inventory(folder, base) for base in (SMALL, LARGE)}
        rounds = 1 if quick else 5
        timed = {
            what: in_turns(rounds, {base: partial(play, playbook, inventories[base], folder) for base in (SMALL, LARGE)})
            for what, playbook in (
                ("`provision`", CHECKOUT / "playbooks" / "provision.yml"),
                ("10 tasks of `service_connection_point`", _playbook(folder, "service_connection_point", _ROLE, 10)),
            )
        }
        counted: list[tuple[str, Seen, Seen]] = []
        for module, words, arguments in MODULES:
            playbook = _playbook(folder, module, arguments, 1)
            title = f"`{module}`{', ' if words else ''}{words}"
            asked = (_asked(small, playbook, inventories[SMALL], folder), _asked(large, playbook, inventories[LARGE], folder))
            counted.append((title, *asked))
    return _text(timed, counted)


def _grown(estate: Estate) -> None:
    large_site.grow(estate)


def _inventory(folder: Path, base: str) -> Path:
    file = folder / f"{base}.yml"
    text = DEFAULT_FILE.with_name("hosts.yml").read_text(encoding="utf-8")
    file.write_text(text.replace("127.0.10.", f"{base}."), encoding="utf-8")
    return file


def _playbook(folder: Path, module: str, arguments: dict[str, Any], times: int) -> Path:
    file = folder / "module.yml" if times == 1 else folder / "modules.yml"
    tasks = [{f"configmgr.scp.{module}": arguments}] * times
    file.write_text(yaml.safe_dump([{"hosts": PROVIDER, "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    return file


def _asked(estate: Labs, playbook: Path, inventory: Path, folder: Path) -> Seen:
    estate.seen()
    play(playbook, inventory, folder)
    return estate.seen()


def _text(timed: dict[str, dict[str, Trials]], counted: list[tuple[str, Seen, Seen]]) -> str:
    times = table(
        ["work", "small site", "large site", f"ratio (target: at most {AIM})"],
        [
            [what, found[SMALL].shown(), found[LARGE].shown(), f"{found[LARGE].wall / found[SMALL].wall:.2f} x"]
            for what, found in timed.items()
        ],
    )
    requests = table(
        ["module", "CIM requests: small site", "large site", "bytes received: small site", "large site"],
        [[title, small.cim, large.cim, small.bytes_answered, large.bytes_answered] for title, small, large in counted],
    )
    servers, rows, messages = large_site.SITE_SYSTEMS, large_site.SITE_SYSTEMS * large_site.ROWS_OF_EACH, large_site.MESSAGES
    told = f"The large site has {servers} site systems with {rows} rows of roles, and {messages} status messages."
    return f"{told}\n\n{times}\n\n{requests}"
