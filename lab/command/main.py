"""The command line of the lab: ``python -m lab up|down|status|inventory|reset|fault``."""

from __future__ import annotations

import argparse
import errno
import json
import math
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from lab.command.control import ControlError, ask, is_locked, locked, make_private, remove_empty
from lab.estate.description import EstateDescription
from lab.estate.errors import EstateError
from lab.estate_file.reader import DEFAULT_FILE, load
from lab.fault_kinds import FLAGS, REQUEST_KINDS
from lab.faults import FaultError, usage

CHECKOUT = Path(__file__).resolve().parents[2]
DEFAULT_STATE = CHECKOUT / ".cache" / "lab"
IDLE_SECONDS = 4 * 3600.0
START_LIMIT_SECONDS = 60.0
STOP_LIMIT_SECONDS = 15.0
_LOG = "lab.log"
_OTHER_ADDRESSES = "; stop that program, or give this lab other addresses with --address-base"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns 0, or 2 (130 after Ctrl-C) after printing one sentence to standard error."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (EstateError, FaultError, ControlError, ValueError) as error:
        print(f"lab: {error}", file=sys.stderr)
    except OSError as error:
        print(f"lab: {error.strerror or error}{_OTHER_ADDRESSES if error.errno == errno.EADDRINUSE else ''}", file=sys.stderr)
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return 130
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="The emulated Windows and Configuration Manager estate.")
    parser.add_argument("--state", type=Path, default=DEFAULT_STATE, help="state folder (default: .cache/lab of the checkout)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start the lab")
    up.add_argument("--estate", type=Path, default=DEFAULT_FILE, help="estate file (default: inventories/lab/estate.yml)")
    up.add_argument("--detach", action="store_true", help="return when the lab answers")
    up.add_argument("--pace", type=float, help="lab seconds per real second, instead of the estate file's value")
    up.add_argument(
        "--stop-after", type=float, default=IDLE_SECONDS, metavar="SECONDS", help="stop after this idle time; 0: never"
    )
    up.add_argument("--address-base", metavar="A", help="first three numbers of every address, for example 127.0.20")
    up.add_argument(
        "--kerberos", action="store_true", help="also run the domain, so that its members accept tickets (needs root)"
    )
    up.set_defaults(run=_up)
    commands.add_parser("down", help="stop the lab").set_defaults(run=_down)
    status = commands.add_parser("status", help="show what is running")
    status.add_argument("--json", action="store_true", help="print JSON")
    status.set_defaults(run=_status)
    commands.add_parser("inventory", help="print an Ansible inventory (YAML) for the running lab").set_defaults(run=_inventory)
    commands.add_parser("reset", help="return to the state of the estate file").set_defaults(run=_reset)
    _add_fault_parser(commands)
    return parser


def _add_fault_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    fault = commands.add_parser(
        "fault",
        help="inject faults, list them, cancel them",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_fault_help(),
    )
    actions = fault.add_subparsers(required=True, metavar="ACTION", dest="action")
    add = actions.add_parser(
        "add", help="inject a fault", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=_fault_help()
    )
    add.add_argument("kind")
    add.add_argument("params", nargs="*", metavar="name=value")
    cancel = actions.add_parser("cancel", help="cancel one fault")
    cancel.add_argument("number", type=int)
    actions.add_parser("clear", help="cancel every fault")
    actions.add_parser("list", help="list the faults")
    fault.set_defaults(run=_fault)


def _fault_help() -> str:
    """Every kind of fault with its parameters; those in brackets can be left out."""

    def listed(texts: Mapping[str, str]) -> str:
        return "\n".join(f"  {usage(kind)}\n      {text}" for kind, text in sorted(texts.items()))

    return (
        f"faults of the network, by request:\n{listed(REQUEST_KINDS)}\n\n"
        f"faults of machines and sites:\n{listed({name: kind.text for name, kind in FLAGS.items()})}\n\n"
        "Parameters in brackets are optional. Without machine= or site= a fault applies to all of them; target= can be\n"
        "used for either. A fault of the network applies to requests whose action contains action= and whose resource\n"
        "contains resource=, for example Create and SMS_SCI_SysResUse. It occurs first at matching request number at=\n"
        "(default 1), and count= times in all (default 1, or always). Every other fault lasts until it is cancelled, or\n"
        "occurs count= times.\n\n"
        "example: python -m lab fault add drop_after machine=cas01 action=Create resource=SMS_SCI_SysResUse"
    )


def _up(options: argparse.Namespace) -> int:
    if not 0 <= options.stop_after < math.inf:
        raise EstateError("--stop-after must be 0 or more seconds")
    description = load(options.estate.resolve()).at(options.address_base, options.pace)
    if is_locked(options.state):
        print(f"the lab is already running (state folder {options.state}); `python -m lab status` shows it")
        return 0
    if options.kerberos:
        _check_kerberos()
    if options.detach:
        return _detach(options)
    return _serve(options, description)


def _check_kerberos() -> None:
    """Raises :class:`EstateError` if this computer cannot run the domain of an estate."""
    from lab.domain.controller import CannotRun
    from lab.domain.of_estate import check_computer

    try:
        check_computer()
    except CannotRun as error:
        raise EstateError(f"--kerberos is not possible here: {error}") from None


def _serve(options: argparse.Namespace, description: EstateDescription) -> int:
    # The modules that serve the lab are slow to import, and the other commands do not need them.
    from lab.command.serving import serve, status_of
    from lab.domain.controller import CannotRun

    try:
        with locked(options.state):
            reason = serve(
                description,
                options.state,
                options.stop_after,
                lambda estate: print(_status_text(status_of(estate)), flush=True),
                kerberos=options.kerberos,
            )
    except CannotRun as error:
        raise EstateError(f"the domain controller does not run: {error}") from None
    except BlockingIOError:
        print(f"the lab is already running (state folder {options.state})")
        return 0
    print(f"the lab has stopped: {reason}", flush=True)
    return 0


