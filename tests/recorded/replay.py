"""Replays a recording of a field check through the CIM client: a ``send`` that answers from its files.

A request is found by what it asks (action, class, keys, body), not by its position, so that a recording can still be replayed
after a probe was added. What the recording does not have is answered as a lost connection.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.bundle import READINGS, VERDICTS
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probe import SITE, judged
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probes import probes_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.reading import read_all
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.server_reading import server_readers
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.site_reading import site_readers
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import TransportTimeout
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

BUNDLES = Path(__file__).parent / "bundles"
_ASKED = ("Action", "ResourceURI", "FragmentTransfer", "SelectorSet", "Body")
# A context and a time limit belong to one run.
_OF_ONE_RUN = ("EnumerationContext",)
_RELATES = re.compile(r"(<(?:\w+:)?RelatesTo[^>]*>)[^<]*(<)")
_MESSAGE = re.compile(r"<(?:\w+:)?MessageID[^>]*>([^<]*)<")
# The window of messages ends at the clock of the host, which a changed recording may change.
_DATE = re.compile(r"\d{14}\.\d{6}\+000")


@dataclass
class Recording:
    """One folder of a field check.

    :param texts: its files by name.
    """

    texts: dict[str, str]
    _left: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> Recording:
        """The recording in a folder."""
        return cls({path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())})

    @property
    def verdicts(self) -> list[dict[str, str]]:
        """The verdicts that the field check itself wrote."""
        found: list[dict[str, str]] = json.loads(self.texts[VERDICTS])["probes"]
        return found

    def readings(self, part: str) -> dict[str, Any]:
        """What was read with programs."""
        found: dict[str, Any] = json.loads(self.texts[READINGS])[part]
        return {name: Unread(value["unread"]) if _is_unread(value) else value for name, value in found.items()}

    def session(self, part: str) -> CimSession:
        """A client that gets its answers from the recording."""
        answers: dict[str, list[str]] = {}
        for name in sorted(self.texts):
            if name.startswith(part) and name.endswith("-request.xml"):
                answer = self.texts[name.replace("-request.xml", "-answer.xml")]
                answers.setdefault(asked(self.texts[name]), []).append(answer)

        def send(envelope: bytes) -> bytes:
            text = envelope.decode("utf-8")
            found = answers.get(asked(text))
            if not found:
                raise TransportTimeout("this is not in the recording")
            answer = found.pop(0) if len(found) > 1 else found[0]
            message = _MESSAGE.search(text)
            return _RELATES.sub(rf"\g<1>{message[1] if message else ''}\g<2>", answer).encode("utf-8")

        return CimSession(send)

    def judged(self, part: str) -> dict[str, dict[str, str]]:
        """The verdicts by id, of the answers as the client reads them and of the readings that were made with programs."""
        session = self.session(part)
        readers = site_readers(session, self.code) if part == SITE else server_readers(session)
        given = self.readings(part)
        readings = {**read_all({name: read for name, read in readers.items() if name not in given}), **given}
        return {probe.id: judged(probe, readings) for probe in probes_of(part)}

    @property
    def code(self) -> str:
        """The stand-in of the site's code, from the namespace of its requests."""
        found = re.search(r"root/sms/site_(\w{3})", "".join(text for name, text in self.texts.items() if "request" in name))
        return found[1] if found else ""

    def changed(self, changes: Mapping[str, tuple[str, str]], only: str = "-answer.xml") -> Recording:
        """With texts of answers replaced: name of a change to (regular expression, new text).

        :raises ValueError: a change that matches nothing, so that a test would prove nothing.
        """
        texts = dict(self.texts)
        for name, (pattern, new) in changes.items():
            count = 0
            for file, text in texts.items():
                if file.endswith(only) or file == READINGS:
                    texts[file], number = re.subn(pattern, new, text, flags=re.DOTALL)
                    count += number
            if not count:
                raise ValueError(f"{name}: nothing in the recording matches {pattern!r}")
        return Recording(texts)


def asked(request: str) -> str:
    """What a request asks, in a form that is the same in every run."""
    parts: list[str] = []
    for element in ET.fromstring(request).iter():
        local = element.tag.rpartition("}")[2]
        if local in _ASKED:
            parts += [f"{local}={_flat(element)}"]
    return "\n".join(parts)


def _flat(element: ET.Element) -> str:
    local = element.tag.rpartition("}")[2]
    if local in _OF_ONE_RUN:
        return local
    attributes = " ".join(value for name, value in sorted(element.attrib.items()) if "}" not in name)
    inner = "".join(_flat(child) for child in element)
    return f"<{local} {attributes}>{_DATE.sub('date', (element.text or '').strip())}{inner}"


def _is_unread(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {"unread"}
