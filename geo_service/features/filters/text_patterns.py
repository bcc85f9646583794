"""Patterns of LIKE: ``%`` for any letters, ``_`` for one, a backslash before what means itself."""

import re
from collections.abc import Callable

_PARTS = re.compile(r"(%+)|(_+)|\\(.)|([^%_\\]+|\\)", re.DOTALL)


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Make a test out of a pattern.

    Parameters
    ----------
    pattern : str

    Returns
    -------
    callable
        Says whether a whole text fits. Its time is at most the product of both lengths: each piece
        between two ``%`` is taken where it first fits, and never sought again.
    """
    pieces = [""]
    least = 0
    for wild, ones, escaped, plain in _PARTS.findall(pattern):
        if wild:
            pieces.append("")
            continue
        letters = escaped or plain
        pieces[-1] += rf".{{{len(ones)}}}" if ones else re.escape(letters)
        least += len(ones or letters)
    fits = re.compile(_expression(pieces), re.DOTALL).match
    return lambda text: len(text) >= least and fits(text) is not None


def _expression(pieces: list[str]) -> str:
    first, *others = pieces
    if not others:
        return rf"{first}\Z"
    *between, last = others
    # Atomic: what has been found is not given up again, so that nothing is tried twice.
    sought = "".join(f"(?>.*?{piece})" for piece in between)
    return rf"{first}{sought}.*{last}\Z"
