# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is asked of the service connection tool, checked, and the arguments that it takes.

Source: memdocs, use-the-service-connection-tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.reach import endpoints
from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import BadCommandLine, quoted
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_end import checked_path

PROGRAM = "ServiceConnectionTool.exe"
PREPARE, CONNECT, IMPORT, EXPORT = "prepare", "connect", "import", "export"
DOWNLOADS = {"latest": "", "site_version": "-downloadsiteversion", "hotfixes": "-downloadhotfix", "all": "-downloadall"}
# In this version of a site the tool finds nothing when it is to find the latest update.
_BROKEN_LATEST = "2002"
_HTTP = 80


class BadRequest(ValueError):
    """An option that cannot be carried out; the sentence names it and says what is allowed."""


@dataclass(frozen=True)
class Request:
    """One run of the tool.

    :param source: of usage data (connect) or of update packs (import); empty otherwise.
    :param target: the file or folder that has to be there afterwards; empty for an import.
    :param arguments: what follows the program on the command line.
    """

    action: str
    source: str
    target: str
    arguments: tuple[str, ...]
    proxy: str = ""

    @property
    def shown(self) -> str:
        """The command line for people, as it can be typed in the tool's folder."""
        return " ".join([PROGRAM, *map(quoted, self.arguments)])


def read_request(params: Mapping[str, Any], site_name: str) -> Request:
    """The request that the module's options make.

    :param site_name: version of the site, such as ``2609``; empty when it is not known.
    :raises BadRequest: an option is missing, without meaning for this action, or not to be carried out.
    """
    action = params["action"]
    if action == PREPARE:
        target = _file(params, "usage_data", ".cab")
        return Request(action, "", target, ("-prepare", "-usagedatadest", target))
    if action == EXPORT:
        target = _file(params, "export_file", ".csv")
        return Request(action, "", target, ("-export", "-dest", target))
    if action == IMPORT:
        source = _path(params, "update_packs")
        return Request(action, source, "", ("-import", "-updatepacksrc", source))
    source, target = _path(params, "usage_data"), _path(params, "update_packs")
    if _inside(source, target) or _inside(target, source):
        raise BadRequest(
            f"update_packs: {target} and usage_data {source} lie in each other, and the tool wants an empty folder for its "
            "downloads; give two folders side by side."
        )
    proxy, proxy_arguments = _proxy(params["proxy"], source, target)
    download = DOWNLOADS[params["download"]]
    if not download and site_name == _BROKEN_LATEST:
        raise BadRequest(
            "download: latest finds nothing for a site of version 2002; choose site_version, or bring the site to 2006 or later."
        )
    arguments = ["-connect", "-usagedatasrc", source, "-updatepackdest", target]
    return Request(action, source, target, tuple(arguments + ([download] if download else []) + proxy_arguments), proxy)


def _path(params: Mapping[str, Any], option: str) -> str:
    value = params[option]
    if not value:
        raise BadRequest(f"{option} is missing; action {params['action']} needs it.")
    try:
        path = checked_path(value.strip().rstrip("\\"))
        quoted(path)
    except BadCommandLine as error:
        raise BadRequest(f"{option}: {error}") from error
    except ValueError as error:
        raise BadRequest(f"{option}: {error}.") from error
    return path


def _file(params: Mapping[str, Any], option: str, extension: str) -> str:
    path = _path(params, option)
    if not path.lower().endswith(extension):
        raise BadRequest(f"{option}: {path} has to name a file that ends in {extension}, for action {params['action']}.")
    if path.count("\\") < 2:
        raise BadRequest(f"{option}: {path} lies in the root of its drive; give a folder, such as {path[:3]}USB\\{path[3:]}.")
    return path


def _inside(one: str, other: str) -> bool:
    return f"{one.lower()}\\".startswith(f"{other.lower()}\\")


def _proxy(given: Mapping[str, Any] | None, source: str, target: str) -> tuple[str, list[str]]:
    if not given or not given.get("server"):
        return "", []
    try:
        host = endpoints.target_host(given["server"], "proxy.server")
        port = endpoints.checked_port(given["port"], "proxy.port")
    except ValueError as error:
        raise BadRequest(str(error)) from error
    uri = host if port == _HTTP else f"{host}:{port}"
    if given.get("account"):
        raise BadRequest(
            "proxy.account: the tool asks for the password of a proxy account at its own prompt and has no parameter for it, so "
            "this can not be done unattended. Let the proxy pass this server without a logon, or run the tool by hand there: "
            f"{PROGRAM} -connect -usagedatasrc {quoted(source)} -updatepackdest {quoted(target)} -proxyserveruri {uri} "
            "-proxyusername ACCOUNT."
        )
    return f"{host}:{port}", ["-proxyserveruri", uri]
