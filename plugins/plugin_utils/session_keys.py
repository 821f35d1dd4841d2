# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the keys of a finished logon are strong enough for encrypted messages, for the methods that show it afterwards.

NTLM shows less than this afterwards; it is judged before the logon ends, see ``ntlm_logon.py``.
"""

from __future__ import annotations

from typing import Any

OLD_TLS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1")
OLDEST_TLS = "TLSv1.2"
# RFC 2744, section 5.19 (ret_flags), as pyspnego's ContextReq has them.
_MUTUAL = 0x02
_REQUIRED = {0x10: "encryption", 0x20: "signing"}


def problem_with_context(context: Any) -> str:
    """What is wrong with a security context of pyspnego, to follow "the logon at X"; empty if nothing.

    :param context: a ``spnego.ContextProxy``.
    """
    if not context.complete:
        return "did not end: the server sent no proof of its identity"
    granted = int(context.context_attr)
    if context.negotiated_protocol == "kerberos" and not granted & _MUTUAL:
        return "did not prove the server's identity (mutual authentication)"
    lacking = [name for flag, name in _REQUIRED.items() if not granted & flag]
    return f"failed: the server does not agree to {', '.join(lacking)}" if lacking else ""


def problem_with_tls(version: str) -> str:
    """What is wrong with the TLS session inside CredSSP; empty if nothing.

    :param version: as OpenSSL names it.
    """
    return f"failed: CredSSP uses {version}; the oldest version allowed is {OLDEST_TLS}" if version in OLD_TLS else ""


def problem_with_logon(auth: Any) -> str:
    """What is wrong with the logon of an authentication object of requests, from pypsrp or requests-credssp."""
    for context in getattr(auth, "contexts", {}).values():
        tls = getattr(context, "tls_connection", None)
        problem = problem_with_context(context) if tls is None else problem_with_tls(tls.version())
        if problem:
            return problem
    return ""
