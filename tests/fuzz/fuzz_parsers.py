"""What strangers' bytes meet, and what must be true of what comes out.

Each parser takes any bytes. It answers with values that are finite and within their ranges, or
with one of the project's own errors, whose words are few; where something writes what was read,
reading that again gives the same.
"""

import asyncio
import json
import math
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import shapely
from fuzz_checks import (
    LONGEST_WORDS,
    NOW,
    SHANGHAI,
    check_facilities,
    check_issues,
    check_trips,
    counted,
    on_earth,
    rule,
)
from fuzz_words import (
    BOUNDARY,
    CQL2_JSON_WORDS,
    CQL2_WORDS,
    CSV_WORDS,
    FORM_WORDS,
    GEOJSON_WORDS,
    HOURS_WORDS,
    PART_WORDS,
    PHOTO_WORDS,
    XML_WORDS,
)
from starlette.requests import Request

from geo_service.domain.opening import Calendar, check_opening_hours, opening_at
from geo_service.errors import GeoServiceError
from geo_service.export.features import collection, facility_feature
from geo_service.features.columns import Features, Field, Kind
from geo_service.features.filters.evaluation import matches
from geo_service.features.filters.reading import Language, parse_filter
from geo_service.ingest.areas import parse_areas
from geo_service.ingest.categories import read_categories, read_questions
from geo_service.ingest.deadlines import read_deadlines
from geo_service.ingest.facilities import parse_facilities
from geo_service.ingest.files.csv_table import read_csv
from geo_service.ingest.files.geojson import parse_geojson
from geo_service.ingest.issues import parse_issues
from geo_service.ingest.offers import read_offers
from geo_service.ingest.open311 import parse_open311
from geo_service.ingest.open311_records import read_records
from geo_service.ingest.photo import read_photo, read_position
from geo_service.ingest.traces.read import parse_traces
from geo_service.web import open311_reports
from geo_service.web.bodies import read_object
from geo_service.web.forms import read_form
from geo_service.web.routes import read_line

CORPUS = Path(__file__).parent / "corpus"
CANARY = "zq9canary"
"""Stands in the corpus where people write; what a stranger sent is not repeated to strangers."""
LONG_CANARY = CANARY * 6
"""Of a filter a short name is repeated, so that whoever mistyped it sees which; no more."""
LONGEST_S = 5.0
"""Of the processor's time, for one input of at most 64 KiB."""
MOST_PIXELS, LONGEST_SIDE = 300_000, 256


class Parser(NamedTuple):
    """One reader of bytes."""

    read: Callable[[bytes], None]
    """Reads them and holds what comes out against what must be true."""
    untold: str
    """What of the corpus its errors never repeat, for they go to strangers; blank: they may."""
    words: Sequence[bytes]
    """What means something to it."""


def look_at(parser: Parser, data: bytes) -> str:
    """Give bytes to a parser.

    Returns
    -------
    str
        ``taken``, or the code of the project's own error.

    Raises
    ------
    AssertionError
        If a value is wrong, an error says too much, or it took too long.
    Exception
        Whatever else the parser lets out.
    """
    began = time.process_time()
    refused = _refusal_of(lambda: parser.read(data))
    outcome = "taken" if refused is None else refused.code
    if refused is not None:
        told = f"{refused} {getattr(refused, 'fields', '')}"
        assert refused.what
        assert len(told) <= LONGEST_WORDS, f"an error of {len(told)} characters"
        assert not parser.untold or parser.untold not in told, "an error repeats what was sent"
    took = time.process_time() - began
    assert took <= LONGEST_S, f"it took {took:.1f} s"
    return outcome


def _gpx(data: bytes) -> None:
    check_trips(parse_traces(data, rule(), file="trip.gpx"))


def _traces(data: bytes) -> None:
    check_trips(parse_traces(data, rule(), file="trip.geojson"))


def _facilities(data: bytes) -> None:
    batch = parse_facilities(
        parse_geojson(data, file="f.geojson"), time_zone="Asia/Shanghai", now=NOW
    )
    check_facilities(batch)
    told = json.dumps(collection(_flat(facility_feature(one)) for one in batch.records))
    again = parse_facilities(parse_geojson(told.encode(), file="a.geojson"), now=NOW)
    assert [one.facility_id for one in again.records] == [
        one.facility_id for one in batch.records
    ], again.refusals
    for one, other in zip(batch.records, again.records, strict=True):
        assert (one.kind, one.name, one.opening_hours, one.state) == (
            other.kind,
            other.name,
            other.opening_hours,
            other.state,
        )


def _flat(feature: dict[str, Any]) -> dict[str, Any]:
    """Put the state beside the rest, as files have it."""
    told = feature["properties"]
    return {**feature, "properties": {**told, **(told.pop("state") or {})}}


def _issues(data: bytes) -> None:
    rows = parse_geojson(data, file="i.geojson")
    check_issues(parse_issues(rows, now=NOW, time_zone="Asia/Shanghai"))


def _open311_records(data: bytes) -> None:
    check_issues(parse_open311(read_records(data, "r"), file="r", now=NOW))


def _areas(data: bytes) -> None:
    found = parse_areas(parse_geojson(data, file="a.geojson"))
    for batch in (found.areas, found.bodies):
        assert all(len(refusal.reason) <= LONGEST_WORDS for refusal in batch.refusals)
    for area in found.areas.records:
        shape = shapely.from_wkb(area.wkb)
        assert shape.is_valid
        on_earth(*shapely.get_coordinates(shape).T)


