"""GPX as rows of fixes, streaming: every track is a trip.

The parser is expat itself, called only for the tags that matter; it read three times as many
fixes a second as GDAL, and it sees every fix, where GDAL passes over those without a position.
A GPX file has no use for a document type, and with none there are no entities: a file that
declares one is refused before anything is expanded.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from xml.parsers import expat

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_service.domain.refusal import Refusal
from geo_service.errors import UnreadableFile
from geo_service.ingest.files.rows import Rows
from geo_service.ingest.values import made_trip_id

_NO_FIX = ("extensions", "metadata", "rte", "rtept", "trkseg", "wpt")
"""Elements whose times are not those of a fix."""
_CUT_OFF = frozenset(
    expat.errors.codes[told]
    for told in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """The tracks of a GPX file."""

    rows: Rows
    """One row a fix: ``trip_id, t, lon, lat``, as the file says them."""
    numbers: NDArray[np.int64]
    """Shape (n,): each fix's track in the file, from 1."""
    refusals: tuple[Refusal, ...]
    """Tracks without any fix."""


def parse_gpx(
    content: bytes, *, file: str, name_trip: Callable[[int], str] | None = None
) -> Tracks:
    """Read all tracks of a GPX file.

    Parameters
    ----------
    content : bytes
        The file.
    file : str
        Its name; a trip is named for it and the track's number, ``morning-1``.
    name_trip : callable, optional
        Names a trip otherwise, given the track's number.

    Raises
    ------
    UnreadableFile
        If it is cut off, not XML, not GPX, in an encoding that can't be read, declares a document
        type, or holds no track.
    """
    reader = _Reader(file)
    try:
        # All at once: then the text of an element never comes in two parts.
        reader.parser.Parse(content, True)  # noqa: FBT003 - expat's own signature
    except IndexError as problem:
        raise UnreadableFile("The GPX file has a fix outside any track.", where=file) from problem
    except (LookupError, ValueError) as problem:
        raise UnreadableFile(
            f"The GPX file declares an encoding that can't be read ({problem}).",
            where=file,
            remedy="Save it as UTF-8 and let its first line say so.",
        ) from problem
    except expat.ExpatError as problem:
        cut = problem.code in _CUT_OFF
        raise UnreadableFile(
            f"The GPX file {'is cut off' if cut else 'is not well-formed'} at line "
            f"{problem.lineno} ({expat.ErrorString(problem.code)}).",
            where=file,
            remedy="Fetch or export it again.",
        ) from problem
    if not reader.lengths:
        raise UnreadableFile(
            "The GPX file holds no track.",
            where=file,
            remedy="Routes and waypoints are no traces: they don't say when anybody was there.",
        )
    return reader.tracks(name_trip or partial(made_trip_id, file))


@dataclass(slots=True)
class _Reader:
    """Collects what the parser meets; the handlers are as few and short as can be."""

    file: str
    parser: Any = field(default_factory=expat.ParserCreate)
    prefix: str | None = None
    lengths: list[int] = field(default_factory=list)
    lon: list[str | None] = field(default_factory=list)
    lat: list[str | None] = field(default_factory=list)
    time: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._open_root

    def _refuse_doctype(self, *_: object) -> None:
        raise UnreadableFile(
            "The GPX file declares a document type, which can hide an entity bomb.",
            where=self.file,
            remedy="Export it again; GPX needs no such declaration.",
        )

    def _open_root(self, name: str, _: dict[str, str]) -> None:
        prefix, colon, plain = name.rpartition(":")
        if plain != "gpx":
            raise UnreadableFile(
                f"The file is XML, but not GPX (it begins with <{name}>).", where=self.file
            )
        self.parser.StartElementHandler = self._opener(prefix + colon)

    def _opener(self, prefix: str) -> Callable[[str, dict[str, str]], None]:
        """Make the handler that is called at each opening tag."""
        point, track, when = prefix + "trkpt", prefix + "trk", prefix + "time"
        others = frozenset(prefix + name for name in _NO_FIX)
        lon, lat, time, lengths = self.lon, self.lat, self.time, self.lengths
        parser = self.parser
        waiting = False

        def hear(text: str) -> None:
            time[-1] = text

        def close(_: str) -> None:
            parser.CharacterDataHandler = None
            parser.EndElementHandler = None

        def opened(name: str, told: dict[str, str]) -> None:
            nonlocal waiting
            if name == point:
                lon.append(told.get("lon"))
                lat.append(told.get("lat"))
                time.append(None)
                lengths[-1] += 1
                waiting = True
            elif waiting and name == when:
                parser.CharacterDataHandler = hear
                parser.EndElementHandler = close
                waiting = False
            elif name == track:
                lengths.append(0)
                waiting = False
            elif name in others:
                waiting = False

        return opened

    def tracks(self, name_trip: Callable[[int], str]) -> Tracks:
        """Lay out what was collected."""
        names = [name_trip(number) for number in range(1, len(self.lengths) + 1)]
        track = np.repeat(np.arange(len(names), dtype=np.int64), self.lengths)
        frame = pd.DataFrame(
            {
                "trip_id": pd.Categorical.from_codes(track, categories=pd.Index(names)),
                "t": pd.Series(self.time, dtype="str"),
                "lon": pd.Series(self.lon, dtype="str"),
                "lat": pd.Series(self.lat, dtype="str"),
            }
        )
        empty = tuple(
            Refusal(self.file, number, name, "The track holds no fix.")
            for number, (name, length) in enumerate(zip(names, self.lengths, strict=True), start=1)
            if not length
        )
        return Tracks(Rows(frame, file=self.file), track + 1, empty)
