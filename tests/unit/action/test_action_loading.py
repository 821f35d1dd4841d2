"""What Ansible's main process loads before it starts the processes of tasks, which inherit it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PLUGINS = "ansible_collections.configmgr.scp.plugins"

# The strategies call the loader in this way, in the main process (plugins/strategy/linear.py and free.py of ansible-core).
LOOK_UP = """
import json, sys
from ansible.plugins.loader import action_loader, init_plugin_loader
init_plugin_loader([sys.argv[1]])
found = {name: action_loader.get(name, class_only=True).__module__ for name in sys.argv[2:]}
print(json.dumps([found, [name for name in sys.modules if name.startswith("ansible_collections.configmgr.scp.plugins.")]]))
"""


def test_the_look_up_of_a_task_s_plugin_loads_its_module() -> None:
    names = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
    done = subprocess.run(
        [sys.executable, "-c", LOOK_UP, str(ROOT / "collections"), *(f"configmgr.scp.{name}" for name in names)],
        capture_output=True,
        text=True,
        check=True,
    )
    found, loaded = json.loads(done.stdout)
    # Those that work only on the controller have their own class, and so has the one that runs several modules.
    own = {f"{PLUGINS}.action.{name}" for name in ("controller_files", "read_together", "role_options", "run_scope")}
    assert set(found.values()) == {f"{PLUGINS}.action.cim"} | own
    assert {f"{PLUGINS}.modules.{name}" for name in names} <= set(loaded)
