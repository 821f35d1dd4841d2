"""``python -m tools.drawing``: write docs/images/layers.svg out of the imports of the sources."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.drawing.graph import DrawingError
from tools.drawing.making import drawing

CHECKOUT = Path(__file__).resolve().parents[2]
DRAWING = CHECKOUT / "docs" / "images" / "layers.svg"


def read_sources(root: Path) -> dict[str, str]:
    """The text of every Python file below ``plugins`` and ``lab``, by its path relative to ``root``."""
    files = sorted(path for folder in ("plugins", "lab") for path in (root / folder).rglob("*.py"))
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files}


def main() -> int:
    """Write the drawing; returns 0, or 1 after a sentence on what to change."""
    try:
        made = drawing(read_sources(CHECKOUT))
    except DrawingError as error:
        print(error, file=sys.stderr)
        return 1
    DRAWING.parent.mkdir(exist_ok=True)
    DRAWING.write_text(made, encoding="utf-8")
    print(DRAWING.relative_to(CHECKOUT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
