"""Marks of one layer as columns, in few bytes, however many they are."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.maps.cards import Cards, Row
from geo_service.maps.elements import Drawing
from geo_service.maps.packing import near_order, pack_steps

DEGREE = 1_000_000
"""Positions are whole millionths of a degree, a tenth of a metre; the page's script knows it."""


@dataclass(frozen=True, slots=True, eq=False)
class MarkTable:
    """The marks of a layer, n of them."""

    lon: Floats
    """Shape (n,): brought to the page's frame."""
    lat: Floats
    """Shape (n,)."""
    style: Integers
    """Shape (n,): which of the layer's styles, below 256."""
    look: Integers
    """Shape (n,): which of the layer's looks."""
    important: Integers
    """Shape (n,): the rows, the most important first."""
    card: Callable[[int], Row]
    """Title, subtitle and facts of a row, as HTML; None: not known."""
    tags: Integers
    """Shape (n, f): by what each may be hidden, a place in each filter's list of values."""

    def drawing(self, key: str, told: Mapping[str, object], most_letters: int) -> Drawing:
        """Draw the marks.

        Parameters
        ----------
        key : str
            Of the layer.
        told : mapping
            What holds for all marks: their shape, looks, styles and labels.
        most_letters : int
            So much of the page its cards may take, if it can't ask for them.
        """
        order = near_order(self.lon, self.lat)
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        data = {
            **told,
            **pack_places(self.lon[order], self.lat[order], self.tags[order]),
            "style": _as_bytes(self.style[order]),
            "look": _as_bytes(self.look[order]),
        }
        rows = order.tolist()
        cards = Cards(lambda row: self.card(rows[row]), place[self.important], most_letters)
        return Drawing("marks", key, data, cards)


def pack_places(lon: Floats, lat: Floats, tags: Integers) -> dict[str, object]:
    """Pack places and by what each may be hidden, for the page's script.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Brought to the page's frame; neighbours that follow each other take less room.
    tags : ndarray of int, shape (n, f)
        A place in each filter's list of values, below 256.
    """
    return {
        "count": len(lon),
        "lat": pack_steps(np.rint(lat * DEGREE).astype(np.int64)),
        "lon": pack_steps(np.rint(lon * DEGREE).astype(np.int64)),
        "tags": [_as_bytes(column) for column in tags.T],
    }


def _as_bytes(values: Integers) -> str:
    return base64.b64encode(values.astype(np.uint8).tobytes()).decode("ascii")
