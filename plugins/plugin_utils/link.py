# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One host's `send(bytes) -> bytes` over the library and authentication method that are configured for the host."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AuthenticationFailed
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

# Windows closes a connection after about 120 s without a request (wsman.md, section 3). The server cannot read a request that
# was encrypted for a closed connection, and the libraries detect this only then, so idle connections are replaced before.
IDLE_LIMIT_SECONDS = 60.0


class Channel(Protocol):
    """One authenticated connection. It cannot be used after an error."""

    def open(self) -> None:
        """Do what is possible before the first request: load the library, get a ticket, exchange keys.

        :raises TransportError: this failed; ``after_send`` is false.
        """

    @property
    def logged_on(self) -> bool:
        """Whether the server has accepted the credentials before the first request."""

    def send(self, envelope: bytes) -> bytes:
        """Send one envelope, return the XML of the response (HTTP 200, or HTTP 500 with a SOAP body).

        :raises TransportError: in all other cases.
        """

    def close(self) -> None:
        """Close the connection; never raises."""


class Link:
    """Sends envelopes to one host; opens a connection when there is none, and never sends an envelope twice by itself.

    Exception: when an authentication method fails (credentials rejected, library missing), the server did not process the
    envelope, and it is sent with the next method, in the order of the settings, until one method has worked.

    :param ways: functions that make a channel, one for each authentication method; tried in this order.
    :param monotonic: the clock, in seconds.
    """

    def __init__(self, ways: Sequence[Callable[[], Channel]], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._ways = list(ways)
        self._monotonic = monotonic
        self._channel: Channel | None = None
        self._last_use = 0.0
        self.answers = 0
        self.logged_on: Callable[[], None] = lambda: None
        """Called when a connection has logged on, where the library does so before the first request."""

    def send(self, envelope: bytes) -> bytes:
        """Send one envelope and return the XML of the response.

        :raises TransportError: see ``wsman/errors.py``; the connection is closed, the next call opens a new one.
        :raises SettingsError: none of the configured authentication methods can be used.
        """
        if self._channel is not None and self._monotonic() - self._last_use > IDLE_LIMIT_SECONDS:
            self.close()
        if self._channel is not None:
            return self._exchange(self._channel, envelope)
        turned_away: list[AuthenticationFailed | SettingsError] = []
        for way in list(self._ways):
            try:
                answer = self._exchange(way(), envelope, new=True)
            except (AuthenticationFailed, SettingsError) as error:
                turned_away.append(error)
                continue
            self._ways = [way]
            return answer
        if len(turned_away) == 1:
            raise turned_away[0]
        reasons = "; ".join(str(error) for error in turned_away)
        if any(isinstance(error, AuthenticationFailed) for error in turned_away):
            raise AuthenticationFailed(reasons)
        raise SettingsError(reasons)

    def connect(self) -> None:
        """Open the connection now, with the first of its ways, and log on if the library does so before the first request.

        :raises TransportError: this failed; ``send`` tries again.
        :raises SettingsError: as ``send``.
        """
        if self._channel is None:
            self._kept(self._ways[0](), self._opened)

    def another(self) -> Link:
        """A link for a further connection to the same host, in the way that has worked if there is one."""
        return Link(self._ways, monotonic=self._monotonic)

    def close(self) -> None:
        """Close the connection, if there is one; ``send`` opens a new one."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def _exchange(self, channel: Channel, envelope: bytes, *, new: bool = False) -> bytes:
        def exchanged(channel: Channel) -> bytes:
            if new:
                channel.open()
                if channel.logged_on:
                    self.logged_on()
            return channel.send(envelope)

        answer = self._kept(channel, exchanged)
        self.answers += 1
        return answer

    def _opened(self, channel: Channel) -> bytes:
        channel.open()
        return b""

    def _kept(self, channel: Channel, use: Callable[[Channel], bytes]) -> bytes:
        """Use the channel, and keep it."""
        self._channel = channel
        finished = False
        try:
            result = use(channel)
            finished = True
        finally:
            # After any error (also an interrupt by a time limit), the keys and state of the connection cannot be trusted.
            if not finished:
                self.close()
        self._last_use = self._monotonic()
        return result
