"""Programs that tests start."""

from __future__ import annotations

import subprocess

STOP_SECONDS = 10.0


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a program to end, and kill it if it has not ended after STOP_SECONDS."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
