"""The only home of numba: machine code for the loops that numpy can't say.

A function marked ``@compiled`` is compiled when first called, and the machine code is kept on
disk, so that the next process starts at once. numba itself looks only at the file of a function,
not at the files of the functions it calls, and would run stale code after an update; so the
machine code lies in a folder named for the content of all files that hold kernels.

With ``NUMBA_DISABLE_JIT=1`` in the environment all runs as plain Python, which is how kernels are
debugged and their coverage is counted.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import numba
from numba.experimental import structref

Function = TypeVar("Function", bound=Callable[..., object])

PACKAGE = Path(__file__).parent
ROOMS_WITH_KERNELS = ("geometry", "domain", "streets", "overlay")
KEPT = PACKAGE / "__pycache__"


def compiled(function: Function) -> Function:
    """Compile a function of numbers and arrays; other threads go on while it runs.

    Parameters
    ----------
    function : callable
        Takes and returns numbers, arrays and tuples of them.

    Returns
    -------
    callable
        The same function, in machine code. Raises what the function raises.
    """
    return cast("Function", numba.njit(cache=True, nogil=True)(function))


@cache
def content_of_kernels() -> str:
    """Return what tells today's kernels from those of any other version."""
    content = hashlib.sha256()
    for room in ROOMS_WITH_KERNELS:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            text = path.read_bytes()
            if b"compiled" in text:
                content.update(text)
    return content.hexdigest()[:16]


@cache
def content_of_program() -> str:
    """Return what tells this program from any other version, with what its answers come from."""
    content = hashlib.sha256()
    for library in ("numpy", "pyarrow", "h3", "pyproj"):
        content.update(f"{library} {version(library)}\n".encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        content.update(path.read_bytes())
    return content.hexdigest()[:16]


def _keep_machine_code() -> None:
    """Name the folder of machine code for today's kernels, and clear those of earlier ones."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    folder = f"kernels-{content_of_kernels()}"
    # Where this folder can't be written, numba keeps its code elsewhere by itself.
    numba.config.CACHE_DIR = str(KEPT / folder)  # type: ignore[attr-defined] # made at run time
    for earlier in KEPT.glob("kernels-*"):
        if earlier.name != folder:
            shutil.rmtree(earlier, ignore_errors=True)


_keep_machine_code()


@structref.register
class _BundleType(numba.types.StructRef):
    """What machine code calls a bundle."""


class _Bundle(structref.StructRefProxy):
    """A pointer to a value that lives where machine code finds it."""


structref.define_boxing(_BundleType, _Bundle)  # type: ignore[no-untyped-call] # numba's own
structref.define_constructor(_Bundle, _BundleType, ["held"])  # type: ignore[no-untyped-call] # as above


@compiled
def _bundle(held: object) -> object:
    return _Bundle(held)  # type: ignore[no-untyped-call] # as above


def bundle(held: tuple[object, ...]) -> Any:  # noqa: ANN401 - its one use is as an argument
    """Make one value of many arrays, for a compiled function that is called very often.

    Handing over an array costs a fifth of a microsecond; a bundle of thirty costs as much as one.

    Parameters
    ----------
    held : NamedTuple
        Of arrays, numbers and NamedTuples of them.

    Returns
    -------
    object
        Compiled functions find the tuple in its attribute ``held``. Raises nothing.
    """
    compiling = not numba.config.DISABLE_JIT  # type: ignore[attr-defined] # made at run time
    return _bundle(held) if compiling else SimpleNamespace(held=held)
