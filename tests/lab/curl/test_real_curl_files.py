"""The lab's answers to ``file:`` addresses compared with those of the real curl, called as the collection calls it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows import file_end
from lab.windows.curl.local_files import read_file_url
from lab.windows.files import FileStore


def ask(program: str, address: str, part: str) -> subprocess.CompletedProcess[bytes]:
    """The collection's own options and input, for an address of this machine."""
    return subprocess.run(
        [program, *file_end.ARGUMENTS],
        input=file_end.config(address, part).encode(),
        capture_output=True,
        check=False,
        timeout=20,
    )


@pytest.mark.parametrize("content", [b"", b"short", bytes(range(256)) * 4], ids=["empty", "short", "long"])
@pytest.mark.parametrize(
    "part", ["-4", "-5", "-100", "0-3", "0-99", "0-4999", "-6", "-1", "-1024", "-1025", "-1026", "9000-", "3-"]
)
def test_the_lab_reads_files_as_curl_does(tmp_path: Path, curl_program: str, content: bytes, part: str) -> None:
    file = tmp_path / "a.log"
    file.write_bytes(content)
    run = ask(curl_program, f"file://{file}", part)
    store = FileStore()
    store.write(r"C:\a.log", content)
    found = read_file_url("file:///C:/a.log", part, store)
    assert (run.returncode, run.stdout) == (found.exit_code, found.data)
    assert run.stderr.startswith(b"curl: (") == bool(found.exit_code)


def test_a_missing_file(tmp_path: Path, curl_program: str) -> None:
    run = ask(curl_program, f"file://{tmp_path}/none.log", "-4")
    assert run.returncode == read_file_url("file:///C:/none.log", "-4", FileStore()).exit_code
