# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A Kerberos ticket for one task, obtained with kinit, as Ansible's winrm connection does in its managed mode."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
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


class _Environment:
    """The variable with the name of the cache, which all threads of the process share: one value at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._cache: str | None = None
        self._users = 0
        self._before: str | None = None

    @contextlib.contextmanager
    def of(self, cache: str | None) -> Iterator[None]:
        """While the block runs, the variable names this cache (None: what the user has set); others wait for that to end."""
        with self._changed:
            while self._users and self._cache != cache:
                self._changed.wait()
            if not self._users:
                self._cache, self._before = cache, os.environ.get(_CACHE_VARIABLE)
                if cache is not None:
                    os.environ[_CACHE_VARIABLE] = cache
            self._users += 1
        try:
            yield
        finally:
            with self._changed:
                self._users -= 1
                if not self._users:
                    self._restore()
                    self._changed.notify_all()

    def _restore(self) -> None:
        if self._before is None:
            os.environ.pop(_CACHE_VARIABLE, None)
        else:
            os.environ[_CACHE_VARIABLE] = self._before


_environment = _Environment()
_tickets: dict[KinitSettings, tuple[Path, int]] = {}
"""The ticket and the number of its connections."""
_tickets_lock = threading.Lock()


def own_in_use() -> contextlib.AbstractContextManager[None]:
    """For a connection with the tickets of the user: what the variable names meanwhile is not the cache of another connection."""
    return _environment.of(None)


def remove_all() -> None:
    """Remove the tickets of all connections of this process: for a task that is interrupted while its threads use them."""
    with _tickets_lock:
        for folder, _users in _tickets.values():
            shutil.rmtree(folder, ignore_errors=True)
        _tickets.clear()


class KerberosTicket:
    """A ticket in a private cache, which ``close`` removes.

    The password is passed to kinit on its standard input, never as an argument. The cache's name is in the process's
    environment only inside ``in_use``, because other connections of the same process read the same variable. Connections that a
    task has at the same time share the ticket if their settings are the same.
    """

    def __init__(self, settings: KinitSettings) -> None:
        self._settings = settings
        self._folder: Path | None = None

    def obtain(self) -> None:
        """Run kinit, unless another connection has such a ticket at this moment.

        :raises SettingsError: the command does not exist, or the principal is invalid.
        :raises AuthenticationFailed: kinit got no ticket, or not in time.
        """
        with _tickets_lock:
            shared = _tickets.get(self._settings)
            if shared is None:
                self._obtain()
                if self._folder is not None:
                    _tickets[self._settings] = (self._folder, 1)
            else:
                self._folder, users = shared
                _tickets[self._settings] = (self._folder, users + 1)

    def _obtain(self) -> None:
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
            self._remove()
            raise AuthenticationFailed(
                f"{settings.command} got no Kerberos ticket for {settings.principal} in {settings.timeout_seconds:g} seconds"
            ) from None
        except OSError as error:
            self._remove()
            raise SettingsError(
                f"cannot run {settings.command} ({error.strerror}); install the package krb5-user (Debian) or krb5-workstation "
                "(Red Hat), set ansible_winrm_kinit_cmd to the command, or get a ticket before the run and set "
                "ansible_winrm_kinit_mode to manual"
            ) from None
        if outcome.returncode != 0:
            self._remove()
            words = outcome.stderr.decode("utf-8", "replace").replace(settings.password or "\0", "********")
            reason = explained(" ".join(words.split()) or "no reason given", Target("", settings.principal, WINRM))
            unseen = _CONFIGURATION_VARIABLE in os.environ and _CONFIGURATION_VARIABLE not in environment
            raise AuthenticationFailed(
                f"{settings.command} got no Kerberos ticket for {settings.principal}: {reason}{_UNSEEN if unseen else ''}"
            )

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Let the Kerberos library find the ticket while the block runs."""
        with _environment.of(self._cache()):
            yield

    def close(self) -> None:
        """Remove the ticket, if no other connection uses it."""
        if self._folder is None:
            return
        with _tickets_lock:
            folder, users = _tickets.pop(self._settings, (self._folder, 1))
            if users > 1:
                _tickets[self._settings] = (folder, users - 1)
                self._folder = None
        self._remove()

    def _remove(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _cache(self) -> str:
        if self._folder is None:
            raise RuntimeError("no ticket was obtained")
        return f"FILE:{self._folder / 'ccache'}"
