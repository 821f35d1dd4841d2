from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.versions import SiteVersion, Standing
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server import software
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server.judging import dotted
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

UNREAD = Unread("the server said no")
PASSED, WARNING, FAILED, SKIPPED = Status.PASSED, Status.WARNING, Status.FAILED, Status.SKIPPED


def cannot_tell(check: Check) -> bool:
    return check.status is Status.WARNING and check.detail.startswith("Cannot tell: ")


@pytest.mark.parametrize(
    ("release", "version", "status"),
    [
        (528040, "2609", PASSED),
        (461808, "2609", FAILED),
        (528039, "2403", FAILED),
        (533325, "2303", PASSED),
        (528039, "2309", WARNING),
        (528039, "2303", WARNING),
        (394802, "2303", WARNING),
        (394801, "2303", FAILED),
        (394801, "2309", FAILED),
        (None, "2309", FAILED),
        (394802, "2211", PASSED),
        (379893, "2111", FAILED),
        (379893, "2107", WARNING),
        (379893, "2010", PASSED),
        (378389, "2010", WARNING),
        (None, "2010", WARNING),
        (None, "2609", FAILED),
    ],
)
def test_dotnet_by_version_of_the_site(release: int | None, version: str, status: Status) -> None:
    assert software.dotnet_release(release, versions.find(version)).status is status


def test_dotnet_says_what_is_there_and_what_is_wanted() -> None:
    check = software.dotnet_release(379893, versions.find("2609"))
    assert check.detail == "Release 379893 is installed; site version 2609 needs 4.8 (release 528040) or later."
    assert "4.8" in check.remedy


def test_dotnet_35() -> None:
    assert software.dotnet_35(True).status is PASSED
    assert software.dotnet_35(False).status is FAILED


@pytest.mark.parametrize(
    ("found", "version", "status"),
    [
        ("14.28.29914.00", "2107", PASSED),
        ("14.28.29914.0", "2409", PASSED),
        ("14.28.29913.99", "2409", WARNING),
        ("14.28.29914.0", "2503", WARNING),
        ("14.40.33816.0", "2503", PASSED),
        ("14.40.33815.9", "2603", WARNING),
        ("14.40.33816.0", "2609", WARNING),
        ("14.51.36246.9", "2609", WARNING),
        ("14.51.36247", "2609", PASSED),
        ("14.9.0.0", "2609", WARNING),
        (None, "2609", WARNING),
        (None, "2103", SKIPPED),
    ],
)
def test_the_runtime_is_advisory_because_the_site_installs_it(found: str | None, version: str, status: Status) -> None:
    check = software.vc_runtime(found, versions.find(version))
    assert (check.status, check.required) == (status, False)
    assert not check.detail.startswith("Cannot tell")


@pytest.mark.parametrize(
    ("found", "version", "status"),
    [
        ("18.6.2.1", "2609", PASSED),
        ("18.7.1.1", "2609", PASSED),
        ("18.7.2.1", "2603", PASSED),
        ("18.7.1.1", "2603", FAILED),
        ("18.6.1.1", "2609", FAILED),
        ("18.6.1.1", "2503", FAILED),
        ("18.6.1.1", "2309", FAILED),
        ("18.4.1.1", "2609", FAILED),
        ("18.4.1.1", "2503", PASSED),
        ("18.3.3.1", "2503", FAILED),
        ("18.3.3.1", "2309", PASSED),
        ("18.1.1.1", "2409", PASSED),
        ("18.0.1.1", "2309", FAILED),
        ("18.0.1.1", "2409", FAILED),
        ("18.0.1.1", "2303", PASSED),
        (None, "2309", FAILED),
        (None, "2303", WARNING),
        ("18.6.1.1", "2303", WARNING),
        (None, "2211", SKIPPED),
    ],
)
def test_the_odbc_driver_by_version_of_the_site(found: str | None, version: str, status: Status) -> None:
    check = software.odbc_driver(found, versions.find(version))
    assert (check.status, check.required) == (status, True)


def test_a_version_of_the_site_that_may_not_need_the_driver_is_told_which_one_does() -> None:
    assert (
        "Version 2309 requires it, before the site is updated to it." in software.odbc_driver(None, versions.find("2303")).remedy
    )
    assert "requires it" not in software.odbc_driver(None, versions.find("2309")).remedy


@pytest.mark.parametrize(
    ("found", "version", "status"),
    [
        (None, "2609", SKIPPED),
        ("11.2.5058.0", "2609", SKIPPED),
        (UNREAD, "2609", SKIPPED),
        ("11.4.7001.0", "2603", PASSED),
        ("11.4.7000.9", "2603", WARNING),
        (None, "2603", SKIPPED),
        ("11.4.7001.0", "2509", PASSED),
        ("11.4.7462.6", "2509", PASSED),
        ("11.2.5058.0", "2509", WARNING),
        ("11.2.5058.0", "2002", WARNING),
        (None, "2509", WARNING),
        (None, "2503", WARNING),
        ("eleven", "2509", WARNING),
        (UNREAD, "2509", WARNING),
        (None, "5.00.9999.1000", SKIPPED),
        ("11.4.7001.0", "5.00.9142.1000", WARNING),
    ],
)
def test_the_native_client_by_version_of_the_site(found: str | Unread | None, version: str, status: Status) -> None:
    site = versions.find(version)
    check = software.native_client(found, site)
    assert (check.id, check.status, check.required) == ("native_client", status, False)
    assert bool(check.remedy) is (status is WARNING)
    assert software.uses_native_client(site) is (int(site.name) <= 2603)
    assert cannot_tell(check) is (status is WARNING and (found in ("eleven", UNREAD) or not site.known))


