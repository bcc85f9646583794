"""Patterns of LIKE: ``%`` for any letters, ``_`` for one, a backslash before what means itself."""

import re
from collections.abc import Callable

ANY = "%"
ONE = "_"
_ESCAPE = "\\"


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
    fewest = [0]
    letters = iter(pattern)
    for letter in letters:
        if letter == ANY:
            pieces.append("")
            fewest.append(0)
            continue
        meant = next(letters, letter) if letter == _ESCAPE else letter
        pieces[-1] += "." if letter == ONE else re.escape(meant)
        fewest[-1] += 1
    least = sum(fewest)
    fits = re.compile(_expression(pieces), re.DOTALL).match
    return lambda text: len(text) >= least and fits(text) is not None


def _expression(pieces: list[str]) -> str:
    first, *others = pieces
    if not others:
        return rf"{first}\Z"
    *between, last = others
    # Atomic: what has been found is not given up again, so that nothing is tried twice.
    sought = "".join(f"(?>.*?{piece})" for piece in between if piece)
    return rf"{first}{sought}.*{last}\Z"
