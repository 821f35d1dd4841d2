"""The lab's curl compared with the real one: the same situations on loopback and in an estate, the same codes and messages."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from lab.cim.model import NameMap
from lab.clock import LabClock
from lab.estate.description import EstateDescription
from lab.estate_file.reader import parse
from lab.windows.curl.options import NEW_WAYS, CurlError, Operation, Version, version_of
from lab.windows.curl.options import parse as parse_line
from lab.windows.curl.transfer import Outcome, Site, transfer
from lab.windows.curl.write_out import variables, write_out
from lab.windows.install import build_machine
from lab.windows.network import Network

ESTATE = r"""
domain: {dns: corp.example, netbios: CORP}
accounts: [{name: CORP\user, password: Secret-1}]
proxies:
  - {name: open, port: 8080, internet: {endpoints: [{host: blocked.example, status: 403}]}}
  - {name: closed, port: 8080, authentication: basic}
machines:
  - name: srv1
    address: 127.0.10.1
    internet:
      endpoints:
        - {host: s403.example, status: 403}
        - {host: s451.example, status: 451}
        - {host: silent.example, problem: timeout}
"""
# The versions whose behaviour the lab's curl has: from that of Debian 12 to the one after Debian 13's with the same messages,
# including Windows' 8.13.0. The lab uses the version of the installed curl, so each comparison is within one version.
KNOWN = ((7, 88), (8, 16))

Serve = Callable[[bytes | None], int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Listen on a free port: answers everything with these bytes, does not answer for None; b"" closes the connection."""

    def close_all(connections: list[socket.socket]) -> None:
        for connection in connections:
            connection.close()

    with ExitStack() as stack:

        def start(answer: bytes | None) -> int:
            listener = socket.create_server(("127.0.0.1", 0))
            stack.callback(listener.close)
            open_connections: list[socket.socket] = []
            stack.callback(close_all, open_connections)

            def run() -> None:
                while True:
                    try:
                        connection, _ = listener.accept()
                    except OSError:
                        return
                    open_connections.append(connection)
                    if answer is not None:
                        connection.recv(65536)
                        connection.sendall(answer)
                        connection.close()

            threading.Thread(target=run, daemon=True).start()
            return int(listener.getsockname()[1])

        yield start


