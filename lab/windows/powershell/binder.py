"""Which parameter each argument of a command is for (about_Parameters, about_Parameter_Sets).

First named arguments, then positional ones, then objects of the pipeline; the parameters that are bound decide the set. What is
missing would be prompted for, which ``-NonInteractive`` makes an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.cim.model import NameMap
from lab.windows.powershell.contracts import COMMON, SWITCH, Contract, Parameter
from lab.windows.powershell.convert import BadArgument, converted, full_name
from lab.windows.powershell.errors import NOWHERE, ErrorRecord, Place, PowerShellError, Unsupported
from lab.windows.powershell.values import PsValue

BINDING_ERROR = (
    "System.Management.Automation.ParameterBindingException",
    "System.Management.Automation.RuntimeException",
    "System.Exception",
)
_KNOWN_COMMON = ("ErrorAction", "WarningAction")
_ACTIONS = ("Stop", "Continue", "SilentlyContinue", "Ignore")


@dataclass(frozen=True)
class Given:
    """An evaluated argument: a name without its hyphen, or None for a positional one; ``has_value`` false for a name alone."""

    name: str | None
    value: PsValue = None
    has_value: bool = True
    joined: bool = False
    place: Place = NOWHERE


@dataclass
class Bound:
    """The parameters of one call. ``set_name`` is the parameter set; ``takes`` the parameter for objects of the pipeline."""

    contract: Contract
    values: NameMap[PsValue] = field(default_factory=NameMap)
    set_name: str = ""
    takes: Parameter | None = None
    place: Place = NOWHERE

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str, default: PsValue = None) -> PsValue:
        """A parameter's value, or the default."""
        return self.values.get(name, default)

    def flag(self, name: str) -> bool:
        """Whether a switch is on."""
        return bool(self.values.get(name, False))

    def text(self, name: str) -> str:
        """A text parameter, empty when it was not given."""
        return str(self.values.get(name, ""))


def bind(contract: Contract, given: Sequence[Given], *, pipeline: bool, place: Place) -> Bound:
    """Bind the arguments of a command. PowerShellError with a ParameterBindingException.

    :param pipeline: objects will come through the pipeline; the caller puts each into ``takes``.
    """
    try:
        return _Binding(contract, place).run(given, pipeline)
    except BadArgument as error:
        raise _failed(contract, error.message, error.error_id, place) from None


def with_input(bound: Bound, value: PsValue) -> Bound:
    """The same call with one object of the pipeline."""
    if bound.takes is None:
        return bound
    values = NameMap(dict(bound.values.items()))
    try:
        values[bound.takes.name] = converted(bound.takes, value)
    except BadArgument as error:
        if error.error_id.startswith("ParameterArgumentValidationError"):
            raise _failed(bound.contract, error.message, error.error_id, bound.place) from None
        message = (
            "The input object cannot be bound to any parameters for the command either because the command "
            "does not take pipeline "
            "input or the input and its properties do not match any of the parameters that take pipeline input."
        )
        raise _failed(bound.contract, message, "InputObjectNotBound", bound.place) from None
    return Bound(bound.contract, values, bound.set_name, bound.takes, bound.place)