def _csv(data: bytes) -> None:
    """Read a table as everything that tables are read as."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(data)
        rows = read_csv(path)
        readings: tuple[Callable[[], None], ...] = (
            lambda: counted(read_categories(path)),
            lambda: counted(read_questions(path, known=("standing_water",))),
            lambda: counted(read_deadlines(path)),
            lambda: counted(read_offers(path)),
            lambda: check_facilities(parse_facilities(rows, now=NOW)),
            lambda: check_issues(parse_issues(rows, now=NOW)),
            lambda: check_trips(parse_traces(rows, rule())),
        )
        refused = [problem for reading in readings if (problem := _refusal_of(reading))]
    if len(refused) == len(readings):
        raise refused[0]


def _refusal_of(reading: Callable[[], None]) -> GeoServiceError | None:
    try:
        reading()
    except GeoServiceError as refused:
        return refused
    return None


def _request(data: bytes, media_type: str) -> Request:
    """Make a request whose body comes in pieces of 100 bytes."""
    pieces = [data[start : start + 100] for start in range(0, len(data), 100)] or [b""]

    async def receive() -> dict[str, Any]:
        body = pieces.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(pieces)}

    headers = [(b"content-type", media_type.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    return Request(scope, receive)


def _form(data: bytes, media_type: str) -> None:
    form = asyncio.run(read_form(_request(data, media_type)))
    told = open311_reports._by_name(form.texts)
    sent = open311_reports._read(form, told, "")
    report = sent.report()
    assert math.isfinite(report.lon)
    assert math.isfinite(report.lat)
    assert len(sent.photos) <= 5


def _urlencoded(data: bytes) -> None:
    _form(data, "application/x-www-form-urlencoded")


def _multipart(data: bytes) -> None:
    _form(data, f"multipart/form-data; boundary={BOUNDARY.decode()}")


def _route(data: bytes) -> None:
    members = asyncio.run(
        read_object(_request(data, "application/geo+json"), ("application/geo+json",))
    )
    lon, lat = read_line(members)
    assert len(lon) == len(lat)
    on_earth(lon, lat)


FIELDS = (
    Field("name", Kind.TEXT, "A text."),
    Field("n", Kind.INTEGER, "A number."),
    Field("x", Kind.NUMBER, "A number."),
    Field("open", Kind.FLAG, "A flag."),
    Field("at", Kind.MOMENT, "A moment."),
    Field("tags", Kind.TEXTS, "Texts."),
)


@cache
def _features() -> Features:
    return Features.of(
        FIELDS,
        [
            ("a", shapely.Point(112.1, 32.0), ("甲", 1, 0.5, True, NOW, ("x", "y"))),
            ("b", shapely.box(112, 32, 113, 33), (None,) * 6),
            ("c", shapely.LineString([(179, 1), (180, 2)]), ("", -5, 1e9, False, NOW, ())),
        ],
    )


def _filter(data: bytes, language: Language) -> None:
    text = data.decode("utf-8", errors="replace")
    found = matches(parse_filter(text, language, FIELDS, zone=SHANGHAI), _features())
    assert found.shape == (3,)


def _cql2_text(data: bytes) -> None:
    _filter(data, Language.TEXT)


def _cql2_json(data: bytes) -> None:
    _filter(data, Language.JSON)


def _opening_hours(data: bytes) -> None:
    text = data.decode("utf-8", errors="replace")
    check_opening_hours(text)
    for country in ("CN", "DE"):
        for zone in ("Asia/Shanghai", "Europe/Berlin"):
            answer = opening_at(text, NOW, Calendar(zone, country))
            assert answer.changes_at is None or answer.changes_at > NOW


def _photo(data: bytes) -> None:
    position = read_position(data)
    if position is not None:
        on_earth(*position)
    photo = read_photo(data, most_pixels=MOST_PIXELS, longest_side=LONGEST_SIDE)
    assert max(photo.width, photo.height) <= LONGEST_SIDE
    if photo.position is not None:
        on_earth(*photo.position)
    again = read_photo(photo.data, most_pixels=MOST_PIXELS, longest_side=LONGEST_SIDE)
    assert (again.width, again.height) == (photo.width, photo.height)
    assert again.position is None
    assert again.taken_at is None


PARSERS: Mapping[str, Parser] = {
    "gpx": Parser(_gpx, untold="", words=XML_WORDS),
    "traces": Parser(_traces, untold="", words=GEOJSON_WORDS),
    "facilities": Parser(_facilities, untold="", words=GEOJSON_WORDS),
    "issues": Parser(_issues, untold="", words=GEOJSON_WORDS),
    "areas": Parser(_areas, untold="", words=GEOJSON_WORDS),
    "csv": Parser(_csv, untold="", words=CSV_WORDS),
    "open311_records": Parser(_open311_records, untold="", words=XML_WORDS),
    "urlencoded": Parser(_urlencoded, untold=CANARY, words=FORM_WORDS),
    "multipart": Parser(_multipart, untold=CANARY, words=PART_WORDS),
    "route": Parser(_route, untold=CANARY, words=GEOJSON_WORDS),
    "cql2_text": Parser(_cql2_text, untold=LONG_CANARY, words=CQL2_WORDS),
    "cql2_json": Parser(_cql2_json, untold=LONG_CANARY, words=CQL2_JSON_WORDS),
    "opening_hours": Parser(_opening_hours, untold="", words=HOURS_WORDS),
    "photo": Parser(_photo, untold=CANARY, words=PHOTO_WORDS),
}


def corpus_of(name: str) -> dict[str, bytes]:
    """Return the kept inputs of a parser, by the names of their files."""
    return {path.name: path.read_bytes() for path in sorted((CORPUS / name).iterdir())}
