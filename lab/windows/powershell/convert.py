"""Conversions of arguments to the types of parameters (about_Parameters, about_Type_Conversion)."""

from __future__ import annotations

from lab.windows.powershell.contracts import SWITCH, Parameter
from lab.windows.powershell.errors import PowerShellError
from lab.windows.powershell.syntax import ScriptBlock
from lab.windows.powershell.values import PsObject, PsValue, SecureText, number, text_of, type_name

RESULT_OBJECT = "Microsoft.ConfigurationManagement.ManagementProvider.IResultObject"
_FULL_NAMES = {
    "String": "System.String",
    "String[]": "System.String[]",
    "Boolean": "System.Boolean",
    "Int32": "System.Int32",
    "UInt32": "System.UInt32",
    "SecureString": "System.Security.SecureString",
    "IResultObject": RESULT_OBJECT,
    "ScriptBlock": "System.Management.Automation.ScriptBlock",
    "Version": "System.Version",
    SWITCH: "System.Management.Automation.SwitchParameter",
}
_RANGES = {"Int32": (-(2**31), 2**31 - 1), "UInt32": (0, 2**32 - 1)}
_BOOLEANS = "Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0."


class BadArgument(Exception):
    """An argument that a parameter does not accept.

    :param message: PowerShell's message.
    :param error_id: the first part of FullyQualifiedErrorId.
    """

    def __init__(self, message: str, error_id: str) -> None:
        super().__init__(message)
        self.message = message
        self.error_id = error_id


def full_name(parameter: Parameter) -> str:
    """The .NET name of a parameter's type."""
    return _FULL_NAMES.get(parameter.type, parameter.type)


def converted(parameter: Parameter, value: PsValue) -> PsValue:
    """The value in the type of the parameter. Raises :class:`BadArgument`."""
    if parameter.accepts:
        return _enumeration(parameter, value)
    if parameter.type in ("Boolean", SWITCH):
        return _boolean(parameter, value)
    if value is None:
        if parameter.type == "Object":
            return None
        if parameter.required or parameter.type not in ("String", "IResultObject"):
            raise BadArgument(
                f"Cannot bind argument to parameter '{parameter.name}' because it is null.",
                "ParameterArgumentValidationErrorNullNotAllowed",
            )
        return "" if parameter.type == "String" else None
    if parameter.type in ("String", "Version"):
        return _text(parameter, value)
    if parameter.type == "String[]":
        return [text_of(item) for item in (value if isinstance(value, list) else [value])]
    if parameter.type in _RANGES:
        return _whole(parameter, value)
    if parameter.type == "Object":
        return value
    wanted = {"SecureString": SecureText, "ScriptBlock": ScriptBlock}.get(parameter.type)
    fits = isinstance(value, wanted) if wanted else isinstance(value, PsObject) and value.type_name.startswith(RESULT_OBJECT)
    if not fits:
        raise _cannot_convert(parameter, value)
    return value


def _text(parameter: Parameter, value: PsValue) -> str:
    if isinstance(value, list):
        raise BadArgument(
            f"Cannot convert 'System.Object[]' to the type '{full_name(parameter)}' required by parameter '{parameter.name}'. "
            "Specified method is not supported.",
            "CannotConvertArgument",
        )
    text = text_of(value)
    if not text and parameter.required:
        raise BadArgument(
            f"Cannot bind argument to parameter '{parameter.name}' because it is an empty string.",
            "ParameterArgumentValidationErrorEmptyStringNotAllowed",
        )
    return text


def _boolean(parameter: Parameter, value: PsValue) -> bool:
    if isinstance(value, (bool, int, float)):
        return bool(value)
    shown = "" if value is None else type_name(value)
    raise BadArgument(
        f"Cannot process argument transformation on parameter '{parameter.name}'. Cannot convert value \"{shown}\" to type "
        f'"{full_name(parameter)}". {_BOOLEANS}',
        "ParameterArgumentTransformationError",
    )


def _whole(parameter: Parameter, value: PsValue) -> int:
    if not isinstance(value, (str, bool, int, float)):
        raise _cannot_convert(parameter, value)
    low, high = _RANGES[parameter.type]
    try:
        found = number(value, full_name(parameter))
    except PowerShellError as error:
        raise BadArgument(
            f"Cannot bind parameter '{parameter.name}'. {error.record.message}", "CannotConvertArgumentNoMessage"
        ) from None
    if not low <= found <= high:
        kind = f"an {parameter.type}" if parameter.type.startswith("I") else f"a {parameter.type}"
        raise BadArgument(
            f'Cannot bind parameter \'{parameter.name}\'. Cannot convert value "{found}" to type "{full_name(parameter)}". '
            f'Error: "Value was either too large or too small for {kind}."',
            "CannotConvertArgumentNoMessage",
        )
    return round(found)


def _enumeration(parameter: Parameter, value: PsValue) -> str:
    """The name of an enumeration's value, in any letter case. Abbreviated names, which PowerShell allows, are rejected."""
    written = text_of(value)
    found = next((name for name in parameter.accepts if name.casefold() == written.casefold()), None)
    if found is None or not isinstance(value, str):
        raise BadArgument(
            f'Cannot bind parameter \'{parameter.name}\'. Cannot convert value "{written}" to type "{parameter.type}". Error: "'
            f"Unable to match the identifier name {written} to a valid enumerator name. Specify one of the "
            "following enumerator names "
            f'and try again:\n{", ".join(parameter.accepts)}"',
            "CannotConvertArgumentNoMessage",
        )
    return found


def _cannot_convert(parameter: Parameter, value: PsValue) -> BadArgument:
    return BadArgument(
        f"Cannot bind parameter '{parameter.name}'. Cannot convert the \"{text_of(value)}\" value of type "
        f'"{type_name(value)}" to type '
        f'"{full_name(parameter)}".',
        "CannotConvertArgumentNoMessage",
    )
