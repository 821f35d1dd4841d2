"""The classes of the site control file: SMS_SCI_SysResUse, SMS_SCI_Component, SMS_SCI_SiteDefinition, SMS_SCI_SCProperty,
SMS_SCI_Reserved, and the read-only SMS_SystemResourceList made from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.provider import Call
from lab.cim.wql import Condition
from lab.configmgr import names, secrets
from lab.configmgr.database import ControlRow
from lab.configmgr.provider import rules
from lab.configmgr.provider.base import SmsProvider, failed, invalid
from lab.configmgr.provider.convert import to_instance, to_row
from lab.configmgr.sites import CENTRAL, SECONDARY


class ControlProvider(SmsProvider):
    """Reads rows of a class and changes existing ones. Subclasses add the rest."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """Every row of the hierarchy: the site control file is global data."""
        self.reading(call, cls.name, "enumerate")
        return [to_instance(self.place, self.shown(row)) for row in self.hierarchy.control.of_class(cls.name)]

    def search(self, call: Call, cls: ClassDef, where: Condition | None) -> Iterable[Instance]:
        """The rows that may fulfil the condition."""
        self.reading(call, cls.name, "enumerate")
        return [to_instance(self.place, self.shown(row)) for row in self.hierarchy.control.matching(cls.name, where)]

    def get(self, call: Call, cls: ClassDef, keys: NameMap[Value]) -> Instance | None:
        """The row with these keys."""
        self.reading(call, cls.name, "enumerate")
        item, kind, site = (str(keys[name]).casefold() for name in ("ItemName", "ItemType", "SiteCode"))
        row = self.hierarchy.control.find((cls.name.casefold(), keys["FileType"], item, kind, site))
        return None if row is None else to_instance(self.place, self.shown(row))

    def put(self, call: Call, instance: Instance) -> Instance:
        """Change a row; its keys cannot change."""
        name = instance.cls.name
        self.writing(call, name, "put")
        before = self.hierarchy.control.find(to_row(instance).key)
        if before is None:
            raise CimError(Wbem.NOT_FOUND, "Not found", f"There is no such instance of {name}.")
        after = to_row(instance, before)
        self._own_site(after)
        _refuse(rules.props_problem(after))
        self.check_change(before, after)
        stored = self.hierarchy.write(after, str(call.caller))
        self.written(call, name, "put")
        return to_instance(self.place, self.shown(stored))

    def shown(self, row: ControlRow) -> ControlRow:
        """The row as readers see it."""
        return row

    def check_change(self, before: ControlRow, after: ControlRow) -> None:
        """Raise CimError when this class does not accept the change."""

    def add(self, call: Call, row: ControlRow) -> Instance:
        """Create a checked row."""
        if self.hierarchy.control.find(row.key) is not None:
            raise CimError(
                Wbem.ALREADY_EXISTS, "Already exists", f"The instance {row.item_name} already exists at site {row.site_code}."
            )
        self._own_site(row)
        _refuse(rules.props_problem(row))
        stored = self.hierarchy.write(row, str(call.caller))
        self.written(call, row.class_name, "create")
        return to_instance(self.place, self.shown(stored))

    def remove(self, call: Call, row: ControlRow) -> None:
        """Delete a row that exists.

        Whether a real provider removes the rows of a site that no longer exists is not published; here the provider of the
        top-level site does ([I]).
        """
        left_over = row.site_code.upper() not in {code.upper() for code in self.hierarchy.sites}
        if not (left_over and self.place.site_code == self.hierarchy.top.code):
            self._own_site(row)
        self.hierarchy.delete(row, str(call.caller))
        self.written(call, row.class_name, "delete")

    def found(self, instance: Instance) -> ControlRow:
        """The stored row of an instance; CimError NOT_FOUND."""
        row = self.hierarchy.control.find(to_row(instance).key)
        if row is None:
            raise CimError(Wbem.NOT_FOUND, "Not found", f"There is no such instance of {instance.cls.name}.")
        return row

    def _own_site(self, row: ControlRow) -> None:
        """A provider writes for its own site and the sites below it."""
        if row.site_code.upper() not in {code.upper() for code in self.hierarchy.sites}:
            raise invalid(f"The site code {row.site_code} is not a site of this hierarchy.")
        if row.site_code.upper() not in self.hierarchy.below(self.place.site.code):
            raise failed(f"The provider of site {self.place.site.code} cannot change the configuration of site {row.site_code}.")


class RoleProvider(ControlProvider):
    """SMS_SCI_SysResUse: a role on a server."""

    def get(self, call: Call, cls: ClassDef, keys: NameMap[Value]) -> Instance | None:
        """The row with these keys, with the service windows of a site server. That its row has them is inferred ([I])."""
        found = super().get(call, cls, keys)
        site = None if found is None else self.hierarchy.sites.get(found["SiteCode"])
        if found is not None and site is not None and found["RoleName"] == names.SITE_SERVER:
            found["ServiceWindows"] = [
                self.place.new(
                    "SMS_ServiceWindow",
                    Description=window.name,
                    Duration=window.minutes,
                    IsEnabled=window.enabled,
                    IsGMT=True,
                    Name=window.name,
                    RecurrenceType=2 if window.daily else 1,
                    ServiceWindowID=f"{site.code}{number:05d}",
                    ServiceWindowType=1,
                    StartTime=window.start,
                )
                for number, window in enumerate(site.service_windows, start=1)
            ]
        return found

    def create(self, call: Call, instance: Instance) -> Instance:
        """Add a role. Keys that are null are computed, as for the documented sample; given keys must agree."""
        self.writing(call, instance.cls.name, "create")
        given = instance.copy()
        nal = given["NALPath"] or ""
        for name, value in (
            ("FileType", names.FILE_TYPE),
            ("ItemType", names.ITEM_TYPE),
            ("ItemName", names.item_name(nal, given["RoleName"] or "")),
        ):
            if given[name] is None:
                given[name] = value
        row = to_row(given)
        _refuse(rules.keys_problem(row))
        if row.text("NALType") != names.NAL_TYPE:
            raise invalid(f'NALType is "{row.text("NALType")}"; for a server it must be "{names.NAL_TYPE}".')
        present = self.hierarchy.control.roles(server=row.server, site_code=row.site_code)
        if self.hierarchy.control.find(row.key) is None:
            _refuse(rules.new_role_problem(row, present))
        site_type = self._server_type(row)
        row = row.with_values(RoleCount=0, SslState=0, ServerState=0, SiteSystemStatus=1, Type=site_type)
        return self.add(call, row)

    def check_change(self, before: ControlRow, after: ControlRow) -> None:
        """Role and NAL path are in the key and cannot change."""
        _refuse(rules.keys_problem(after))

    def delete(self, call: Call, instance: Instance) -> None:
        """Remove a role."""
        self.writing(call, instance.cls.name, "delete")
        row = self.found(instance)
        _refuse(rules.removal_problem(row, self.hierarchy.control.roles(server=row.server, site_code=row.site_code)))
        self.remove(call, row)

    def invoke(
        self, call: Call, cls: ClassDef, method: str, instance: Instance | None, inputs: NameMap[Value]
    ) -> Mapping[str, Value]:
        """HasMonitoringStatus answers false. RetryInstallation is rejected: whether it works for this role is not known."""
        self.reading(call, cls.name, "invoke")
        if method.casefold() == "hasmonitoringstatus":
            return {"ReturnValue": False}
        raise CimError(Wbem.NOT_SUPPORTED, "Not supported", f"{cls.name}.{method} is for passive site servers.")

    def _server_type(self, row: ControlRow) -> int:
        """Type of a row: the type of the site if its server is the site server, otherwise 8."""
        site = self.hierarchy.sites[row.site_code]
        if row.server != site.server:
            return 8
        return {SECONDARY: 1, CENTRAL: 4}.get(site.type, 2)


class ComponentProvider(ControlProvider):
    """SMS_SCI_Component: one row for each component; Flag shows whether its role is placed (5) or not (1)."""

    def shown(self, row: ControlRow) -> ControlRow:
        """The row with its current Flag."""
        role = row.item_name.partition("|")[2]
        placed = self.hierarchy.control.roles(role=role, site_code=row.site_code) if role in names.ROLE_COMPONENTS else ()
        return row.with_values(Flag=5 if placed else 1)


class AccountProvider(ControlProvider):
    """SMS_SCI_Reserved: the accounts of a site, their passwords encrypted by the site (facts, section 7)."""

    def create(self, call: Call, instance: Instance) -> Instance:
        """Add an account; Reserved2 must be text that EncryptData or EncryptDataEx returned."""
        self.writing(call, instance.cls.name, "create")
        row = to_row(instance)
        _refuse(rules.account_problem(row))
        self._check_secret(row)
        return self.add(call, row.with_values(AccountUsage=[]))

    def check_change(self, before: ControlRow, after: ControlRow) -> None:
        """The name is in the key and cannot change; the password can."""
        _refuse(rules.account_problem(after))
        self._check_secret(after)

    def delete(self, call: Call, instance: Instance) -> None:
        """Remove an account that no site system uses."""
        self.writing(call, instance.cls.name, "delete")
        row = self.found(instance)
        for role in self.hierarchy.control.roles(names.SITE_SYSTEM, site_code=row.site_code):
            user = role.prop("UserName")
            if user is not None and (user.value2 or "").casefold() == row.text("UserName").casefold():
                raise failed(f"The account {row.text('UserName')} is in use by the site system {role.server}.")
        self.remove(call, row)

    def shown(self, row: ControlRow) -> ControlRow:
        """The row with the uses of the account."""
        users = [
            role.server
            for role in self.hierarchy.control.roles(names.SITE_SYSTEM, site_code=row.site_code)
            if (user := role.prop("UserName")) is not None and (user.value2 or "").casefold() == row.text("UserName").casefold()
        ]
        return row.with_values(AccountUsage=["Site System Installation Account"] if users else [])

    def _check_secret(self, row: ControlRow) -> None:
        if not secrets.is_encrypted(row.text("Reserved2")):
            raise invalid("Reserved2 does not hold data that this site has encrypted.")


class ResourceListProvider(SmsProvider):
    """SMS_SystemResourceList: the roles in another form, read only."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """One instance for each role row."""
        self.reading(call, cls.name, "enumerate")
        return [
            self.place.new(
                cls.name,
                InternetEnabled=False,
                InternetShared=False,
                NALPath=row.text("NALPath"),
                ResourceType=row.text("NALType"),
                RoleName=row.role,
                ServerName=row.server,
                ServerRemoteName=row.server,
                SiteCode=row.site_code,
                SslState=row.values.get("SslState"),
            )
            for row in self.hierarchy.control.roles()
        ]


def _refuse(problem: str | None) -> None:
    if problem is not None:
        raise invalid(problem)
