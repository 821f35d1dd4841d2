"""SMS_RbacSecuredObject: the operations that role-based administration grants to the calling user, for each type of object."""

from __future__ import annotations

from collections.abc import Iterable

from lab.cim.model import ClassDef, Instance
from lab.cim.provider import Call
from lab.configmgr.provider.base import SmsProvider

# Bits of SMS_ARoleOperation.GrantedOperations (SDK page); those of "full" are what a site has in addition to reading.
READ, MODIFY, DELETE, SECURITY_SCOPE, CREATE = 1, 2, 4, 16, 1024
_GRANTED = {"full": READ | MODIFY | DELETE | SECURITY_SCOPE | CREATE, "read": READ}
# Numbers as SMS_SecuredObject.ObjectKey has them (SDK page); that the names are class names is not established ([I]).
OBJECT_TYPES = {1: "SMS_Collection", 2: "SMS_Package", 6: "SMS_Site", 7: "SMS_Query"}


class SecuredObjectProvider(SmsProvider):
    """One instance for each type of object, with the operations of the caller."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        self.reading(call, cls.name, "enumerate")
        available = _GRANTED["full"]
        return [
            self.place.new(
                cls.name,
                AvailableInstanceOperations=available & ~CREATE,
                AvailableTypeOperations=available,
                GrantedOperations=_GRANTED[self.hierarchy.rights(call.caller)],
                ObjectTypeID=number,
                ObjectTypeName=name,
            )
            for number, name in OBJECT_TYPES.items()
        ]
