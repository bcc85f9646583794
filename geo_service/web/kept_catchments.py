"""Catchments, kept as they go out until a facility or the streets change."""

import gzip
from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import NamedTuple, TypeAlias

from geo_service.export.catchment_frames import (
    NAMES,
    catchments_frame,
    facility_names,
    features_text,
    summary,
)
from geo_service.flows.district import District
from geo_service.flows.find_catchments import CatchmentQuestion, find_catchments
from geo_service.web.etags import tag_of

Names: TypeAlias = tuple[tuple[str, ...], ...]

MOST = 64
MOST_BYTES = 32_000_000
"""Porto's take 2 MB."""
ZIPPED_HARD = 6
"""Harder takes seconds for a large city and saves little."""


class Kept(NamedTuple):
    """An answer as it goes out."""

    zipped: bytes
    tag: str
    zipped_tag: str
    district: District
    names: Names

    @property
    def text(self) -> bytes:
        """The answer for those who can't unzip it."""
        return gzip.decompress(self.zipped)


class KeptCatchments:
    """The catchments of one process; one is made at a time, and those least asked for go first.

    Parameters
    ----------
    most_bytes : int
        How much is kept in all, besides the one made last.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock, self._making = Lock(), Lock()
        self._kept: OrderedDict[CatchmentQuestion, Kept] = OrderedDict()

    def answer(self, district: District, question: CatchmentQuestion, now: datetime) -> Kept:
        """Return the answer to a question, made if it is new or something has changed.

        Parameters
        ----------
        district : District
            As the workspace stands, of the question's profile.
        question : CatchmentQuestion
            One that does not depend on the moment.
        now : datetime
            With a zone.

        Raises
        ------
        UnknownKind
            If no facility has a kind asked for.
        WrongUsage
            If the limit makes no sense.
        """
        kept = self._find(district, question)
        if kept is not None:
            return kept
        with self._making:
            kept = self._find(district, question)
            if kept is None:
                kept = _make(district, question, now)
                with self._lock:
                    self._keep(question, kept)
        return kept

    def _find(self, district: District, question: CatchmentQuestion) -> Kept | None:
        with self._lock:
            kept = self._kept.get(question)
            if kept is None:
                return None
            self._kept.move_to_end(question)
        if kept.district is district:
            return kept
        # A cabinet that reports its state makes a new district with the same catchments.
        same = kept.district.sites is district.sites and kept.names == _names(district)
        return kept if same else None

    def _keep(self, question: CatchmentQuestion, kept: Kept) -> None:
        self._kept[question] = kept
        self._kept.move_to_end(question)
        while len(self._kept) > 1 and (
            len(self._kept) > MOST
            or sum(len(one.zipped) for one in self._kept.values()) > self._most_bytes
        ):
            self._kept.popitem(last=False)


def _names(district: District) -> Names:
    return tuple(tuple(getattr(one, name) for name in NAMES) for one in district.facilities)


def _make(district: District, question: CatchmentQuestion, now: datetime) -> Kept:
    found = find_catchments(district, question, now)
    network = district.streets.network
    names = facility_names(district.facilities)
    told = summary(
        found.coverage,
        network,
        district.sites.ids,
        by_time=found.catchments.by_time,
        limit=found.limit,
    )
    text = features_text(
        catchments_frame(names, found.wanted, network, found.catchments),
        profile=question.profile,
        by=question.by,
        kinds=sorted(question.kinds or district.kinds),
        facilities=int(found.wanted.sum()),
        **told,
    ).encode()
    return Kept(
        gzip.compress(text, ZIPPED_HARD, mtime=0),
        tag_of(text, zipped=False),
        tag_of(text, zipped=True),
        district,
        _names(district),
    )
