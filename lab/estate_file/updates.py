"""Reading the update packages of a hierarchy, and the service windows of a site."""

from __future__ import annotations

from lab.estate import description as es
from lab.estate_file.sections import Section

_GUID = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_VERSION = r"5\.00\.\d{4}\.\d{4}"
_NAME = r"[^\x00-\x1f]{1,127}"
_VERSION_HINT = "a version such as 5.00.9152.1000"


def read_updates(section: Section, hierarchy: str) -> tuple[es.Update, ...]:
    """``updates`` of a hierarchy. A prerequisite must be the name of another update of the list."""
    sections = section.sections("updates", f"update of {hierarchy}")
    found = [_update(item) for item in sections]
    names = {update.name for update in found}
    for item, update in zip(sections, found, strict=True):
        if update.prerequisite and (update.prerequisite not in names or update.prerequisite == update.name):
            raise item.error("prerequisite", f"there is no other update {update.prerequisite!r} in this hierarchy")
    return tuple(found)


def read_service_windows(section: Section, code: str) -> tuple[es.ServiceWindow, ...]:
    """``service_windows`` of a site."""
    return tuple(_window(item) for item in section.sections("service_windows", f"service window of {code}"))


def _update(section: Section) -> es.Update:
    name = section.text("name", pattern=_NAME)
    update = es.Update(
        name=name,
        guid=section.text("guid", pattern=_GUID, allowed="a GUID"),
        version=section.text("version", pattern=_VERSION, allowed=_VERSION_HINT),
        state=section.whole("state", 0, 0xFFFFFFFF),
        type=section.choice("type", ("regular", "weave", "qfe"), "regular"),
        state_hours=section.number("state_hours", 0, 1_000_000, 480),
        min_version=section.text("min_version", "5.00.8913.1000", _VERSION, _VERSION_HINT),
        prerequisite=section.text("prerequisite") if "prerequisite" in section else "",
        features=tuple(_feature(item) for item in section.sections("features", f"feature of {name}")),
    )
    section.finish()
    return update


def _feature(section: Section) -> es.Feature:
    feature = es.Feature(section.text("name", pattern=_NAME), section.text("guid", pattern=_GUID, allowed="a GUID"))
    section.finish()
    return feature


def _window(section: Section) -> es.ServiceWindow:
    window = es.ServiceWindow(
        name=section.text("name", pattern=_NAME),
        start_hours=section.number("start_hours", -10_000, 10_000),
        duration_hours=section.number("duration_hours", 0.1, 24),
        daily=section.flag("daily", False),
        enabled=section.flag("enabled", True),
    )
    section.finish()
    return window
