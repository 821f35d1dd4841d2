"""The Entra and Azure classes (facts/site-model.md, section 11)."""

from __future__ import annotations

from collections.abc import Iterable

from lab.cim.model import ClassDef, Instance
from lab.cim.provider import Call
from lab.configmgr.provider.base import SmsProvider


class CloudProvider(SmsProvider):
    """The Entra and Azure classes: read only, with the rows of the estate."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """The rows of the class."""
        self.reading(call, cls.name, "enumerate")
        return [self.place.new(cls.name, **dict(row.items())) for row in self.hierarchy.cloud.rows.get(cls.name) or []]