class _Binding:
    def __init__(self, contract: Contract, place: Place) -> None:
        self._contract = contract
        self._place = place
        self._bound: NameMap[PsValue] = NameMap()

    def run(self, given: Sequence[Given], pipeline: bool) -> Bound:
        positional = self._named(given)
        self._positional(positional)
        takes = self._pipeline() if pipeline else None
        set_name = self._choose(takes)
        if takes is not None and not takes.belongs_to(set_name):
            takes = None
        self._check_common()
        return Bound(self._contract, self._bound, set_name, takes, self._place)

    def _named(self, given: Sequence[Given]) -> list[Given]:
        """Bind the named arguments; returns the others."""
        others: list[Given] = []
        waiting: Parameter | None = None
        for item in given:
            if waiting is not None:
                if item.name is not None:
                    raise self._missing_value(waiting)
                self._put(waiting, item.value)
                waiting = None
                continue
            if item.name is None:
                others.append(item)
                continue
            parameter = self._parameter(item.name)
            if item.has_value:
                self._put(parameter, item.value)
            elif parameter.type == SWITCH:
                self._put(parameter, True)
            else:
                waiting = parameter
        if waiting is not None:
            raise self._missing_value(waiting)
        return others

    def _positional(self, given: Sequence[Given]) -> None:
        places = sorted(
            (parameter for parameter in self._contract.parameters.values() if parameter.position is not None),
            key=lambda parameter: parameter.position or 0,
        )
        for item in given:
            free = [
                parameter
                for parameter in places
                if parameter.name not in self._bound and self._sets_with([*self._bound_parameters(), parameter])
            ]
            if not free:
                raise BadArgument(
                    f"A positional parameter cannot be found that accepts argument '{item.value}'.", "PositionalParameterNotFound"
                )
            self._put(free[0], item.value)

    def _pipeline(self) -> Parameter | None:
        """The parameter that takes objects of the pipeline."""
        candidates = [
            parameter
            for parameter in self._contract.parameters.values()
            if parameter.pipeline
            and parameter.name not in self._bound
            and self._sets_with([*self._bound_parameters(), parameter])
        ]
        if not candidates:
            message = (
                "The input object cannot be bound to any parameters for the command either because the command "
                "does not take pipeline "
                "input or the input and its properties do not match any of the parameters that take pipeline input."
            )
            raise BadArgument(message, "InputObjectNotBound")
        return candidates[0]

    def _choose(self, takes: Parameter | None) -> str:
        """The parameter set; an error when none fits, or when mandatory parameters are missing."""
        bound = [*self._bound_parameters(), *([takes] if takes else [])]
        sets = self._sets_with(bound)
        if not sets:
            raise BadArgument("Parameter set cannot be resolved using the specified named parameters.", "AmbiguousParameterSet")
        complete = [name for name in sets if not self._missing(name, bound)]
        if complete:
            return complete[0]
        chosen = self._contract.sets[0] if self._contract.sets[0] in sets else sets[0]
        names = " ".join(self._missing(chosen, bound))
        raise BadArgument(
            f"Cannot process command because of one or more missing mandatory parameters: {names}.", "MissingMandatoryParameter"
        )

    def _missing(self, set_name: str, bound: list[Parameter]) -> list[str]:
        return [
            parameter.name
            for parameter in self._contract.parameters.values()
            if parameter.required and parameter.belongs_to(set_name) and parameter not in bound
        ]

    def _sets_with(self, parameters: list[Parameter]) -> list[str]:
        """The parameter sets that contain all of these, the default one first."""
        return [name for name in self._contract.sets if all(parameter.belongs_to(name) for parameter in parameters)]

    def _bound_parameters(self) -> list[Parameter]:
        return [self._contract.parameters[name] for name in self._bound]

    def _parameter(self, written: str) -> Parameter:
        found = self._contract.find(written)
        if not found:
            raise BadArgument(f"A parameter cannot be found that matches parameter name '{written}'.", "NamedParameterNotFound")
        if len(found) > 1:
            names = "".join(f" -{parameter.name}" for parameter in found)
            raise BadArgument(
                f"Parameter cannot be processed because the parameter name '{written}' is ambiguous. Possible "
                f"matches include:{names}.",
                "AmbiguousParameter",
            )
        return found[0]

    def _put(self, parameter: Parameter, value: PsValue) -> None:
        if parameter.name in self._bound:
            raise BadArgument(
                f"Cannot bind parameter because parameter '{parameter.name}' is specified more than once. To "
                "provide multiple values to "
                'parameters that can accept multiple values, use the array syntax. For example, "-parameter '
                'value1,value2,value3".',
                "ParameterAlreadyBound",
            )
        self._bound[parameter.name] = converted(parameter, value)

    def _missing_value(self, parameter: Parameter) -> BadArgument:
        return BadArgument(
            f"Missing an argument for parameter '{parameter.name}'. Specify a parameter of type "
            f"'{full_name(parameter)}' and try again.",
            "MissingArgument",
        )

    def _check_common(self) -> None:
        for name in COMMON:
            if name in self._bound and name not in _KNOWN_COMMON:
                raise Unsupported(f"the common parameter -{name}", self._place)
        for name in _KNOWN_COMMON:
            value = str(self._bound.get(name, "Stop"))
            if value.casefold() not in (action.casefold() for action in _ACTIONS):
                raise Unsupported(f"-{name} {value}", self._place)


def _failed(contract: Contract, message: str, error_id: str, place: Place) -> PowerShellError:
    return PowerShellError(
        ErrorRecord(message, BINDING_ERROR, f"{error_id},{contract.name}", "InvalidArgument", command=contract.name, place=place)
    )


def error_action(bound: Bound, default: str) -> str:
    """What happens to the non-terminating errors of this call: stop, continue, silentlycontinue or ignore."""
    return str(bound.get("ErrorAction", default)).lower()
