from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo_service.errors import UnreadableFile
from geo_service.ingest.files.layers import read_layer


@pytest.fixture
def places() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"id": ["a", "b"], "name": ["充电站", "休息站"], "n": [1, 2]},
        geometry=[shapely.Point(112, 32), shapely.Point(113, 33)],
        crs=4326,
    )


@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_columns_and_shapes_arrive(places: gpd.GeoDataFrame, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    places.to_file(path, encoding="UTF-8")
    rows = read_layer(path, geometry="Point")
    assert rows.frame["name"].tolist() == ["充电站", "休息站"]
    assert rows.shapes.tolist() == list(places.geometry)
    assert rows.file == f"a.{ending}"


def test_a_shapefile_that_does_not_say_its_encoding(
    places: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    for encoding in ("GB18030", "UTF-8"):
        path = tmp_path / f"{encoding}.shp"
        places.to_file(path, encoding=encoding)
        path.with_suffix(".cpg").unlink()
        rows = read_layer(path, geometry="Point")
        assert rows.frame["name"].tolist() == ["充电站", "休息站"]


def test_a_shapefile_is_read_in_the_encoding_it_says(
    places: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "a.shp"
    places.assign(name=["Café", "Straße"]).to_file(path, encoding="ISO-8859-1")
    assert path.with_suffix(".cpg").exists()
    assert read_layer(path, geometry="Point").frame["name"].tolist() == ["Café", "Straße"]


def test_projected_shapes_are_brought_to_degrees(places: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    places.to_crs(3857).to_file(path)
    shape = read_layer(path, geometry="Point").shapes[1]
    assert (shape.x, shape.y) == pytest.approx((113.0, 33.0))


def test_times_keep_their_zone_or_their_want_of_one(
    tmp_path: Path, places: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.gpkg"
    places.assign(t=["2025-01-01T08:00:00+08:00", "2025-01-01T08:00:00"]).to_file(path)
    assert read_layer(path, geometry="Point").frame["t"].tolist() == [
        "2025-01-01T08:00:00+08:00",
        "2025-01-01T08:00:00",
    ]


def test_of_several_layers_the_one_with_the_shapes_wanted_is_read(
    places: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "a.gpkg"
    places.to_file(path, layer="points")
    places.set_geometry([shapely.box(1, 2, 3, 4)] * 2).to_file(path, layer="areas")
    assert read_layer(path, geometry="Polygon").shapes[0].geom_type == "Polygon"
    places.to_file(path, layer="more")
    with pytest.raises(UnreadableFile, match=r"has 2 layers that could be meant: points, more\."):
        read_layer(path, geometry="Point")


@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_a_file_that_is_none_is_refused(
    write: Callable[[str, str | bytes], Path], ending: str
) -> None:
    for beside in ("dbf", "shx", ending):
        path = write(f"a.{beside}", "no such thing")
    with pytest.raises(UnreadableFile, match="damaged, cut off, or not what its name says"):
        read_layer(path, geometry="Point")


def test_a_geopackage_that_is_cut_off_is_refused(places: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    places.to_file(path)
    path.write_bytes(path.read_bytes()[:30_000])
    with pytest.raises(UnreadableFile, match="damaged, cut off, or not what its name says"):
        read_layer(path, geometry="Point")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="There is no such file"):
        read_layer(tmp_path / "a.gpkg", geometry="Point")


def test_a_shapefile_that_is_cut_off_or_incomplete_is_refused(
    places: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "a.shp"
    places.to_file(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with pytest.raises(UnreadableFile, match=r"a\.shp: The file is cut off: it has 136 of its 156"):
        read_layer(path, geometry="Point")
    path.write_bytes(whole)
    path.with_suffix(".dbf").unlink()
    with pytest.raises(UnreadableFile, match=r"There is no a\.dbf beside it\. A Shapefile is sev"):
        read_layer(path, geometry="Point")
