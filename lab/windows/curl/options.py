"""curl's options: which exist, since which version, and how a command line or config file is read (curl's manual page)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

USAGE_EXIT = 2
READ_EXIT = 26
DEFAULT_PARALLEL, MOST_PARALLEL = 50, 300
MOST_URLS = 1000

# long name, short name, kind of its value (- for a flag), version that added it. Without a version, every curl.exe of Windows
# has the option. The lab accepts more options than it uses: those that do not affect reaching a host are read and ignored.
_TABLE = """
anyauth - -; basic - -; cacert - text; compressed - -; config K config; connect-timeout - seconds; disable q -; fail f -
fail-early - -; fail-with-body - - 7.76; globoff g -; head I -; header H text; http1.0 0 -; http1.1 - -; include i -
insecure k -; ipv4 4 -; ipv6 6 -; location L -; max-redirs - number; max-time m seconds; negotiate - -; next : -
no-buffer N -; no-progress-meter - - 7.67; noproxy - text; ntlm - -; output o text; parallel Z - 7.66
parallel-immediate - - 7.68; parallel-max - number 7.66; proto - text; proto-default - text; proxy x text; proxy-anyauth - -
proxy-basic - -; proxy-digest - -; proxy-insecure - -; proxy-negotiate - -; proxy-ntlm - -; proxy-user U text; proxytunnel p -
range r text; request X text; retry - number; show-error S -; silent s -; ssl-no-revoke - -; ssl-revoke-best-effort - - 7.70
styled-output - - 7.61; suppress-connect-headers - -; tls-max - text; tls13-ciphers - text 7.61; tlsv1 1 -; tlsv1.0 - -
tlsv1.1 - -; tlsv1.2 - -; tlsv1.3 - -; url - text; user u text; user-agent A text; verbose v -; version V -; write-out w text
"""

# Options that apply to every operation, not only up to the next --next.
_GLOBAL = {
    "fail-early", "parallel", "parallel-immediate", "parallel-max", "no-progress-meter", "show-error", "silent", "styled-output",
    "verbose",
}  # fmt: skip

Version = tuple[int, ...]

# Many of curl's messages changed between 7.88, measured on Debian 12, and 8.14.1, measured on Debian 13. Those of the library are
# the same in 8.11.1, 8.12.1 and 8.16.0, also measured. Those of the program (for errors in a command line or config file) were
# not measured between the two; 8.13 is assumed to have those of 8.14.1.
NEW_WAYS: Version = (8, 11)


@dataclass(frozen=True)
class Option:
    """One option. ``kind`` is ``-`` for a flag, otherwise the type of its value."""

    name: str
    short: str
    kind: str
    since: Version


class CurlError(Exception):
    """curl rejects its command line: exit code and message, followed by a reference to its help if ``hint``."""

    def __init__(self, exit_code: int, message: str, hint: bool = True) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.message = message
        self.hint = hint


class _BadOption(CurlError):
    """An option that curl rejects, as written, and why."""

    def __init__(self, word: str, reason: str) -> None:
        super().__init__(USAGE_EXIT, f"option {word}: {reason}")
        self.word = word
        self.reason = reason


@dataclass
class Operation:
    """The URLs between two ``--next`` and the options that apply to them: by long name, flags as ``""``."""

    urls: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)

    def seconds(self, name: str) -> float:
        """A time in seconds; 0 when it was not given."""
        return float(self.options.get(name, "0"))


@dataclass
class CommandLine:
    """What a command line of curl requests."""

    operations: list[Operation]
    options: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def complains(self) -> bool:
        """Whether failures are reported on standard error."""
        return "silent" not in self.options or "show-error" in self.options

    @property
    def parallel(self) -> int:
        """How many transfers run at the same time; 0: one after the other."""
        if "parallel" not in self.options:
            return 0
        wanted = int(self.options.get("parallel-max", "0"))
        return wanted if 1 <= wanted <= MOST_PARALLEL else DEFAULT_PARALLEL


def version_of(text: str) -> Version:
    """``8.13.0`` as numbers."""
    return tuple(int(part) for part in text.split("."))


def _read_table() -> list[Option]:
    options = []
    for line in re.split(r"[;\n]", _TABLE):
        if words := line.split():
            name, short, kind, *since = words
            options.append(Option(name, "" if short == "-" else short, kind, version_of(since[0]) if since else ()))
    return options


_OPTIONS = _read_table()
_BY_NAME = {option.name: option for option in _OPTIONS}
_BY_SHORT = {option.short: option for option in _OPTIONS if option.short}


def parse(words: Sequence[str], version: Version, read_config: Callable[[str], str]) -> CommandLine:
    """Read a command line, without the name of the program.

    :param read_config: the text of a config file by its name (``-`` is standard input); raises FileNotFoundError.

    Raises :class:`CurlError`.
    """
    reader = _Reader(version, read_config)
    reader.read(words)
    parsed = reader.parsed
    if "version" not in parsed.options:
        if not all(operation.urls for operation in parsed.operations):
            raise CurlError(USAGE_EXIT, "(2) no URL specified" if version >= NEW_WAYS else "no URL specified!")
        if sum(len(operation.urls) for operation in parsed.operations) > MOST_URLS:
            raise CurlError(USAGE_EXIT, f"the lab's curl accepts at most {MOST_URLS} URLs")
    return parsed


class _Reader:
    def __init__(self, version: Version, read_config: Callable[[str], str]) -> None:
        self._version = version
        self._read_config = read_config
        self._deep = 0
        self.parsed = CommandLine([Operation()])

    def read(self, words: Sequence[str]) -> None:
        waiting = list(words)
        options_end = False
        while waiting:
            word = waiting.pop(0)
            if word == "--" and not options_end:
                options_end = True
            elif options_end or not word.startswith("-") or word == "-":
                self.parsed.operations[-1].urls.append(word)
            elif word.startswith("--"):
                self._long(word, waiting)
            else:
                self._shorts(word, waiting)

    def _long(self, word: str, waiting: list[str]) -> None:
        name = word[2:]
        option = self._known(_BY_NAME.get(name))
        if option is None and name.startswith("no-"):
            option = self._known(_BY_NAME.get(name[3:]))
            if option is not None and option.kind == "-":
                self._scope(option).pop(option.name, None)
                return
        if option is None:
            raise _BadOption(word, "is unknown")
        self._take(option, word, waiting)

    def _shorts(self, word: str, waiting: list[str]) -> None:
        rest = word[1:]
        while rest:
            letter, rest = rest[0], rest[1:]
            option = self._known(_BY_SHORT.get(letter))
            if option is None:
                raise _BadOption(word, "is unknown")
            if option.kind != "-" and rest:
                waiting.insert(0, rest)
                rest = ""
            self._take(option, word, waiting)

    def _known(self, option: Option | None) -> Option | None:
        return option if option is not None and option.since <= self._version else None

    def _take(self, option: Option, word: str, waiting: list[str]) -> None:
        if option.name == "next":
            if not self.parsed.operations[-1].urls:
                raise CurlError(USAGE_EXIT, "missing URL before --next")
            self.parsed.operations.append(Operation())
            return
        if option.kind == "-":
            self._scope(option)[option.name] = ""
            return
        if not waiting:
            raise _BadOption(word, "requires parameter")
        self._store(option, word, waiting.pop(0))

    def _store(self, option: Option, word: str, value: str) -> None:
        if option.kind == "config":
            self._config(word, value)
        elif option.name == "url":
            self.parsed.operations[-1].urls.append(value)
        elif option.name == "output":
            self.parsed.operations[-1].outputs.append(value)
        else:
            pattern = {"seconds": r"\d+(\.\d+)?", "number": r"\d{1,9}"}.get(option.kind)
            if pattern is not None and not re.fullmatch(pattern, value):
                raise _BadOption(word, "expected a proper numerical parameter")
            self._scope(option)[option.name] = value

    def _scope(self, option: Option) -> dict[str, str]:
        everywhere = option.name in _GLOBAL or option.name == "version"
        return self.parsed.options if everywhere else self.parsed.operations[-1].options

    def _config(self, word: str, name: str) -> None:
        if self._deep:
            raise CurlError(USAGE_EXIT, "the lab's curl does not read a config file that another config file names")
        try:
            text = self._read_config(name)
        except FileNotFoundError:
            raise CurlError(READ_EXIT, f"option {word}: error encountered when reading a file") from None
        self._deep += 1
        shown = "<stdin>" if name == "-" else name
        for number, line in enumerate(text.splitlines(), 1):
            try:
                self._config_line(shown, number, line.rstrip())
            except _BadOption as error:
                if self._version >= NEW_WAYS:
                    raise self._unusable(word, name, f"{shown}:{number}: '{error.word}' {error.reason}") from None
                self.parsed.warnings.append(f"{shown}:{number}: warning: '{error.word}' {error.reason}")
        self._deep -= 1

    def _unusable(self, word: str, name: str, what: str) -> CurlError:
        """A config file with an error ends curl; the error itself is reported only without ``--silent``."""
        lines = [] if "silent" in self.parsed.options else [what, f"cannot read config from '{name}'"]
        return CurlError(READ_EXIT, "\ncurl: ".join([*lines, f"option {word}: error encountered when reading a file"]))

    def _config_line(self, shown: str, number: int, line: str) -> None:
        bare = line.lstrip()
        if not bare or bare.startswith("#"):
            return
        if bare != line and self._version >= NEW_WAYS:
            raise _BadOption("", "is unknown")
        line = bare
        found = re.match(r"([^\s=:]+)\s*[=:]?\s*", line)
        if found is None:
            return
        name, rest = found[1], line[found.end() :]
        bare = name.lstrip("-")
        option = self._known(_BY_SHORT.get(bare) if len(bare) == 1 and name.startswith("-") else _BY_NAME.get(bare))
        if option is not None and option.kind != "-":
            value, junk = _config_value(rest)
            if junk:
                self.parsed.warnings.append(f"{shown}:{number}: warning: '{name}' uses unquoted whitespace in the line")
            self._take(option, name, [value] if value or rest else [])
        elif name.startswith("-") and not name.startswith("--"):
            self._shorts(name, [])
        elif option is not None or bare.startswith("no-"):
            self._long(f"--{bare}", [])
        else:
            raise _BadOption(name, "is unknown")


_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "v": "\v"}


def _config_value(rest: str) -> tuple[str, bool]:
    """The value of an option in a config file, and whether words follow that belong to no option."""
    if not rest.startswith('"'):
        value, _, more = rest.partition(" ")
        return value, bool(more.strip()) and not more.strip().startswith("#")
    characters: list[str] = []
    position = 1
    while position < len(rest) and rest[position] != '"':
        if rest[position] == "\\" and position + 1 < len(rest):
            position += 1
            characters.append(_ESCAPES.get(rest[position], rest[position]))
        else:
            characters.append(rest[position])
        position += 1
    return "".join(characters), False
