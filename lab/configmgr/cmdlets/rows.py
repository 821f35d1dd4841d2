"""What the cmdlets for rows of the site control file share: finding rows by name or object, writing them, prompts."""

from __future__ import annotations

from collections.abc import Generator

from lab.cim.errors import CimError
from lab.cim.model import Instance, Value
from lab.configmgr.cmdlets.connection import CALL_SECONDS, Connection, current, origin, provider_error
from lab.configmgr.cmdlets.result_objects import ResultObject
from lab.windows.powershell.errors import PowerShellError
from lab.windows.powershell.session import Invoked, Wait
from lab.windows.powershell.values import PsValue, like

ROLE_CLASS = "SMS_SCI_SysResUse"
_NO_PROMPT = "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available."


def site_code(call: Invoked, connection: Connection) -> str:
    """The site that a call is for: -SiteCode, otherwise the site of the drive."""
    return call.bound.text("SiteCode") or connection.site.code


def instances(call: Invoked, connection: Connection, class_name: str) -> Generator[Wait, None, list[Instance]]:
    """All instances of a class."""
    yield CALL_SECONDS
    cls = connection.cim_class(class_name)
    try:
        return list(connection.provider(class_name).enumerate(connection.call(call), cls))
    except CimError as error:
        raise provider_error(call, error, "ExecQuery") from None


def find_roles(call: Invoked, role: str) -> Generator[Wait, None, list[Instance]]:
    """The rows of a role that a Get cmdlet asks for: by -InputObject (a row of the same server), or by name and site."""
    connection = current(call)
    rows = yield from instances(call, connection, ROLE_CLASS)
    rows = [row for row in rows if row["RoleName"] == role]
    given = call.bound.get("InputObject")
    if given is not None:
        return [row for row in rows if _same_server(row, instance_of(call, given))]
    if not call.bound.flag("AllSite"):
        code = site_code(call, connection).casefold()
        rows = [row for row in rows if row["SiteCode"].casefold() == code]
    pattern = call.bound.text("SiteSystemServerName")
    return [row for row in rows if not pattern or matches(call, server_name(row), pattern, wildcards=True)]


def one_role(call: Invoked, connection: Connection, role: str) -> Generator[Wait, None, Instance]:
    """The row that a cmdlet changes: -InputObject, or the row of -SiteSystemServerName at its site."""
    given = call.bound.get("InputObject")
    rows = yield from instances(call, connection, ROLE_CLASS)
    if given is not None:
        wanted = instance_of(call, given)
        found = [row for row in rows if row["RoleName"] == role and _same_server(row, wanted)]
    else:
        code, name = site_code(call, connection).casefold(), call.bound.text("SiteSystemServerName")
        found = [
            row
            for row in rows
            if row["RoleName"] == role
            and row["SiteCode"].casefold() == code
            and matches(call, server_name(row), name, wildcards=False)
        ]
    if len(found) != 1:
        raise no_object(call)
    return found[0]


def matches(call: Invoked, name: str, pattern: str, *, wildcards: bool) -> bool:
    """Whether a name is the wanted one; with wildcards if the parameter accepts them, or as the two switches say."""
    force, disable = call.bound.flag("ForceWildcardHandling"), call.bound.flag("DisableWildcardHandling")
    if force and disable:
        raise call.error(
            "The parameters ForceWildcardHandling and DisableWildcardHandling cannot be used together.",
            "System.ArgumentException",
            "System.ArgumentException",
            "InvalidArgument",
            origin=origin(call),
            terminating=True,
        )
    if (wildcards or force) and not disable:
        return like(name, pattern)
    return name.casefold() == pattern.casefold()


def server_name(row: Instance) -> str:
    """The name of the server of a row."""
    return str(row["NetworkOSPath"] or "").removeprefix("\\\\")


def instance_of(call: Invoked, given: PsValue) -> Instance:
    """The instance behind an object that a cmdlet returned; it must be a row of a role."""
    if not isinstance(given, ResultObject) or given.instance.cls.name != ROLE_CLASS:
        raise no_object(call)
    return given.instance


def write(call: Invoked, connection: Connection, instance: Instance, operation: str) -> Generator[Wait, None, Instance]:
    """Create, put or delete an instance, as the SMS Provider does for any client."""
    yield CALL_SECONDS
    provider = connection.provider(instance.cls.name)
    request = connection.call(call)
    name = {"create": "PutInstance", "put": "PutInstance", "delete": "DeleteInstance"}[operation]
    try:
        if operation == "create":
            return provider.create(request, instance)
        if operation == "put":
            return provider.put(request, instance)
        provider.delete(request, instance)
    except CimError as error:
        raise provider_error(call, error, name) from None
    return instance


def embedded(connection: Connection, name: str, value: int = 0, value1: str = "", value2: str = "") -> Instance:
    """An embedded property."""
    return connection.new("SMS_EmbeddedProperty", PropertyName=name, Value=value, Value1=value1, Value2=value2)


def with_props(connection: Connection, row: Instance, changes: dict[str, tuple[int, str, str]]) -> Instance:
    """A copy of a row with some embedded properties changed or added; all others are kept."""
    changed = row.copy()
    props: list[Value] = list(changed["Props"] or [])
    for name, (value, value1, value2) in changes.items():
        found = next((prop for prop in props if prop["PropertyName"] == name), None)
        if found is None:
            props.append(embedded(connection, name, value, value1, value2))
            continue
        found["Value"], found["Value1"], found["Value2"] = value, value1, value2
    changed["Props"] = props
    return changed


def goes_ahead(call: Invoked, target: str, *, asks: bool = False) -> bool:
    """Whether the cmdlet does its work: not with -WhatIf. What needs an answer fails, because nobody can give one.

    :param asks: the cmdlet asks unless -Force is given (the Remove cmdlets). -Confirm:$false does not suppress that question.
    """
    if call.bound.flag("WhatIf"):
        call.session.write_out(f'What if: Performing the operation "{call.name}" on target "{target}".\r\n')
        return False
    if call.bound.flag("Confirm") or (asks and not call.bound.flag("Force")):
        raise call.error(
            _NO_PROMPT,
            "System.Management.Automation.PSInvalidOperationException",
            "System.Management.Automation.PSInvalidOperationException",
            "InvalidOperation",
            origin=origin(call),
            terminating=True,
        )
    return True


def no_object(call: Invoked) -> PowerShellError:
    """No row fits the parameters (the message is seen with other cmdlets of the module)."""
    return call.error(
        "No object corresponds to the specified parameters.",
        "ItemNotFound",
        "System.Management.Automation.ItemNotFoundException",
        "ObjectNotFound",
        origin=origin(call),
        terminating=True,
    )


def bad_value(call: Invoked, message: str) -> PowerShellError:
    """The cmdlet rejects its parameters itself. The messages are the lab's own."""
    return call.error(
        message, "System.ArgumentException", "System.ArgumentException", "InvalidArgument", origin=origin(call), terminating=True
    )


def shown(rows: list[Instance]) -> list[PsValue]:
    """Rows as a script gets them."""
    return [ResultObject(row) for row in rows]


def _same_server(row: Instance, other: Instance) -> bool:
    return bool(row["NALPath"] == other["NALPath"] and row["SiteCode"] == other["SiteCode"])
