"""Many data in few letters, so that a page stays small; the page's script unfolds them."""

import base64
import zlib
from collections.abc import Sequence

from geo_service.maps.escape import as_script


def fold(text: str) -> str:
    """Write a text in few letters, all of which a script, a page or a template takes as they are.

    They are base64 of zlib's format (RFC 1950), which browsers read without a script of ours.
    """
    return base64.b64encode(zlib.compress(text.encode(), level=9)).decode("ascii")


def fitting(rows: Sequence[object], most: int) -> int:
    """Say how many rows fit into a page's share.

    Parameters
    ----------
    rows : sequence of object
        What ``as_script`` takes, the most important first.
    most : int
        Letters they may take, folded.

    Returns
    -------
    int
        So many of the first rows fit; hardly more do. Raises what ``as_script`` does.
    """
    count = len(rows)
    while count and (size := len(fold(as_script(rows[:count])))) > most:
        count = int(count * min(0.98, most / size))
    return count
