"""Running estates for tests, each on its own addresses, and their clients."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from winrm.exceptions import WSManFaultError
from winrm.protocol import Protocol

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from lab.estate.description import EstateDescription
from lab.estate_file.reader import DEFAULT_FILE, load, parse
from lab.running.estate import Estate
from tests.lab.addresses import claim
from tests.lab.ansible_runs import launched
from tests.lab.shares.smbd import CannotRun, Shares, shares
from tests.tools.order import long_first

# Lab seconds per second in tests: two minutes of a site take a fifth of a second.
PACE = 600.0

StartEstate = Callable[..., Estate]
OpenShares = Callable[..., Shares]
OpenSession = Callable[..., CimSession]
WriteHierarchy = Callable[..., Path]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start with the tests marked ``long``."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = long_first(items, lambda item: item.get_closest_marker("long") is not None, workers)


# A description does not change, and to read a text costs more than to start its estate: each text is read once.
_default = cache(load)


@cache
def _described(text: str) -> EstateDescription:
    return parse(text, "estate.yml")


@pytest.fixture(scope="session", autouse=True)
def _launcher() -> Iterator[None]:
    """Playbooks are run without importing their libraries each time."""
    with launched():
        yield


@pytest.fixture
def address_base() -> Iterator[str]:
    """The first three numbers of loopback addresses that no other test of any process uses at the same time."""
    with ExitStack() as claims:
        yield claim(claims)


@pytest.fixture(scope="session")
def _session_base() -> Iterator[str]:
    with ExitStack() as claims:
        yield claim(claims)


@pytest.fixture
def start_estate(tmp_path: Path) -> Iterator[StartEstate]:
    """Start an estate from YAML text (or the default file), with ``pace`` and the other options of :meth:`EstateDescription.at`.
    With ``by_hand`` its time passes only while a :class:`Play` pauses, and when the test advances it.

    At the end it is stopped, and there must be no error inside the lab.
    """
    with ExitStack() as running:

        def start(text: str | None = None, pace: float = PACE, *, by_hand: bool = False) -> Estate:
            description = _default() if text is None else _described(text)
            estate = Estate(description.at(claim(running), pace), by_hand=by_hand)
            running.enter_context(estate)
            running.callback(_nothing_went_wrong, estate)
            return estate

        yield start


@pytest.fixture(scope="session")
def _shared_estate(_session_base: str) -> Iterator[Estate]:
    with Estate(_default().at(_session_base, PACE)) as estate:
        yield estate


@pytest.fixture
def estate(_shared_estate: Estate) -> Iterator[Estate]:
    """The default estate at pace 600, reset for each test; the listeners are the same within one process."""
    _shared_estate.reset()
    yield _shared_estate
    _nothing_went_wrong(_shared_estate)


@pytest.fixture
def cim_session(estate: Estate) -> Iterator[OpenSession]:
    """Open a CIM session of the collection to a machine, over unmodified pywinrm."""
    with ExitStack() as opened:

        def connect(
            machine: str, account: str = "CORP\\scpadmin", scheme: str = "http", in_estate: Estate | None = None
        ) -> CimSession:
            protocol = _protocol(in_estate or estate, machine, account, scheme)
            opened.callback(protocol.transport.close_session)
            return CimSession(lambda message: _sent(protocol, message))

        yield connect


@pytest.fixture
def smb_shares() -> Iterator[OpenShares]:
    """Serve the drives of a machine as real file shares: ``smb_shares(estate, "scp02", readers=["CORP\\\\scpreader"])``.

    If no file server can run, the test is skipped and says why.
    """
    with ExitStack() as running:

        def serve(estate: Estate, machine: str, readers: Collection[str] = ()) -> Shares:
            try:
                return running.enter_context(shares(estate, machine, readers))
            except CannotRun as error:
                pytest.skip(f"no file shares on this machine: {error}")

        yield serve


@pytest.fixture
def lab_inventory(tmp_path: Path) -> Callable[..., Path]:
    """Write the project's lab inventory for a running estate: same hosts and groups, the estate's addresses.

    Keyword arguments become variables of all hosts (``ansible_user=...``).
    """

    def write(estate: Estate, **variables: Any) -> Path:
        file = DEFAULT_FILE.with_name("hosts.yml")
        inventory = copy.deepcopy(yaml.safe_load(file.read_text(encoding="utf-8")))
        _set_addresses(inventory["all"], estate.description)
        inventory["all"].setdefault("vars", {}).update({"ansible_port": estate.description.http_port, **variables})
        written = tmp_path / "hosts.yml"
        written.write_text(yaml.safe_dump(inventory, sort_keys=False), encoding="utf-8")
        return written

    return write


@pytest.fixture
def write_hierarchy(tmp_path: Path) -> WriteHierarchy:
    """Write the lab's file for the inventory plugin with the addresses of a running estate: ``write_hierarchy(estate, "name")``.

    Keyword arguments replace options; None removes one. ``connection`` replaces single variables in the same way.
    """

    def write(estate: Estate, name: str = "lab", connection: Mapping[str, Any] | None = None, **options: Any) -> Path:
        file = DEFAULT_FILE.parents[1] / "lab-hierarchy" / "lab.scp_hierarchy.yml"
        given = yaml.safe_load(file.read_text(encoding="utf-8"))
        given["addresses"] = {server: str(estate.machine(server).address) for server in given["addresses"]}
        variables = {**given["connection"], "ansible_port": estate.description.http_port, **(connection or {})}
        given |= {"connection": {key: value for key, value in variables.items() if value is not None}, **options}
        written = tmp_path / f"{name}.scp_hierarchy.yml"
        written.write_text(yaml.safe_dump({key: value for key, value in given.items() if value is not None}), encoding="utf-8")
        return written

    return write


def _nothing_went_wrong(estate: Estate) -> None:
    assert estate.errors == []


def _protocol(estate: Estate, machine: str, account: str, scheme: str) -> Protocol:
    description = estate.description
    secure = scheme == "https"
    port = description.https_port if secure else description.http_port
    known = estate.account(account)
    return Protocol(
        endpoint=f"{scheme}://{estate.machine(machine).address}:{port}/wsman",
        transport="ntlm",
        username=known.full_name,
        password=known.password,
        ca_trust_path=str(estate.ca_file) if secure else "legacy_requests",
        server_cert_validation="validate",
        message_encryption="auto",
        operation_timeout_sec=20,
        read_timeout_sec=30,
    )


def _sent(protocol: Protocol, message: bytes) -> bytes:
    """The answer, also a fault: the session reads both."""
    try:
        return bytes(protocol.send_message(message))
    except WSManFaultError as fault:
        text = fault.response
        return text if isinstance(text, bytes) else text.encode()


def _set_addresses(group: Mapping[str, Any], description: EstateDescription) -> None:
    for host, variables in (group.get("hosts") or {}).items():
        if variables and "ansible_host" in variables:
            variables["ansible_host"] = str(description.machine(host).address)
    for child in (group.get("children") or {}).values():
        _set_addresses(child or {}, description)
