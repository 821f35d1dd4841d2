"""What is wrong with an estate."""

from __future__ import annotations


class EstateError(ValueError):
    """The estate file is wrong: ``file:line: what is wrong, what is allowed``."""
