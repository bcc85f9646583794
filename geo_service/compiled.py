"""The only home of numba: machine code for the loops that numpy can't say.

A function marked ``@compiled`` is compiled when first called, and the machine code is kept on
disk, so that the next process starts at once. With ``NUMBA_DISABLE_JIT=1`` in the environment
it runs as plain Python, which is how kernels are debugged and their coverage is counted.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


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
