# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A Kerberos ticket for one task, obtained with kinit, as Ansible's winrm connection does in its managed mode."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AuthenticationFailed
from ansible_collections.configmgr.scp.plugins.plugin_utils.kerberos_reasons import explained
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import WINRM, SettingsError, Target

_CACHE_VARIABLE, _CONFIGURATION_VARIABLE = "KRB5CCNAME", "KRB5_CONFIG"
_UNSEEN = (
    f"; kinit did not read the file that {_CONFIGURATION_VARIABLE} names in the environment of Ansible: add "
    f"{_CONFIGURATION_VARIABLE} to ansible_winrm_kinit_env_vars"
)


@dataclass(frozen=True)
class KinitSettings:
    """How to get the ticket.

    :param command: name or path of kinit.
    :param arguments: options for kinit, placed before the principal.
    :param variables: names of environment variables that kinit may see in addition to PATH.
    :param timeout_seconds: how long kinit may take.
    """

    principal: str
    password: str = field(repr=False)
    command: str = "kinit"
    arguments: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    timeout_seconds: float = 30.0


class KerberosTicket:
    """A ticket in a private cache, which ``close`` removes.

    The password is passed to kinit on its standard input, never as an argument. The cache's name is in the process's
    environment only inside ``in_use``, because other connections of the same process read the same variable.
    """

    def __init__(self, settings: KinitSettings) -> None:
        self._settings = settings
        self._folder: Path | None = None

    def obtain(self) -> None:
        """Run kinit.

        :raises SettingsError: the command does not exist, or the principal is invalid.
        :raises AuthenticationFailed: kinit got no ticket, or not in time.
        """
        settings = self._settings
        if not settings.principal or settings.principal.startswith("-"):
            raise SettingsError(f"{settings.principal!r} is not a Kerberos principal; set ansible_user to user@REALM")
        self._folder = Path(tempfile.mkdtemp(prefix="configmgr-scp-ticket-"))
        environment = {name: os.environ[name] for name in ("PATH", *settings.variables) if name in os.environ}
        environment[_CACHE_VARIABLE] = self._cache()
        try:
            outcome = subprocess.run(
                [settings.command, *settings.arguments, settings.principal],
                input=settings.password.encode() + b"\n",
                capture_output=True,
                env=environment,
                # Without a controlling terminal, kinit reads the password from its standard input on every system.
                start_new_session=True,
                timeout=settings.timeout_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            self.close()
            raise AuthenticationFailed(
                f"{settings.command} got no Kerberos ticket for {settings.principal} in {settings.timeout_seconds:g} seconds"
            ) from None
        except OSError as error:
            self.close()
            raise SettingsError(
                f"cannot run {settings.command} ({error.strerror}); install the package krb5-user (Debian) or krb5-workstation "
                "(Red Hat), set ansible_winrm_kinit_cmd to the command, or get a ticket before the run and set "
                "ansible_winrm_kinit_mode to manual"
            ) from None
        if outcome.returncode != 0:
            self.close()
            words = outcome.stderr.decode("utf-8", "replace").replace(settings.password or "\0", "********")
            reason = explained(" ".join(words.split()) or "no reason given", Target("", settings.principal, WINRM))
            unseen = _CONFIGURATION_VARIABLE in os.environ and _CONFIGURATION_VARIABLE not in environment
            raise AuthenticationFailed(
                f"{settings.command} got no Kerberos ticket for {settings.principal}: {reason}{_UNSEEN if unseen else ''}"
            )

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Let the Kerberos library find the ticket while the block runs."""
        before = os.environ.get(_CACHE_VARIABLE)
        os.environ[_CACHE_VARIABLE] = self._cache()
        try:
            yield
        finally:
            if before is None:
                os.environ.pop(_CACHE_VARIABLE, None)
            else:
                os.environ[_CACHE_VARIABLE] = before

    def close(self) -> None:
        """Remove the ticket."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _cache(self) -> str:
        if self._folder is None:
            raise RuntimeError("no ticket was obtained")
        return f"FILE:{self._folder / 'ccache'}"