def test_an_old_native_client_is_told_with_what_follows() -> None:
    check = software.native_client("11.2.5058.0", versions.find("2509"))
    assert check.detail == "Version 11.2.5058.0 is installed; site version 2509 needs 11.4.7001.0 or later."
    assert "TLS 1.2" in check.remedy
    assert "works without it" in software.native_client(None, versions.find("2603")).detail


def test_a_newer_runtime_that_the_site_will_install_is_told_with_its_restart() -> None:
    check = software.vc_runtime("14.28.29914.0", versions.find("2609"))
    assert "14.51.36247" in check.detail
    assert "restart" in check.remedy


def test_a_version_of_the_driver_that_must_not_be_used_is_named() -> None:
    assert "18.6.1.1 must not be used." in software.odbc_driver("18.6.1.1", versions.find("2609")).detail
    assert "18.7.1.1 must not be used before version 2609" in software.odbc_driver("18.7.1.1", versions.find("2603")).detail


def test_what_is_no_version_number_cannot_be_told() -> None:
    for check in (software.odbc_driver("newest", versions.find("2609")), software.vc_runtime("1.x", versions.find("2609"))):
        assert cannot_tell(check)


def test_a_site_newer_than_the_tables_is_a_warning_whatever_is_installed() -> None:
    newer = versions.find("5.00.9999.1000")
    for check in (
        software.dotnet_release(528040, newer),
        software.dotnet_release(None, newer),
        software.odbc_driver("18.6.2.1", newer),
        software.odbc_driver(None, newer),
        software.vc_runtime(None, newer),
    ):
        assert cannot_tell(check)
        assert "5.00.9999.1000 is newer" in check.detail


GOOD = {rf"HKLM\K\{version}\{name}": 1 for version in ("v4", "v2") for name in ("SystemDefaultTlsVersions", "SchUseStrongCrypto")}


@pytest.mark.parametrize("bits", [64, 32])
def test_all_four_values_must_be_one(bits: int) -> None:
    check = software.tls_dotnet(GOOD, bits)
    assert (check.id, check.status, check.required) == (f"tls_dotnet_{bits}", PASSED, bits == 64)
    for name in GOOD:
        for wrong, shown in ((None, "not set"), (0, "0")):
            check = software.tls_dotnet({**GOOD, name: wrong}, bits)
            assert check.status is FAILED
            assert check.detail == f"{name} is {shown}."


def test_what_the_server_does_not_show_cannot_be_told() -> None:
    version = versions.find("2609")
    for check in (
        software.dotnet_release(UNREAD, version),
        software.dotnet_35(UNREAD),
        software.vc_runtime(UNREAD, version),
        software.odbc_driver(UNREAD, version),
        software.tls_dotnet(UNREAD, 64),
    ):
        assert cannot_tell(check)
        assert "the server said no" in check.detail


def test_dotted() -> None:
    assert dotted("14.28.29914.0") == (14, 28, 29914)
    assert dotted(" 18.0 ") == (18,)
    for text in ("", "v14", "14..2", "1.2.3.4.5.6.7", "14.28-beta", "1" * 30):
        assert dotted(text) is None


@pytest.mark.parametrize(
    ("found", "version", "status"),
    [(UNREAD, "2609", WARNING), ("1.x", "2609", WARNING), ("14.51.36247.0", "2609", PASSED), (None, "2103", SKIPPED)],
)
def test_nothing_about_the_runtime_is_required(found: str | Unread | None, version: str, status: Status) -> None:
    check = software.vc_runtime(found, versions.find(version))
    assert (check.id, check.status, check.required) == ("vc_runtime", status, False)


@pytest.mark.parametrize("version", ["2609", "5.00.9999.1000"])
def test_ids_and_required_of_the_rest(version: str) -> None:
    site = versions.find(version)
    for found in (UNREAD, None):
        for check, id in (
            (software.dotnet_release(found, site), "dotnet_release"),
            (software.odbc_driver(found, site), "odbc_driver"),
            (software.dotnet_35(UNREAD if found else False), "dotnet_35"),
        ):
            assert (check.id, check.required) == (id, True)
    assert software.dotnet_35(True).required


@pytest.mark.parametrize(("bits", "required"), [(64, True), (32, False)])
def test_the_values_of_32_bit_programs_are_advice(bits: int, required: bool) -> None:
    for values in (UNREAD, GOOD, dict.fromkeys(GOOD, 0)):
        assert software.tls_dotnet(values, bits).required is required


@pytest.mark.parametrize(
    ("found", "detail"),
    [(None, "18.6.2.1"), ("18.4.1.1", "18.4.1.1"), ("newest", "'newest'"), ("x" * 99, f"{'x' * 60}'")],
)
def test_the_driver_is_told_with_its_version(found: str | None, detail: str) -> None:
    check = software.odbc_driver(found, versions.find("2609"))
    assert detail in check.detail
    assert "x" * 61 not in check.detail
    assert check.remedy


def test_a_driver_that_may_be_used_from_a_version_on() -> None:
    assert "2609" in software.odbc_driver("18.7.1.1", versions.find("2503")).detail
    assert "before version" not in software.odbc_driver("18.6.1.1", versions.find("2503")).detail
    assert software.odbc_driver("18.7.1.1", versions.find("2609")).status is PASSED


def test_a_version_before_the_first_requirement_asks_for_nothing() -> None:
    old = SiteVersion("1802", "1802", Standing.KNOWN)
    found = [
        *(software.dotnet_release(None, old), software.vc_runtime(None, old)),
        *(software.odbc_driver(None, old), software.native_client(None, old)),
    ]
    assert [(check.id, check.status, check.required) for check in found] == [
        ("dotnet_release", SKIPPED, True),
        ("vc_runtime", SKIPPED, False),
        ("odbc_driver", SKIPPED, True),
        ("native_client", SKIPPED, False),
    ]
