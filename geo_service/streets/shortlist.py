"""Short lists of the nearest sites, kept in order inside larger arrays.

An entry is a *key*, the first part of its cost above the site's rank in the lower 32 bits, and
beside it the second part. So the order of keys is the order of answers: what is minimised, then
the rank. A list holds a site once, at its least cost, and is padded with NEVER.
"""

from geo_service.arrays import Integers, Seconds
from geo_service.compiled import compiled
from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT


@compiled
def offer(key: Integers, second: Seconds, base: int, width: int, cost: int, rank: int) -> None:
    """Put a site into a list, if it belongs there.

    Parameters
    ----------
    key, second : ndarray
        Written.
    base, width : int
        The list is rows base to base + width; at least one.
    cost, rank : int
        The packed cost, and the site's rank. Raises nothing.
    """
    new, last = (cost >> SHIFT << SHIFT) + rank, base + width - 1
    if cost >= NEVER or new > key[last]:
        return
    row = base
    while key[row] < new:
        if key[row] & LOWER == rank:
            return
        row += 1
    if key[row] == new:
        second[row] = min(second[row], cost & LOWER)
        return
    end = row
    while end < last and key[end] & LOWER != rank and key[end] != NEVER:
        end += 1
    while end > row:
        key[end], second[end] = key[end - 1], second[end - 1]
        end -= 1
    key[row], second[row] = new, cost & LOWER
