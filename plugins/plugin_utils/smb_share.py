# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A drive of a server over SMB 3, with the credentials of its WinRM connection. The only file that uses smbprotocol.

Signing and encryption are required, and a server that offers less is refused, because administrator passwords and update packs
are sent over the network here. The library compares what was negotiated with what the server signs (secure negotiate), so that
an attacker between the two sides cannot force an older dialect.
"""

from __future__ import annotations

import contextlib
import importlib.util
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import (
    CHUNK_BYTES,
    Entry,
    Share,
    ShareClosed,
    ShareError,
    ShareRefused,
    Writer,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils import smb_reasons as reasons
from ansible_collections.configmgr.scp.plugins.plugin_utils.kerberos_reasons import explained, is_address
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import WINRM, Target

_CONNECT_SECONDS = 15.0
# The connection is closed when the server does not respond for this long: the library itself would wait forever.
_SILENCE_SECONDS = 120.0
_GOODBYE_SECONDS = 5.0
_REPARSE_POINT = 0x400
_FOLDER = 0x10
# The file may be open elsewhere at the same time: a log that is being written, or by the server for an aborted connection that
# it has not noticed. Hashes verify the result.
_SHARED = "rwd"


@dataclass(frozen=True)
class ShareAccount:
    """Where the share is, and the account that opens it.

    :param host: name or address of the server, as for WinRM.
    :param user: as for WinRM; empty when WinRM uses a certificate.
    :param kerberos: WinRM uses Kerberos, so that without a password the user has a ticket.
    """

    host: str
    user: str
    password: str | None = field(repr=False)
    kerberos: bool = False

    @property
    def by_ticket(self) -> bool:
        """Whether the share is opened with a ticket of the user."""
        return self.kerberos and not self.password


def open_share(account: ShareAccount, drive: str, port: int) -> SmbShare:
    """Connect, log on and open a drive's administrative share.

    :param drive: such as ``D$``.
    :raises ShareClosed: the port does not answer.
    :raises ShareRefused: the credentials are not accepted or cannot be used, or the server has no SMB 3 with encryption.
    """
    if account.by_ticket:
        _check_ticket_use(account)
    elif not account.user or account.password is None:
        raise ShareRefused(
            f"the file share of {account.host} needs ansible_user and ansible_password: a certificate of the WinRM connection "
            "cannot be used for it. Copy the folder manually, or give an account with a password"
        )
    try:
        import smbclient
        from smbprotocol import Dialects
    except ImportError as error:
        raise ShareRefused(
            f"the Python library smbprotocol is missing on the controller ({error}); pip install smbprotocol"
        ) from error
    _knock(account.host, port)
    pool: dict[str, Any] = {}
    options: dict[str, Any] = {"port": port, "connection_cache": pool}
    if account.by_ticket:
        options |= {"username": account.user or None, "auth_protocol": "kerberos"}
    else:
        # Kerberos if it is possible, else NTLM.
        options |= {"username": account.user, "password": account.password}
    share = SmbShare(rf"\\{account.host}\{drive}", options, account)
    opened = False
    try:
        with share.told(share.root):
            session = smbclient.register_session(
                account.host, encrypt=True, connection_timeout=_CONNECT_SECONDS, require_signing=True, **options
            )
            if session.connection.dialect < Dialects.SMB_3_0_0:
                raise ShareRefused(f"{account.host} does not support SMB 3; update it, or copy the folder manually")
            # The first use of the share, which also proves that no older dialect was forced.
            smbclient.stat(share.root, **options)
            if any(tree.is_dfs_share for tree in session.tree_connect_table.values()):
                # The library would send the credentials to any server to which such a share points.
                raise ShareRefused(f"{share.root} is a DFS share; a drive of the server itself is needed")
        opened = True
    finally:
        if not opened:
            share.close()
    return share


class SmbShare(Share):
    """An open drive; errors are raised as ShareError."""

    def __init__(self, root: str, options: dict[str, Any], account: ShareAccount) -> None:
        self.root = root
        self._options = options
        self._account = account

    def close(self) -> None:
        """End sessions and connections; never raises."""
        import smbclient

        # This sends a logoff to the server, which may no longer respond.
        with contextlib.suppress(Exception), self._limited(_GOODBYE_SECONDS):
            smbclient.reset_connection_cache(fail_on_error=False, connection_cache=self._options["connection_cache"])

    def find(self, path: str) -> Entry | None:
        import smbclient
        from smbprotocol.exceptions import SMBOSError

        with self.told(path):
            try:
                found = smbclient.lstat(self._full(path), **self._options)
            except SMBOSError as error:
                if error.errno in _MISSING:
                    return None
                raise
        attributes = found.st_file_attributes
        return Entry(
            path.rpartition("\\")[2],
            bool(attributes & _FOLDER),
            0 if attributes & _FOLDER else int(found.st_size),
            # With the precision of a folder list.
            int(found.st_mtime_ns) // 1000 * 1000,
            bool(attributes & _REPARSE_POINT),
        )

    def entries(self, folder: str) -> Iterator[Entry]:
        import smbclient

        with self.told(folder), smbclient.scandir(self._full(folder), **self._options) as found:
            for entry in found:
                info = entry.smb_info
                is_folder = bool(info.file_attributes & _FOLDER)
                yield Entry(
                    info.file_name,
                    is_folder,
                    0 if is_folder else int(info.end_of_file),
                    _nanoseconds(info.last_write_time),
                    bool(info.file_attributes & _REPARSE_POINT),
                )

    def read(self, path: str, offset: int = 0) -> Iterator[bytes]:
        import smbclient

        options = {**self._options, "share_access": _SHARED, "buffering": 0}
        with self.told(path):
            file = smbclient.open_file(self._full(path), mode="rb", **options)
        try:
            file.seek(offset)
            while True:
                with self.told(path):
                    piece = file.read(CHUNK_BYTES)
                if not piece:
                    return
                yield bytes(piece)
        finally:
            with self.told(path):
                file.close()

    def writer(self, path: str, offset: int = 0) -> Writer:
        import smbclient

        with self.told(path):
            options = {**self._options, "share_access": _SHARED, "buffering": 0}
            file = smbclient.open_file(self._full(path), mode="r+b" if offset else "wb", **options)
            if offset:
                file.seek(offset)
            return _Writer(file, path, self)

    def make_folders(self, path: str) -> None:
        import smbclient
        from smbprotocol.exceptions import SMBOSError

        in_the_way = f"{path} ({self._account.user} on {self._account.host}): a file exists where a folder is needed"
        with self.told(path):
            try:
                smbclient.makedirs(self._full(path), exist_ok=True, **self._options)
            except SMBOSError as error:
                if error.errno in _MISSING:
                    # The parent folders were created, except one that is a file.
                    raise ShareError(in_the_way) from error
                raise
            # The library also accepts a file of this name.
            if not smbclient.stat(self._full(path), **self._options).st_file_attributes & _FOLDER:
                raise ShareError(in_the_way)

    def replace(self, old: str, new: str) -> None:
        import smbclient

        with self.told(new):
            smbclient.replace(self._full(old), self._full(new), **self._options)

    def remove(self, path: str) -> None:
        import smbclient

        with self.told(path):
            smbclient.remove(self._full(path), **self._options)

    def set_modified(self, path: str, modified_ns: int) -> None:
        import smbclient

        with self.told(path):
            smbclient.utime(self._full(path), ns=(modified_ns, modified_ns), **self._options)

    def free_bytes(self) -> int:
        import smbclient

        with self.told(self.root):
            return int(smbclient.stat_volume(self.root, **self._options).caller_available_size)

    @contextlib.contextmanager
    def told(self, path: str) -> Iterator[None]:
        """One exchange with the server: its errors as sentences, and a time limit for its response."""
        with self._limited(_SILENCE_SECONDS), _told(path, self.root, self._account):
            yield

    @contextlib.contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        silence = threading.Timer(seconds, self._give_up)
        silence.daemon = True
        silence.start()
        try:
            yield
        finally:
            silence.cancel()

    def _give_up(self) -> None:
        """Close the connections, so that a call that waits for a response ends."""
        for connection in list(self._options["connection_cache"].values()):
            with contextlib.suppress(Exception):
                connection.transport.close()

    def _full(self, path: str) -> str:
        return f"{self.root}\\{path}" if path else self.root


class _Writer:
    def __init__(self, file: Any, path: str, share: SmbShare) -> None:
        self._file = file
        self._path = path
        self._share = share

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            with self._share.told(self._path):
                left = left[self._file.write(left) :]

    def close(self) -> None:
        with self._share.told(self._path):
            self._file.close()


_MISSING = frozenset({2, 20})


def _nanoseconds(when: Any) -> int:
    # A float of the seconds would lose the last digits, so that equal times would differ.
    return int(when.replace(microsecond=0).timestamp()) * 1_000_000_000 + int(when.microsecond) * 1000


def _check_ticket_use(account: ShareAccount) -> None:
    """A ticket is for a name, and needs two more libraries. Raises ShareRefused."""
    instead = "or set ansible_password"
    if is_address(account.host):
        raise ShareRefused(
            f"the file share of {account.host} cannot be opened with a Kerberos ticket, because tickets are for names: set "
            f"ansible_host to the full name of the server in the domain, {instead}"
        )
    missing = [name for name in ("gssapi", "krb5") if importlib.util.find_spec(name) is None]
    if missing:
        raise ShareRefused(
            f"the Python library {missing[0]}, with which a Kerberos ticket opens a file share, is missing on the controller: "
            f"pip install smbprotocol[kerberos], {instead}"
        )


def _knock(host: str, port: int) -> None:
    """A plain connection first, to distinguish a closed port from a server that refuses the logon."""
    try:
        socket.create_connection((host, port), timeout=_CONNECT_SECONDS).close()
    except OSError as error:
        reason = "no response in time" if isinstance(error, TimeoutError) else error.strerror or str(error)
        raise ShareClosed(f"{host} cannot be reached on TCP port {port}, which file shares need: {reason}") from error


@contextlib.contextmanager
def _told(path: str, root: str, account: ShareAccount) -> Iterator[None]:
    """The library's exceptions as sentences."""
    from smbprotocol import exceptions as smb
    from spnego.exceptions import SpnegoError

    who = f"{account.user or 'the user of the Kerberos ticket'} on {account.host}"
    try:
        yield
    except (smb.SMBAuthenticationError, SpnegoError) as error:
        if not account.by_ticket:
            raise ShareRefused(
                f"{who}: the logon failed: wrong user or password, or the server does not allow this kind of logon"
            ) from error
        target = Target(f"smb://{account.host}", account.user, WINRM, None, f"cifs/{account.host}")
        raise ShareRefused(f"{who}: the logon failed: {explained(str(error), target)}") from error
    except (smb.LogonFailure, smb.WrongPassword) as error:
        raise ShareRefused(
            f"{who}: the logon failed: wrong user or password, or the server does not allow this kind of logon"
        ) from error
    except (smb.SMBOSError, smb.SMBResponseException) as error:
        status = error.ntstatus if isinstance(error, smb.SMBOSError) else error.status
        if path == root and status in reasons.NO_SHARE:
            raise ShareRefused(reasons.no_share(account.host, root.rpartition("\\")[2])) from error
        logon = reasons.of_logon(status)
        if logon is not None:
            raise ShareRefused(f"{who}: the logon failed: {logon}") from error
        reason = reasons.of_file(status, root=path == root) or f"the server returned 0x{status:08X} ({_words(error)})"
        raise ShareError(f"{path} ({who}): {reason}") from error
    except (smb.SMBException, ConnectionError) as error:
        # The library passes on what the socket raises when a request is sent over a connection that the server has closed.
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ShareError(f"{path} ({who}): the connection failed: {reason}") from error
    except (OSError, ValueError) as error:
        if isinstance(error, ShareError):
            raise
        raise ShareError(f"{path} ({who}): {error}") from error


def _words(error: Any) -> str:
    """The library's message for a status, without the path of the file before it."""
    return str(getattr(error, "strerror", None) or getattr(error, "message", None) or error)
