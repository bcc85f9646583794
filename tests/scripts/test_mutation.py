"""Mutants are whole programs, each wrong in one place that tests should look at."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = '''"""Says 1 + 1."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    WIDTH = 1 + 1
__all__ = ["rate"]
积 = 2

def rate(trips: int = 3) -> "int | None":
    """Return 1 < 2."""
    if not trips or trips > 5:
        raise ValueError(f"{trips + 1} are too many")
    trips += 积
    return trips * -积
'''


@pytest.fixture
def mutation() -> Iterator[Any]:
    """Put the parts of ``scripts/mutants`` where they can be imported."""
    sys.path.insert(0, str(ROOT / "scripts" / "mutation"))
    yield
    sys.path.remove(str(ROOT / "scripts" / "mutation"))


@pytest.mark.usefixtures("mutation")
def test_each_mutant_is_another_program_that_can_be_read() -> None:
    from places import mutants_of  # noqa: PLC0415 - found where the fixture says

    texts = [mutant.applied_to(SOURCE) for mutant in mutants_of(SOURCE)]
    assert len(texts) == len(set(texts)) == 15
    whole = ast.dump(ast.parse(SOURCE))
    assert all(ast.dump(ast.parse(text)) != whole for text in texts)


@pytest.mark.usefixtures("mutation")
def test_mutants_are_those_that_people_write_by_mistake() -> None:
    from places import mutants_of  # noqa: PLC0415 - as above

    found = {(mutant.before, mutant.after) for mutant in mutants_of(SOURCE)}
    assert {
        ("2", "(3)"),
        ("2", "(1)"),
        ("3", "(4)"),
        ("not trips", "(trips)"),
        ("not trips or trips > 5", "(not trips and trips > 5)"),
        ("trips > 5", "(trips >= 5)"),
        ("trips > 5", "(trips <= 5)"),
        ("trips += 积", "pass"),
        ("trips * -积", "(trips / -积)"),
        ("-积", "(积)"),
        ("return trips * -积", "return None"),
    } <= found
    # Types, words, what is told to readers and to type checkers are no business of tests.
    assert not any(before in ("1", "1 + 1", "trips + 1") for before, _ in found)


@pytest.mark.usefixtures("mutation")
def test_a_module_is_tried_by_its_own_tests_then_by_its_users() -> None:
    from tests_of import neighbours_tests, own_tests  # noqa: PLC0415 - as above

    def names(paths: list[Path]) -> list[str]:
        return [path.name for path in paths]

    nearest = Path("geo_service/streets/nearest.py")
    assert "test_nearest_or_straight.py" not in names(own_tests(ROOT, nearest))
    assert "test_nearest_oracle.py" in names(own_tests(ROOT, nearest))
    assert "test_nearest_or_straight.py" in names(neighbours_tests(ROOT, nearest))
    assert names(own_tests(ROOT, Path("geo_service/domain/slots.py"))) == ["test_slots.py"]
