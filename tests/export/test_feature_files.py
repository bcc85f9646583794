"""What is read back from a file of each format is what was put into it."""

import csv
import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.errors import WrongUsage
from geo_service.export.feature_files import FORMATS, check_format, write_features
from geo_service.export.feature_layer import Layer
from geo_service.features.columns import Features, Field, Kind, Value

FIELDS = tuple(Field(f"a_{kind}", kind, "What it is.") for kind in Kind)
POINTS = Layer("places", "Point", "place_id")
LINES = Layer("ways", "LineString", "way_id")
AREAS = Layer("grounds", "Polygon", "ground_id")
NOTHING = (None,) * len(FIELDS)
FILLED = (
    "站 “一”, 'two'\n\"three\"\\;",
    -(2**62),
    -0.1,
    False,
    datetime(2026, 3, 1, 8, 30, 0, 250, tzinfo=UTC),
    ("热水", "seat"),
)
SQUARE = shapely.box(179.5, -1, 180, 1)
SHAPES = {
    POINTS: [shapely.Point(180, -90), shapely.Point(-180, 0.1 + 0.2), shapely.Point(1e-9, -0.0)],
    LINES: [
        shapely.LineString([(112.14, 32.04), (112.15, 1 / 3)]),
        shapely.MultiLineString([[(179, 1), (180, 2)], [(-180, 2), (-179, 3)]]),
        shapely.LineString([(0, 0), (1, 1), (0, 0)]),
    ],
    AREAS: [
        SQUARE,
        shapely.MultiPolygon([SQUARE, shapely.box(-180, -1, -179.5, 1)]),
        shapely.box(0, 0, 9, 9).difference(shapely.box(3, 3, 4, 4)),
    ],
}
Row = tuple[str, shapely.Geometry, Sequence[Value]]


def rows_of(layer: Layer) -> list[Row]:
    one, two, three = SHAPES[layer]
    return [("a", one, FILLED), ("=b/站", two, NOTHING), ("c" * 300, three, FILLED)]


def read_back(path: Path, id_name: str) -> list[Row]:
    """Read a file with other people's tools, as rows in order of their ids."""
    frame = _READERS[path.suffix](path)
    assert list(frame.columns[: len(FIELDS) + 1]) == [id_name, *(one.name for one in FIELDS)]
    shapes = frame.geometry if isinstance(frame, gpd.GeoDataFrame) else frame["shape"]
    rows = []
    for row in range(len(frame)):
        values = [_value(one.kind, frame[one.name].iloc[row]) for one in FIELDS]
        rows.append((frame[id_name].iloc[row], shapes.iloc[row], tuple(values)))
    return sorted(rows, key=lambda told: told[0])


