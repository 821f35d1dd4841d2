"""Scripts from standard input (``-Command -``), which Windows PowerShell reads line by line, as if they were typed."""

from __future__ import annotations

from lab.windows.powershell.grammar import parse


def unfinished(text: str) -> int:
    """The line, from 1, of the first statement of several lines without an empty line after it; 0 when there is none.

    At a prompt an empty line ends such a statement. Without it, Windows PowerShell does not run the statement, without a
    message.
    Raises :class:`~lab.windows.powershell.errors.ParseError`.
    """
    root, _ = parse(text)
    lines = text.split("\n")
    for group in root.children:
        for node in group.children if group.type == "statement_list" else ():
            first, last = node.start_point[0], node.end_point[0] - (1 if node.end_point[1] == 0 else 0)
            if last > first and (last + 1 >= len(lines) or lines[last + 1].strip()):
                return first + 1
    return 0
