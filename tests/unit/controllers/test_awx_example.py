"""docs/examples/awx: surveys, job templates and credential types agree with the roles, and its project runs every playbook."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.plugin_utils.role_options import PLAYBOOK_VARIABLES

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "docs" / "examples" / "awx"
PROJECT = EXAMPLE / "project"
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))


class Loader(yaml.SafeLoader):
    """Reads !unsafe as text, as Ansible does."""


def _text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    return loader.construct_scalar(node)


Loader.add_constructor("!unsafe", _text)


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader)


def options() -> dict[str, dict[str, Any]]:
    """The variables of all roles, with what their argument_specs say."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / "roles").glob("*/meta/argument_specs.yml")):
        found |= read(path)["argument_specs"]["main"]["options"]
    return found


OPTIONS = options()
TEMPLATES = {item["name"]: item for item in read(EXAMPLE / "job_templates.yml")["scp_job_templates"]}
QUESTIONS = [
    pytest.param(question, id=f"{name.rpartition(' ')[2]}-{question['variable']}")
    for name, item in TEMPLATES.items()
    for question in item.get("survey", {}).get("spec", [])
]
TYPES = {item["name"]: item for item in read(EXAMPLE / "credential_types.yml")["scp_credential_types"]}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_survey_asks_what_the_role_takes(question: dict[str, Any]) -> None:
    variable = question["variable"]
    assert variable in OPTIONS or variable in PLAYBOOK_VARIABLES
    option = OPTIONS.get(variable, {"type": "str"})
    choices = ["false", "true"] if option["type"] == "bool" else option.get("choices")
    if choices is None:
        assert (question["type"], option["type"]) == ("text", "str")
    else:
        assert question["type"] == "multiplechoice"
        assert sorted(question["choices"]) == sorted(choices)
        assert question["default"] in question["choices"]
    if "default" in option and option["default"] is not None:
        # Launching without a change means what the role does by itself.
        assert str(question["default"]).lower() == str(option["default"]).lower()
    # A controller passes an optional question that was not answered as an empty text, which the roles reject.
    assert question["required"] is True


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_has_the_form_that_the_controller_accepts(question: dict[str, Any]) -> None:
    assert {"question_name", "question_description", "variable", "type", "required"} <= set(question)
    assert question["type"] in ("text", "textarea", "password", "multiplechoice", "multiselect", "integer", "float")
    assert all(isinstance(choice, str) for choice in question.get("choices", []))
    assert isinstance(question.get("default", ""), str)


def test_no_secret_is_asked_in_a_survey() -> None:
    assert not [question for question in QUESTIONS if re.search("password|secret", str(question.values[0]))]


def test_the_project_has_each_playbook_of_the_collection() -> None:
    assert sorted(path.stem for path in PROJECT.glob("*.yml")) == PLAYBOOKS
    for name in PLAYBOOKS:
        (play,) = read(PROJECT / f"{name}.yml")
        assert play["ansible.builtin.import_playbook"] == f"configmgr.scp.{name}"


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda item: item["name"].rpartition(" ")[2])
def test_a_job_template_is_about_a_playbook_and_variables_that_exist(template: dict[str, Any]) -> None:
    assert (PROJECT / template["playbook"]).is_file()
    assert set(template.get("extra_vars", {})) <= set(OPTIONS) | set(PLAYBOOK_VARIABLES)
    injected = set(re.findall(r"{{ (\w+) }}", str(template.get("extra_vars", {}))))
    kind = TYPES["Configuration Manager installation account"]
    assert injected <= set(kind["injectors"]["extra_vars"])
    assert bool(injected) == template.get("installation", False)


@pytest.mark.parametrize("kind", TYPES.values(), ids=lambda item: item["name"])
def test_a_credential_type_injects_its_fields_and_hides_its_secrets(kind: dict[str, Any]) -> None:
    fields = {field["id"]: field for field in kind["inputs"]["fields"]}
    assert set(kind["inputs"]["required"]) <= set(fields)
    # Kinds and fields as the controller's documentation of custom credential types has them.
    assert kind["kind"] in ("cloud", "net")
    assert {name for field in fields.values() for name in field} <= {
        "id",
        "type",
        "label",
        "secret",
        "choices",
        "default",
        "help_text",
    }
    used = set(re.findall(r"{{ (\w+) }}", str(kind["injectors"])))
    assert used == set(fields)
    for name, field in fields.items():
        assert bool(field.get("secret")) == ("password" in name)
        assert field.get("default") in (*field.get("choices", [field.get("default")]), None)


def test_the_workflow_has_the_job_templates_in_order() -> None:
    steps = {step["identifier"]: step for step in read(EXAMPLE / "job_templates.yml")["scp_workflow_steps"]}
    for step in steps.values():
        assert {*step.get("if_it_succeeds", []), *step.get("in_any_case", [])} <= set(steps)
        assert ("approval" in step) != (step.get("template") in TEMPLATES)
    # Nothing is written before the approval: the preflight is the only way to it.
    followers = [name for step in steps.values() for name in (*step.get("if_it_succeeds", []), *step.get("in_any_case", []))]
    assert sorted(followers) == ["approval", "provision", "report"]


def test_the_requirements_of_the_project_name_this_version() -> None:
    version = read(ROOT / "galaxy.yml")["version"]
    (collection,) = read(PROJECT / "collections" / "requirements.yml")["collections"]
    assert collection["name"].endswith(f"configmgr-scp-{version}.tar.gz")


def test_the_inventory_of_the_project_has_no_credentials() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "inventory").rglob("*.yml"))
    assert not re.search(r"ansible_(user|password)", text)
    assert "sms_provider" in text
