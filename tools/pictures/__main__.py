"""``python -m tools.pictures``: the pictures of README.md, taken of real runs over a lab of its own."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from selenium.webdriver import Chrome

from lab.command.inventory import inventory
from lab.configmgr.logs import log_folder
from lab.estate_file.reader import DEFAULT_FILE, load
from lab.running.estate import Estate
from tests.lab.report.browser import CannotRun, browser
from tools.pictures.earlier_days import with_earlier_days
from tools.pictures.terminal import TextError, as_page, excerpt

CHECKOUT = Path(__file__).resolve().parents[2]
PICTURES = CHECKOUT / "docs" / "images"
PROGRAMS = Path(sys.executable).parent
# Beside the addresses of `make demo`, whose lab may run.
ADDRESSES = "127.0.74"
# Fast enough to wait for, slow enough that the clocks of the lab and of this machine stay near each other.
PACE = 10.0
PAGE_WIDTH = 1000
# The longest line of the preflight fits into it.
TERMINAL_WIDTH = 1160
SERVER = "scp07.corp.example"
FAILED_CHECKS = ("Show the checks", "endpoint_sccm_manage")
END = ("[ERROR]", "Origin:")
SYNCHRONISED = "Manifest accepted by the site"
WAIT_SECONDS = 120.0
# The days before, and how long ago a synchronisation failed; the record after which it failed, and what it logged.
DAYS, BROKEN_DAYS = 24, (16, 9)
FAILED_AT = "Download manifest.cab"
FAILURE = "WARNING: Failed to download easy setup payload with exception: The operation has timed out"


def main() -> int:
    """Take the pictures; returns 0, or 1 after a sentence on what failed."""
    try:
        with tempfile.TemporaryDirectory(prefix="pictures-") as name, browser() as driver:
            folder = Path(name)
            with _lab(folder) as (estate, hosts):
                _preflight(driver, hosts, folder)
                _report(driver, estate, hosts, folder)
    except (CannotRun, TextError, subprocess.CalledProcessError, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _preflight(driver: Chrome, hosts: Path, folder: Path) -> None:
    """A preflight of a server on which much is wrong: the end of its output."""
    arguments = ["playbooks/preflight.yml", "-e", f"service_connection_point_server={SERVER}"]
    output = _play(hosts, arguments, expected=2)
    page = folder / "preflight.html"
    command = f"ansible-playbook configmgr.scp.preflight {' '.join(arguments[1:])}"
    page.write_text(as_page("preflight", command, excerpt(output, [FAILED_CHECKS, END])), encoding="utf-8")
    _take(driver, page, "preflight.png", TERMINAL_WIDTH, "return document.querySelector('pre').getBoundingClientRect().bottom")


def _report(driver: Chrome, estate: Estate, hosts: Path, folder: Path) -> None:
    """The drawings of the report page of a role that works: the hierarchy, the dates ahead and the last days."""
    _play(hosts, ["playbooks/provision.yml"], expected=0)
    page = folder / "reports" / "cas01.corp.example.html"
    report = ["playbooks/report.yml", "-e", f"scp_report_dir={page.parent}"]
    end = time.monotonic() + WAIT_SECONDS
    while not (page.exists() and SYNCHRONISED in page.read_text(encoding="utf-8")):
        if time.monotonic() > end:
            raise TimeoutError(f"The report does not say {SYNCHRONISED!r} after {WAIT_SECONDS:g} s.")
        _play(hosts, report, expected=0)
    _let_weeks_pass(estate)
    _play(hosts, report, expected=0)
    _take(
        driver,
        page,
        "report.png",
        PAGE_WIDTH,
        "return document.querySelector('.pair').getBoundingClientRect().bottom + 16",
    )


def _play(hosts: Path, arguments: list[str], expected: int) -> str:
    """The output of ansible-playbook with its colours; CalledProcessError for another exit status than expected."""
    command = [str(PROGRAMS / "ansible-playbook"), "-i", str(hosts), *arguments]
    environment = os.environ | {"ANSIBLE_FORCE_COLOR": "1", "COLUMNS": "100"}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != expected:
        print(done.stdout + done.stderr, file=sys.stderr)
        raise subprocess.CalledProcessError(done.returncode, command)
    return done.stdout


@contextmanager
def _lab(folder: Path) -> Iterator[tuple[Estate, Path]]:
    """A lab that runs meanwhile, and the inventory of its hosts."""
    with Estate(load(DEFAULT_FILE).at(ADDRESSES, PACE)) as estate:
        hosts = folder / "hosts.yml"
        hosts.write_text(yaml.safe_dump(inventory(estate.description), sort_keys=False), encoding="utf-8")
        yield estate, hosts


def _let_weeks_pass(estate: Estate) -> None:
    """The logs of the synchronisation, as they are after some weeks in which one failed."""
    for machine, file, at in (("scp01", "dmpdownloader.log", FAILED_AT), ("cas01", "hman.log", "")):
        found = estate.machine(machine)
        path = f"{log_folder(found)}\\{file}"
        with estate.lock:
            text = (found.files.read(path) or b"").decode("utf-8")
            found.files.write(path, with_earlier_days(text, DAYS, BROKEN_DAYS, at, FAILURE).encode())


def _take(driver: Chrome, page: Path, name: str, width: int, height_script: str) -> None:
    """A picture of the upper end of a page, as high as the script says."""
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.get(page.as_uri())
    clip = {"x": 0, "y": 0, "width": width, "height": float(driver.execute_script(height_script)), "scale": 1}
    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip})
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / name).write_bytes(base64.b64decode(shot["data"]))
    print((PICTURES / name).relative_to(CHECKOUT))


if __name__ == "__main__":
    sys.exit(main())
