"""GPX 1.1: points as waypoints, lines as tracks, each with a name and its facts.

The order of elements is that of the schema at http://www.topografix.com/GPX/1/1/gpx.xsd.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely

from geo_service.errors import WrongUsage
from geo_service.export.feature_cells import Cell, cells_by_name, plain_text
from geo_service.export.feature_layer import Layer
from geo_service.export.xml_text import xml_text
from geo_service.features.columns import Features

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="geo_service">\n'
)
_FOOT = "</gpx>\n"
_FACT_PARTER = "; "


class Track(NamedTuple):
    """One line, in one part or several."""

    name: str
    desc: str
    sort: str
    parts: Sequence[Sequence[str]]
    """Points, as they are written."""


def check_fits(layer: Layer, where: str) -> None:
    """Refuse what GPX has no element for.

    Parameters
    ----------
    layer : Layer
        What is to be written.
    where : str
        What was asked with, for the message.

    Raises
    ------
    WrongUsage
        If the features are polygons.
    """
    if layer.geometry == "Polygon":
        raise WrongUsage(
            f"GPX holds points and lines, and {layer.name} are polygons.",
            where=where,
            remedy="Ask for .geojson, .gpkg, .fgb or .parquet.",
        )


def write_gpx(features: Features, layer: Layer, path: Path) -> None:
    """Write points as waypoints and lines as tracks, in the order of their ids.

    Parameters
    ----------
    features : Features
        Points or lines.
    layer : Layer
        What becomes name, type and time; all else that is told stands in ``desc``.
    path : Path
        The file.

    Raises
    ------
    WrongUsage
        If the features are polygons.
    """
    check_fits(layer, path.name)
    columns = cells_by_name(features, layer.id_name)
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    drawn = zip(features.shapes, rows, strict=True)
    if layer.geometry == "Point":
        _write(path, (_waypoint(point, told, layer) for point, told in drawn))
    else:
        write_tracks((_track(line, told, layer) for line, told in drawn), path)


def write_tracks(tracks: Iterable[Track], path: Path) -> None:
    """Write lines.

    Raises
    ------
    OSError
        If the disk does not take it.
    """
    _write(path, map(_track_text, tracks))


def gpx_text(tracks: Iterable[Track]) -> str:
    """Return lines as the text of a file. Raises nothing."""
    return "".join((_HEAD, *map(_track_text, tracks), _FOOT))


def timed_points(lon: Sequence[float], lat: Sequence[float], times: Sequence[str]) -> list[str]:
    """Write the points of a track and when it was there, ISO 8601. Raises nothing."""
    return [
        f"<trkpt {_position(east, north)}><time>{time}</time></trkpt>"
        for east, north, time in zip(lon, lat, times, strict=True)
    ]


def _write(path: Path, elements: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_HEAD)
        file.writelines(elements)
        file.write(_FOOT)


def _waypoint(point: shapely.Point, told: Mapping[str, Cell], layer: Layer) -> str:
    inner = (
        _element("time", plain_text(told.get(layer.begins)))
        + _element("name", _name(told, layer))
        + _element("desc", _facts(told, layer))
        + _element("type", plain_text(told.get(layer.sort)))
    )
    return f"<wpt {_position(point.x, point.y)}>{inner}</wpt>\n"


def _track(line: shapely.Geometry, told: Mapping[str, Cell], layer: Layer) -> Track:
    parts = [list(_points(part)) for part in shapely.get_parts(line)]
    sort = plain_text(told.get(layer.sort))
    return Track(_name(told, layer), _facts(told, layer), sort, parts)


def _track_text(track: Track) -> str:
    head = _element("name", track.name) + _element("desc", track.desc)
    parts = "".join(f"<trkseg>{''.join(points)}</trkseg>" for points in track.parts)
    return f"<trk>{head}{_element('type', track.sort)}{parts}</trk>\n"


def _name(told: Mapping[str, Cell], layer: Layer) -> str:
    names = (plain_text(told[column]) for column in (*layer.called, layer.id_name))
    return next(filter(None, names), "")


def _facts(told: Mapping[str, Cell], layer: Layer) -> str:
    used = {*layer.called, layer.sort, layer.begins}
    return _FACT_PARTER.join(
        f"{column}: {plain_text(cell)}"
        for column, cell in told.items()
        if column not in used and cell is not None
    )


def _points(line: shapely.Geometry) -> Iterator[str]:
    for lon, lat in shapely.get_coordinates(line).tolist():
        yield f"<trkpt {_position(lon, lat)}/>"


def _position(lon: float, lat: float) -> str:
    """Write a position; GPX's longitudes end before 180."""
    return f'lat="{_decimal(lat)}" lon="{_decimal(-180.0 if lon == 180.0 else lon)}"'


def _decimal(degrees: float) -> str:
    """Write a number without an exponent, which GPX does not know."""
    return np.format_float_positional(degrees, trim="-")


def _element(tag: str, text: str) -> str:
    return f"<{tag}>{xml_text(text)}</{tag}>" if text else ""
