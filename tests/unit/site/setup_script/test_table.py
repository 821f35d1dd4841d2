from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.keys import all_keys, install_types
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.values import _KINDS
from tests.unit.site.setup_script.facts_table import ACTIONS, rows
from tests.unit.site.setup_script.support import TYPES


def test_the_table_is_the_one_of_the_documentation() -> None:
    assert [(key.section, key.name, tuple(key.use.values())) for key in all_keys()] == rows()
    assert tuple(install_types()) == TYPES
    assert tuple(kind.action for kind in install_types().values()) == ACTIONS


def test_each_row_makes_sense() -> None:
    names = [key.name for key in all_keys()]
    assert len({name.lower() for name in names}) == len(names)
    for key in all_keys():
        assert key.kind in (*_KINDS, "choice", "action"), key.name
        assert bool(key.values) == (key.kind in ("choice", "action")), key.name
        assert key.default in ("", *key.values.values()), key.name
        assert set(key.when) < set(names), key.name
        assert set(key.fixed) | set(key.needed) <= set(TYPES), key.name
        # A conditional key has a condition that can be evaluated, or one as text.
        assert ("c" in key.use.values()) == bool(key.when or key.condition), key.name


@pytest.mark.parametrize("key", [key for key in all_keys() if key.when], ids=lambda key: key.name)
def test_conditions_name_values_that_the_other_key_can_have(key: object) -> None:
    known = {other.name: other for other in all_keys()}
    for name, asked in key.when.items():  # type: ignore[attr-defined]
        assert set(asked) <= set(known[name].values.values())


def test_only_the_product_key_is_a_secret() -> None:
    assert [key.name for key in all_keys() if key.secret] == ["ProductID"]
