"""``python -m lab``."""

from __future__ import annotations

import sys

from lab.command.main import main

if __name__ == "__main__":
    sys.exit(main())
