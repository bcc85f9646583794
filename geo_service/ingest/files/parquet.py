"""Parquet and GeoParquet as rows."""

from pathlib import Path

import geopandas as gpd
import pyarrow as pa
from pyarrow import parquet
from pyproj.exceptions import CRSError, ProjError

from geo_service.errors import UnreadableFile
from geo_service.ingest.files.csv_table import check_names
from geo_service.ingest.files.rows import Rows, rows_of_frame


def read_parquet(path: Path) -> Rows:
    """Read a Parquet file, with its shapes if it is GeoParquet.

    Raises
    ------
    UnreadableFile
        If it is not there, cut off, not Parquet, or two columns bear one name.
    """
    if not path.is_file():
        raise UnreadableFile("There is no such file.", where=str(path))
    try:
        file = parquet.ParquetFile(path)
        check_names(file.schema_arrow.names, path.name)
        if b"geo" in (file.schema_arrow.metadata or {}):
            return rows_of_frame(gpd.read_parquet(path), file=path.name)
        # Whole numbers with gaps stay whole numbers: as floats, long ids would lose digits.
        frame = file.read().to_pandas(integer_object_nulls=True)
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise UnreadableFile(
            "The file is not Parquet, or is cut off.",
            where=path.name,
            remedy="Write or fetch it again.",
        ) from problem
    except (CRSError, ProjError) as problem:
        raise UnreadableFile(
            f"Its reference system can't be brought to degrees ({problem}).",
            where=path.name,
            remedy="Write it in EPSG:4326.",
        ) from problem
    return rows_of_frame(frame, file=path.name)
