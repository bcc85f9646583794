"""A filter's text, in either language of CQL2, made a filter."""

import json
from collections.abc import Sequence
from datetime import UTC, tzinfo
from enum import StrEnum

import shapely

from geo_service.features.columns import Field
from geo_service.features.filters.geometry import ToWgs84
from geo_service.features.filters.grammar import read_text
from geo_service.features.filters.refusals import refusal
from geo_service.features.filters.tree import Filter
from geo_service.features.filters.type_checks import FilterTypes
from geo_service.features.filters.written import Written, check_depth

LONGEST = 10_000
"""Characters of a filter."""


class Language(StrEnum):
    """The languages that filters are written in; the names are OGC's."""

    TEXT = "cql2-text"
    JSON = "cql2-json"


def _as_it_is(shape: shapely.Geometry) -> shapely.Geometry:
    return shape


def parse_filter(
    text: str,
    language: Language,
    fields: Sequence[Field],
    *,
    zone: tzinfo = UTC,
    to_wgs84: ToWgs84 = _as_it_is,
) -> Filter:
    """Make a filter of its text.

    Parameters
    ----------
    text : str
        Of OGC's Common Query Language (CQL2, 21-065r2), at most 10,000 characters.
    language : Language
    fields : sequence of Field
        Of the collection that is filtered. What each feature has beside them: ``id`` (a text, if no
        field has this name) and ``geometry``.
    zone : tzinfo
        Where a ``DATE`` is a day.
    to_wgs84 : callable
        Turns a geometry of the coordinate system that the filter's geometries have into WGS-84,
        longitude first. Left out: they are.

    Raises
    ------
    WrongUsage
        Whatever is wrong with it; the message says what, where, and what to do, and never holds
        the filter.
    """
    if len(text) > LONGEST:
        raise refusal(
            f"The filter is too long: {len(text)} characters; at most {LONGEST} are read.",
            "Ask in several requests.",
        )
    written = read_text(text) if language is Language.TEXT else _read_json(text)
    check_depth(written)
    return Filter(FilterTypes(fields, zone, to_wgs84).tree(written))


def _read_json(text: str) -> Written:
    try:
        written: Written = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise refusal(
            f"The filter is no JSON from its character {error.pos + 1} on.",
            'Write it in CQL2 JSON, for example: {"op": "=", "args": [{"property": "kind"}, "x"]}.',
        ) from None
    except (ValueError, RecursionError):
        raise refusal(
            "The filter can't be read: it is nested too deeply, or a number in it is none."
        ) from None
    return written


def _no_number(_: str) -> None:
    raise ValueError
