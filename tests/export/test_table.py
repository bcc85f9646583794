"""Tables hold in every format what the frame held, and can be opened by what people use."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from geo_service.domain.issue import Issue
from geo_service.errors import WrongUsage
from geo_service.export import table
from geo_service.export.blind_frames import blind_streets_frame
from geo_service.export.frames import issues_frame
from geo_service.export.table import ENDINGS, check_ending, geojson_text, write_table
from geo_service.overlay.blind_spots import BlindSpots
from geo_service.streets.prepared import Streets

REPORTED = datetime(2026, 10, 1, tzinfo=UTC)
FIRST, LAST = "2026-09-21T14:13:20Z", "2026-09-21T14:13:20.500000Z"


@pytest.mark.parametrize("name", ["x", "x.docx", "x.csv.gz", ".csv"])
def test_name_that_says_no_format_is_refused(name: str) -> None:
    with pytest.raises(WrongUsage, match=r"\.csv, \.geojson, \.gpkg, \.fgb, \.parquet"):
        check_ending(Path(name))


def test_capital_endings_are_known(counted: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_table(counted, tmp_path / "x.CSV")
    assert (tmp_path / "x.CSV").read_bytes().startswith(b"\xef\xbb\xbf")


def test_csv_is_safe_and_complete(counted: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_table(counted, tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert first == {
        "issue_id": "a",
        "category": "standing_water",
        "description": "'=1+1 积水",
        "reported_at": "2026-10-01T04:00:00.500000Z",
        "closed_at": "2026-10-01T04:00:00.500000Z",
        "confirmed_at": "",
        "approved": "True",
        "passes": "2",
        "riders": "1",
        "first_pass": FIRST,
        "last_pass": LAST,
        "closest_m": "3.25",
        "last_confirmed_at": "2026-10-01T04:00:00.500000Z",
        "riders_since_confirmed": "1",
        "lon": "112.14",
        "lat": "32.04",
    }
    empty = ("closed_at", "first_pass", "last_pass", "closest_m")
    assert {second[name] for name in empty} == {""}
    assert (second["passes"], second["riders"]) == ("0", "0")


def test_csv_of_shapes_gives_a_place_on_each(tmp_path: Path) -> None:
    ring = shapely.Polygon([(112, 32), (112.1, 32), (112.1, 32.1), (112, 32.1)])
    line = shapely.LineString([(113, 33), (113.5, 33), (114, 33)])
    frame = gpd.GeoDataFrame({"cell": ["p", "l"]}, geometry=[ring, line], crs=4326)
    write_table(frame, tmp_path / "x.csv")
    places = pd.read_csv(tmp_path / "x.csv")
    for place, shape in zip(places.itertuples(), (ring, line), strict=True):
        assert shape.distance(shapely.Point(place.lon, place.lat)) < 1e-6


def test_geojson_has_text_times_nulls_and_whole_numbers(counted: gpd.GeoDataFrame) -> None:
    text = geojson_text(counted)
    assert "NaN" not in text
    assert "积水" in text
    read = json.loads(text)
    assert set(read) == {"type", "features"}
    beside = json.loads(geojson_text(counted, {"since": FIRST, "until": None}))
    assert beside == {**read, "since": FIRST, "until": None}
    first, second = (feature["properties"] for feature in read["features"])
    assert (first["first_pass"], first["last_pass"]) == (FIRST, LAST)
    assert (repr(first["passes"]), repr(second["passes"])) == ("2", "0")
    assert (first["approved"], second["approved"]) == (True, False)
    assert {second[name] for name in ("closed_at", "first_pass", "closest_m")} == {None}
    assert read["features"][0]["geometry"] == {"type": "Point", "coordinates": [112.14, 32.04]}


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "fgb"])
def test_gis_programs_read_it(counted: gpd.GeoDataFrame, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{ending}"
    write_table(counted, path)
    read = pyogrio.read_dataframe(path, use_arrow=False)
    # FlatGeobuf puts what lies together together.
    read = read.sort_values("issue_id", ignore_index=True)
    assert read.crs.to_epsg() == 4326
    assert read.geometry.geom_equals(counted.geometry).all()
    for name in ("issue_id", "description", "passes", "riders"):
        assert read[name].tolist() == counted[name].tolist()
    assert read["closest_m"].isna().tolist() == [False, True]
    firsts = pd.to_datetime(read["first_pass"], utc=True)
    assert firsts.iloc[0] == pd.Timestamp(FIRST)
    assert firsts.isna().tolist() == [False, True]
    if ending != "geojson":
        assert pyogrio.list_layers(path)[:, 0].tolist() == ["x"]


def test_parquet_keeps_the_types(counted: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_table(counted, tmp_path / "x.parquet")
    read = gpd.read_parquet(tmp_path / "x.parquet")
    assert read.crs.to_epsg() == 4326
    for name in ("reported_at", "closed_at", "first_pass", "last_pass"):
        assert str(read[name].dtype) == "datetime64[us, UTC]"
    pd.testing.assert_frame_equal(read, counted)


HOSTILE = ["=1+1", "+1", "-5", "@SUM(A1)", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_strangers_is_no_formula_in_csv_and_unchanged_elsewhere(
    streets_of: Callable[..., Streets], text: str, tmp_path: Path
) -> None:
    """Names and classes come out of street files, ids and categories out of files of reports."""
    line = [(112.14, 32.04), (112.15, 32.04)]
    network = streets_of(line, name=text).network
    one = np.array([0])
    streets = blind_streets_frame(BlindSpots(one, one + 9.5, one), network)
    streets = streets.assign(edge_id=f"{text}/1/2", highway=text)
    issues = issues_frame([Issue(text, text, 112.14, 32.04, REPORTED, description=text)])
    hostile = {
        "s": (streets, ("edge_id", "name", "highway")),
        "i": (issues.drop(columns="reopened"), ("issue_id", "category", "description")),
    }
    for stem, (frame, columns) in hostile.items():
        for ending in ENDINGS:
            write_table(frame, tmp_path / f"{stem}{ending}")
        with (tmp_path / f"{stem}.csv").open(encoding="utf-8-sig", newline="") as file:
            (row,) = csv.DictReader(file)
        (feature,) = json.loads((tmp_path / f"{stem}.geojson").read_text())["features"]
        gpkg = pyogrio.read_dataframe(tmp_path / f"{stem}.gpkg")
        parquet = gpd.read_parquet(tmp_path / f"{stem}.parquet")
        for name in columns:
            told = frame[name].iloc[0]
            assert told.startswith(text)
            assert row[name] == "'" + told
            assert feature["properties"][name] == told
            assert gpkg[name].tolist() == parquet[name].tolist() == [told]


@pytest.mark.parametrize("ending", [".gpkg", ".fgb", ".parquet"])
def test_columns_without_any_value_keep_their_types(
    counted: gpd.GeoDataFrame, ending: str, tmp_path: Path
) -> None:
    """GIS programs and databases take a column's type from the file, not from its rows."""
    path = tmp_path / f"x{ending}"
    bare = issues_frame([]).drop(columns="reopened")
    for frame in (counted.iloc[:0], counted.iloc[1:], bare):
        write_table(frame, path)
        if ending != ".parquet":
            info = pyogrio.read_info(path)
            types = dict(zip(info["fields"], info["dtypes"], strict=True))
            expected = {"category": "object", "closed_at": "object", "approved": "bool"}
        else:
            schema = pq.read_schema(path)
            types = {name: str(schema.field(name).type) for name in schema.names}
            expected = {
                "category": "large_string",
                "closed_at": "timestamp[us, tz=UTC]",
                "approved": "bool",
            }
        assert {name: types[name] for name in expected} == expected


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.filterwarnings("ignore:.*geometry_type:UserWarning:pyogrio")
def test_frame_without_rows_is_written_too(
    counted: gpd.GeoDataFrame, ending: str, tmp_path: Path
) -> None:
    path = tmp_path / f"x{ending}"
    write_table(counted.iloc[:0], path)
    read = pd.read_csv(path) if ending == ".csv" else (
        gpd.read_parquet(path) if ending == ".parquet" else pyogrio.read_dataframe(path)
    )  # fmt: skip
    assert len(read) == 0
    if ending != ".geojson":
        assert set(counted.columns) - {"geometry"} <= set(read.columns)


@pytest.mark.parametrize("ending", ENDINGS)
def test_file_of_before_is_replaced_whole(
    counted: gpd.GeoDataFrame, ending: str, tmp_path: Path
) -> None:
    path = tmp_path / f"x{ending}"
    path.write_bytes(b"\x00\x01 not what the name says")
    write_table(counted, path)
    first = path.stat().st_size
    write_table(counted, path)
    assert path.stat().st_size == pytest.approx(first, rel=0.01)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", ENDINGS)
def test_failure_keeps_the_file_of_before_and_leaves_nothing_else(
    counted: gpd.GeoDataFrame, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"x{ending}"
    write_table(counted, path)
    before = path.read_bytes()

    def fail(_: gpd.GeoDataFrame, unfinished: Path, *, layer: str) -> None:
        unfinished.write_text(layer, encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(table, "_write", fail)
    with pytest.raises(OSError, match="No space"):
        write_table(counted.iloc[:1], path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
