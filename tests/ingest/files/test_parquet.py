from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from pyarrow import parquet

from geo_service.errors import UnreadableFile
from geo_service.ingest.files.parquet import read_parquet


def test_columns_arrive_and_long_numbers_keep_their_digits(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"id": pa.array([1399392858620000523, None]), "x": [1.5, 2.5]})
    parquet.write_table(table, path)
    rows = read_parquet(path)
    assert rows.frame["id"][0] == 1399392858620000523
    assert rows.shapes is None


def test_geoparquet_has_shapes_in_degrees(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    frame = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(112, 32)], crs=4326)
    frame.to_crs(3857).to_parquet(path)
    (shape,) = read_parquet(path).shapes
    assert (shape.x, shape.y) == pytest.approx((112.0, 32.0))


def test_a_file_that_is_cut_off_or_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"id": range(1000)}).to_parquet(path)
    for content in (path.read_bytes()[:-100], b"id\n1\n", b""):
        path.write_bytes(content)
        with pytest.raises(UnreadableFile, match=r"a\.parquet: The file is not Parquet, or is cut"):
            read_parquet(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="There is no such file"):
        read_parquet(tmp_path / "a.parquet")


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table([pa.array([1]), pa.array([2])], names=["id", "id"]), path)
    with pytest.raises(UnreadableFile, match="Several columns are named 'id'"):
        read_parquet(path)
