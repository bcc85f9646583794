"""GPX as its schema has it, and as others read it."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import Element

import numpy as np
import pyogrio
import shapely
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.export.feature_layer import Layer
from geo_service.export.gpx import Track, timed_points, write_gpx, write_tracks
from geo_service.export.open311_document import plain
from geo_service.features.columns import Features, Field, Kind

GPX = "{http://www.topografix.com/GPX/1/1}"
WAYPOINT = ("ele", "time", "magvar", "geoidheight", "name", "cmt", "desc", "src", "link", "sym",
            "type")  # fmt: skip
ORDER = {
    "gpx": ("metadata", "wpt", "rte", "trk", "extensions"),
    "wpt": WAYPOINT,
    "trkpt": WAYPOINT,
    "trk": ("name", "cmt", "desc", "src", "link", "number", "type", "extensions", "trkseg"),
    "trkseg": ("trkpt",),
}
"""What each element may hold, in this order; a track's parts come last of all."""
FIELDS = (
    Field("kind", Kind.TEXT, "What it is."),
    Field("name", Kind.TEXT, "What it is called."),
    Field("name_en", Kind.TEXT, "In English."),
    Field("since", Kind.MOMENT, "Since when."),
    Field("water", Kind.FLAG, "Whether there is some."),
    Field("offers", Kind.TEXTS, "What there is."),
    Field("slots", Kind.INTEGER, "How many."),
)
POINTS = Layer(
    "places", "Point", "place_id", called=("name", "name_en"), sort="kind", begins="since"
)
LINES = Layer("ways", "LineString", "way_id", called=("name",), sort="kind")
SINCE = datetime(2026, 3, 1, 8, 30, 0, 250, tzinfo=UTC)
FULL = ("rest_station", "站 <“&一”>", "One", SINCE, False, ("水", "seat"), 0)
NONE = (None,) * len(FIELDS)


def check_order(element: Element) -> None:
    """Check one element and all in it against the schema's sequences."""
    tag = element.tag.removeprefix(GPX)
    inner = [one.tag.removeprefix(GPX) for one in element]
    assert element.tag.startswith(GPX)
    if tag in ORDER:
        places = [ORDER[tag].index(one) for one in inner]
        assert places == sorted(places)
        once = [one for one in inner if one not in ("wpt", "trk", "trkseg", "trkpt")]
        assert len(set(once)) == len(once)
    else:
        assert inner == []
    if tag in ("wpt", "trkpt"):
        assert set(element.attrib) == {"lat", "lon"}
        assert -90 <= float(element.get("lat", "")) <= 90
        assert -180 <= float(element.get("lon", "")) < 180
        assert "e" not in f"{element.get('lat')}{element.get('lon')}".lower()
    elif tag == "gpx":
        assert element.attrib == {"version": "1.1", "creator": "geo_service"}
    else:
        assert not element.attrib
    for one in element:
        check_order(one)


def read(path: Path) -> Element:
    root = ElementTree.parse(path).getroot()
    check_order(root)
    return root


def told(element: Element) -> dict[str, str]:
    return {one.tag.removeprefix(GPX): one.text or "" for one in element if not len(one)}


def test_points_are_waypoints_with_name_type_time_and_facts(tmp_path: Path) -> None:
    rows = [
        ("a", shapely.Point(180, -1e-7), FULL),
        ("b", shapely.Point(112.14, 32.04), NONE),
        ("c", shapely.Point(0.1 + 0.2, 0), (None, None, "Three", None, None, None, None)),
    ]
    write_gpx(Features.of(FIELDS, rows), POINTS, tmp_path / "x.gpx")
    waypoints = list(read(tmp_path / "x.gpx"))
    assert [told(one) for one in waypoints] == [
        {
            "time": "2026-03-01T08:30:00.000250Z",
            "name": "站 <“&一”>",
            "desc": "place_id: a; water: false; offers: 水;seat; slots: 0",
            "type": "rest_station",
        },
        {"name": "b", "desc": "place_id: b"},
        {"name": "Three", "desc": "place_id: c"},
    ]
    positions = [(float(one.get("lon", "")), float(one.get("lat", ""))) for one in waypoints]
    assert positions == [(-180.0, -1e-7), (112.14, 32.04), (0.1 + 0.2, 0.0)]


