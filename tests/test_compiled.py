"""Machine code and plain Python are one function."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from geo_service.compiled import compiled


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
