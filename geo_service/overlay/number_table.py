"""Tables from whole numbers to whole numbers, with open addresses, for compiled loops."""

import numpy as np

from geo_service.arrays import Integers
from geo_service.compiled import compiled

KEY, VALUE = 0, 1
"""The columns of a table."""
EMPTY = -1
"""The key of a row that is free; keys themselves are 0 or more."""
LEAST_ROOM = 1 << 10
_WORD = 64
_SPREAD = 0x9E37_79B9_7F4A_7C15 - (1 << _WORD)
"""2^64 over the golden ratio, as a signed number: neighbouring keys come to lie far apart
(D. Knuth, "The Art of Computer Programming", vol. 3, 6.4)."""


def empty_table(keys: int = 0) -> Integers:
    """Make a table with room for so many keys; its rows are a power of two. Raises nothing."""
    rows = max(LEAST_ROOM, 2 << (keys - 1).bit_length())
    return np.full((rows, 2), EMPTY, dtype=np.int64)


def with_room(table: Integers, keys: int) -> Integers:
    """Return a table that holds the same and has room for so many keys; itself if it has."""
    if 2 * keys <= len(table):
        return table
    larger, (key, value) = empty_table(keys), filled(table)
    with np.errstate(over="ignore"):
        put(larger, key, value)
    return larger


def filled(table: Integers) -> tuple[Integers, Integers]:
    """Return the keys and the values that a table holds, in no order. Raises nothing."""
    held = table[table[:, KEY] != EMPTY]
    return held[:, KEY].copy(), held[:, VALUE].copy()


@compiled
def shift_of(table: Integers) -> int:
    """Return what ``slot_of`` needs to know of a table's size. Raises nothing."""
    shift = _WORD
    while (len(table) - 1) >> (_WORD - shift):
        shift -= 1
    return shift


@compiled
def slot_of(table: Integers, key: int, shift: int) -> int:
    """Return the row where a key lies, or would lie.

    Plain Python warns of products that are meant to run over; callers say that they know.
    """
    mask = len(table) - 1
    # The highest bits of the product hang on all bits of the key.
    at = ((key * _SPREAD) >> shift) & mask
    while table[at, KEY] != EMPTY and table[at, KEY] != key:
        at = (at + 1) & mask
    return at


@compiled
def put(table: Integers, keys: Integers, values: Integers) -> None:
    """Put keys that are not there into a table with room for them. Raises nothing."""
    shift = shift_of(table)
    for row in range(len(keys)):
        at = slot_of(table, keys[row], shift)
        table[at, KEY], table[at, VALUE] = keys[row], values[row]