def test_lines_are_tracks_in_their_parts(tmp_path: Path) -> None:
    across = shapely.MultiLineString([[(179, 1), (180, 2)], [(-180, 2), (-179, 3)]])
    rows = [
        ("a", across, FULL),
        ("b", shapely.LineString([(1, 2), (3, 4), (5, 6)]), NONE),
    ]
    write_gpx(Features.of(FIELDS, rows), LINES, tmp_path / "x.gpx")
    first, second = read(tmp_path / "x.gpx")
    assert told(first)["name"] == "站 <“&一”>"
    assert told(first)["type"] == "rest_station"
    assert told(second) == {"name": "b", "desc": "way_id: b"}
    points = [
        [(float(one.get("lon", "")), float(one.get("lat", ""))) for one in part]
        for part in (*first.iter(GPX + "trkseg"), *second.iter(GPX + "trkseg"))
    ]
    assert points == [[(179, 1), (-180, 2)], [(-180, 2), (-179, 3)], [(1, 2), (3, 4), (5, 6)]]


def test_no_features_are_a_file_too(tmp_path: Path) -> None:
    for layer in (POINTS, LINES):
        write_gpx(Features.of(FIELDS, []), layer, tmp_path / "x.gpx")
        assert len(read(tmp_path / "x.gpx")) == 0


def test_points_of_tracks_bear_their_times(tmp_path: Path) -> None:
    points = timed_points([112.14, 180.0], [32.04, 0.0], ["2026-03-01T08:30:00Z", "x"])
    write_tracks([Track("t&1", "", "", [points])], tmp_path / "x.gpx")
    (track,) = read(tmp_path / "x.gpx")
    assert track.findtext(GPX + "name") == "t&1"
    assert [one.findtext(GPX + "time") for one in track.iter(GPX + "trkpt")] == [
        "2026-03-01T08:30:00Z",
        "x",
    ]


def test_gdal_reads_what_was_written(tmp_path: Path) -> None:
    points = [("a", shapely.Point(112.14, 32.04), FULL)]
    write_gpx(Features.of(FIELDS, points), POINTS, tmp_path / "p.gpx")
    (place,) = pyogrio.read_dataframe(tmp_path / "p.gpx", layer="waypoints").itertuples()
    assert (place.name, place.type) == ("站 <“&一”>", "rest_station")
    assert place.geometry == points[0][1]
    lines = [("a", shapely.LineString([(1, 2), (3, 4)]), FULL)]
    write_gpx(Features.of(FIELDS, lines), LINES, tmp_path / "l.gpx")
    (way,) = pyogrio.read_dataframe(tmp_path / "l.gpx", layer="tracks").itertuples()
    assert shapely.equals(way.geometry, lines[0][1])


@given(
    text=st.text(min_size=1, max_size=20),
    lon=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    sort=st.text(max_size=300),
)
@settings(max_examples=60, deadline=None)
def test_any_text_and_place_come_back(text: str, lon: float, lat: float, sort: str) -> None:
    rows = [("x", shapely.Point(lon, lat), (sort, text, *NONE[2:]))]
    with TemporaryDirectory() as folder:
        write_gpx(Features.of(FIELDS, rows), POINTS, Path(folder) / "x.gpx")
        (place,) = read(Path(folder) / "x.gpx")
    assert told(place).get("name", "") == plain(text)
    assert told(place).get("type", "") == plain(sort)
    assert float(place.get("lat", "")) == lat
    assert np.isclose(float(place.get("lon", "")), -180 if lon == 180 else lon, rtol=0, atol=0)
