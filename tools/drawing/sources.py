"""What the source files of the project import of each other, read off their text."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping

COLLECTION = "ansible_collections.configmgr.scp."


def imported(source: str, path: str) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that a file imports.

    :param path: of the file, relative to the checkout, with slashes; it resolves relative imports.
    :raises SyntaxError: ``source`` is not Python.
    """
    package = path.removesuffix(".py").split("/")[:-1]
    if package[:1] == ["plugins"]:
        package = [*COLLECTION.strip(".").split("."), *package]
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


def file_of(name: str, files: Collection[str]) -> str | None:
    """The file of the project that the dotted ``name`` is, or is in; None for everything else, a package's folder among it."""
    path = name.removeprefix(COLLECTION).replace(".", "/")
    candidates = (f"{path}.py", f"{path.rpartition('/')[0]}.py")
    return next((candidate for candidate in candidates if candidate in files), None)


def imports_of(sources: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The files that each file imports, by path relative to the checkout.

    :param sources: the text of every file, by its path.
    """
    return {
        path: frozenset(
            found for _, name in imported(source, path) if (found := file_of(name, sources)) is not None and found != path
        )
        for path, source in sources.items()
    }
