"""Properties and methods of values, and the static members of types, that a script may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lab.estate.powershell import CONSTRAINED
from lab.windows.powershell.errors import ErrorRecord, Place, PowerShellError, Unsupported, simple_error
from lab.windows.powershell.session import Session
from lab.windows.powershell.values import (
    Hash,
    PropertyList,
    PsObject,
    PsValue,
    SecureText,
    TypeName,
    conversion_error,
    number,
    text_of,
    truth,
    type_name,
)

_ACCELERATORS = {
    "array": "System.Array",
    "bool": "System.Boolean",
    "console": "System.Console",
    "hashtable": "System.Collections.Hashtable",
    "int": "System.Int32",
    "ordered": "System.Collections.Specialized.OrderedDictionary",
    "pscustomobject": "System.Management.Automation.PSObject",
    "psobject": "System.Management.Automation.PSObject",
    "securestring": "System.Security.SecureString",
    "string": "System.String",
    "switch": "System.Management.Automation.SwitchParameter",
    "uint32": "System.UInt32",
    "version": "System.Version",
    "void": "System.Void",
}
_SAFE = (
    "System.String",
    "System.Int32",
    "System.Boolean",
    "System.UInt32",
    "System.Array",
    "System.Collections.Hashtable",
    "System.Security.SecureString",
)
_CORE_OBJECTS = ("System.Management.Automation.PSCustomObject", "System.Version", "System.Collections.Hashtable")
_NO_METHOD = "Cannot invoke method. Method invocation is supported only on core types in this language mode."
_NO_PROPERTY = "Cannot set property. Property setting is supported only on core types in this language mode."


def resolved_type(written: str, place: Place) -> TypeName:
    """The type that a script names. PowerShellError for one that .NET does not have, as far as the lab knows."""
    name = written.lower()
    full = _ACCELERATORS.get(name.removeprefix("system.")) if name.count(".") < 2 else None
    full = "System.Security.SecureString" if name.removeprefix("system.") == "security.securestring" else full
    if full is None and name.removeprefix("system.") in ("text.encoding", "text.utf8encoding"):
        full = {"text.encoding": "System.Text.Encoding", "text.utf8encoding": "System.Text.UTF8Encoding"}[
            name.removeprefix("system.")
        ]
    if full is None:
        raise Unsupported(f"the type [{written}]", place)
    return TypeName(full)


def member(session: Session, value: PsValue, name: str, place: Place) -> PsValue:
    """A property of a value: $null when it has none, with ``Set-StrictMode`` an error."""
    key = name.lower()
    if value is not None and key == "psobject":
        return _reflected(value, place)
    if isinstance(value, Hash):
        found = _of_hash(value, key, name)
    elif isinstance(value, PsObject):
        found = value.properties.get(name, _MISSING)
    elif isinstance(value, ErrorRecord):
        found = _of_record(value, key)
    elif isinstance(value, (list, str)) and key == "length":
        found = len(value)
    elif isinstance(value, list) and key != "count":
        found = _of_each(session, value, name, place)
    elif isinstance(value, SecureText) and key == "length":
        found = len(value.secret)
    else:
        found = _MISSING
    if found is _MISSING and key == "count" and (isinstance(value, list) or not session.strict):
        # A single object has Count too, but not in strict mode.
        return len(value) if isinstance(value, list) else 0 if value is None else 1
    if found is not _MISSING:
        return found
    if session.strict:
        message = f"The property '{name}' cannot be found on this object. Verify that the property exists."
        raise simple_error(
            message, "PropertyNotFoundStrict", "System.Management.Automation.PropertyNotFoundException", "NotSpecified"
        )
    return None


_MISSING = object()


def _of_hash(value: Hash, key: str, name: str) -> PsValue:
    if name in value:
        return value[name]
    if key == "keys":
        return list(value)
    if key == "values":
        return list(value.values())
    return len(value) if key == "count" else _MISSING


def _of_each(session: Session, value: list[PsValue], name: str, place: Place) -> PsValue:
    """A property of each element of an array (member enumeration); elements without it give nothing."""
    if not value:
        return None
    found = []
    for item in value:
        inner = member(session, item, name, place)
        found.extend(inner if isinstance(inner, list) else [] if inner is None else [inner])
    return None if not found else found[0] if len(found) == 1 else found


def _of_record(record: ErrorRecord, key: str) -> PsValue:
    if key == "exception":
        return exception(record)
    if key == "fullyqualifiederrorid":
        return record.error_id
    if key == "errordetails":
        return (
            PsObject("System.Management.Automation.ErrorDetails", _map(Message=record.details), text=record.details)
            if record.details
            else None
        )
    if key == "categoryinfo":
        parts = _map(
            Category=record.category,
            Activity=record.command,
            Reason=record.type_name.rpartition(".")[2],
            TargetName=record.target,
            TargetType=record.target_type,
        )
        return PsObject("System.Management.Automation.ErrorCategoryInfo", parts, text=record.category_info)
    if key == "invocationinfo":
        place = record.place
        values = _map(
            ScriptLineNumber=place.line,
            OffsetInLine=place.column,
            Line=place.text,
            PositionMessage=place.message(),
            ScriptName=place.file or None,
            InvocationName=record.command,
        )
        return PsObject("System.Management.Automation.InvocationInfo", values)
    if key == "targetobject":
        return record.target or None
    return record.place.message() if key == "scriptstacktrace" else _MISSING


def exception(record: ErrorRecord) -> PsObject:
    """The exception of an error."""
    return PsObject(
        record.type_name,
        _map(Message=record.message, InnerException=None),
        text=f"{record.type_name}: {record.message}",
    )


def _reflected(value: PsValue, place: Place) -> PsObject:
    """``.PSObject`` of an object with named properties: only its ``Properties``."""
    if not isinstance(value, PsObject):
        raise Unsupported("PSObject of something other than an object with named properties", place)
    properties = PropertyList(
        PsObject("System.Management.Automation.PSNoteProperty", _map(Name=name, Value=item))
        for name, item in value.properties.items()
    )
    return PsObject("System.Management.Automation.PSObject", _map(Properties=properties))


def _map(**values: PsValue) -> Hash:
    return Hash(values)


def call(session: Session, target: PsValue, name: str, arguments: list[PsValue], place: Place) -> PsValue:
    """Call a method of a value."""
    key = name.lower()
    check_method(session, target)
    if key == "gettype" and not arguments:
        full = type_name(target)
        return PsObject("System.RuntimeType", _map(FullName=full, Name=full.rpartition(".")[2]), text=full)
    if key == "tostring" and not arguments and target is not None:
        return text_of(target)
    if isinstance(target, PsObject) and key in target.methods:
        return target.methods[key](arguments)
    table: Mapping[str, Callable[..., PsValue]] = (
        _STRING_METHODS
        if isinstance(target, str)
        else _HASH_METHODS
        if isinstance(target, Hash)
        else _SECURE_METHODS
        if isinstance(target, SecureText)
        else {}
    )
    method = table.get(key)
    if method is None:
        if target is None:
            raise simple_error("You cannot call a method on a null-valued expression.", "InvokeMethodOnNull")
        raise simple_error(
            f"Method invocation failed because [{type_name(target)}] does not contain a method named '{name}'.", "MethodNotFound"
        )
    try:
        return method(target, *arguments)
    except TypeError:
        message = f'Cannot find an overload for "{name}" and the argument count: "{len(arguments)}".'
        raise PowerShellError(
            ErrorRecord(
                message,
                ("System.Management.Automation.MethodException", "System.Exception"),
                "MethodCountCouldNotFindBest",
                place=place,
            )
        ) from None


def check_method(session: Session, target: PsValue) -> None:
    """Reject methods of types that are not core types in constrained language mode (about_Language_Modes)."""
    other = isinstance(target, ErrorRecord) or (isinstance(target, PsObject) and target.type_name not in _CORE_OBJECTS)
    if session.language_mode == CONSTRAINED and other:
        raise _forbidden(_NO_METHOD, "MethodInvocationNotSupportedInConstrainedLanguage")


_STRING_METHODS: Mapping[str, Callable[..., PsValue]] = {
    "toupper": lambda text: text.upper(),
    "tolower": lambda text: text.lower(),
    "trim": lambda text: text.strip(),
    "trimend": lambda text, characters=None: text.rstrip(characters),
    "trimstart": lambda text, characters=None: text.lstrip(characters),
    "tochararray": list,
    "startswith": lambda text, start: text.startswith(text_of(start)),
    "endswith": lambda text, end: text.endswith(text_of(end)),
    "contains": lambda text, part: text_of(part) in text,
    "replace": lambda text, old, new: text.replace(text_of(old), text_of(new)),
}


def _append_char(target: SecureText, character: PsValue) -> None:
    text = text_of(character)
    if len(text) != 1:
        raise simple_error(
            f'Cannot convert argument "c", with value: "{text}", for "AppendChar" to type "System.Char"',
            "MethodArgumentConversionInvalidCastArgument",
            "System.Management.Automation.MethodException",
            "NotSpecified",
        )
    target.secret += text


_SECURE_METHODS: Mapping[str, Callable[..., PsValue]] = {"appendchar": _append_char}


def _add(target: Hash, key: PsValue, value: PsValue) -> None:
    if text_of(key) in target:
        message = (
            f'Exception calling "Add" with "2" argument(s): "Item has already been added. Key in dictionary: \'{text_of(key)}\'"'
        )
        raise simple_error(message, "ArgumentException", "System.Management.Automation.MethodInvocationException", "NotSpecified")
    target[text_of(key)] = value


def _remove(target: Hash, key: PsValue) -> None:
    target.pop(text_of(key), None)


_HASH_METHODS: Mapping[str, Callable[..., PsValue]] = {
    "containskey": lambda target, key: text_of(key) in target,
    "contains": lambda target, key: text_of(key) in target,
    "add": _add,
    "remove": _remove,
}


def assign_member(target: PsValue, name: str, value: PsValue) -> None:
    """``target.name = value``."""
    if isinstance(target, Hash):
        target[name] = value
    elif isinstance(target, PsObject) and target.type_name.endswith("PSCustomObject") and name in target.properties:
        target.properties[name] = value
    else:
        message = f"The property '{name}' cannot be found on this object. Verify that the property exists and can be set."
        raise simple_error(message, "PropertyNotFound")


def static_member(kind: TypeName, name: str, place: Place) -> PsValue:
    """``[type]::name``."""
    key = name.lower()
    if kind.name == "System.Console" and key in ("in", "out", "error"):
        return PsObject("System.IO.TextWriter" if key != "in" else "System.IO.TextReader", _map(Stream=key))
    if kind.name == "System.Text.Encoding" and key == "utf8":
        return PsObject("System.Text.UTF8Encoding")
    raise Unsupported(f"[{kind.name}]::{name}", place)


def assign_static(session: Session, kind: TypeName, name: str, value: PsValue, place: Place) -> None:
    """``[Console]::OutputEncoding = ...``: only UTF-8, which remote shells use."""
    if session.language_mode == CONSTRAINED:
        raise _forbidden(_NO_PROPERTY, "PropertySetterNotSupportedInConstrainedLanguage")
    fits = isinstance(value, PsObject) and value.type_name == "System.Text.UTF8Encoding"
    if kind.name != "System.Console" or name.lower() not in ("inputencoding", "outputencoding") or not fits:
        raise Unsupported(f"a change of [{kind.name}]::{name} to this value", place)
    session.encodings[name.lower()] = "utf-8"


def static_call(session: Session, kind: TypeName, name: str, arguments: list[PsValue], place: Place) -> PsValue:
    """``[type]::name(arguments)``."""
    key = name.lower()
    if session.language_mode == CONSTRAINED and kind.name not in _SAFE:
        raise _forbidden(_NO_METHOD, "MethodInvocationNotSupportedInConstrainedLanguage")
    if kind.name == "System.String" and key in ("isnullorempty", "isnullorwhitespace") and len(arguments) == 1:
        text = text_of(arguments[0])
        return not (text.strip() if key == "isnullorwhitespace" else text)
    if kind.name == "System.Text.UTF8Encoding" and key == "new" and arguments == [False]:
        return PsObject("System.Text.UTF8Encoding")
    if kind.name == "System.Security.SecureString" and key == "new" and not arguments:
        return SecureText("")
    raise Unsupported(f"[{kind.name}]::{name} with these arguments", place)


def cast(kind: TypeName, value: PsValue, place: Place) -> PsValue:
    """``[type]value``."""
    if kind.name == "System.Void":
        return None
    if kind.name == "System.String":
        return text_of(value)
    if kind.name == "System.Boolean":
        return truth(value)
    if kind.name in ("System.Int32", "System.UInt32"):
        found = round(number(value, kind.name))
        low, high = (-(2**31), 2**31 - 1) if kind.name == "System.Int32" else (0, 2**32 - 1)
        if not low <= found <= high:
            raise conversion_error(
                value, kind.name, f"Value was either too large or too small for {kind.name.rpartition('.')[2]}."
            )
        return found
    if kind.name == "System.Array":
        return value if isinstance(value, list) else [] if value is None else [value]
    if kind.name.endswith("OrderedDictionary") and isinstance(value, Hash):
        return Hash(dict(value.items()), ordered=True)
    if kind.name.endswith("PSObject") and isinstance(value, Hash):
        return PsObject("System.Management.Automation.PSCustomObject", Hash(dict(value.items())))
    if kind.name == "System.Collections.Hashtable" and isinstance(value, Hash):
        return value
    raise Unsupported(f"the conversion to [{kind.name}]", place)


def is_of_type(value: PsValue, kind: TypeName) -> bool:
    """``-is``."""
    actual = type_name(value)
    if kind.name == "System.Array":
        return isinstance(value, list)
    if kind.name.endswith("PSObject"):
        return isinstance(value, PsObject)
    return value is not None and actual == kind.name


def _forbidden(message: str, error_id: str) -> PowerShellError:
    return simple_error(message, error_id, "System.Management.Automation.PSInvalidOperationException")
