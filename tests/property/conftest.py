"""The same examples in every run, so that a failure can be repeated; no deadlines, because machines are shared."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")
