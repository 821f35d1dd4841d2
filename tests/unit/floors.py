"""Which files of a package may import which: its folders are on floors, and imports lead only downwards.

A room is a folder, or a file beside the folders. A file may import its own room and the rooms of lower floors; never a higher
floor, never another room of its own floor, and no file of its own room that imports it. Imports are read from the sources: those
in functions and under TYPE_CHECKING also count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

from tools.drawing.sources import imported

# The package's own __init__.py: below every floor, because Python runs it before any other file.
PACKAGE_FILE = "__init__.py"


def sources(folder: Path) -> dict[str, str]:
    """The Python files of a folder and of all folders below: path relative to it, and text."""
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))}


@dataclass(frozen=True)
class Import:
    """A file of the package imports another one; both paths are relative to the package."""

    path: str
    line: int
    name: str
    target: str


@dataclass(frozen=True)
class Floors:
    """The plan of one package.

    :ivar package: its dotted name.
    :ivar floors: the lowest first; each a collection of rooms. A room is the path of a folder (``windows``, ``windows/curl``),
        which means the files in it and in the folders below it that are not rooms, or of a single file (``clock.py``).
    """

    package: str
    floors: Sequence[Collection[str]]

    def complaints(self, files: Mapping[str, str]) -> list[str]:
        """One sentence for each violation of the plan; empty when there are none.

        :param files: the package's files, from :func:`sources`.
        """
        found = [entry for path, source in files.items() for entry in self._imports(path, source, files)]
        return [
            *self._plan_complaints(files),
            *(sentence for entry in found if (sentence := self._import_complaint(entry))),
            *(self._circle_complaint(circle) for circle in circles((entry.path, entry.target) for entry in found)),
        ]

    def room_of(self, path: str) -> str | None:
        """The room of a file: itself, or the nearest folder around it that is a room; None when no floor has one."""
        rooms = {room for floor in self.floors for room in floor}
        around = (folder.as_posix() for folder in PurePosixPath(path).parents)
        return next((room for room in (path, *around) if room in rooms), None)

    def _floor_of(self, room: str) -> int:
        return next(number for number, floor in enumerate(self.floors, 1) if room in floor)

    def _imports(self, path: str, source: str, files: Mapping[str, str]) -> Iterator[Import]:
        package = [*self.package.split("."), *PurePosixPath(path).parent.parts]
        for line, name in imported(source, package):
            if f"{name}.".startswith(f"{self.package}."):
                target = _file_of(name[len(self.package) + 1 :].split("."), files)
                if target != path:
                    yield Import(path, line, name, target)

    def _plan_complaints(self, files: Mapping[str, str]) -> Iterator[str]:
        for path in files:
            if path != PACKAGE_FILE and self.room_of(path) is None:
                yield f"{self.package}: no floor has a room for {path}; add its folder to one."
        used = {self.room_of(path) for path in files}
        rooms = [room for floor in self.floors for room in floor]
        yield from (f"{self.package}: the room {room} has no file; take it out." for room in sorted({*rooms} - used))
        yield from (f"{self.package}: the room {room} is on two floors." for room in sorted({*rooms}) if rooms.count(room) > 1)

    def _import_complaint(self, entry: Import) -> str | None:
        """Why this import is not allowed; None when it is, or when one of the two files has no room."""
        place = f"{self.package}: {entry.path}:{entry.line} must not import {entry.name}"
        to_room = self.room_of(entry.target)
        if to_room is None:
            return None
        if entry.path == PACKAGE_FILE:
            return f"{place}: the package's own file is below every floor."
        from_room = self.room_of(entry.path)
        if from_room is None or from_room == to_room:
            return None
        from_floor, to_floor = self._floor_of(from_room), self._floor_of(to_room)
        if from_floor == to_floor:
            return f"{place}: {from_room} and {to_room} are two rooms of floor {from_floor}."
        if from_floor < to_floor:
            return f"{place}: {from_room} is on floor {from_floor}, {to_room} above it on floor {to_floor}."
        return None

    def _circle_complaint(self, circle: Sequence[str]) -> str:
        way = " imports ".join([*circle, circle[0]])
        return f"{self.package}: {way}: a circle; put what they share into a file of its own."


def circles(imports: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The circles of files that import each other, each in the order of the imports, beginning with its first name.

    Circles that share files are found one after the other: one import of each found circle is removed.
    """
    graph: dict[str, set[str]] = {}
    for importer, target in imports:
        graph.setdefault(importer, set()).add(target)
    found: list[list[str]] = []
    while True:
        try:
            # Sorted, so that the same sources always give the same sentences.
            TopologicalSorter({path: sorted(graph[path]) for path in sorted(graph)}).prepare()
        except CycleError as error:
            # The sorter lists an imported file before the file that imports it, and the first one again at the end.
            circle = error.args[1][:0:-1]
            first = circle.index(min(circle))
            found.append([*circle[first:], *circle[:first]])
            graph[found[-1][-1]].discard(found[-1][0])
        else:
            return found


def _file_of(parts: Sequence[str], files: Mapping[str, str]) -> str:
    """The file that a name inside the package means. The name may be a module, a package, or something in one of them."""
    folder = ""
    for part in parts:
        if f"{folder}{part}.py" in files:
            return f"{folder}{part}.py"
        if not any(path.startswith(f"{folder}{part}/") for path in files):
            break
        folder = f"{folder}{part}/"
    return f"{folder}{PACKAGE_FILE}"
