# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The request to the service connection tool, validated, and the tool's arguments.

Source: memdocs, use-the-service-connection-tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach import endpoints
from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import BadCommandLine, quoted
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_end import checked_path

PROGRAM = "ServiceConnectionTool.exe"
PREPARE, CONNECT, IMPORT, EXPORT = "prepare", "connect", "import", "export"
DOWNLOADS = {"latest": "", "site_version": "-downloadsiteversion", "hotfixes": "-downloadhotfix", "all": "-downloadall"}
# With this site version, the tool finds nothing when it is to download the latest update.
_BROKEN_LATEST = "2002"
_HTTP = 80
# The role offline_updates' variable for each option of the module. On a connected host, the tool's folder is a separate variable.
ROLE_VARIABLES = {
    "download": "offline_updates_download",
    "proxy": "offline_updates_proxy",
    "required_free_bytes": "offline_updates_required_free_gib",
    "run_timeout": "offline_updates_run_timeout",
    "tool_path": "offline_updates_tool_path",
}


class BadRequest(ValueError):
    """An option value that cannot be used; the message names the option and says what is allowed."""


@dataclass(frozen=True)
class Request:
    """One run of the tool.

    :param source: of usage data (connect) or of update packs (import); empty otherwise.
    :param target: the file or folder that has to exist after the run; empty for an import.
    :param arguments: the arguments after the program on the command line.
    """

    action: str
    source: str
    target: str
    arguments: tuple[str, ...]
    proxy: str = ""

    @property
    def shown(self) -> str:
        """The command line as text, as it can be typed in the tool's folder."""
        return " ".join([PROGRAM, *map(quoted, self.arguments)])


def called(option: str, action: str) -> str:
    """An option as messages name it: users of the module and users of the role set it by different names."""
    on_connected_host = option == "tool_path" and action == CONNECT
    variable = "offline_updates_connected_tool_path" if on_connected_host else ROLE_VARIABLES[option]
    return f"{option} ({variable} in the role offline_updates)"


def read_request(params: Mapping[str, Any], site_name: str) -> Request:
    """The request that the module's options make.

    :param site_name: version of the site, such as ``2609``; empty when it is unknown.
    :raises BadRequest: an option is missing, has no meaning for this action, or cannot be used.
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
            f"update_packs {target} and usage_data {source}: one of them is inside the other, but the tool needs an empty "
            "folder for its downloads. Give two separate folders."
        )
    proxy, proxy_arguments = _proxy(params["proxy"], source, target)
    download = DOWNLOADS[params["download"]]
    if not download and site_name == _BROKEN_LATEST:
        raise BadRequest(
            f"{called('download', action)}: latest finds no updates for a site of version 2002. Set it to site_version, or "
            "update the site to 2006 or later."
        )
    arguments = ["-connect", "-usagedatasrc", source, "-updatepackdest", target]
    return Request(action, source, target, tuple(arguments + ([download] if download else []) + proxy_arguments), proxy)


def _path(params: Mapping[str, Any], option: str) -> str:
    value = params[option]
    if not value:
        raise BadRequest(f"{option} is missing: the action {params['action']} needs it.")
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
        raise BadRequest(
            f"{option}: {path} is not the name of a {extension} file; the action {params['action']} needs a name that ends "
            f"in {extension}."
        )
    if path.count("\\") < 2:
        raise BadRequest(
            f"{option}: {path} is in the root folder of its drive; give a path with a folder, such as {path[:3]}USB\\{path[3:]}."
        )
    return path


def _inside(one: str, other: str) -> bool:
    return f"{one.lower()}\\".startswith(f"{other.lower()}\\")


def _proxy(given: Mapping[str, Any] | None, source: str, target: str) -> tuple[str, list[str]]:
    if not given or not given.get("server"):
        return "", []
    try:
        host = endpoints.target_host(given["server"], "proxy.server")
    except ValueError as error:
        raise BadRequest(str(error)) from error
    port = given["port"]
    uri = host if port == _HTTP else f"{host}:{port}"
    if given.get("account"):
        raise BadRequest(
            f"{called('proxy', CONNECT)}: account cannot be used. The tool asks for the password of a proxy account at its own "
            "prompt and has no parameter for it. Allow this server at the proxy without authentication, or run the tool by hand "
            f"on it: {PROGRAM} -connect -usagedatasrc {quoted(source)} -updatepackdest {quoted(target)} -proxyserveruri {uri} "
            "-proxyusername ACCOUNT."
        )
    return f"{host}:{port}", ["-proxyserveruri", uri]
