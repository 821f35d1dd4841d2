# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The folder of a field check that may be handed on: texts that a person can read, without what identifies the site. Pure.

Nothing is returned if a second reading finds anything in the texts that was to be replaced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.field import envelopes
from ansible_collections.configmgr.scp.plugins.module_utils.site.field import stand_ins as kinds
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.envelopes import SECRET
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.scrubbing import DROPPED, FORM, Known, Scrubber
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.vocabulary import identifiers

README, VERDICTS, READINGS = "README.txt", "verdicts.json", "readings.json"
FORMAT = 1
_NOT_READABLE = "(an envelope that is no valid XML was left out)\n"
# Originals of these kinds are also looked for in the sentences of the collection itself; a plain word may be in these by chance.
_ANYWHERE = frozenset({kinds.DOMAIN, kinds.GUID, kinds.SID, kinds.IPV4, kinds.IPV6, kinds.MAC})


class Survivor(Exception):
    """The second reading found something that was to be replaced; the text says what kind it is and in which file."""


def bundle(parts: Sequence[Mapping[str, Any]], known: Iterable[str], words: Iterable[str], version: str) -> dict[str, str]:
    """The files of the folder, by name.

    :param parts: for each host ``part``, ``probes``, ``versions``, ``exchanges`` (request and answer as text) and ``readings``.
    :param known: names and addresses of hosts and accounts that are known beforehand.
    :param words: further texts that must not be in the folder.
    :param version: of the collection.
    :raises Survivor: something that was to be replaced is left.
    """
    files = _Files(parts, version)
    beforehand = Known()
    for text in known:
        beforehand.add(text)
    beforehand.words.update(text.strip() for text in words if text.strip())
    scrubber = Scrubber(beforehand, files.texts())
    made = files.written(lambda text, about: DROPPED if about == SECRET else scrubber.scrub(text))
    _check(made, files.scrubbed, scrubber.originals())
    return made


def survivors(text: str, originals: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(kind, original) of what is left in a text, in any letter case, as a word of its own."""
    folded = text.casefold()
    for identifier in identifiers():
        folded = folded.replace(identifier, " ")
    return [(kind, original) for kind, original in originals if original in folded and _is_word(original, folded)]


def _is_word(original: str, folded: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(original)}(?![^\W_])", folded) is not None


class _Files:
    """The texts of the folder, to be read and then to be written. ``scrubbed`` has what was written from the site's texts."""

    def __init__(self, parts: Sequence[Mapping[str, Any]], version: str) -> None:
        self._parts = parts
        self._version = version
        self.scrubbed: list[tuple[str, str]] = []

    def texts(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []

        def note(text: str, about: str) -> str:
            found.append((text, about))
            return text

        self.written(note)
        return [(text, about) for text, about in found if about != SECRET]

    def written(self, change: envelopes.Change) -> dict[str, str]:
        made: dict[str, str] = {}
        self.scrubbed = []
        for part in self._parts:
            for name, envelope in _envelopes(part):
                xml = envelopes.readable(envelope.encode("utf-8"))
                rewrite = self._in(name, change)
                made[name] = _NOT_READABLE if xml is None else envelopes.in_lines(envelopes.rewritten(xml, rewrite))
        verdicts = [self._verdict(probe, change) for part in self._parts for probe in part["probes"]]
        readings = {str(part["part"]): self._data(part.get("readings") or {}, change) for part in self._parts}
        data = {"format": FORMAT, "version": self._version, "versions": self._versions(change), "probes": verdicts}
        made[VERDICTS] = _json(data)
        made[READINGS] = _json(readings)
        made[README] = "\n".join(self._readme(data, sorted(made))) + "\n"
        return made

    def _in(self, name: str, change: envelopes.Change) -> envelopes.Change:
        def changed(text: str, about: str) -> str:
            self.scrubbed.append((name, change(text, about)))
            return self.scrubbed[-1][1]

        return changed

    def _verdict(self, probe: Mapping[str, str], change: envelopes.Change) -> dict[str, str]:
        return {**probe, "seen": self._in(VERDICTS, change)(str(probe["seen"]), FORM)}

    def _versions(self, change: envelopes.Change) -> list[str]:
        return [self._in(VERDICTS, change)(str(text), FORM) for part in self._parts for text in part.get("versions") or ()]

    def _data(self, value: Any, change: envelopes.Change) -> Any:
        if isinstance(value, str):
            return self._in(READINGS, change)(value, FORM)
        if isinstance(value, Mapping):
            return {str(key): self._data(item, change) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._data(item, change) for item in value]
        return value

    def _readme(self, data: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
        yield f"A field check of the collection configmgr.scp {data['version']}"
        yield ""
        yield "Names, domains, accounts, SIDs, GUIDs, addresses and site codes are replaced: the same original has the same"
        yield "stand-in in every file. Words that are not known are replaced too (word01), and values of properties that may be"
        yield f"secret are left out {DROPPED}. Read the files before you hand them on. Nothing was sent."
        yield ""
        yield from (f"Version: {text}" for text in data["versions"])
        yield ""
        yield f"{VERDICTS}  the verdicts below, as data"
        yield f"{READINGS}  what was read with programs, or from bytes, in place of the answers"
        count = sum(name.endswith("-answer.xml") for name in names)
        yield f"*-request.xml, *-answer.xml  {count} requests with their answers, in their order"
        yield ""
        for probe in data["probes"]:
            yield f"{probe['verdict']}: {probe['id']} ({probe['part']})"
            yield f"    assumed: {probe['assumed']}"
            yield f"    seen: {probe['seen']}"


def _envelopes(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for number, exchange in enumerate(part.get("exchanges") or (), 1):
        yield f"{part['part']}-{number:03d}-request.xml", str(exchange["request"])
        yield f"{part['part']}-{number:03d}-answer.xml", str(exchange["answer"])


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _check(made: Mapping[str, str], scrubbed: Iterable[tuple[str, str]], originals: Sequence[tuple[str, str]]) -> None:
    """The second reading.

    :raises Survivor: as ``bundle``.
    """
    anywhere = [(kind, original) for kind, original in originals if kind in _ANYWHERE]
    by_file: dict[str, list[str]] = {}
    for name, text in scrubbed:
        by_file.setdefault(name, []).append(text)
    for name, pieces in by_file.items():
        _refuse(name, survivors("\n".join(pieces), originals))
    for name, text in made.items():
        _refuse(name, survivors(text, anywhere))


def _refuse(name: str, left: Sequence[tuple[str, str]]) -> None:
    if left:
        what = ", ".join(sorted({kind for kind, _original in left}))
        raise Survivor(
            f"The recording was not written, because {name} would still contain what must be replaced ({what}). Nothing was "
            "written. Run the field check without field_check_record to see the verdicts, and report this as a defect."
        )
