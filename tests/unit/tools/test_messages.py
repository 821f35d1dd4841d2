"""The texts of the collection, with a mark where a value is inserted."""

from __future__ import annotations

from tests.tools import messages

SOURCE = '''
"""The documentation of the file."""
DOCUMENTATION = "the documentation of a module"
def f(name):
    """The documentation of a function."""
    return f"The server {name}{name!r} was " "not found: " + name + " is wrong."
FORM = "the site %s has {count} sites"
'''
TASKS = """
- name: Fail
  ansible.builtin.fail:
    msg: >-
      The server {{ server }} {{ 'was removed from ' ~ place ~ ' at last' if x else 'is kept' }}
      and more.
"""


def test_python() -> None:
    texts = [messages.normal(text) for text in messages.of_python(SOURCE)]
    assert "The server … was not found: … is wrong." in texts
    assert "the site … has … sites" in texts
    assert not [text for text in texts if "documentation" in text]


def test_yaml() -> None:
    texts = [messages.normal(text) for text in messages.of_yaml(TASKS)]
    assert "The server … and more." in texts
    assert "was removed from … at last" in texts
    assert "is kept" in texts


def test_what_no_text_has_is_missing() -> None:
    texts = ["The server … was not found: … is wrong."]
    quotes = ["The server … was not found", "The server … was not found: …", "The server … was lost"]
    assert messages.missing(quotes, texts) == ["The server … was lost"]
