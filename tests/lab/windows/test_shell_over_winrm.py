"""Programs through WinRS with unmodified pywinrm."""

from __future__ import annotations

import winrm

from lab.running.estate import Estate


def _session(estate: Estate, machine: str) -> winrm.Session:
    account = estate.account("CORP\\scpadmin")
    url = f"http://{estate.machine(machine).address}:{estate.description.http_port}/wsman"
    return winrm.Session(url, auth=(account.full_name, account.password), transport="ntlm")


def test_programs(estate: Estate) -> None:
    session = _session(estate, "scp02")
    assert session.run_cmd("hostname").std_out == b"scp02\r\n"
    assert session.run_cmd("whoami").std_out == b"corp\\scpadmin\r\n"
    estate.machine("scp02").files.write(r"C:\Logs\x.log", b"one\r\n")
    result = session.run_cmd("type", ["C:\\Logs\\x.log"])
    assert (result.status_code, result.std_out) == (0, b"one\r\n")
