"""Contracts of commands: their parameters as the reference has them. The data is in YAML files, each command
with its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from lab.cim.model import NameMap

SWITCH = "SwitchParameter"
COMMON = ("ErrorAction", "WarningAction", "Verbose", "Debug", "InformationAction", "ErrorVariable", "WarningVariable",
          "InformationVariable", "OutVariable", "OutBuffer", "PipelineVariable")  # fmt: skip
_COMMON_ALIASES = {"ErrorAction": "ea", "WarningAction": "wa", "Verbose": "vb", "Debug": "db", "InformationAction": "infa",
                   "ErrorVariable": "ev", "WarningVariable": "wv", "InformationVariable": "iv", "OutVariable": "ov",
                   "OutBuffer": "ob", "PipelineVariable": "pv"}  # fmt: skip
_SWITCHES = ("Verbose", "Debug")
_KEYS = {"source", "default_set", "sets", "should_process", "output", "parameters"}
_PARAMETER_KEYS = {"type", "sets", "required", "position", "aliases", "accepts", "pipeline", "wildcards"}


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    :ivar type: the type of the reference, such as ``String``, ``SwitchParameter`` or ``IResultObject``.
    :ivar sets: the parameter sets that it belongs to; empty for all of them.
    :ivar position: from 0; None for a parameter that needs its name.
    :ivar accepts: the names of its enumeration; empty for other types.
    :ivar pipeline: it takes objects from the pipeline (by value).
    :ivar wildcards: the reference says that it accepts wildcards.
    """

    name: str
    type: str
    sets: tuple[str, ...] = ()
    required: bool = False
    position: int | None = None
    aliases: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    pipeline: bool = False
    wildcards: bool = False

    def belongs_to(self, set_name: str) -> bool:
        """Whether it can be used in this parameter set."""
        return not self.sets or set_name in self.sets


@dataclass(frozen=True)
class Contract:
    """What one command accepts. ``sets`` has the default set first; a command without named sets has one,
    ``__AllParameterSets``.
    """

    name: str
    source: str
    sets: tuple[str, ...]
    parameters: NameMap[Parameter]
    should_process: bool = False
    output: str = ""

    def find(self, written: str) -> list[Parameter]:
        """The parameters that a name means: an exact name or alias alone, otherwise those that begin with it."""
        wanted = written.casefold()
        for parameter in self.parameters.values():
            if wanted in (parameter.name.casefold(), *(alias.casefold() for alias in parameter.aliases)):
                return [parameter]
        return [
            parameter
            for parameter in self.parameters.values()
            if any(name.casefold().startswith(wanted) for name in (parameter.name, *parameter.aliases))
        ]


def read_contracts(path: Path) -> NameMap[Contract]:
    """The contracts in a file. ValueError for a key that is not known."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return NameMap({name: _contract(name, entry) for name, entry in content.items()})


def _contract(name: str, entry: Mapping[str, object]) -> Contract:
    _check_keys(name, entry, _KEYS)
    given = entry.get("parameters") or {}
    assert isinstance(given, dict)
    parameters: NameMap[Parameter] = NameMap()
    for parameter, values in given.items():
        _check_keys(f"{name} -{parameter}", values, _PARAMETER_KEYS)
        parameters[parameter] = Parameter(
            parameter,
            values["type"],
            tuple(values.get("sets", ())),
            values.get("required", False),
            values.get("position"),
            tuple(values.get("aliases", ())),
            tuple(values.get("accepts", ())),
            values.get("pipeline", False),
            values.get("wildcards", False),
        )
    if entry.get("should_process"):
        parameters["WhatIf"] = Parameter("WhatIf", SWITCH, aliases=("wi",))
        parameters["Confirm"] = Parameter("Confirm", SWITCH, aliases=("cf",))
    for common in COMMON:
        kind = SWITCH if common in _SWITCHES else "String"
        parameters[common] = Parameter(common, kind, aliases=(_COMMON_ALIASES[common],))
    sets = entry.get("sets") or ["__AllParameterSets"]
    assert isinstance(sets, list)
    return Contract(
        name, str(entry["source"]), tuple(sets), parameters, bool(entry.get("should_process")), str(entry.get("output", ""))
    )


def _check_keys(what: str, entry: Mapping[str, object], allowed: set[str]) -> None:
    unknown = set(entry) - allowed
    if unknown:
        raise ValueError(f"{what}: unknown keys {', '.join(sorted(unknown))}")
