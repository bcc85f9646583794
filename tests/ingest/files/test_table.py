from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo_service.errors import UnreadableFile
from geo_service.ingest.files.table import read_table


@pytest.mark.parametrize("name", ["a.CSV", "a.txt", "a.tsv"])
def test_text_is_read_by_its_ending(write: Callable[[str, str | bytes], Path], name: str) -> None:
    assert len(read_table(write(name, "id,x\n1,2\n"))) == 1


@pytest.mark.parametrize("name", ["a.geojson", "a.json"])
def test_features_are_read_by_their_ending(
    write: Callable[[str, str | bytes], Path],
    collection: Callable[[Sequence[object]], str],
    feature: Callable[..., dict[str, object]],
    name: str,
) -> None:
    assert len(read_table(write(name, collection([feature(None, id=1)])))) == 1


@pytest.mark.parametrize("ending", ["gpkg", "shp", "parquet", "geoparquet"])
def test_layers_are_read_by_their_ending(tmp_path: Path, ending: str) -> None:
    frame = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(112, 32)], crs=4326)
    path = tmp_path / f"a.{ending}"
    if ending.endswith("parquet"):
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    assert len(read_table(path)) == 1


def test_an_unknown_kind_of_file_is_refused_with_the_known_ones(
    write: Callable[[str, str | bytes], Path],
) -> None:
    with pytest.raises(UnreadableFile) as error:
        read_table(write("a.xlsx", "x"), also=(".gpx",))
    assert str(error.value).startswith(
        "a.xlsx: Files of the kind '.xlsx' are not known here. "
        "Save the sheet as CSV (UTF-8). Known are: .geojson, .json, .gpkg, "
    )
    assert str(error.value).endswith(".gpx.")


def test_a_file_without_records_is_refused(
    write: Callable[[str, str | bytes], Path], collection: Callable[[Sequence[object]], str]
) -> None:
    for path in (write("a.csv", "id,x\n"), write("a.geojson", collection([]))):
        with pytest.raises(UnreadableFile, match="The file holds no records"):
            read_table(path)
