"""Strangers' bytes give a sound value or one of our own errors, never anything else."""

import random

import pytest
from fuzz_mutator import LARGEST, STRANGE_BYTES, mutate
from fuzz_parsers import CORPUS, PARSERS, corpus_of, look_at
from hypothesis import given, settings
from hypothesis import strategies as st

EXAMPLES = 40
"""Changed inputs a parser; `scripts/fuzz` tries as many as there is time for."""
KEPT = [(name, file) for name in PARSERS for file in corpus_of(name)]


@pytest.mark.parametrize(("name", "file"), KEPT, ids=["/".join(one) for one in KEPT])
def test_what_once_went_wrong_stays_right(name: str, file: str) -> None:
    outcome = look_at(PARSERS[name], corpus_of(name)[file])
    # Files that people would send are named so; all others were found to be refused or taken.
    assert outcome == "taken" or not file.startswith("good")


@pytest.mark.parametrize("name", PARSERS)
def test_changed_by_chance_it_is_taken_or_refused(name: str) -> None:
    chance = random.Random(f"{name} 1")  # noqa: S311 - the same inputs each time
    kept = [*corpus_of(name).values()]
    for _ in range(EXAMPLES):
        data = mutate(chance.choice(kept), kept, PARSERS[name].words, chance)
        try:
            look_at(PARSERS[name], data)
        except Exception as problem:
            problem.add_note(f"the input was {data!r}")
            raise


@pytest.mark.parametrize("name", PARSERS)
def test_a_soup_of_its_words_is_taken_or_refused(name: str) -> None:
    pieces = st.sampled_from([*PARSERS[name].words, *STRANGE_BYTES]) | st.binary(max_size=6)

    @settings(max_examples=25, derandomize=True, database=None)
    @given(st.lists(pieces, max_size=20).map(b"".join))
    def is_taken_or_refused(data: bytes) -> None:
        look_at(PARSERS[name], data)

    is_taken_or_refused()


def test_every_parser_has_a_corpus_of_small_files_and_a_good_one() -> None:
    assert sorted(path.name for path in CORPUS.iterdir()) == sorted(PARSERS)
    for name in PARSERS:
        kept = corpus_of(name)
        assert any(file.startswith("good") for file in kept), name
        assert all(len(data) <= LARGEST // 8 for data in kept.values()), name


def test_chance_is_the_same_for_the_same_seed() -> None:
    def inputs(seed: int) -> list[bytes]:
        chance = random.Random(seed)  # noqa: S311 - as above
        kept = [*corpus_of("facilities").values()]
        return [mutate(kept[0], kept, (), chance) for _ in range(20)]

    assert inputs(3) == inputs(3)
    assert inputs(3) != inputs(4)
    assert all(len(data) <= LARGEST for data in inputs(3))