@pytest.fixture(scope="module")
def version(curl_program: str) -> Version:
    """The version of the installed curl, which the lab's curl uses in these tests."""
    said = subprocess.run([curl_program, "-q", "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    installed = version_of(said.split()[1])
    if not KNOWN[0] <= installed[:2] <= KNOWN[1]:
        pytest.skip(f"the lab's curl behaves like curl 7.88 to 8.16; the installed one is {said.split()[1]}")
    return installed


@pytest.fixture(scope="module")
def site(version: Version) -> Site:
    estate: EstateDescription = parse(ESTATE)
    machine = build_machine(estate, estate.machine("srv1"), LabClock(1, threading.RLock()))
    return Site(machine, Network(estate, NameMap({machine.fqdn: machine})), version, 1033)


def _real(program: str, *arguments: str) -> dict[str, Any]:
    command = [program, "-q", "-s", "-o", "/dev/null", "-w", "%{json}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["exitcode"] == done.returncode
    return found


def _labs(site: Site, *arguments: str) -> Outcome:
    operation = parse_line(arguments, site.version, lambda name: name).operations[0]
    return transfer(operation.urls[0], operation, site)


def _told(values: dict[str, Any]) -> tuple[Any, ...]:
    """The parts that must be the same; hosts, ports, names of curl and milliseconds differ on each side."""
    words = values["errormsg"] or ""
    # Windows' curls say "Could not", also where Debian's curl 7.88 says "Couldn't".
    changes = (
        (r"after \d+ (ms|milli)", r"after N \1"),
        (r"(connect to|host:|proxy:) [\w.]+( port \d+)?", r"\1 X"),
        ("ldn't", "ld not"),
    )
    for pattern, plain in changes:
        words = re.sub(pattern, plain, words, count=1)
    ends = tuple((values[name] > 0) - (values[name] < 0) for name in ("remote_port", "local_port", "num_connects"))
    ways = (bool(values["remote_ip"]), bool(values["local_ip"]), values["time_connect"] > 0, values["scheme"])
    return (values["exitcode"], values["http_code"], values["http_connect"], words, ends, ways)


def _status(number: int) -> bytes:
    return f"HTTP/1.1 {number} Some\r\nContent-Length: 0\r\n\r\n".encode()


# Name, the server of the real curl (bytes of an answer, None for silence, "refused" or a URL), its options, the lab's arguments.
SITUATIONS: list[tuple[str, bytes | str | None, list[str], list[str]]] = [
    ("status", _status(200), [], ["http://ok.example"]),
    ("forbidden", _status(403), [], ["http://s403.example"]),
    ("blocking page", _status(451), [], ["http://s451.example"]),
    ("fail", _status(403), ["-f"], ["-f", "http://s403.example"]),
    ("refused", "refused", [], ["http://srv1:81"]),
    ("name", "http://nosuch.invalid/", [], ["http://nosuch.invalid"]),
    ("no proxy of this name", "https://a.example/", ["-x", "http://nosuch.invalid:80"], ["-x", "http://x.invalid:80", "https://a.b"]),
    ("silence over ftp", None, ["ftp", "-m", "1"], ["-m", "1", "ftp://srv1:445"]),
    ("silence over telnet", None, ["telnet", "-m", "1"], ["-m", "1", "telnet://srv1:445"]),
    ("a protocol that is none", "htps://x/", [], ["htps://x"]),
    ("an impossible port", "http://x:99999/", [], ["http://x:99999"]),
]  # fmt: skip


@pytest.mark.parametrize(("target", "options", "arguments"), [s[1:] for s in SITUATIONS], ids=[s[0] for s in SITUATIONS])
def test_the_same_codes_and_words(
    curl_program: str, serve: Serve, site: Site, target: bytes | str | None, options: list[str], arguments: list[str]
) -> None:
    scheme = "http"
    if options[:1] in (["ftp"], ["telnet"]):
        scheme, options = options[0], options[1:]
    if target == "refused":
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        url = f"http://127.0.0.1:{port}/"
    else:
        url = target if isinstance(target, str) else f"{scheme}://127.0.0.1:{serve(target)}/"
    outcome = _labs(site, *arguments)
    mine = _told(variables(outcome, 0, None, site.version))
    real = _told(_real(curl_program, *options, url))
    if arguments == ["htps://x"]:
        mine, real = mine[:3], real[:3]  # the messages changed between the versions
    assert mine == real


@pytest.mark.parametrize(
    ("status", "arguments"),
    [
        (407, ["-x", "http://closed:8080", "https://a.example"]),
        (407, ["-x", "http://closed:8080", "http://a.example"]),
        (403, ["-x", "http://open:8080", "https://blocked.example"]),
    ],
)
def test_the_same_through_a_proxy(curl_program: str, serve: Serve, site: Site, status: int, arguments: list[str]) -> None:
    mine = variables(_labs(site, *arguments), 0, None, site.version)
    real = _real(curl_program, "-x", f"http://127.0.0.1:{serve(_status(status))}", arguments[-1])
    assert _told(mine) == _told(real)


def test_json_has_the_names_of_the_real_one(curl_program: str, serve: Serve, site: Site) -> None:
    real = _real(curl_program, f"http://127.0.0.1:{serve(_status(200))}/")
    written = write_out("%{json}", _labs(site, "http://ok.example"), 0, "NUL", site.version, "libcurl")
    mine = json.loads("".join(written.stdout))
    missing = real.keys() - mine.keys()
    assert not missing, f"not in the lab's: {missing}"
    plain = {name for name in real if isinstance(real[name], int) and not isinstance(real[name], bool)}
    assert [name for name in sorted(plain) if not isinstance(mine[name], int)] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nosuch", "http://x"],
        ["-sS"],
        ["--connect-timeout"],
        ["--connect-timeout", "abc", "http://x"],
        ["-s", "-K", "/none/such"],
    ],
)
def test_the_same_refusals(curl_program: str, version: Version, arguments: list[str]) -> None:
    done = subprocess.run([curl_program, "-q", *arguments], capture_output=True, text=True, timeout=10, check=False)

    def no_file(name: str) -> str:
        raise FileNotFoundError(name)

    with pytest.raises(CurlError) as caught:
        parse_line(["-q", *arguments], version, no_file)
    assert caught.value.exit_code == done.returncode
    assert f"curl: {caught.value.message}" in done.stderr.splitlines()


@pytest.mark.parametrize(
    "template", [r"a%%b\n\t\q%{http_code} %{nosuch}|", "%{http_code", "%{http_connect}%{urlnum}x%", r"\\n%header{x}|"]
)
def test_the_same_templates(curl_program: str, serve: Serve, site: Site, template: str) -> None:
    url = f"http://127.0.0.1:{serve(_status(200))}/"
    command = [curl_program, "-q", "-s", "-o", "/dev/null", "-w", template, url]
    real = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    written = write_out(template, _labs(site, "http://ok.example"), 0, None, site.version, "libcurl")
    assert ("".join(written.stdout), "".join(written.stderr)) == (real.stdout, real.stderr)


def _config(port: int, *more: str) -> str:
    lines = [f'url = "http://127.0.0.1:{port}/a\\"b"', "-o /dev/null", 'write-out: "%{url}\\n"', *more, "next"]
    return "\n".join([*lines, f"--url http://127.0.0.1:{port}/c # d", "output = /dev/null", 'write-out = "[%{url}]\\t"', ""])


def _written(program: str, text: str, *options: str) -> tuple[int, str, str]:
    command = [program, "-q", *options, "-K", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=10, check=False)
    return done.returncode, done.stdout, done.stderr


def test_the_same_config_files(curl_program: str, serve: Serve, site: Site) -> None:
    text = "# comment\n\n" + _config(serve(_status(200)))
    parsed = parse_line(["-s", "-K", "-"], site.version, lambda _name: text)
    mine = "".join(
        line
        for number, operation in enumerate(parsed.operations)
        for line in write_out(operation.options["write-out"], _result(operation), number, None, site.version, "").stdout
    )
    assert _written(curl_program, text, "-s") == (0, mine, "")
    assert parsed.warnings == []


@pytest.mark.parametrize("mistake", ["nosuch", "connect-timeout = abc", "connect-timeout", " silent"])
def test_the_same_of_a_mistake_in_a_config_file(curl_program: str, serve: Serve, site: Site, mistake: str) -> None:
    text = _config(serve(_status(200)), mistake)
    _, _, loud = _written(curl_program, text)
    if site.version < NEW_WAYS:
        parsed = parse_line(["-K", "-"], site.version, lambda _name: text)
        if mistake == " silent":  # no error yet
            assert (parsed.warnings, loud) == ([], "")
            return
        (warning,) = parsed.warnings
        # curl breaks a warning into lines of the terminal's width.
        assert warning in loud.replace("\nWarning: ", "")
        assert [len(operation.urls) for operation in parsed.operations] == [1, 1]
        return
    for options, real in (([], loud), (["-s"], _written(curl_program, text, "-s")[2])):
        with pytest.raises(CurlError) as caught:
            parse_line([*options, "-K", "-"], site.version, lambda _name: text)
        assert caught.value.exit_code == _written(curl_program, text, *options)[0]
        assert f"curl: {caught.value.message}\ncurl: try" in real


def _result(operation: Operation) -> Outcome:
    (url,) = operation.urls
    return Outcome(url, url)
