"""Binding arguments to the parameters of a contract, with a contract of each kind of parameter."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.cim.model import NameMap
from lab.windows.powershell.binder import Bound, Given, bind, with_input
from lab.windows.powershell.contracts import Contract, read_contracts
from lab.windows.powershell.convert import RESULT_OBJECT
from lab.windows.powershell.errors import NOWHERE, PowerShellError, Unsupported
from lab.windows.powershell.values import Hash, PsObject, PsValue, SecureText

TEXT = """
Set-Thing:
  source: the test
  sets: [ByValue, ByName]
  should_process: true
  parameters:
    InputObject: {type: IResultObject, sets: [ByValue], required: true, aliases: [Thing], pipeline: true}
    Name: {type: String, sets: [ByName], required: true, position: 0, aliases: [ServerName]}
    SiteCode: {type: String, sets: [ByName], position: 1}
    Mode: {type: ThingMode, accepts: [Online, Offline]}
    Port: {type: UInt32}
    Days: {type: Int32}
    Enable: {type: Boolean}
    Account: {type: IResultObject}
    Password: {type: SecureString}
    Force: {type: SwitchParameter}
    Forward: {type: SwitchParameter}
"""
OBJECT = PsObject(f"{RESULT_OBJECT}#SMS_SCI_SysResUse", NameMap({"a": 1}))


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    file = tmp_path / "contracts.yml"
    file.write_text(TEXT, encoding="ascii")
    return read_contracts(file)["set-thing"]


def run(contract: Contract, *given: Given, pipeline: bool = False) -> Bound:
    return bind(contract, given, pipeline=pipeline, place=NOWHERE)


def named(name: str, value: PsValue) -> Given:
    return Given(name, value)


def alone(name: str) -> Given:
    return Given(name, has_value=False)


def value(item: PsValue) -> Given:
    return Given(None, item)


def test_names_aliases_and_beginnings_of_names(contract: Contract) -> None:
    bound = run(contract, alone("servername"), value("scp01"), alone("MOD"), value("OFFLINE"), alone("Forc"))
    assert dict(bound.values.items()) == {"Name": "scp01", "Mode": "Offline", "Force": True}
    assert bound.set_name == "ByName"


def test_positions_are_of_the_set_that_the_names_leave(contract: Contract) -> None:
    bound = run(contract, value("scp01"), named("Port", "8080"), value("CAS"))
    assert (bound.get("Name"), bound.get("SiteCode"), bound.get("Port")) == ("scp01", "CAS", 8080)


def test_an_object_of_the_pipeline(contract: Contract) -> None:
    bound = run(contract, named("Mode", "Online"), pipeline=True)
    assert (bound.set_name, bound.takes and bound.takes.name) == ("ByValue", "InputObject")
    assert with_input(bound, OBJECT).get("InputObject") is OBJECT
    with pytest.raises(PowerShellError, match="The input object cannot be bound to any parameters"):
        with_input(bound, "scp01")


def test_a_switch_can_be_turned_off(contract: Contract) -> None:
    bound = run(contract, value("x"), named("Confirm", False), named("Force", False))
    assert (bound.flag("Confirm"), bound.flag("Force"), bound.flag("WhatIf"), "WhatIf" in bound) == (False, False, False, False)


@pytest.mark.parametrize(
    ("name", "given", "bound"),
    [
        ("Enable", True, True),
        ("Enable", 0, False),
        ("Port", 80, 80),
        ("Port", "8080", 8080),
        ("Days", -3, -3),
        ("SiteCode", 7, "7"),
        ("SiteCode", True, "True"),
        ("SiteCode", None, ""),
        ("Account", None, None),
        ("Account", OBJECT, OBJECT),
        ("Password", SecureText("x"), SecureText("x")),
    ],
)
def test_conversions(contract: Contract, name: str, given: PsValue, bound: PsValue) -> None:
    assert run(contract, named("Name", "x"), named(name, given)).get(name) == bound


BOOLEAN = "Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0."
ERRORS = [
    ((named("Nmae", "x"),), "A parameter cannot be found that matches parameter name 'Nmae'.", "NamedParameterNotFound"),
    (
        (alone("Fo"),),
        "Parameter cannot be processed because the parameter name 'Fo' is ambiguous. Possible matches include: -Force -Forward.",
        "AmbiguousParameter",
    ),
    (
        (value("x"), value("CAS"), value("z")),
        "A positional parameter cannot be found that accepts argument 'z'.",
        "PositionalParameterNotFound",
    ),
    (
        (alone("Name"),),
        "Missing an argument for parameter 'Name'. Specify a parameter of type 'System.String' and try again.",
        "MissingArgument",
    ),
    ((alone("Name"), alone("Force")), "Missing an argument for parameter 'Name'.", "MissingArgument"),
    (
        (named("Name", "x"), named("ServerName", "y")),
        "Cannot bind parameter because parameter 'Name' is specified more than once.",
        "ParameterAlreadyBound",
    ),
    (
        (named("Name", "x"), named("InputObject", OBJECT)),
        "Parameter set cannot be resolved using the specified named parameters.",
        "AmbiguousParameterSet",
    ),
    ((), "Cannot process command because of one or more missing mandatory parameters: InputObject.", "MissingMandatoryParameter"),
    ((named("SiteCode", "CAS"),), "one or more missing mandatory parameters: Name.", "MissingMandatoryParameter"),
    ((named("Name", ""),), "Cannot bind argument to parameter 'Name' because it is an empty string.", "EmptyStringNotAllowed"),
    ((named("Name", None),), "Cannot bind argument to parameter 'Name' because it is null.", "NullNotAllowed"),
    (
        (named("Name", ["a", "b"]),),
        "Cannot convert 'System.Object[]' to the type 'System.String' required by parameter 'Name'. Specified method is",
        "CannotConvertArgument",
    ),
    (
        (named("Name", "x"), named("Mode", "On")),
        'Cannot bind parameter \'Mode\'. Cannot convert value "On" to type "ThingMode". Error: "Unable to match the identifier '
        'name On to a valid enumerator name. Specify one of the following enumerator names and try again:\nOnline, Offline"',
        "CannotConvertArgumentNoMessage",
    ),
    ((named("Name", "x"), named("Mode", 1)), 'Cannot convert value "1" to type "ThingMode".', "CannotConvertArgumentNoMessage"),
    (
        (named("Name", "x"), named("Enable", "true")),
        f'parameter \'Enable\'. Cannot convert value "System.String" to type "System.Boolean". {BOOLEAN}',
        "ParameterArgumentTransformationError",
    ),
    ((named("Name", "x"), named("Force", "x")), 'to type "System.Management.Automation.SwitchParameter".', "TransformationError"),
    (
        (named("Name", "x"), named("Port", "http")),
        'Error: "Input string was not in a correct format."',
        "CannotConvertArgumentNoMessage",
    ),
    (
        (named("Name", "x"), named("Port", -1)),
        'Error: "Value was either too large or too small for a UInt32."',
        "CannotConvertArgumentNoMessage",
    ),
    ((named("Name", "x"), named("Days", 2**31)), "too large or too small for an Int32.", "CannotConvertArgumentNoMessage"),
    (
        (named("Name", "x"), named("Port", Hash())),
        'value of type "System.Collections.Hashtable"',
        "CannotConvertArgumentNoMessage",
    ),
    (
        (named("Name", "x"), named("Account", "CORP\\a")),
        'Cannot bind parameter \'Account\'. Cannot convert the "CORP\\a" value of type "System.String" to type '
        '"Microsoft.ConfigurationManagement.ManagementProvider.IResultObject".',
        "CannotConvertArgumentNoMessage",
    ),
    (
        (named("Name", "x"), named("Password", "secret")),
        'to type "System.Security.SecureString".',
        "CannotConvertArgumentNoMessage",
    ),
    (
        (named("Name", "x"), named("Password", None)),
        "Cannot bind argument to parameter 'Password' because it is null.",
        "NullNotAllowed",
    ),
]


@pytest.mark.parametrize(("given", "message", "error_id"), ERRORS)
def test_errors(contract: Contract, given: tuple[Given, ...], message: str, error_id: str) -> None:
    with pytest.raises(PowerShellError) as raised:
        run(contract, *given)
    record = raised.value.record
    assert message in record.message
    assert error_id in record.error_id
    assert record.error_id.endswith(",Set-Thing")
    assert record.types[0] == "System.Management.Automation.ParameterBindingException"
    assert raised.value.terminating


def test_common_parameters_that_the_lab_lacks(contract: Contract) -> None:
    assert run(contract, value("x"), named("ErrorAction", "Stop")).get("ErrorAction") == "Stop"
    with pytest.raises(Unsupported, match="the common parameter -OutVariable"):
        run(contract, value("x"), named("OutVariable", "y"))
    with pytest.raises(Unsupported, match="-ErrorAction Inquire"):
        run(contract, value("x"), named("ErrorAction", "Inquire"))


def test_a_pipeline_that_no_parameter_takes(contract: Contract) -> None:
    with pytest.raises(PowerShellError, match="The input object cannot be bound"):
        run(contract, named("Name", "x"), pipeline=True)
