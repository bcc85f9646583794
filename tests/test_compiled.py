"""Machine code and plain Python are one function."""

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo_service.compiled import bundle, compiled
from geo_service.streets.elimination import Hops


@compiled
def total(numbers: np.ndarray, limit: float) -> float:
    """Add numbers up to a limit."""
    so_far = 0.0
    for number in numbers:
        so_far += number
        if so_far > limit:
            raise ValueError("too much")
    return so_far


def test_compiled_function_answers_and_raises_as_written() -> None:
    assert total(np.arange(5.0), 100.0) == 10.0
    with pytest.raises(ValueError, match="too much"):
        total(np.arange(5.0), 3.0)
    assert total.__doc__ == "Add numbers up to a limit."


@pytest.mark.parametrize(("off", "kind"), [("1", "function"), ("0", "CPUDispatcher")])
def test_jit_can_be_switched_off(off: str, kind: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from geo_service.compiled import compiled\n"
        "@compiled\n"
        "def one():\n"
        "    return 1\n"
        "print(type(one).__name__, one())\n"
    )
    said = subprocess.run(
        [sys.executable, program],
        env={**os.environ, "NUMBA_DISABLE_JIT": off, "NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == f"{kind} 1\n"
    assert bool(list(tmp_path.rglob("*.nbi"))) == (off == "0"), "machine code is kept on disk"


@compiled
def highest(hills: Any) -> float:  # noqa: ANN401 - a bundle has no type of its own
    """Return a share of the greatest number of the first list."""
    lists, share = hills.held
    most = 0
    for row in range(lists.offsets[0], lists.offsets[1]):
        most = max(most, lists.cost[row])
    return share * most


def some_hills(*metres: int, share: float = 0.5) -> tuple[Hops, float]:
    """Return arrays within a named tuple within a tuple.

    A type of this file's own would be named in the machine code that is kept for all.
    """
    heights = np.array(metres, dtype=np.int64)
    return Hops(np.array([0, len(metres)]), np.zeros(0, np.int64), heights), share


def test_compiled_function_finds_in_a_bundle_what_was_put_there() -> None:
    one, other = bundle(some_hills(4, 7)), bundle(some_hills(1, share=2.0))
    assert [highest(one), highest(other), highest(one)] == [3.5, 2.0, 3.5]


def test_bundle_points_to_the_arrays_and_copies_none() -> None:
    hills = some_hills(4, 7)
    bundled = bundle(hills)
    hills[0].cost[0] = 40
    assert highest(bundled) == 20.0


def test_bundle_keeps_its_arrays_when_nobody_else_does() -> None:
    bundles = [bundle(some_hills(*range(number, number + 50))) for number in range(0, 400, 4)]
    gc.collect()
    # What was freed would be written over by these.
    others = [np.full(50, 900) for _ in range(1000)]
    assert [highest(one) for one in bundles] == [(n + 49) / 2 for n in range(0, 400, 4)]
    assert len(others) == 1000


def test_bundle_lets_go_of_its_arrays_when_it_goes() -> None:
    hills = some_hills(4, 7)
    before = sys.getrefcount(hills[0].cost)
    for _ in range(50):
        highest(bundle(hills))
    gc.collect()
    after = sys.getrefcount(hills[0].cost)
    assert after == before


def test_arrays_that_nobody_can_write_are_bundled_too() -> None:
    hills = some_hills(4, 7)
    hills[0].cost.setflags(write=False)
    assert highest(bundle(hills)) == 3.5


def test_bundle_is_plain_python_where_machine_code_is_switched_off(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from geo_service.compiled import bundle, compiled\n"
        "@compiled\n"
        "def both(pair):\n"
        "    one, other = pair.held\n"
        "    return one + other\n"
        "print(both(bundle((3, 4))), type(bundle((3, 4))).__name__)\n"
    )
    for off, kind in (("1", "SimpleNamespace"), ("0", "_Bundle")):
        said = subprocess.run(
            [sys.executable, program],
            env={**os.environ, "NUMBA_DISABLE_JIT": off, "NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout == f"7 {kind}\n"
