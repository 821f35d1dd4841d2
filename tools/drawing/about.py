"""The words of the drawing: what each box is for, and the way of one task."""

from __future__ import annotations

from dataclasses import dataclass

# By the path of the box. A box that is not here stops the drawing, with a sentence.
ABOUT = {
    "plugins/action": "a task comes in",
    "plugins/callback": "what a run would change",
    "plugins/filter": "data for roles and pages",
    "plugins/inventory": "hosts of a hierarchy",
    "plugins/lookup": "hosts and paths for roles",
    "plugins/modules": "docs, SPEC and run(task)",
    "plugins/plugin_utils/*.py": "connection, secrets, options",
    "plugins/plugin_utils/page": "the HTML report",
    "plugins/module_utils/site/servicing": "updates, usage data, tool",
    "plugins/module_utils/site/field": "assumptions, recordings",
    "plugins/module_utils/site/verify": "how the role is doing",
    "plugins/module_utils/site/duties": "what remains to be done",
    "plugins/module_utils/site/preflight": "checks before a change",
    "plugins/module_utils/site/role": "place, move, follow the role",
    "plugins/module_utils/site/signals": "what the site reports",
    "plugins/module_utils/site/setup_script": "unattended setup",
    "plugins/module_utils/site/model": "what a site is; its rows",
    "plugins/module_utils/site/logs": "the role's logs",
    "plugins/module_utils/transfer": "folders over SMB",
    "plugins/module_utils/windows": "any Windows server",
    "plugins/module_utils/*.py": "task, fact tables, waiting",
    "plugins/module_utils/wsman": "WS-Management, CIM values",
    "lab/*.py (start)": "python -m lab",
    "lab/*.py": "clock, faults",
    "lab/command": "up, down, status, reset",
    "lab/running": "a running estate",
    "lab/estate_file": "reader of estate files",
    "lab/estate": "what an estate file says",
    "lab/configmgr": "SMS Provider, site threads",
    "lab/windows": "WMI classes, programs",
    "lab/domain": "Samba's domain controller",
    "lab/cim": "MOF, WQL, instances",
    "lab/winrm": "WinRM service, sign-in",
}


@dataclass(frozen=True)
class Step:
    """One step of a task: the source file, a function or class in it, and what happens there."""

    file: str
    name: str
    text: str


SITE = "plugins/module_utils/site"
WAY = (
    Step(
        "plugins/action/cim.py",
        "ActionModule",
        "checks the options of the task against the module's SPEC, refuses become and async",
    ),
    Step(
        "plugins/plugin_utils/connection.py", "access_to", "turns the options of the host's connection into send(bytes) -> bytes"
    ),
    Step("plugins/modules/service_connection_point.py", "run", "gets the checked options and a CIM session over that send()"),
    Step(f"{SITE}/role/deciding.py", "decide", "a plan or a refusal out of what was read, without I/O; check mode ends here"),
    Step(f"{SITE}/model/writer.py", "CimWriter", "the one place that writes rows of the site's configuration"),
    Step(
        "plugins/module_utils/wsman/session.py",
        "CimSession",
        "makes an envelope of every read and write, sends it, reads the answer",
    ),
    Step(f"{SITE}/role/follow.py", "wait_for_installation", "reads until the site has really done it: the proof"),
    Step("plugins/action/cim.py", "ActionModule", "takes secrets out of the result and gives it to Ansible"),
)
