"""Answers the API of an automation controller as far as the modules of awx.awx need it, and keeps what they create.

It is no controller: it runs no jobs. It rejects references to objects that do not exist, and hides secrets as a controller does.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Item = dict[str, Any]

PREFIX = "/api/v2/"
HIDDEN = "$encrypted$"
TOKEN = "T0ken-of-the-test"
# What every controller has. The fields of the two types that the example uses.
MANAGED = {
    "Machine": [{"id": "username"}, {"id": "password", "secret": True}],
    "Vault": [{"id": "vault_password", "secret": True}, {"id": "vault_id"}],
}
_UNIFIED = ("job_templates", "workflow_job_templates", "projects", "inventory_sources")
# Fields that contain the id of another object.
_REFERENCES = {
    "organization": "organizations",
    "inventory": "inventories",
    "project": "projects",
    "source_project": "projects",
    "execution_environment": "execution_environments",
    "default_environment": "execution_environments",
    "credential_type": "credential_types",
    "workflow_job_template": "workflow_job_templates",
    "unified_job_template": "unified_job_templates",
}
_ASSOCIATIONS = {
    "credentials": "credentials",
    "instance_groups": "instance_groups",
    "instances": "instances",
    "success_nodes": "workflow_job_template_nodes",
    "failure_nodes": "workflow_job_template_nodes",
    "always_nodes": "workflow_job_template_nodes",
    "labels": "labels",
    **dict.fromkeys(
        [f"notification_templates_{event}" for event in ("started", "success", "error", "approvals")], "notification_templates"
    ),
}


# What the controller adds to an object.
_OWN_FIELDS: dict[str, Item] = {"projects": {"scm_revision": "", "status": "successful"}}


class Rejected(Exception):
    """A request that is not valid, with the status of the answer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Store:
    """The objects by the name of their list; ``associated`` has ids by object and association."""

    def __init__(self, instances: list[str]) -> None:
        self.lists: dict[str, list[Item]] = {}
        self.associated: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[tuple[str, int], Item] = {}
        for name, fields in MANAGED.items():
            self.add("credential_types", {"name": name, "inputs": {"fields": fields}})
        for name in instances:
            self.add("instances", {"hostname": name})

    def all(self, of: str) -> list[Item]:
        """The objects of a list, also of the one that unites all templates."""
        if of == "unified_job_templates":
            return [item for name in (*_UNIFIED, "workflow_approval_templates") for item in self.all(name)]
        return self.lists.get(of, [])

    def named(self, of: str, name: str) -> Item:
        """The only object with this name."""
        (found,) = [item for item in self.all(of) if item.get("name") == name]
        return found

    def add(self, to: str, fields: Mapping[str, Any]) -> Item:
        """Create an object.

        :raises Rejected: it refers to an object that does not exist, or its name is taken.
        """
        self._check(fields)
        name = fields.get("name")
        if name and to not in _UNIFIED and any(item.get("name") == name for item in self.all(to)):
            raise Rejected(400, f"{to}: {name} exists")
        number = 1 + sum(len(items) for items in self.lists.values())
        url = f"{PREFIX}{to}/{number}/"
        related = {"survey_spec": f"{url}survey_spec/"}
        own = {"id": number, "type": to.removesuffix("s"), "url": url, "related": related, "summary_fields": {}}
        item = {**own, **_OWN_FIELDS.get(to, {}), **fields}
        self.lists.setdefault(to, []).append(item)
        return item

    def change(self, item: Item, fields: Mapping[str, Any]) -> Item:
        """Change fields of an object; a hidden value leaves the secret unchanged.

        :raises Rejected: it refers to an object that does not exist.
        """
        self._check(fields)
        item.update(fields)
        return item

    def _check(self, fields: Mapping[str, Any]) -> None:
        for field, of in _REFERENCES.items():
            wanted = fields.get(field)
            if wanted is not None and not any(item["id"] == wanted for item in self.all(of)):
                raise Rejected(400, f"{field}: there is no {wanted} in {of}")

    def shown(self, item: Item) -> Item:
        """The object as the API shows it: secrets of a credential are hidden."""
        if item["type"] != "credential":
            return item
        (kind,) = [kind for kind in self.all("credential_types") if kind["id"] == item["credential_type"]]
        secret = {field["id"] for field in kind["inputs"]["fields"] if field.get("secret")}
        return {**item, "inputs": {name: HIDDEN if name in secret else value for name, value in item["inputs"].items()}}

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Item) -> tuple[int, Item | None]:
        """The status and the body of the answer to a request.

        :raises Rejected: the request is not valid.
        """
        parts = path.removeprefix(PREFIX).strip("/").split("/")
        if len(parts) == 1:
            return self._of_list(method, parts[0], query, body)
        found = [item for item in self.all(parts[0]) if str(item["id"]) == parts[1]]
        if not found:
            raise Rejected(404, f"no object {path}")
        if len(parts) == 2:
            if method == "GET":
                return 200, self.shown(found[0])
            if method == "PATCH":
                return 200, self.shown(self.change(found[0], body))
        if len(parts) == 3:
            return self._below(method, parts[0], found[0], parts[2], body)
        raise Rejected(405, f"{method} {path}")

    def _of_list(self, method: str, name: str, query: Mapping[str, str], body: Item) -> tuple[int, Item | None]:
        if method == "POST":
            return 201, self.shown(self.add(name, body))
        wanted = {field: value for field, value in query.items() if field not in ("page_size", "order_by")}
        found = [item for item in self.all(name) if all(str(item.get(field)) == value for field, value in wanted.items())]
        return 200, {"count": len(found), "next": None, "results": [self.shown(item) for item in found]}

    def _below(self, method: str, name: str, item: Item, what: str, body: Item) -> tuple[int, Item | None]:
        if what == "survey_spec":
            if method == "POST":
                self.surveys[name, item["id"]] = body
            return 200, self.surveys.get((name, item["id"]), {})
        if what == "create_approval_template" and method == "POST":
            template = self.add("workflow_approval_templates", {key: body.get(key) for key in ("name", "description", "timeout")})
            item["unified_job_template"] = template["id"]
            item["related"]["unified_job_template"] = template["url"]
            return 201, template
        if what not in _ASSOCIATIONS:
            raise Rejected(404, f"{name} have no {what}")
        there = self.associated.setdefault((name, item["id"], what), [])
        others = self.all(_ASSOCIATIONS[what])
        if method == "GET":
            return 200, {"count": len(there), "next": None, "results": [other for other in others if other["id"] in there]}
        if not any(other["id"] == body["id"] for other in others):
            raise Rejected(400, f"there is no {body['id']} in {_ASSOCIATIONS[what]}")
        if body.get("disassociate"):
            there.remove(body["id"])
        else:
            there.append(body["id"])
        return 204, None


@contextmanager
def controller(store: Store) -> Iterator[str]:
    """Serve the API of a store on a loopback address; the value is its URL."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            asked = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            try:
                if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    raise Rejected(401, "a token is needed")
                with lock:
                    status, found = store.answer(self.command, asked.path, dict(parse_qsl(asked.query)), body)
            except Rejected as error:
                status, found = error.status, {"detail": str(error)}
            raw = b"" if found is None else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the test reads the store."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
