"""Strict reading of YAML mappings: every error message gives the file and the line, what is wrong and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from lab.estate.errors import EstateError

LARGEST_FILE_BYTES = 1_000_000
_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"


class Section:
    """One mapping of the file. It records which keys are read; :meth:`finish` rejects the others.

    :param what: name of the mapping in messages, for example ``machine scp01``.
    """

    def __init__(self, node: yaml.Node, source: str, what: str) -> None:
        self.source = source
        self.what = what
        self.line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise EstateError(f"{source}:{self.line}: {what} must be a mapping (`key: value` lines)")
        self._nodes: dict[str, yaml.Node] = {}
        self._read: set[str] = set()
        self._key_lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise EstateError(f"{source}:{line}: {what} has a key that is not plain text")
            if key.value in self._nodes:
                raise EstateError(
                    f"{source}:{line}: {what} has {key.value} twice; the first is in line {self._key_lines[key.value]}"
                )
            self._nodes[key.value] = value
            self._key_lines[key.value] = line

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def names(self) -> tuple[str, ...]:
        """Every key of the mapping, in its order."""
        return tuple(self._nodes)

    def error(self, key: str | None, problem: str) -> EstateError:
        """The error about one key (or about the complete mapping), to be raised."""
        line = self._key_lines.get(key or "", self.line)
        return EstateError(f"{self.source}:{line}: {self.what}: {problem}")

    def text(self, key: str, default: str | None = None, pattern: str = "", allowed: str = "") -> str:
        """Text exactly as written (``2022`` and ``NO`` are text); ``pattern`` must match all of it."""
        node = self._take(key)
        if node is None:
            if default is None:
                raise self.error(None, f"{key} is missing")
            return default
        if not isinstance(node, yaml.ScalarNode) or node.tag == _NULL or not node.value:
            raise self.error(key, f"{key} must be text{_hint(allowed)}")
        if pattern and not re.fullmatch(pattern, node.value):
            raise self.error(key, f"{key} {node.value!r} is not valid{_hint(allowed)}")
        return str(node.value)

    def choice(self, key: str, allowed: Mapping[str, object] | tuple[str, ...], default: str | None = None) -> str:
        """One of the allowed values."""
        value = self.text(key, default, allowed=", ".join(allowed))
        if value not in allowed:
            raise self.error(key, f"{key} {value!r} is not a known value; allowed: {', '.join(allowed)}")
        return value

    def number(self, key: str, least: float, most: float, default: float | None = None) -> float:
        """A number from ``least`` to ``most``."""
        value = self.text(key, None if default is None else repr(default))
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not least <= number <= most:
            raise self.error(key, f"{key} {value!r} is not a number from {least:g} to {most:g}")
        return number

    def whole(self, key: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number from ``least`` to ``most``."""
        number = self.number(key, least, most, default)
        if number != int(number):
            raise self.error(key, f"{key} {number:g} must be a whole number")
        return int(number)

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        node = self._take(key)
        if node is None:
            return default
        if not isinstance(node, yaml.ScalarNode) or node.tag != _BOOL:
            raise self.error(key, f"{key} must be true or false")
        return node.value.lower() in ("true", "yes", "on")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when the key is left out. A single text counts as a list of one."""
        node = self._take(key)
        if node is None:
            return ()
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for item in items:
            if not isinstance(item, yaml.ScalarNode) or item.tag == _NULL:
                raise self.error(key, f"{key} must be a list of texts")
        return tuple(str(item.value) for item in items)

    def section(self, key: str, what: str) -> Section | None:
        """A mapping below this one; None when the key is left out."""
        node = self._take(key)
        return None if node is None else Section(node, self.source, what)

    def sections(self, key: str, what: str) -> list[Section]:
        """A list of mappings; ``what`` names one of them."""
        node = self._take(key)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(key, f"{key} must be a list (each item begins with `- `)")
        return [Section(item, self.source, f"{what} number {count}") for count, item in enumerate(node.value, 1)]

    def finish(self) -> None:
        """Reject every key that was not read."""
        for key in self._nodes:
            if key not in self._read:
                raise self.error(key, f"{key} is not a known key; allowed: {', '.join(sorted(self._read))}")

    def _take(self, key: str) -> yaml.Node | None:
        self._read.add(key)
        return self._nodes.get(key)


def read_mapping(path: Path, what: str) -> Section:
    """The mapping that makes up a file. Raises :class:`EstateError`, also when the file cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise EstateError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > LARGEST_FILE_BYTES:
        raise EstateError(f"{path}: is larger than {LARGEST_FILE_BYTES} bytes")
    return parse_mapping(content, str(path), what)


def parse_mapping(content: bytes | str, source: str, what: str) -> Section:
    """Like :func:`read_mapping`, from text; error messages name ``source`` in place of the file."""
    try:
        node = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise EstateError(f"{source}:{line}: this is not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise EstateError(f"{source}:1: this is not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise EstateError(f"{source}:1: the file is nested too deeply") from None
    if node is None:
        raise EstateError(f"{source}:1: the file is empty")
    return Section(node, source, what)


def _hint(allowed: str) -> str:
    return f"; allowed: {allowed}" if allowed else ""
