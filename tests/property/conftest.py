"""The same examples on every run, so that a failure is one for everybody; no deadlines, because machines are shared."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")
