"""Every run of the tests reads the inputs in the fuzzer's corpus again, and none of them takes long."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
MOST_BYTES = 4096
MOST_FILES = 150


def test_every_target_has_a_corpus_and_words_and_it_is_small() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} == set(TARGETS)
    assert {file.name for file in (CORPUS.parent / "words").iterdir()} == set(TARGETS)
    for folder in CORPUS.iterdir():
        files = list(folder.iterdir())
        assert 5 <= len(files) <= MOST_FILES
        assert max(file.stat().st_size for file in files) <= MOST_BYTES


@pytest.mark.parametrize("target", TARGETS)
def test_the_corpus_is_read(target: str) -> None:
    for file in sorted((CORPUS / target).iterdir()):
        began = time.process_time()
        TARGETS[target](file.read_bytes())
        assert time.process_time() - began < 2, file.name
