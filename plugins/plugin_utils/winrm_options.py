# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of Ansible's `winrm` connection, read in the same way as that plugin.

Source: the documentation and the source of the plugin (ansible-core 2.18 and 2.19) and of pywinrm 0.5.0. A setting that is not
supported is refused with the name of its variable; none is ignored.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlunsplit

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.configmgr.scp.plugins.plugin_utils.credentials import (
    check_own_certificate,
    check_trusted,
    check_user_and_password,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.kerberos_ticket import KinitSettings
from ansible_collections.configmgr.scp.plugins.plugin_utils.proxies import Proxy, environment_proxy, is_no_address
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import (
    HTTP_PORT,
    HTTPS_PORT,
    WINRM,
    SettingsError,
    Target,
    bracketed,
    port_of,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.variable_names import unknown_variable

PLUGIN = "ansible.builtin.winrm"
PREFIX = "ansible_winrm_"
# The value with which pywinrm takes a setting from the environment.
_BY_ENVIRONMENT = "legacy_requests"
WAYS = ("basic", "certificate", "credssp", "kerberos", "ntlm", "plaintext", "ssl")

# pywinrm's defaults, and what Ansible's connection_timeout adds for the read timeout.
_OPERATION_TIMEOUT_SECONDS = 20
_READ_TIMEOUT_SECONDS = 30
_READ_MARGIN_SECONDS = 10
# pywinrm's Transport has them, but its Protocol does not pass them on.
_CREDSSP_ATTRIBUTES = ("credssp_auth_mechanism", "credssp_minimum_version")

OPTIONS_USED = frozenset(
    {
        "connection_timeout",
        "kerberos_command",
        "kerberos_mode",
        "kinit_args",
        "kinit_env_vars",
        "path",
        "port",
        "remote_addr",
        "remote_password",
        "remote_user",
        "scheme",
        "transport",
    }
)
# The variables of these options.
VARIABLES = frozenset(
    PREFIX + name
    for name in (
        *("connection_timeout", "host", "kinit_args", "kinit_cmd", "kinit_env_vars", "kinit_mode", "pass", "password", "path"),
        *("port", "scheme", "transport", "user"),
    )
)
# They control how PowerShell is started, and no PowerShell is started here.
OPTIONS_WITHOUT_MEANING = frozenset({"pipelining"})


@dataclass(frozen=True)
class WinrmSettings:
    """Everything that a connection over pywinrm needs.

    :param ways: pywinrm's transports in the order to try.
    :param arguments: keyword arguments of ``winrm.protocol.Protocol``, except endpoint, transport and ticket.
    :param credssp: attributes of pywinrm's transport that its Protocol does not pass on.
    :param kinit: how to get a ticket for ``kerberos``; None when the user already has one.
    :param warnings: sentences for the user about settings that weaken the protection.
    """

    target: Target
    ways: tuple[str, ...]
    arguments: Mapping[str, Any] = field(repr=False)
    credssp: Mapping[str, Any]
    kinit: KinitSettings | None
    operation_timeout_seconds: float
    warnings: tuple[str, ...]
    password: str | None = field(repr=False)


def read_winrm_options(option: Callable[[str], Any], variables: Collection[str] = ()) -> WinrmSettings:
    """Read the options of a `winrm` connection.

    :param option: gives an option by name, plain values; ``_extras`` gives the host's other ``ansible_winrm_*`` variables.
    :param variables: names of the host's variables.
    :raises SettingsError: a setting is wrong, missing or not supported.
    """
    extras = _read_extras(option("_extras") or {})
    user, password = option("remote_user") or None, option("remote_password")
    port = port_of(option) or HTTPS_PORT
    scheme = option("scheme") or ("http" if port == HTTP_PORT else "https")
    endpoint = urlunsplit((scheme, f"{bracketed(str(option('remote_addr')))}:{port}", option("path") or "", "", ""))
    ways = _ways(option("transport"), user, scheme)
    operation_timeout, read_timeout = _timeouts(option("connection_timeout"), extras)
    credssp: dict[str, Any] = {name: extras.pop(name) for name in _CREDSSP_ATTRIBUTES if name in extras}
    realm = extras.pop("realm", None)
    _check_credentials(ways, user, password, extras, variables)
    if extras.get("ca_trust_path") not in (None, _BY_ENVIRONMENT):
        check_trusted(WINRM.ca, extras["ca_trust_path"])
    proxy = _proxy(extras, endpoint)
    return WinrmSettings(
        target=Target(
            endpoint=endpoint,
            user=user or "",
            variables=WINRM,
            proxy=proxy,
            service_principal="/".join(
                (extras.get("service") or "HTTP", extras.get("kerberos_hostname_override") or str(option("remote_addr")))
            ),
        ),
        ways=ways,
        arguments={
            **extras,
            "username": user,
            "password": password,
            "operation_timeout_sec": operation_timeout,
            "read_timeout_sec": read_timeout,
        },
        credssp=credssp,
        kinit=_kinit(option, ways, user, password, realm, bool(extras.get("kerberos_delegation")), read_timeout),
        operation_timeout_seconds=float(operation_timeout),
        warnings=_warnings(scheme, ways, extras),
        password=password,
    )


def _choice(*allowed: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"allowed are {', '.join(allowed)}")
        return str(value)

    return read


def _truth(value: Any) -> bool:
    try:
        return bool(boolean(value))
    except TypeError:
        raise ValueError("allowed are true and false") from None


def _whole_seconds(value: Any) -> int:
    try:
        seconds = int(value)
    except (TypeError, ValueError):
        seconds = 0
    if seconds < 1:
        raise ValueError("give a whole number of seconds, 1 or more")
    return seconds


def _never(value: Any) -> bool:
    if _truth(value):
        raise ValueError("TLS 1.2 is the oldest version allowed, so only false is possible")
    return False


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValueError("give a whole number") from None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("give a string that is not empty")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _proxy_or_none(value: Any) -> str | None:
    if isinstance(value, str) and is_no_address(value):
        raise ValueError(
            "give the address of a proxy, or null for no proxy, which requires YAML or JSON, as in "
            "-e '{\"ansible_winrm_proxy\": null}'"
        )
    return _text_or_none(value)


# The other variables of the host that begin with ansible_winrm_: keyword arguments of pywinrm, and how to read each.
EXTRAS: Mapping[str, Callable[[Any], Any]] = {
    "ca_trust_path": _text_or_none,
    "cert_key_pem": _text_or_none,
    "cert_pem": _text_or_none,
    "credssp_auth_mechanism": _choice("auto", "ntlm", "kerberos"),
    "credssp_disable_tlsv1_2": _never,
    "credssp_minimum_version": _number,
    "kerberos_delegation": _truth,
    "kerberos_hostname_override": _text_or_none,
    "message_encryption": _choice("auto", "always", "never"),
    "operation_timeout_sec": _whole_seconds,
    "proxy": _proxy_or_none,
    "read_timeout_sec": _whole_seconds,
    "realm": _text_or_none,
    "send_cbt": _truth,
    "server_cert_validation": _choice("validate", "ignore"),
    "service": _text,
}
EXTRAS_REFUSED: Mapping[str, str] = {
    "endpoint": "the address consists of ansible_host, ansible_port, ansible_winrm_scheme and ansible_winrm_path; set those",
    "keytab": "pywinrm does not use it; set ansible_winrm_kinit_mode to managed and ansible_winrm_kinit_args to '-k -t FILE'",
    "username": "set ansible_user",
}


def _read_extras(variables: Mapping[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for variable, value in variables.items():
        name = variable.removeprefix(PREFIX)
        if name in EXTRAS_REFUSED:
            raise SettingsError(f"{variable} is not supported: {EXTRAS_REFUSED[name]}")
        if name not in EXTRAS:
            raise SettingsError(unknown_variable(variable, [*VARIABLES, *(PREFIX + known for known in EXTRAS)], PREFIX, PLUGIN))
        try:
            read[name] = EXTRAS[name](value)
        except ValueError as error:
            raise SettingsError(f"{variable} is {value!r}; {error}") from None
    return read


def _ways(transport: Any, user: str | None, scheme: str) -> tuple[str, ...]:
    if transport and transport[0] is not None:
        unknown = [way for way in transport if way not in WAYS]
        if unknown:
            raise SettingsError(f"ansible_winrm_transport has {', '.join(map(str, unknown))}; allowed are {', '.join(WAYS)}")
        return tuple(dict.fromkeys(transport))
    # A user principal name is a domain account; Ansible always uses Kerberos for it.
    if user and "@" in user:
        return ("kerberos",)
    return ("ssl",) if scheme == "https" else ("plaintext",)


def _timeouts(connection_timeout: Any, extras: dict[str, Any]) -> tuple[int, int]:
    operation = extras.pop("operation_timeout_sec", _OPERATION_TIMEOUT_SECONDS)
    read = extras.pop("read_timeout_sec", _READ_TIMEOUT_SECONDS)
    if connection_timeout:
        operation = int(connection_timeout)
        read = operation + _READ_MARGIN_SECONDS
    if not 0 < operation < read:
        raise SettingsError(
            f"ansible_winrm_read_timeout_sec ({read}) must be more than ansible_winrm_operation_timeout_sec ({operation}), "
            "and ansible_winrm_operation_timeout_sec must be more than 0"
        )
    return operation, read


def _check_credentials(
    ways: tuple[str, ...], user: str | None, password: str | None, extras: Mapping[str, Any], variables: Collection[str]
) -> None:
    for way in ways:
        certificate = way == "certificate" or (way == "ssl" and (extras.get("cert_pem") or extras.get("cert_key_pem")))
        chosen = f"{WINRM.way} {way}"
        if certificate:
            files = [(PREFIX + name, str(extras.get(name) or "")) for name in ("cert_pem", "cert_key_pem")]
            missing = [variable for variable, path in files if not path]
            if missing:
                raise SettingsError(f"{' and '.join(missing)} must be set for {chosen}")
            check_own_certificate(files[0], files[1], None, "")
        elif way != "kerberos":
            check_user_and_password(user, password, chosen, variables)
        elif not user:
            raise SettingsError(f"ansible_user must be set for {chosen}")


def _proxy(extras: Mapping[str, Any], endpoint: str) -> Proxy | None:
    if extras.get("proxy", _BY_ENVIRONMENT) == _BY_ENVIRONMENT:
        return environment_proxy(endpoint)
    return Proxy(extras["proxy"], PREFIX + "proxy") if extras["proxy"] else None


def _kinit(
    option: Callable[[str], Any],
    ways: tuple[str, ...],
    user: str | None,
    password: str | None,
    realm: str | None,
    delegate: bool,
    read_timeout: int,
) -> KinitSettings | None:
    mode = option("kerberos_mode")
    if "kerberos" not in ways or user is None or mode == "manual" or (mode is None and not password):
        return None
    own = option("kinit_args")
    arguments = tuple(shlex.split(own)) if own else ("-f",) if delegate else ()
    return KinitSettings(
        principal=f"{user}@{realm}" if realm and "@" not in user else user,
        password=password or "",
        command=option("kerberos_command") or "kinit",
        arguments=arguments,
        variables=tuple(option("kinit_env_vars") or ()),
        timeout_seconds=float(read_timeout),
    )


def _warnings(scheme: str, ways: tuple[str, ...], extras: Mapping[str, Any]) -> tuple[str, ...]:
    if scheme == "https":
        if extras.get("server_cert_validation") == "ignore":
            return ("the server's certificate is not checked (ansible_winrm_server_cert_validation is ignore)",)
        if extras.get("send_cbt") is False and not {"kerberos", "ntlm"}.isdisjoint(ways):
            return ("the logon is not bound to the server's certificate (ansible_winrm_send_cbt is false)",)
        return ()
    clear = [way for way in ways if way in ("basic", "plaintext", "ssl")]
    if clear:
        return (f"the password is sent unencrypted ({clear[0]} over http); use https, or ntlm or kerberos",)
    if extras.get("message_encryption") == "never":
        return ("requests are sent unencrypted (ansible_winrm_message_encryption is never, over http)",)
    return ()
