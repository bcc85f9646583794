"""How many times over a JPEG file draws its picture, told without drawing it.

A progressive file of a few megabytes can go over a large picture a hundred thousand times, which
takes many minutes.
"""

import re
from typing import Final

_MARKER = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
"""ITU-T T.81, B.1.1.2; FF 00 and FF D0 to FF D7 stand within a scan."""
_START_OF_IMAGE: Final = 0xD8
_END_OF_IMAGE: Final = 0xD9
_START_OF_SCAN: Final = 0xDA
_WITHOUT_LENGTH: Final = (0x01, _START_OF_IMAGE)


def has_more_scans(data: bytes, most: int) -> bool:
    """Say whether the first picture of a JPEG file has more scans than so many.

    Parameters
    ----------
    data : bytes
        The file; what other segments hold (a small picture of their own) and what follows the
        picture is not counted. Raises nothing, whatever it holds.
    most : int
        A file as programs write it has ten or so.
    """
    at, scans = 0, 0
    while (marker := _MARKER.search(data, at)) is not None:
        code, at = marker[1][0], marker.end()
        if code == _END_OF_IMAGE:
            break
        scans += code == _START_OF_SCAN
        if scans > most:
            return True
        if code not in _WITHOUT_LENGTH:
            at += int.from_bytes(data[at : at + 2])
    return False
