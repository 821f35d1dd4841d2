"""Open enumerations: rows that are not yet pulled, with a context that changes at every pull."""

from __future__ import annotations

import time
import uuid
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

# EnumerationTimeoutms and MaxConcurrentOperationsPerUser (facts/wsman.md, section 9)
IDLE_SECONDS = 60.0
MAX_PER_USER = 1500


class UnknownContextError(LookupError):
    """No such context: never issued, already used for a pull, released, expired, or another user's."""


class TooManyContextsError(RuntimeError):
    """The user has as many open enumerations as allowed."""


@dataclass(frozen=True)
class Row:
    """One item as it is sent, and its size in bytes."""

    element: ET.Element
    size: int

    @classmethod
    def of(cls, element: ET.Element) -> Row:
        """A row with its measured size; a carriage return is sent as a character reference of five bytes."""
        text = ET.tostring(element, encoding="utf-8")
        return cls(element, len(text) + 4 * text.count(b"\r"))


@dataclass
class OpenEnumeration:
    """The user of an enumeration, its resource, and the remaining rows."""

    user: str
    resource_uri: str
    rows: deque[Row]
    used: float = field(default=0.0)


class Contexts:
    """Every open enumeration of one server.

    :param monotonic: seconds; replaced in tests.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        idle_seconds: float = IDLE_SECONDS,
        max_per_user: int = MAX_PER_USER,
    ) -> None:
        self._monotonic = monotonic
        self._idle_seconds = idle_seconds
        self._max_per_user = max_per_user
        self._open: dict[str, OpenEnumeration] = {}

    def __len__(self) -> int:
        self._forget_idle()
        return len(self._open)

    @property
    def max_per_user(self) -> int:
        return self._max_per_user

    def open(self, user: str, resource_uri: str, rows: Iterable[Row]) -> str:
        """Store the rows; returns the context. Raises TooManyContextsError."""
        self._forget_idle()
        name = user.casefold()
        if sum(1 for enumeration in self._open.values() if enumeration.user == name) >= self._max_per_user:
            raise TooManyContextsError(user)
        return self._keep(OpenEnumeration(name, resource_uri.casefold(), deque(rows)))

    def take(self, context: str, user: str, resource_uri: str) -> OpenEnumeration:
        """The enumeration of this context, which is not valid after that. Raises UnknownContextError."""
        self._forget_idle()
        found = self._open.get(context)
        if found is None or found.user != user.casefold() or found.resource_uri != resource_uri.casefold():
            raise UnknownContextError(context)
        return self._open.pop(context)

    def renew(self, enumeration: OpenEnumeration) -> str:
        """Store an enumeration again after a pull; returns its new context."""
        return self._keep(enumeration)

    def _keep(self, enumeration: OpenEnumeration) -> str:
        enumeration.used = self._monotonic()
        context = f"uuid:{str(uuid.uuid4()).upper()}"
        self._open[context] = enumeration
        return context

    def _forget_idle(self) -> None:
        oldest = self._monotonic() - self._idle_seconds
        for context in [name for name, enumeration in self._open.items() if enumeration.used < oldest]:
            del self._open[context]