def _detach(options: argparse.Namespace) -> int:
    command = [sys.executable, "-m", "lab", "--state", str(options.state.resolve()), "up"]
    command += ["--estate", str(options.estate.resolve()), "--stop-after", str(options.stop_after)]
    command += ["--pace", str(options.pace)] if options.pace is not None else []
    command += ["--address-base", options.address_base] if options.address_base is not None else []
    command += ["--kerberos"] if options.kerberos else []
    make_private(options.state)
    log = options.state / _LOG
    with log.open("wb") as output:
        child = subprocess.Popen(
            command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        return _await_start(child, options.state, log)
    except BaseException as error:
        child.terminate()
        child.wait(STOP_LIMIT_SECONDS)
        if isinstance(error, KeyboardInterrupt):
            _remove_log(options.state)
        raise


def _await_start(child: subprocess.Popen[bytes], state: Path, log: Path) -> int:
    """Wait until the detached lab answers or has stopped, and print its output."""
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            said = log.read_text(encoding="utf-8", errors="replace").strip()
            print(said or f"lab: the lab stopped with exit code {child.returncode}", file=sys.stderr)
            _remove_log(state)
            return child.returncode and 2
        try:
            answer = ask(state, "status")
        except ControlError:
            time.sleep(0.05)
            continue
        print(_status_text(answer))
        return 0
    raise ControlError(f"the lab did not answer within {START_LIMIT_SECONDS:g} seconds; see {log}")


def _down(options: argparse.Namespace) -> int:
    ask(options.state, "down")
    deadline = time.monotonic() + STOP_LIMIT_SECONDS
    while is_locked(options.state):
        if time.monotonic() > deadline:
            raise ControlError(f"the lab received the command to stop but is still running after {STOP_LIMIT_SECONDS:g} seconds")
        time.sleep(0.05)
    _remove_log(options.state)
    print("the lab has stopped")
    return 0


def _remove_log(folder: Path) -> None:
    """Remove the log of a detached lab, and also the state folder if nothing else is in it."""
    (folder / _LOG).unlink(missing_ok=True)
    remove_empty(folder)


def _status(options: argparse.Namespace) -> int:
    answer = ask(options.state, "status")
    print(json.dumps(answer, indent=2) if options.json else _status_text(answer))
    return 0


def _inventory(options: argparse.Namespace) -> int:
    answer = ask(options.state, "inventory")
    print(yaml.safe_dump(answer["inventory"], sort_keys=False, allow_unicode=True), end="")
    return 0


def _reset(options: argparse.Namespace) -> int:
    ask(options.state, "reset")
    print("the lab is back to the state of its estate file")
    return 0


def _fault(options: argparse.Namespace) -> int:
    if options.action == "add":
        params = dict(read_param(text) for text in options.params)
        answer = ask(options.state, "fault", action="add", kind=options.kind, params=params)
        print(f"fault {answer['number']}")
    elif options.action == "cancel":
        ask(options.state, "fault", action="cancel", number=options.number)
    elif options.action == "clear":
        ask(options.state, "fault", action="clear")
    else:
        answer = ask(options.state, "fault", action="list")
        print("\n".join(_order_text(order) for order in answer["faults"]) or "no faults")
    return 0


def read_param(text: str) -> tuple[str, str]:
    """A parameter of a fault as typed on the command line, ``name=value``."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise FaultError(f"{text!r} is not of the form name=value")
    return name, value


def _order_text(order: Mapping[str, Any]) -> str:
    rest = ", ".join(f"{name}={value}" for name, value in order.items() if name not in ("number", "kind") and value is not None)
    return f"{order['number']:>4}  {order['kind']}  {rest}".rstrip()


def _status_text(status: Mapping[str, Any]) -> str:
    lines = [f"lab of {status['estate']}, process {status['pid']}, pace {status['pace']:g}, lab time {status['lab_time']}"]
    lines.append(
        f"http on port {status['http_port']}, https on port {status['https_port']} (certification authority: {status['ca_file']})"
    )
    if status["domain"] is not None:
        domain = status["domain"]
        lines.append(
            f"domain {domain['realm']} on {domain['address']}; for its clients: export KRB5_CONFIG={domain['krb5_conf']}"
        )
    for machine in status["machines"]:
        dead = "" if machine["alive"] else "  (dead)"
        lines.append(f"  {machine['address']:<15} {machine['fqdn']:<24} {machine['os']}{dead}")
    for site in status["sites"]:
        below = f" below {site['parent']}" if site["parent"] else ", top-level site"
        pair = f", passive {site['passive_server']}" if site["passive_server"] else ""
        lines.append(f"  site {site['code']} ({site['kind']}{below}) on {site['server']}{pair}")
    lines += _role_lines(status["roles"])
    lines += [f"  fault {_order_text(order).strip()}" for order in status["faults"]]
    lines += [f"  rule violated by {violation}" for violation in status["violations"]]
    lines += [f"  error inside the lab: {error}" for error in status["errors"]]
    return "\n".join(lines)


def _role_lines(roles: list[Mapping[str, str]]) -> list[str]:
    """One line for each server of a site."""
    servers: dict[tuple[str, str], list[str]] = {}
    for role in roles:
        mode = f" ({role['mode'] or 'does not run'})" if "mode" in role else ""
        servers.setdefault((role["site"], role["server"]), []).append(role["role"].removeprefix("SMS ") + mode)
    return [f"  roles of {site} on {server}: {', '.join(names)}" for (site, server), names in servers.items()]
