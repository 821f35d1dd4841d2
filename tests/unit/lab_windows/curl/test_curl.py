"""The lab's curl.exe: its command line, its results, its output."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from lab.cim.model import NameMap
from lab.estate_file.reader import load
from lab.windows.curl.options import CurlError, parse, version_of
from lab.windows.machine import Machine
from lab.windows.network import Network
from lab.windows.programs.built_in import BUILT_IN
from lab.windows.programs.network import network_programs
from lab.windows.shell import Shell
from lab.winrm.message import Caller
from lab.winrm.programs import CommandLine, ProgramOutput, Signal

NEW, OLD = version_of("8.21.0"), version_of("7.55.1")
W = '-w "%{urlnum} %{http_code} %{http_connect} %{exitcode}\\n"'
Run = Callable[..., tuple[int | None, str, str, float]]


def _no_file(name: str) -> str:
    raise FileNotFoundError(name)


@pytest.fixture
def run(build: Callable[[str], Machine], clock: Any) -> Run:
    """Run a command line on a machine to its end: exit code, output, error messages, seconds of lab time."""
    estate = load()
    machines: NameMap[Machine] = NameMap()
    for description in estate.machines:
        machine = build(description.name)
        machines[machine.fqdn] = machine
    network = Network(estate, machines)

    def go(name: str, line: str, stdin: str | None = None) -> tuple[int | None, str, str, float]:
        machine = machines[f"{name}.corp.example"]
        shell = Shell(machine, {**BUILT_IN, **network_programs(estate.machine(name), network)})
        program = shell(CommandLine(Caller("scpadmin", "CORP"), line, code_page=65001))
        output = ProgramOutput()
        program.start(output)
        if stdin is not None:
            program.stdin(stdin.encode(), True)
        waiting = sorted(clock.waiting, key=lambda item: item[0])
        clock.run_all()
        code, streams = None, {"stdout": b"", "stderr": b""}
        while code is None and (part := output.read(10**6, 0.0)) is not None:
            for stream, data in part.chunks:
                streams[stream] += data
            code = part.exit_code
        return code, streams["stdout"].decode(), streams["stderr"].decode(), waiting[-1][0] if waiting else 0.0

    return go


@pytest.mark.parametrize(
    ("words", "exit_code", "message"),
    [
        (["--nosuch", "x"], 2, "option --nosuch: is unknown"),
        (["-sSj", "x"], 2, "option -sSj: is unknown"),
        ([], 2, "(2) no URL specified"),
        (["-s"], 2, "(2) no URL specified"),
        (["--connect-timeout"], 2, "option --connect-timeout: requires parameter"),
        (["--connect-timeout", "abc", "x"], 2, "option --connect-timeout: expected a proper numerical parameter"),
        (["--next", "x"], 2, "missing URL before --next"),
        (["-K", "none"], 26, "option -K: error encountered when reading a file"),
        (["x"] * 1001, 2, "the lab's curl accepts at most 1000 URLs"),
    ],
)
def test_refused_command_lines(words: list[str], exit_code: int, message: str) -> None:
    with pytest.raises(CurlError) as caught:
        parse(words, NEW, _no_file)
    assert (caught.value.exit_code, caught.value.message) == (exit_code, message)


@pytest.mark.parametrize("option", ["--parallel", "--ssl-revoke-best-effort", "--no-progress-meter", "-Z"])
def test_an_older_curl_does_not_know_newer_options(option: str) -> None:
    assert parse([option, "x"], NEW, _no_file).operations[0].urls == ["x"]
    with pytest.raises(CurlError, match="is unknown"):
        parse([option, "x"], OLD, _no_file)


def test_options_count_until_next_and_some_for_all() -> None:
    parsed = parse(["-sSo", "NUL", "-m2", "a", "--next", "-o", "f", "b", "-Z", "--no-show-error", "--", "-c"], NEW, _no_file)
    assert [(o.urls, o.outputs, o.options) for o in parsed.operations] == [
        (["a"], ["NUL"], {"max-time": "2"}),
        (["b", "-c"], ["f"], {}),
    ]
    assert (parsed.options, parsed.parallel, parsed.complains) == ({"silent": "", "parallel": ""}, 50, False)


def test_a_config_file() -> None:
    text = '# c\nurl = "https://a/\\"b\\\\"\n-o NUL\nmax-time: 3\nsilent\n-S\n\nnext\nurl https://c\nwrite-out="%{url}\\n" \n'
    parsed = parse(["-K", "-"], NEW, lambda name: text if name == "-" else _no_file(name))
    first, second = parsed.operations
    assert (first.urls, first.outputs, first.options) == (['https://a/"b\\'], ["NUL"], {"max-time": "3"})
    assert (second.urls, second.options) == (["https://c"], {"write-out": "%{url}\n"})
    assert parsed.options == {"silent": "", "show-error": ""}
    assert parsed.warnings == []


def test_a_mistake_in_a_config_file_ends_a_newer_curl_and_is_a_warning_of_an_older_one() -> None:
    text = "url = https://a\nnosuch x\nmax-time = soon\n"
    unreadable = "option -K: error encountered when reading a file"
    with pytest.raises(CurlError) as loud:
        parse(["-K", "-"], NEW, lambda _name: text)
    assert loud.value.message.split("\n") == [
        "<stdin>:2: 'nosuch' is unknown", "curl: cannot read config from '-'", f"curl: {unreadable}"
    ]  # fmt: skip
    with pytest.raises(CurlError) as silent:
        parse(["-s", "-K", "-"], NEW, lambda _name: text)
    assert (silent.value.exit_code, silent.value.message) == (26, unreadable)
    assert parse(["-K", "-"], OLD, lambda _name: text).warnings == [
        "<stdin>:2: warning: 'nosuch' is unknown",
        "<stdin>:3: warning: 'max-time' expected a proper numerical parameter",
    ]


# Machine, options and URL, then http_code, http_connect, exitcode and the error message.
OUTCOMES = [
    ("scp01", "https://go.microsoft.com", "200 000 0", ""),
    ("scp01", "-I https://go.microsoft.com/x", "200 000 0", ""),
    ("scp01", "http://nosuch.corp.example", "000 000 6", "Could not resolve host: nosuch.corp.example"),
    ("scp01", "http://cas01:81", "000 000 7", "Failed to connect to cas01:81 after 2030 ms: Could not connect to server"),
    (
        "scp02",
        "--connect-timeout 1 http://cas01:81",
        "000 000 28",
        "Failed to connect to cas01:81 after 1000 ms: Timeout was reached",
    ),
    ("scp06", "https://go.microsoft.com", "000 000 28", "after 21050 ms: Could not connect to server"),
    ("scp06", "--connect-timeout 5 https://go.microsoft.com", "000 000 28", "after 5000 ms: Timeout was reached"),
    ("scp06", "-m 2 https://go.microsoft.com", "000 000 28", "Connection timed out after 2000 milliseconds"),
    (
        "scp07",
        "https://download.microsoft.com",
        "000 000 60",
        "schannel: SEC_E_UNTRUSTED_ROOT (0x80090325) - The certificate chain",
    ),
    ("scp07", "-k https://download.microsoft.com", "200 000 0", ""),
    ("scp07", "https://configmgrbits.azureedge.net", "000 000 35", "SEC_E_UNSUPPORTED_FUNCTION (0x80090302)"),
    (
        "scp07",
        "https://dl.delivery.mp.microsoft.com",
        "000 000 35",
        "SEC_E_CERT_EXPIRED (0x80090328) - The received certificate has",
    ),
    ("scp07", "http://dl.delivery.mp.microsoft.com", "200 000 0", ""),
    ("scp07", "https://management.azure.com", "451 000 0", ""),
    ("scp07", "-f https://management.azure.com", "451 000 22", "The requested URL returned error: 451"),
    ("scp06", "-x proxy01:8080 https://go.microsoft.com", "200 200 0", ""),
    ("scp06", "-x proxy01:8080 http://go.microsoft.com", "200 000 0", ""),
    ("scp06", "-x http://proxy9:8080 https://go.microsoft.com", "000 000 5", "Could not resolve proxy: proxy9"),
    ("scp06", "-x proxy01:81 https://go.microsoft.com", "000 000 7", "Failed to connect to proxy01:81 after 2030 ms"),
    ("scp06", "-x proxy02:3128 https://go.microsoft.com", "000 407 56", "CONNECT tunnel failed, response 407"),
    ("scp06", "-x proxy02:3128 http://go.microsoft.com", "407 000 0", ""),
    ("scp06", "-x proxy02:3128 --proxy-negotiate -U : https://go.microsoft.com", "000 407 56", "response 407"),
    ("scp06", r"-x proxy02:3128 -U CORP\scpproxy:Lab-Proxy-2026 https://go.microsoft.com", "000 407 56", "response 407"),
    ("scp06", r"-x proxy02:3128 --proxy-anyauth -U CORP\scpproxy:Lab-Proxy-2026 https://go.microsoft.com", "200 200 0", ""),
    ("scp06", "-x http://scpproxy:Lab-Proxy-2026@proxy02:3128 --proxy-ntlm https://go.microsoft.com", "200 200 0", ""),
    ("scp06", "-x proxy01:8080 https://x.invalid", "000 502 56", "CONNECT tunnel failed, response 502"),
    (
        "scp06",
        "-x proxy01:8080 --noproxy .microsoft.com -m 1 https://go.microsoft.com",
        "000 000 28",
        "Connection timed out after 1000",
    ),
    ("cas01", "-m 3 telnet://scp01:445", "000 000 28", "Time-out"),
    ("cas01", "-m 3 telnet://scp07:445", "000 000 28", "Connection timed out after 3000 milliseconds"),
    ("cas01", "telnet://scp01:446", "000 000 7", "Failed to connect to scp01:446 after 2030 ms"),
    ("cas01", "http://scp01:445", "000 000 56", "Recv failure: Connection was reset"),
    ("cas01", "http://scp01:5985/wsman", "404 000 0", ""),
    ("cas01", "https://scp01:5986/wsman", "000 000 60", "schannel: SEC_E_UNTRUSTED_ROOT"),
    ("cas01", "htps://x", "000 000 1", 'Protocol "htps" not supported'),
    ("cas01", "http://x:99999/", "000 000 3", "URL rejected: Port number was not a decimal number"),
    ("cas01", "http://x/{a,b}", "000 000 3", "bad range"),
]


@pytest.mark.parametrize(("name", "line", "written", "complaint"), OUTCOMES)
def test_outcomes(run: Run, name: str, line: str, written: str, complaint: str) -> None:
    code, out, error, _ = run(name, f'curl -sS -o NUL -w "%{{http_code}} %{{http_connect}} %{{exitcode}}" {line}')
    assert out == written
    assert code == int(written.rpartition(" ")[2])
    if complaint:
        assert error.startswith(f"curl: ({code}) ")
        assert complaint in error
    else:
        assert error == ""


def test_schannel_speaks_the_language_of_windows(run: Run) -> None:
    code, _, error, _ = run("scp03", "curl -sS https://scp01:5986/wsman")
    assert code == 60
    assert "SEC_E_UNTRUSTED_ROOT (0x80090325) - Die Zertifikatkette wurde" in error


def test_one_after_the_other(run: Run) -> None:
    code, out, _, seconds = run("scp01", f"curl -s -o NUL -o NUL {W} http://cas01:81 https://go.microsoft.com")
    assert (code, out) == (0, "0 000 000 7\r\n1 200 000 0\r\n")
    assert 2.03 < seconds < 2.3
    code, out, _, _ = run("scp01", f"curl -s --fail-early {W} http://cas01:81 https://go.microsoft.com")
    assert (code, out) == (7, "0 000 000 7\r\n")


def test_side_by_side(run: Run) -> None:
    urls = "http://cas01:81 https://go.microsoft.com http://cas01:82"
    code, out, _, seconds = run("scp01", f"curl -sZ -o NUL -o NUL -o NUL {W} {urls}")
    assert (code, out) == (7, "1 200 000 0\r\n0 000 000 7\r\n2 000 000 7\r\n")
    assert seconds == 2.03
    assert run("scp01", f"curl -sZ --parallel-max 1 -o NUL {W} {urls}")[3] > 4


def test_bodies_and_headers(run: Run, build: Any) -> None:
    assert run("scp01", "curl -s https://a.example https://b.example -o NUL")[1] == "<html><body>200</body></html>\n"
    assert run("scp01", "curl -sI https://a.example")[1].startswith("HTTP/1.1 200 \r\nContent-Type: text/html\r\n")
    assert run("scp01", r"curl -s -o C:\Windows\Temp\x https://a.example")[1] == ""
    assert run("scp01", r"type C:\Windows\Temp\x")[1] == "<html><body>200</body></html>\n"


def test_write_out(run: Run) -> None:
    template = r"%{stderr}e%{stdout}%% %header{content-length} %{nosuch}|%{url}|%{url_effective}|%{content_type}\t%{"
    code, out, error, _ = run("scp01", f'curl -s -o NUL -w "{template}" a.example')
    assert (code, out) == (0, "% 30 |a.example|http://a.example/|text/html\t%{")
    assert error == "ecurl: unknown --write-out variable: 'nosuch'\r\n"
    assert "unknown --write-out variable: 'exitcode'" in run("scp08", 'curl -s -w "%{exitcode}" http://cas01:81')[2]


def test_json(run: Run) -> None:
    _, out, _, _ = run("scp01", 'curl -s -o NUL -w "%{json}\\n" https://go.microsoft.com')
    found = json.loads(out)
    assert (found["http_code"], found["exitcode"], found["errormsg"], found["scheme"]) == (200, 0, None, "https")
    assert found["remote_ip"].startswith("203.0.113.")
    assert found["time_total"] > found["time_appconnect"] > found["time_connect"] > 0
    assert "DigiCert" in found["certs"]
    assert list(found)[-1] == "curl_version"


def test_who_looks_into_the_connection_is_seen_in_its_certificate(run: Run) -> None:
    line = 'curl -s -k -o NUL -w "%{certs}" https://download.microsoft.com'
    assert run("scp07", line)[1] == "Subject:CN=download.microsoft.com\r\nIssuer:CN=Corp Inspection CA\r\n"


def test_an_older_curl_has_other_codes_and_words(run: Run) -> None:
    code, _, error, _ = run("scp08", "curl -sS https://scp01:5986/wsman")
    assert (code, "failed: SEC_E_UNTRUSTED_ROOT" in error) == (35, True)
    assert "Failed to connect to scp01 port 81: Connection refused" in run("scp08", "curl -sS http://scp01:81")[2]


def test_silent_servers(run: Run) -> None:
    line = 'curl -sZ -m 3 -w "%{exitcode} %{time_connect}|" ftp://scp01:445/ ftp://scp07:445/ ftp://scp01:135/'
    code, out, _, seconds = run("cas01", line)
    assert (code, out, seconds) == (28, "28 0.036000|28 0.000000|28 0.036000|", 3.0)
    assert "one telnet URL at a time" in run("cas01", "curl -sZ telnet://scp01:445 telnet://scp01:135")[2]


def test_configuration_on_standard_input(run: Run) -> None:
    text = 'url = "https://go.microsoft.com/"\noutput = "NUL"\nproxy-user = "a:b"\nnext\nurl = http://cas01:81\n'
    code, out, _, _ = run("scp01", f"curl -sS {W} -K -", stdin=text)
    assert (code, out) == (7, "0 200 000 0\r\n")
    assert run("scp01", f"curl -sS {W} -K -")[0] is None


def test_without_an_end_it_runs_until_it_is_ended(run: Run, build: Any) -> None:
    assert run("cas01", "curl -s telnet://scp01:445")[0] is None


def test_a_signal_ends_it(build: Callable[[str], Machine], clock: Any) -> None:
    estate = load()
    machine = build("scp01")
    programs = network_programs(estate.machine("scp01"), Network(estate, NameMap({machine.fqdn: machine})))
    program = Shell(machine, programs)(CommandLine(Caller("x"), "curl -s telnet://localhost:445"))
    output = ProgramOutput()
    program.start(output)
    program.signal(Signal.CTRL_C)
    part = output.read(1000, 0.0)
    assert part is not None
    assert part.exit_code == -1073741510


def test_versions(run: Run) -> None:
    firsts = {name: run(name, "curl --version")[1].split(" ")[1] for name in ("scp01", "scp03", "scp08")}
    assert firsts == {"scp01": "8.21.0", "scp03": "8.13.0", "scp08": "7.55.1"}
    code, _, error, _ = run("scp04", "curl --version")
    assert code == 1
    assert error.startswith("'curl' is not recognized")


def test_without_silence_it_shows_its_meter(run: Run) -> None:
    assert run("scp01", "curl -o NUL https://go.microsoft.com")[2].startswith("  % Total    % Received")


@pytest.mark.parametrize(
    ("name", "line"),
    [("scp06", "Proxy Server(s) :  proxy01.corp.example:8080"), ("scp01", "Direct access"), ("scp03", "Direktzugriff")],
)
def test_the_proxy_of_winhttp(run: Run, name: str, line: str) -> None:
    code, out, _, _ = run(name, "netsh winhttp show proxy")
    assert code == 0
    assert line in out
    assert run(name, "netsh interface show")[0] == 1
