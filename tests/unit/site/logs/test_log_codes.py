"""Numbers of failures in messages."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.codes import (
    SqlError,
    host,
    hresults,
    http_status,
    http_status_of,
    sql_error,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Error -2146233079", ["0x80131509"]),
        ("0x80131509", ["0x80131509"]),
        ("a 0x80072EE7 b -2147012894", ["0x80072EE7", "0x80072EE2"]),
        ("rc=0x0 0x7FFFFFFF -1 -2147483649 12-2146233079", []),
        ("-2147483648", ["0x80000000"]),
    ],
)
def test_hresults_in_both_notations(text: str, found: list[str]) -> None:
    assert hresults(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Failed parsing the watermark from the database: 80070057.", ["0x80070057"]),
        ("failed with 2147942405", ["0x80070005"]),
        ("failed (8007000E)", ["0x8007000E"]),
        ("Win32 error = 5", ["0x80070005"]),
        ("failed, error code: 53", ["0x80070035"]),
        ("GetLastError() 1326", ["0x8007052E"]),
        ("failed; return code 2, 0x80070005", ["0x80070005"]),
        ("error 0", []),
        ("error code: 70000", []),
        ("error 5.2", []),
        ("Failed to copy the file, error 5.", ["0x80070005"]),
        # No code: the number belongs to a word.
        ("ERROR: 64-bit VC Redist installation failed", []),
        ("package 80070057AB failed", []),
        ("failed at 2026060112", []),
        ("failed after 3999999999 ms", []),
    ],
)
def test_codes_without_a_mark_count_in_failures_only(text: str, found: list[str]) -> None:
    assert hresults(text, failing=True) == found
    assert [code for code in hresults(text) if "0x" not in text] == []


@pytest.mark.parametrize(
    ("text", "failing", "status"),
    [
        ("The remote server returned an error: (404) Not Found.", True, 404),
        ("The remote server returned an error: (404) Not Found.", False, None),
        ("failed with HTTP/1.1 503", True, 503),
        ("Unexpected status code 403 from endpoint https://x/", False, 403),
        ("Unexpected status code 200", False, None),
        ("Response from https://x/api/gateway/Notification is: 401 (Unauthorized)", False, 401),
        ("Response status code: 401 (Unauthorized) Activity ID: 4c53", False, 401),
        ("Response status code does not indicate success: 403 (Forbidden).", True, 403),
        ("Status: 200 (OK)", False, None),
        ("Number of items is: 412 (twelve pages)", False, None),
        ("Status code: 429 (TooManyRequests)", False, 429),
        ("status 4040", True, None),
        ("version 5.0 error 404.1", True, None),
    ],
)
def test_http_statuses(text: str, failing: bool, status: int | None) -> None:
    assert http_status(text, failing=failing) == status


@pytest.mark.parametrize(("code", "status"), [(0x80190191, 401), (0x80190257, 599), (0x80190258, None), (0x80070191, None)])
def test_the_status_in_a_code_of_bits(code: int, status: int | None) -> None:
    assert http_status_of(code) == status


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Response from HTTPS://US.Gateway.example:443/api is: 401", "us.gateway.example"),
        ("https://a.example./x then http://b.example", "a.example"),
        ("no address", ""),
    ],
)
def test_the_host_of_an_address(text: str, found: str) -> None:
    assert host(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("*** [08001][2][Microsoft][SQL Server Native Client 11.0]Named Pipes Provider: x", SqlError("08001", 2)),
        ("*** [08001][-2146893022][Microsoft][ODBC Driver 18 for SQL Server]SSL Provider: x", SqlError("08001", -2146893022)),
        ("*** [01000][3621][Microsoft][ODBC Driver 18 for SQL Server][SQL Server]The statement has been terminated.", None),
        ("*** [01000][3621][Microsoft][x]a [23000][515][Microsoft][x]b", SqlError("23000", 515)),
        ("[a][b][Microsoft]", None),
    ],
)
def test_errors_of_sql_server(text: str, found: SqlError | None) -> None:
    assert sql_error(text) == found
