"""Catchments, kept as they go out until a facility or the streets change."""

import gzip
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from io import BytesIO
from threading import Lock
from typing import NamedTuple

from geo_service.domain.facility import Facility
from geo_service.errors import NotReady
from geo_service.export.catchment_frames import NAMES, features_text
from geo_service.flows.find_catchments import CatchmentQuestion, find_catchments
from geo_service.flows.placed_facilities import PlacedFacilities
from geo_service.streets.sites import Sites
from geo_service.web.etags import tag_of

MOST = 64
MOST_BYTES = 32_000_000
"""Porto's take 2 MB."""
MOST_MAKING = 4
"""So many are made one after the other while those who asked wait; a large city's takes seconds."""
PIECE_BYTES = 1 << 16
ZIPPED_HARD = 6
"""Harder takes seconds for a large city and saves little."""


class Kept(NamedTuple):
    """An answer as it goes out, and what it was made of."""

    zipped: bytes
    tag: str
    zipped_tag: str
    sites: Sites
    facilities: Sequence[Facility]

    def pieces(self) -> Iterator[bytes]:
        """Yield the answer for those who can't unzip it, a little at a time."""
        with gzip.open(BytesIO(self.zipped)) as unzipped:
            while piece := unzipped.read(PIECE_BYTES):
                yield piece


class KeptCatchments:
    """The catchments of one process; one is made at a time, and those least asked for go first.

    Parameters
    ----------
    most_bytes : int
        How much is kept in all, besides the one made last.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._kept: OrderedDict[CatchmentQuestion, Kept] = OrderedDict()
        self._making: dict[tuple[CatchmentQuestion, Sites], Future[Kept]] = {}
        # Always the same thread, so that the memory it takes for a large city is used again.
        self._maker = ThreadPoolExecutor(1, "catchments")

    def promise(
        self, placed: PlacedFacilities, question: CatchmentQuestion, now: datetime
    ) -> Future[Kept]:
        """Promise the answer to a question, made if it is new or something has changed.

        Parameters
        ----------
        placed : PlacedFacilities
            As the workspace stands, of the question's profile.
        question : CatchmentQuestion
            One that does not depend on the moment.
        now : datetime
            With a zone.

        Returns
        -------
        Future of Kept
            Raises ``UnknownKind`` if no facility has a kind asked for, and ``WrongUsage`` if the
            limit makes no sense.

        Raises
        ------
        NotReady
            If too many others wait for theirs.
        """
        with self._lock:
            kept = self._find(placed, question)
            if kept is not None:
                ready: Future[Kept] = Future()
                ready.set_result(kept)
                return ready
            key = question, placed.sites
            making = self._making.get(key)
            if making is None:
                if len(self._making) >= MOST_MAKING:
                    raise NotReady(
                        "Too many ask for catchments at once.", remedy="Ask again in half a minute."
                    )
                making = self._maker.submit(self._make_and_keep, placed, question, now)
                self._making[key] = making
        return making

    def close(self) -> None:
        """Make no more; what was promised and not begun is never made."""
        self._maker.shutdown(cancel_futures=True)

    def _make_and_keep(
        self, placed: PlacedFacilities, question: CatchmentQuestion, now: datetime
    ) -> Kept:
        try:
            kept = _make(placed, question, now)
            with self._lock:
                self._keep(question, kept)
        finally:
            with self._lock:
                del self._making[question, placed.sites]
        return kept

    def _find(self, placed: PlacedFacilities, question: CatchmentQuestion) -> Kept | None:
        kept = self._kept.get(question)
        if kept is None or kept.sites is not placed.sites:
            return None
        if kept.facilities is not placed.facilities:
            # A cabinet that reports its state changes what is placed, but no catchment.
            if _names(kept.facilities) != _names(placed.facilities):
                return None
            kept = self._kept[question] = kept._replace(facilities=placed.facilities)
        self._kept.move_to_end(question)
        return kept

    def _keep(self, question: CatchmentQuestion, kept: Kept) -> None:
        for one, other in list(self._kept.items()):
            # What is of streets or places of before holds memory, and is never asked for.
            if one.profile is question.profile and other.sites is not kept.sites:
                del self._kept[one]
        self._kept[question] = kept
        self._kept.move_to_end(question)
        while len(self._kept) > 1 and (
            len(self._kept) > MOST
            or sum(len(one.zipped) for one in self._kept.values()) > self._most_bytes
        ):
            self._kept.popitem(last=False)


def _names(facilities: Sequence[Facility]) -> list[tuple[str, ...]]:
    return [tuple(getattr(one, name) for name in NAMES) for one in facilities]


def _make(placed: PlacedFacilities, question: CatchmentQuestion, now: datetime) -> Kept:
    found = find_catchments(placed, question, now)
    text = features_text(
        found.frame(),
        profile=question.profile,
        by=question.by,
        kinds=sorted(question.kinds or placed.kinds),
        facilities=found.facilities,
        **found.summary(),
    ).encode()
    return Kept(
        gzip.compress(text, ZIPPED_HARD, mtime=0),
        tag_of(text, zipped=False),
        tag_of(text, zipped=True),
        placed.sites,
        placed.facilities,
    )
