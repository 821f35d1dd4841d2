# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of Ansible's `psrp` connection, read in the same way as that plugin.

Source: the documentation and the source of the plugin (ansible-core 2.18 to 2.21) and of pypsrp 0.9. PowerShell Remoting
itself is not used, only the WinRM service below it, with the same address, account and protection.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.configmgr.scp.plugins.plugin_utils.credentials import (
    check_own_certificate,
    check_trusted,
    check_user_and_password,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.proxies import Proxy, environment_proxy, is_no_address
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import (
    HTTP_PORT,
    HTTPS_PORT,
    PSRP,
    SettingsError,
    Target,
    bracketed,
    port_of,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.variable_names import unknown_variable

PLUGIN = "ansible.builtin.psrp"
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
        "certificate_key_password",
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
# They control how PowerShell is started, and no PowerShell is started here.
OPTIONS_WITHOUT_MEANING = frozenset({"no_profile", "pipelining"})
# The option for the password of a key was added in ansible-core 2.21.
KEY_PASSWORD = "certificate_key_password"
# The variables of all these options; some options have a second variable, or one with a different name.
VARIABLES = frozenset(
    PREFIX + name
    for name in (
        *((OPTIONS_USED | {"no_profile"}) - {"remote_addr", "remote_password", "remote_user"}),
        *("cert_trust_path", "connection_backoff", "host", "user"),
    )
)

_DEFAULT_CONFIGURATION = "Microsoft.PowerShell"
_DEFAULT_ENVELOPE_BYTES = 153600
_SMALLEST_ENVELOPE_BYTES = 8192


@dataclass(frozen=True)
class PsrpSettings:
    """Everything that a connection over pypsrp needs.

    :param arguments: keyword arguments of ``pypsrp.wsman.WSMan``.
    :param max_envelope_bytes: size limit of responses that the user set; None for the plugin's default, which is made for
        PowerShell and would need more requests than necessary for lists of instances.
    :param warnings: sentences for the user about settings that weaken the protection.
    :param key_password: the password of the key with which a client logs on.
    """

    target: Target
    auth: str
    arguments: Mapping[str, Any] = field(repr=False)
    operation_timeout_seconds: float
    max_envelope_bytes: int | None
    warnings: tuple[str, ...]
    password: str | None = field(repr=False)
    key_password: str | None = field(repr=False)


def read_psrp_options(option: Callable[[str], Any], variables: Collection[str] = ()) -> PsrpSettings:
    """Read the options of a `psrp` connection.

    :param option: gives an option by name, plain values; None for one that this release of ansible-core does not have.
    :param variables: names of the host's variables. The plugin itself ignores variables that it does not know.
    :raises SettingsError: a setting is wrong, missing or not supported.
    """
    key_password = option(KEY_PASSWORD)
    for variable in sorted(name for name in variables if name.startswith(PREFIX)):
        if variable not in VARIABLES:
            raise SettingsError(unknown_variable(variable, VARIABLES, PREFIX, PLUGIN))
        if variable == PREFIX + KEY_PASSWORD and key_password is None:
            raise SettingsError(f"{variable} has no effect with this release of ansible-core; it needs 2.21 or newer")
    _check_configuration(option("configuration_name"))
    user, password, auth = option("remote_user") or None, option("remote_password"), option("auth")
    protocol, port = _protocol_and_port(option("protocol"), port_of(option))
    encryption = option("message_encryption")
    _check_protection(auth, protocol, encryption)
    if option("credssp_disable_tlsv1_2"):
        raise SettingsError(
            "ansible_psrp_credssp_disable_tlsv1_2 is true, but TLS 1.2 is the oldest version allowed; set it to false, or remove "
            "it"
        )
    _check_credentials(option, auth, user, password, variables)
    arguments = {name: option(name) for name in _PASSED_ON}
    if key_password is not None:
        arguments[KEY_PASSWORD] = key_password
    if not 0 < arguments["operation_timeout"] < arguments["read_timeout"]:
        raise SettingsError(
            f"ansible_psrp_read_timeout ({arguments['read_timeout']}) must be more than ansible_psrp_operation_timeout "
            f"({arguments['operation_timeout']}), and ansible_psrp_operation_timeout must be more than 0"
        )
    envelope = int(option("max_envelope_size"))
    if envelope < _SMALLEST_ENVELOPE_BYTES:
        raise SettingsError(
            f"ansible_psrp_max_envelope_size is {envelope}; WinRM allows {_SMALLEST_ENVELOPE_BYTES} bytes or more"
        )
    arguments.update(
        server=option("remote_addr"),
        port=port,
        username=user,
        # pypsrp would try an empty password; a ticket needs none.
        password=password or None,
        ssl=protocol == "https",
        auth=auth,
        cert_validation=_cert_validation(option("cert_validation"), option("ca_cert")),
        encryption=encryption,
        no_proxy=bool(boolean(option("ignore_proxy"))),
        max_envelope_size=envelope,
        reconnection_backoff=float(option("reconnection_backoff")),
    )
    endpoint = f"{protocol}://{bracketed(str(arguments['server']))}:{port}/{arguments['path']}"
    return PsrpSettings(
        target=Target(
            endpoint,
            user or "",
            PSRP,
            _proxy(arguments, endpoint),
            f"{arguments['negotiate_service']}/{arguments['negotiate_hostname_override'] or arguments['server']}",
        ),
        auth=auth,
        arguments=arguments,
        operation_timeout_seconds=float(arguments["operation_timeout"]),
        max_envelope_bytes=None if envelope == _DEFAULT_ENVELOPE_BYTES else envelope,
        warnings=_warnings(protocol, option("cert_validation"), encryption, arguments),
        password=password,
        key_password=key_password,
    )


def _proxy(arguments: Mapping[str, Any], endpoint: str) -> Proxy | None:
    if arguments["proxy"] is not None and is_no_address(arguments["proxy"]):
        raise SettingsError(
            f"{PREFIX}proxy is {arguments['proxy']!r}, which is not the address of a proxy; remove it, or set {PSRP.no_proxy} to "
            "connect without a proxy"
        )
    if arguments["proxy"]:
        return Proxy(arguments["proxy"], PREFIX + "proxy")
    return None if arguments["no_proxy"] else environment_proxy(endpoint)


def _check_configuration(name: Any) -> None:
    if name not in (None, _DEFAULT_CONFIGURATION):
        raise SettingsError(
            f"ansible_psrp_configuration_name is {name}, but these modules run no PowerShell, so the restrictions of that "
            f"endpoint would not apply; set it to {_DEFAULT_CONFIGURATION} for their tasks if the account may use WMI directly"
        )


def _protocol_and_port(protocol: Any, port: int | None) -> tuple[str, int]:
    if protocol is None:
        protocol = "http" if port == HTTP_PORT else "https"
    return str(protocol), port or (HTTPS_PORT if protocol == "https" else HTTP_PORT)


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


def _check_credentials(
    option: Callable[[str], Any], auth: str, user: str | None, password: str | None, variables: Collection[str]
) -> None:
    if auth == "certificate":
        files = [(PREFIX + name, str(option(name) or "")) for name in ("certificate_pem", "certificate_key_pem")]
        missing = [variable for variable, path in files if not path]
        if missing:
            raise SettingsError(f"{' and '.join(missing)} must be set for {PSRP.way} {auth}")
        check_own_certificate(files[0], files[1], option(KEY_PASSWORD), PREFIX + KEY_PASSWORD)
    elif auth in ("basic", "credssp", "ntlm"):
        # kerberos and negotiate can also use a ticket that the user already has.
        check_user_and_password(user, password, f"{PSRP.way} {auth}", variables)


def _cert_validation(validation: str, ca_cert: Any) -> bool | str:
    if validation == "ignore":
        return False
    if ca_cert is None:
        return True
    check_trusted(PSRP.ca, str(ca_cert))
    return str(ca_cert)


def _warnings(protocol: str, validation: str, encryption: str, arguments: Mapping[str, Any]) -> tuple[str, ...]:
    if protocol == "https":
        if validation == "ignore":
            return ("the server's certificate is not checked (ansible_psrp_cert_validation is ignore)",)
        if arguments["negotiate_send_cbt"] is False and arguments["auth"] in ("kerberos", "negotiate", "ntlm"):
            return ("the logon is not bound to the server's certificate (ansible_psrp_negotiate_send_cbt is false)",)
        return ()
    if encryption == "never":
        return ("requests are sent unencrypted (ansible_psrp_message_encryption is never, over http)",)
    return ()