def _parquet(path: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(path)


def _layer(path: Path) -> gpd.GeoDataFrame:
    # Else whole numbers beside missing ones would come as floats.
    exact = {"integer_object_nulls": True}
    return pyogrio.read_dataframe(path, use_arrow=True, arrow_to_pandas_kwargs=exact)


def _geojson(path: Path) -> gpd.GeoDataFrame:
    told = json.loads(path.read_text(encoding="utf-8"))
    assert [one["id"] for one in told["features"]] == [
        next(iter(one["properties"].values())) for one in told["features"]
    ]
    names = list(told["features"][0]["properties"])
    columns = {
        name: pd.Series([one["properties"][name] for one in told["features"]], dtype=object)
        for name in names
    }
    shapes = [shapely.geometry.shape(one["geometry"]) for one in told["features"]]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def _csv(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    frame = pd.DataFrame(
        [{name: _cell(text) for name, text in row.items()} for row in rows], dtype=object
    )
    if "wkt" in frame:
        inside = shapely.points(frame["lon"].astype(float), frame["lat"].astype(float))
        assert (shapely.distance(inside, shapely.from_wkt(frame["wkt"])) < 1e-6).all()
        return frame.assign(shape=shapely.from_wkt(frame["wkt"].to_numpy(object)))
    points = shapely.points(frame["lon"].astype(float), frame["lat"].astype(float))
    return frame.assign(shape=points)


def _cell(text: str) -> str | None:
    return text.removeprefix("'") or None


_READERS = {
    ".parquet": _parquet,
    ".gpkg": _layer,
    ".fgb": _layer,
    ".geojson": _geojson,
    ".csv": _csv,
}


def _value(kind: Kind, cell: Any) -> Value:  # noqa: ANN401 - cells are of any type
    if cell is None or (pd.api.types.is_scalar(cell) and pd.isna(cell)):
        return None
    if kind is Kind.MOMENT:
        return pd.Timestamp(cell).to_pydatetime()
    if kind is Kind.TEXTS:
        return tuple(cell.split(";")) if isinstance(cell, str) else tuple(cell)
    if kind is Kind.FLAG and isinstance(cell, str):
        return {"true": True, "false": False}[cell]
    return {Kind.TEXT: str, Kind.INTEGER: int, Kind.NUMBER: float, Kind.FLAG: bool}[kind](cell)


@pytest.mark.parametrize("layer", SHAPES, ids=lambda layer: layer.name)
@pytest.mark.parametrize("ending", _READERS)
def test_what_is_read_back_is_what_was_written(tmp_path: Path, layer: Layer, ending: str) -> None:
    path = tmp_path / f"x{ending}"
    rows = rows_of(layer)
    write_features(Features.of(FIELDS, rows), layer, path)
    found = read_back(path, layer.id_name)
    expected = sorted(rows)
    for (found_id, found_shape, found_values), (row_id, shape, values) in zip(
        found, expected, strict=True
    ):
        assert found_id == row_id
        assert found_values == tuple(values)
        assert shapely.normalize(shapely.MultiPoint(shapely.get_coordinates(found_shape))) == (
            shapely.normalize(shapely.MultiPoint(shapely.get_coordinates(shape)))
        )
        assert shapely.equals(found_shape, shape)


@pytest.mark.parametrize("layer", SHAPES, ids=lambda layer: layer.name)
@pytest.mark.parametrize("ending", _READERS)
def test_a_file_without_features_has_all_its_columns(
    tmp_path: Path, layer: Layer, ending: str
) -> None:
    path = tmp_path / f"x{ending}"
    write_features(Features.of(FIELDS, []), layer, path)
    if ending == ".geojson":
        assert json.loads(path.read_text()) == {"type": "FeatureCollection", "features": []}
        return
    if ending == ".csv":
        head = path.read_text(encoding="utf-8-sig").split(",")
        assert head[: len(FIELDS) + 1] == [layer.id_name, *(one.name for one in FIELDS)]
        return
    frame = _READERS[ending](path)
    assert len(frame) == 0
    assert list(frame.columns[:-1]) == [layer.id_name, *(one.name for one in FIELDS)]
    assert frame.crs.to_epsg() == 4326


@pytest.mark.parametrize("rows", [[], [("a", SHAPES[POINTS][0], NOTHING)], rows_of(POINTS)])
def test_parquet_has_the_same_types_whatever_it_holds(tmp_path: Path, rows: list[Row]) -> None:
    write_features(Features.of(FIELDS, rows), POINTS, tmp_path / "x.parquet")
    schema = pq.read_schema(tmp_path / "x.parquet")
    assert {name: str(schema.field(name).type).replace("large_", "") for name in schema.names} == {
        "place_id": "string",
        "a_text": "string",
        "a_integer": "int64",
        "a_number": "double",
        "a_flag": "bool",
        "a_moment": "timestamp[us, tz=UTC]",
        "a_texts": "list<element: string>",
        "geometry": "binary",
    }


@pytest.mark.parametrize("ending", [".gpkg", ".fgb"])
@pytest.mark.parametrize("rows", [[], [("a", SQUARE, NOTHING)], rows_of(AREAS)])
def test_layers_have_the_same_types_whatever_they_hold(
    tmp_path: Path, rows: list[Row], ending: str
) -> None:
    write_features(Features.of(FIELDS, rows), AREAS, tmp_path / f"x{ending}")
    told = pyogrio.read_info(tmp_path / f"x{ending}")
    assert told["geometry_type"] == "MultiPolygon"
    assert told["layer_name"] == "grounds"
    assert told["ogr_types"] == [
        "OFTString",
        "OFTString",
        "OFTInteger64",
        "OFTReal",
        "OFTInteger",
        "OFTString",
        "OFTString",
    ]
    assert told["ogr_subtypes"][4] == "OFSTBoolean"
    assert told["crs"] == "EPSG:4326"


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1
).filter(lambda text: text.strip() == text and not text.startswith("'"))
words = texts.filter(lambda text: ";" not in text)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: texts,
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Kind.NUMBER: st.floats(allow_nan=False, allow_infinity=False),
    Kind.FLAG: st.booleans(),
    Kind.MOMENT: st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    Kind.TEXTS: st.lists(words, min_size=1, max_size=3).map(tuple),
}


@given(
    rows=st.lists(
        st.tuples(
            texts,
            st.builds(shapely.Point, st.floats(-180, 180), st.floats(-90, 90)),
            st.tuples(*(st.none() | VALUES[one.kind] for one in FIELDS)),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda row: row[0],
    )
)
@settings(max_examples=12, deadline=None)
@pytest.mark.parametrize("ending", _READERS)
def test_any_values_come_back(ending: str, rows: list[Row]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"x{ending}"
        write_features(Features.of(FIELDS, rows), POINTS, path)
        found = read_back(path, POINTS.id_name)
    for told, expected in zip(found, sorted(rows, key=lambda row: row[0]), strict=True):
        assert (told[0], told[2]) == (expected[0], expected[2])
        assert (told[1].x, told[1].y) == (expected[1].x, expected[1].y)


def test_moments_are_whole_microseconds_in_parquet(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=1)
    rows = [("a", shapely.Point(0, 0), (*NOTHING[:4], moment, None))]
    write_features(Features.of(FIELDS, rows), POINTS, tmp_path / "x.parquet")
    assert pd.read_parquet(tmp_path / "x.parquet")["a_moment"].tolist() == [pd.Timestamp(moment)]


def test_formulas_are_text_in_spreadsheets(tmp_path: Path) -> None:
    rows = [("=1+1", shapely.Point(0, 0), ("@x", -1, -math.pi, True, None, ("-a", "b")))]
    write_features(Features.of(FIELDS, rows), POINTS, tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert [row[name] for name in ("place_id", "a_text", "a_texts")] == ["'=1+1", "'@x", "'-a;b"]
    assert [row[name] for name in ("a_integer", "a_number", "a_flag")] == [
        "-1",
        str(-math.pi),
        "true",
    ]


@pytest.mark.parametrize("ending", ["", ".shp", ".GPKG", "gpkg"])
def test_a_format_that_is_not_known_is_refused(ending: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        check_format(ending, POINTS, "--out")
    assert all(known in caught.value.remedy for known in FORMATS)


def test_gpx_holds_no_polygons(tmp_path: Path) -> None:
    for layer in (POINTS, LINES):
        check_format(".gpx", layer, "--out")
    with pytest.raises(WrongUsage, match="polygons"):
        check_format(".gpx", AREAS, "--out")
    with pytest.raises(WrongUsage, match="polygons"):
        write_features(Features.of(FIELDS, []), AREAS, tmp_path / "x.gpx")
    assert not (tmp_path / "x.gpx").exists()
