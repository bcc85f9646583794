import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_service.ingest.files.rows import rows_of_frame


def test_a_plain_frame_has_no_shapes_and_rows_from_nought() -> None:
    rows = rows_of_frame(pd.DataFrame({"a": [1, 2]}, index=[7, 7]), file="f")
    assert rows.shapes is None
    assert rows.frame.index.tolist() == [0, 1]
    assert (len(rows), rows.file) == (2, "f")


def test_shapes_without_a_reference_system_are_in_degrees() -> None:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(112, 32)])
    rows = rows_of_frame(frame)
    assert rows.shapes[0] == shapely.Point(112, 32)
    assert list(rows.frame.columns) == ["a"]


def test_other_reference_systems_are_brought_to_degrees() -> None:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(112, 32)], crs=4326)
    (shape,) = rows_of_frame(frame.to_crs(32649)).shapes
    assert (shape.x, shape.y) == pytest.approx((112.0, 32.0))
