"""What the source files of the project import of each other, read off their text."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache

COLLECTION = "ansible_collections.configmgr.scp."


def imported(source: str, package: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that a file imports.

    :param package: the names of the folders that the file is in, from the outermost; relative imports start there.
    :raises SyntaxError: ``source`` is not Python.
    """
    yield from _imported(source, tuple(package))


# The tests read the same files again and again.
@cache
def _imported(source: str, package: tuple[str, ...]) -> list[tuple[int, str]]:
    return list(_found(source, package))


def _found(source: str, package: Sequence[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = package[: len(package) + 1 - level] if level else []
                stem = ".".join([*base, *([module] if module else [])])
                yield from ((node.lineno, f"{stem}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def package_of(path: str) -> list[str]:
    """The names of the package that a file of the checkout is in."""
    folders = path.split("/")[:-1]
    return [*COLLECTION.strip(".").split("."), *folders] if folders[:1] == ["plugins"] else folders


def file_of(name: str, files: Collection[str]) -> str | None:
    """The file of the project that the dotted ``name`` is, or is in; None for everything else, a package's folder among it."""
    path = name.removeprefix(COLLECTION).replace(".", "/")
    candidates = (f"{path}.py", f"{path.rpartition('/')[0]}.py")
    return next((candidate for candidate in candidates if candidate in files), None)


def imports_of(sources: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The files that each file imports, by path relative to the checkout.

    :param sources: the text of every file, by its path.
    """
    return {path: frozenset(_files_of(path, source, sources)) for path, source in sources.items()}


def _files_of(path: str, source: str, files: Collection[str]) -> Iterator[str]:
    for _, name in imported(source, package_of(path)):
        found = file_of(name, files)
        if found is not None and found != path:
            yield found
