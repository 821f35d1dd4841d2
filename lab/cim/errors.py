"""The WMI errors that the repository and the providers raise."""

from __future__ import annotations


class Wbem:
    """WBEM status codes (facts/wsman.md, section 8; [MS-WMI] 2.2.11)."""

    FAILED = 0x80041001
    NOT_FOUND = 0x80041002
    ACCESS_DENIED = 0x80041003
    PROVIDER_FAILURE = 0x80041004
    TYPE_MISMATCH = 0x80041005
    INVALID_PARAMETER = 0x80041008
    NOT_SUPPORTED = 0x8004100C
    INVALID_NAMESPACE = 0x8004100E
    INVALID_CLASS = 0x80041010
    INVALID_QUERY = 0x80041017
    PROVIDER_NOT_CAPABLE = 0x80041024
    INVALID_METHOD = 0x8004102E
    PROVIDER_LOAD_FAILURE = 0x80041013
    ALREADY_EXISTS = 0x80041019


class CimError(Exception):
    """A WBEM error raised by a provider or the repository; the service converts it to Windows' fault.

    :param code: one of :class:`Wbem`.
    :param message: the message of Windows or the provider.
    :param description: the provider's own text (``Description`` of the extended status), if it has one.
    """

    def __init__(self, code: int, message: str, description: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.description = description
