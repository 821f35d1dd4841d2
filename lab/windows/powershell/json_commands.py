"""ConvertFrom-Json and ConvertTo-Json of Windows PowerShell 5.1."""

from __future__ import annotations

import json

from lab.windows.powershell.errors import Unsupported
from lab.windows.powershell.session import Invoked, Steps
from lab.windows.powershell.values import Hash, PsObject, PsValue, SecureText, collapsed, custom_object, text_of

DEFAULT_DEPTH, DEEPEST = 2, 100
# Characters that the serializer of 5.1 writes as \u escapes although JSON does not require it.
_ESCAPED = {"'": "\\u0027", "<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
_FROM = "Microsoft.PowerShell.Commands.ConvertFromJsonCommand"


def convert_from_json(call: Invoked) -> Steps:
    """A JSON text as objects. Several texts of the pipeline are the lines of one."""
    yield from ()
    written = call.bound.text("InputObject") if "InputObject" in call.bound else "\n".join(text_of(item) for item in call.input)
    if not call.input and "InputObject" not in call.bound:
        return []
    try:
        return [_value(json.loads(written, object_pairs_hook=_pairs, parse_constant=_no_constant))]
    except ValueError as error:
        message = str(error) if isinstance(error, _Twice) else f"Invalid JSON primitive: {(written.split() or [''])[0][:40]}."
        raise call.error(
            message, "System.ArgumentException", "System.ArgumentException", "NotSpecified", origin=_FROM, terminating=True
        ) from None


class _Twice(ValueError):
    """A key that is there twice."""


def _pairs(pairs: list[tuple[str, PsValue]]) -> Hash:
    found = Hash()
    for name, value in pairs:
        if name in found:
            raise _Twice(
                "Cannot convert the JSON string because a dictionary that was converted from the string "
                "contains the duplicated keys "
                f"'{next(key for key in found if key.lower() == name.lower())}' and '{name}'."
            )
        found[name] = value
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _value(value: PsValue) -> PsValue:
    if isinstance(value, Hash):
        return custom_object({name: _value(item) for name, item in value.items()})
    return [_value(item) for item in value] if isinstance(value, list) else value


def convert_to_json(call: Invoked) -> Steps:
    """Objects as one line of JSON; only with -Compress, because the lab does not have the layout of 5.1."""
    yield from ()
    if not call.bound.flag("Compress"):
        raise Unsupported("ConvertTo-Json without -Compress", call.bound.place)
    depth = call.bound.get("Depth", DEFAULT_DEPTH)
    if not 1 <= depth <= DEEPEST:
        message = f"Cannot validate argument on parameter 'Depth'. The {depth} argument is not from 1 to {DEEPEST}."
        raise call.error(
            message,
            "ParameterArgumentValidationError",
            "System.Management.Automation.ParameterBindingException",
            "InvalidData",
            origin="Microsoft.PowerShell.Commands.ConvertToJsonCommand",
            terminating=True,
        )
    value = call.bound.get("InputObject") if "InputObject" in call.bound else collapsed(call.input)
    return [_text(value, depth, call)]


def _text(value: PsValue, depth: int, call: Invoked) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return json.dumps(value)
    if isinstance(value, str):
        return _quoted(value)
    if not isinstance(value, (list, Hash, PsObject, SecureText)):
        raise Unsupported("ConvertTo-Json for this object; take the properties that are needed", call.bound.place)
    if depth < 0:
        return _quoted(text_of(value))
    if isinstance(value, list):
        return "[" + ",".join(_text(item, depth - 1, call) for item in value) + "]"
    if isinstance(value, SecureText):
        properties: dict[str, PsValue] = {"Length": len(value.secret)}
    else:
        properties = dict(value.items() if isinstance(value, Hash) else value.properties.items())
    return "{" + ",".join(f"{_quoted(name)}:{_text(item, depth - 1, call)}" for name, item in properties.items()) + "}"


def _quoted(text: str) -> str:
    return "".join(_ESCAPED.get(character, character) for character in json.dumps(text, ensure_ascii=False))
