"""The requests of modules, recorded while they run on an estate."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.task import Task
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.plugin_utils.arguments import read_arguments, rules_of
from ansible_collections.configmgr.scp.plugins.plugin_utils.link import Link
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_options import read_winrm_options
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_transport import WinrmChannel


@dataclass(frozen=True)
class Host:
    """A host of modules. ``name`` is the name that the module uses, ``address`` is where it listens."""

    name: str
    address: str
    user: str
    password: str
    port: int = 5985


@dataclass
class Conversation:
    """The requests to one host, in order."""

    host: Host
    envelopes: list[str] = field(default_factory=list)

    def run(self, module: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Run a module and record its requests; returns its result."""
        host = self.host
        options: dict[str, Any] = {
            "remote_addr": host.address,
            "remote_user": host.user,
            "remote_password": host.password,
            "port": host.port,
            "scheme": "http",
            "path": "/wsman",
            "transport": ["ntlm"],
            "_extras": {},
        }
        settings = read_winrm_options(options.get)
        link = Link([lambda: WinrmChannel(settings, "ntlm")])

        def send(envelope: bytes) -> bytes:
            self.envelopes.append(envelope.decode())
            return link.send(envelope)

        loaded = importlib.import_module(f"ansible_collections.configmgr.scp.plugins.modules.{module}")
        given = read_arguments(loaded.SPEC, arguments, rules_of(loaded))
        if given.error is not None:
            raise ValueError(f"{module}: {given.error}")
        task = Task(
            params=given.params,
            cim=CimSession(send),
            host=host.name,
            check_mode=False,
            given=given.given,
            progress=print,
            warn=print,
        )
        try:
            return dict(loaded.run(task))
        finally:
            link.close()

    def as_data(self) -> dict[str, Any]:
        """The input for limit.py."""
        host = self.host
        endpoint = f"http://{host.address}:{host.port}/wsman"
        return {"endpoint": endpoint, "user": host.user, "password": host.password, "envelopes": self.envelopes}
