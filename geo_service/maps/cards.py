"""Cards of many marks or streets: in the page, or in chunks that it asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from geo_service.arrays import Integers
from geo_service.maps.escape import as_script
from geo_service.maps.folding import fitting
from geo_service.maps.page_parts import Parts
from geo_service.maps.words import Words

CHUNK = 500
"""So many cards are asked for at once."""
_MOST_TRIED = 10_000
"""A page that can't ask for more holds no more cards than this, however short they are."""

_BARE = Words("此页容量有限，详情见在线规划地图", "More of it is on the planner's page")
_GONE = Words("无法载入，请刷新页面", "It can't be had: load the page again")

Row = Sequence[object]


@dataclass(frozen=True, slots=True, eq=False)
class Cards:
    """What can be read of each row of a layer."""

    write: Callable[[int], Row]
    """Title, subtitle and facts of a row, as HTML; None: not known."""
    first: Integers
    """The rows, the most important first."""
    most_letters: int
    """A page that can't ask for more holds so many, folded."""

    def settle(self, name: str, parts: Parts | None) -> dict[str, object]:
        """Say where the page finds the cards.

        Parameters
        ----------
        name : str
            Of the layer's data.
        parts : Parts or None
            What the page may ask for; None: nothing, so that it holds the most important cards
            that fit.

        Returns
        -------
        dict
            ``bare``: what stands where a card is missing; and ``rows``: the cards, None where
            there is none; or ``chunks``: the address of each chunk, and ``size``: how many rows
            it is of.
        """
        count = len(self.first)
        if parts is None or count <= CHUNK:
            return {"bare": _BARE.line, "rows": self._fitting(whole=parts is not None)}
        return {
            "bare": _GONE.line,
            "size": CHUNK,
            "chunks": [
                parts.keep(f"{name}-{begin // CHUNK}", partial(self._chunk, begin))
                for begin in range(0, count, CHUNK)
            ],
        }

    def _fitting(self, *, whole: bool) -> list[Row | None]:
        tried = self.first if whole else self.first[:_MOST_TRIED]
        rows = [self.write(row) for row in tried.tolist()]
        held = len(rows) if whole else fitting(rows, self.most_letters)
        cards: list[Row | None] = [None] * len(self.first)
        for row, card in zip(self.first[:held].tolist(), rows, strict=False):
            cards[row] = card
        return cards

    def _chunk(self, begin: int) -> str:
        last = min(begin + CHUNK, len(self.first))
        return as_script([self.write(row) for row in range(begin, last)])
