"""`python -m tests.bench.log_parser`: how long one core needs to decode, parse and judge a log of 5 MB."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.encodings import decode
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge import Judge
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import parse, split_lines

SIZE_BYTES = 5 * 1024 * 1024
LIMIT_SECONDS = 1.0
_MESSAGES = (
    "Hasn't synced recently.",
    "Checking for preview version~~",
    "Is it a fast channel? :False~~",
    "Easysetup fwlink to download the manifest: https://go.microsoft.com/fwlink/?LinkId=2309745~~",
    "Get manifest.cab url~~",
    "outerxml is <ConfigurationManagerUpdateContent Guid=\"{guid}\" State=\"262145\" />~~",
    "Generating state message: 2 for package 00000000-0000-0000-0000-000000000000~~",
    "Successfully Dropped the state message 2~~",
    "WARNING: Failed to download easy setup payload with exception: The remote server returned an error: (407) "
    "Proxy Authentication Required.",
    "Waiting for changes to the \"D:\\SMS\\inboxes\\dmp.box\" directory, entry {number}~",
)  # fmt: skip


def sample(cmtrace: bool) -> bytes:
    """A log of SIZE_BYTES in one of the two formats."""
    began = datetime(2026, 3, 2, 8, 0)
    lines = []
    size = number = 0
    while size < SIZE_BYTES:
        message = _MESSAGES[number % len(_MESSAGES)].format(guid=f"7d3a9c1e-52b4-4f0b-9e66-{number:012x}", number=number)
        when = began + timedelta(seconds=number)
        if cmtrace:
            line = (
                f'<![LOG[{message}]LOG]!><time="{when:%H:%M:%S}.123-060" date="{when.month}-{when.day}-{when.year}" '
                'component="SMS_DMP_DOWNLOADER" context="" type="1" thread="4700" file="worker.cpp:120">\r\n'
            )
        else:
            line = f"{message} $$<SMS_DMP_DOWNLOADER><{when:%m-%d-%Y %H:%M:%S}.123-060><thread=4700 (0x125C)>\r\n"
        lines.append(line)
        size += len(line)
        number += 1
    return "".join(lines).encode()


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Seconds of processor time of the best of five runs, and what the work returned."""
    best, result = float("inf"), 0
    for _run in range(5):
        began = time.process_time()
        result = work()
        best = min(best, time.process_time() - began)
    return best, result


def main() -> int:
    """Print the figures; 1 when parsing and judging a log takes longer than LIMIT_SECONDS."""
    slow = False
    for name, cmtrace in (("native", False), ("CMTrace", True)):
        data = sample(cmtrace)

        def parsed(data: bytes = data) -> int:
            return sum(1 for _record in parse(split_lines(decode(data).text)))

        def judged(data: bytes = data) -> int:
            judge = Judge()
            judge.read({"dmpdownloader.log": parse(split_lines(decode(data).text))})
            return judge.records

        parse_seconds, records = timed(parsed)
        judge_seconds, _same = timed(judged)
        print(
            f"{name}: {len(data) / 1e6:.1f} MB, {records} records: parsed in {parse_seconds:.2f} s, "
            f"parsed and judged in {judge_seconds:.2f} s"
        )
        slow = slow or judge_seconds > LIMIT_SECONDS
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
