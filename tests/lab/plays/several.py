"""Several sets of variables in one run of ansible-playbook, because its startup takes most of the time.

Each set is a separate host, with the address and the variables of the host of the SMS Provider, so that each has its own
outcomes and its own line in the recap. Only for sets that do not change the site: the hosts run at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, Run, run_playbook
from tests.lab.plays.scenarios import WriteInventory

CAS01 = "cas01.corp.example"


def play_each(
    name: str,
    estate: Estate,
    inventory: WriteInventory,
    folder: Path,
    wishes: Mapping[str, Mapping[str, Any]],
    *arguments: str,
    providers: Mapping[str, str] | None = None,
) -> Run:
    """Run playbooks/<name>.yml once, for a host with the name of each set and with its variables.

    :param wishes: variables by host name; the names are not hosts of the lab's inventory.
    :param providers: the host of the SMS Provider of a set, if that is not cas01.
    """
    written = inventory(estate)
    tree = yaml.safe_load(written.read_text(encoding="utf-8"))
    known = {host: given for group in tree["all"]["children"].values() for host, given in group["hosts"].items() if given}
    tree["all"]["children"]["wishes"] = {
        "hosts": {wish: {**known[(providers or {}).get(wish, CAS01)], **given} for wish, given in wishes.items()}
    }
    written.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return run_playbook(CHECKOUT / "playbooks" / f"{name}.yml", written, folder, "-e", "scp_provider=wishes", *arguments)


def refusal(run: Run, wish: str) -> str:
    """The message of the only failed task of a set, without its line breaks."""
    assert run.recap(wish)["failed"] == 1, (wish, run.output)
    (failed,) = [item["result"] for item in run.outcomes if item["host"] == wish and item["status"] == "failed"]
    return " ".join(str(failed["msg"]).split())
