# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of Ansible's `psrp` connection, read as that plugin reads them.

Source: the documentation and the source of the plugin (ansible-core 2.18 and 2.19) and of pypsrp 0.9. PowerShell Remoting
itself is not used, only the WinRM service below it, with the same address, account and protection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.configmgr.scp.plugins.plugin_utils.failures import SettingsError, Target

PREFIX = "ansible_psrp_"

# Options that pypsrp.wsman.WSMan takes under their own names.
_PASSED_ON = (
    "certificate_key_pem",
    "certificate_pem",
    "connection_timeout",
    "credssp_auth_mechanism",
    "credssp_disable_tlsv1_2",
    "credssp_minimum_version",
    "negotiate_delegate",
    "negotiate_hostname_override",
    "negotiate_send_cbt",
    "negotiate_service",
    "operation_timeout",
    "path",
    "proxy",
    "read_timeout",
    "reconnection_retries",
)
OPTIONS_USED = frozenset(
    {
        *_PASSED_ON,
        "auth",
        "ca_cert",
        "cert_validation",
        "configuration_name",
        "ignore_proxy",
        "max_envelope_size",
        "message_encryption",
        "port",
        "protocol",
        "reconnection_backoff",
        "remote_addr",
        "remote_password",
        "remote_user",
    }
)
# They shape how PowerShell is started, and no PowerShell is started here.
OPTIONS_WITHOUT_MEANING = frozenset({"pipelining"})

_DEFAULT_CONFIGURATION = "Microsoft.PowerShell"
_DEFAULT_ENVELOPE_BYTES = 153600
_SMALLEST_ENVELOPE_BYTES = 8192


@dataclass(frozen=True)
class PsrpSettings:
    """Everything that a connection over pypsrp needs.

    :param arguments: keyword arguments of ``pypsrp.wsman.WSMan``.
    :param max_envelope_bytes: size limit of answers that the user asked for; None when left at the plugin's default, which
        suits PowerShell and would cost lists of instances needless requests.
    :param warnings: sentences for the user about settings that weaken the protection.
    """

    target: Target
    auth: str
    arguments: Mapping[str, Any] = field(repr=False)
    operation_timeout_seconds: float
    max_envelope_bytes: int | None
    warnings: tuple[str, ...]
    password: str | None = field(repr=False)


def read_psrp_options(option: Callable[[str], Any]) -> PsrpSettings:
    """Read the options of a `psrp` connection.

    :param option: gives an option by name, plain values; ``_extras`` gives other ``ansible_psrp_*`` variables, if any.
    :raises SettingsError: a setting is wrong, missing or cannot be honoured.
    """
    for variable in option("_extras") or {}:
        raise SettingsError(f"{variable} is not an option of ansible.builtin.psrp and would have no effect; remove it")
    _check_configuration(option("configuration_name"))
    user, password, auth = option("remote_user") or None, option("remote_password"), option("auth")
    protocol, port = _protocol_and_port(option("protocol"), option("port"))
    encryption = option("message_encryption")
    _check_protection(auth, protocol, encryption)
    _check_credentials(option, auth, user, password)
    arguments = {name: option(name) for name in _PASSED_ON}
    if not 0 < arguments["operation_timeout"] < arguments["read_timeout"]:
        raise SettingsError(
            f"ansible_psrp_read_timeout ({arguments['read_timeout']}) must be more than ansible_psrp_operation_timeout "
            f"({arguments['operation_timeout']}), and that more than 0"
        )
    envelope = int(option("max_envelope_size"))
    if envelope < _SMALLEST_ENVELOPE_BYTES:
        raise SettingsError(f"ansible_psrp_max_envelope_size is {envelope}; WinRM takes {_SMALLEST_ENVELOPE_BYTES} bytes or more")
    arguments.update(
        server=option("remote_addr"),
        port=port,
        username=user,
        password=password,
        ssl=protocol == "https",
        auth=auth,
        cert_validation=_cert_validation(option("cert_validation"), option("ca_cert")),
        encryption=encryption,
        no_proxy=bool(boolean(option("ignore_proxy"))),
        max_envelope_size=envelope,
        reconnection_backoff=float(option("reconnection_backoff")),
    )
    return PsrpSettings(
        target=Target(
            endpoint=f"{protocol}://{arguments['server']}:{port}/{arguments['path']}",
            user=user or "",
            ca_option="ansible_psrp_ca_cert",
            check_option="ansible_psrp_cert_validation",
            timeout_option="ansible_psrp_read_timeout",
        ),
        auth=auth,
        arguments=arguments,
        operation_timeout_seconds=float(arguments["operation_timeout"]),
        max_envelope_bytes=None if envelope == _DEFAULT_ENVELOPE_BYTES else envelope,
        warnings=_warnings(protocol, option("cert_validation"), encryption),
        password=password,
    )


def _check_configuration(name: Any) -> None:
    if name not in (None, _DEFAULT_CONFIGURATION):
        raise SettingsError(
            f"ansible_psrp_configuration_name is {name}, but these modules run no PowerShell and would not be bound by that "
            f"endpoint's restrictions; set it to {_DEFAULT_CONFIGURATION} for their tasks if the account may use WMI directly"
        )


def _protocol_and_port(protocol: Any, port: Any) -> tuple[str, int]:
    if protocol is None:
        protocol = "http" if port is not None and int(port) == 5985 else "https"
    if port is None:
        port = 5986 if protocol == "https" else 5985
    return str(protocol), int(port)


def _check_protection(auth: str, protocol: str, encryption: str) -> None:
    if auth not in ("basic", "certificate"):
        return
    if auth == "certificate" and protocol == "http":
        raise SettingsError("ansible_psrp_auth is certificate, which needs ansible_psrp_protocol https")
    if encryption == "always" or (protocol == "http" and encryption != "never"):
        raise SettingsError(
            f"ansible_psrp_auth {auth} cannot encrypt messages; set ansible_psrp_protocol to https and "
            "ansible_psrp_message_encryption to auto, or ansible_psrp_auth to negotiate, ntlm, kerberos or credssp"
        )


def _check_credentials(option: Callable[[str], Any], auth: str, user: str | None, password: str | None) -> None:
    if auth == "certificate":
        files = {name: option(name) for name in ("certificate_pem", "certificate_key_pem")}
        missing = [PREFIX + name for name, path in files.items() if not path]
        for name, path in files.items():
            if path and not Path(path).exists():
                raise SettingsError(f"{PREFIX}{name} names {path}, which does not exist on the controller")
    elif auth in ("basic", "credssp", "ntlm"):
        missing = [name for name, value in (("ansible_user", user), ("ansible_password", password)) if value is None]
    else:
        # Kerberos, and negotiate with it, can do with a ticket that the user has.
        missing = []
    if missing:
        raise SettingsError(f"{' and '.join(missing)} must be set for ansible_psrp_auth {auth}")


def _cert_validation(validation: str, ca_cert: Any) -> bool | str:
    if validation == "ignore":
        return False
    if ca_cert is None:
        return True
    if not Path(ca_cert).exists():
        raise SettingsError(f"ansible_psrp_ca_cert names {ca_cert}, which does not exist on the controller")
    return str(ca_cert)


def _warnings(protocol: str, validation: str, encryption: str) -> tuple[str, ...]:
    if protocol == "https":
        if validation == "ignore":
            return ("the server's certificate is not checked (ansible_psrp_cert_validation is ignore)",)
        return ()
    if encryption == "never":
        return ("requests cross the network unencrypted (ansible_psrp_message_encryption is never, over http)",)
    return ()
