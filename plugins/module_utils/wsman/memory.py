# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How much memory the rows of a query may need together: an enumeration can continue for thousands of pages.

One answer is limited by ``answer.py``. Here the rows are added up that remain when their page was released.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import Any, TypeVar

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance, CimPath

# 20,000 rows of roles, the largest list that the collection reads from a large site, need a quarter of it.
MAX_KEPT_BYTES = 64 * 1024 * 1024

_Row = TypeVar("_Row")


def kept(rows: Iterable[_Row], info: RequestInfo) -> list[_Row]:
    """All rows: instances, references, pairs of them, or plain data.

    :raises AnswerError: together they need more than ``MAX_KEPT_BYTES``.
    """
    memory = _Memory()
    found: list[_Row] = []
    size_bytes = 0
    for row in rows:
        size_bytes += memory.size(row)
        if size_bytes > MAX_KEPT_BYTES:
            raise AnswerError(
                f"the rows of the answer need more than {MAX_KEPT_BYTES // (1024 * 1024)} MiB of memory ({len(found)} rows were "
                "read); request less data, for example fewer columns",
                request=info,
            )
        found.append(row)
    return found


class _Memory:
    """Sizes of values. Names and attributes that many rows share count once."""

    def __init__(self) -> None:
        self._shared: set[int] = set()

    def size(self, value: Any, texts: bool = True) -> int:
        """In bytes, with everything inside; without ``texts``, its texts are those of elements that were counted already."""
        if isinstance(value, str):
            return sys.getsizeof(value) if texts else 0
        if isinstance(value, dict):
            return sys.getsizeof(value) + sum(self._once(name) + self.size(item, texts) for name, item in value.items())
        if isinstance(value, (list, tuple)):
            return sys.getsizeof(value) + sum(self.size(item, texts) for item in value)
        if isinstance(value, CimInstance):
            return self._instance(value, texts)
        if isinstance(value, CimPath):
            return sys.getsizeof(value) + 2 * sys.getsizeof({}) + self.size([value.namespace, value.class_name, value.keys])
        return sys.getsizeof(value)

    def _instance(self, instance: CimInstance, texts: bool) -> int:
        read, raw = instance.held()
        size = sys.getsizeof(instance) + sys.getsizeof(read)
        if raw is not None and texts:
            size += self._elements(raw)
            texts = False
        for lower, (spelled, value) in read.items():
            size += self._once(lower) + self._once(spelled) + _PAIR_BYTES + self.size(value, texts)
        return size

    def _elements(self, root: ET.Element) -> int:
        size = 0
        for element in root.iter():
            size += sys.getsizeof(element) + self._once(element.tag) + sys.getsizeof(element.text)
            # Not ``attrib`` of each, which would create a dictionary where there is none.
            if element.keys() and id(element.attrib) not in self._shared:
                self._shared.add(id(element.attrib))
                size += sys.getsizeof(element.attrib) + sum(map(sys.getsizeof, element.attrib.values()))
        return size

    def _once(self, name: str) -> int:
        if id(name) in self._shared:
            return 0
        self._shared.add(id(name))
        # With the entry in the set.
        return sys.getsizeof(name) + _PAIR_BYTES


_PAIR_BYTES = sys.getsizeof(("", ""))
