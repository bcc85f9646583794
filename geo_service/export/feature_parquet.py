"""Features as GeoParquet 1.0, every column with its type, also where it holds nothing.

Source: https://geoparquet.org/releases/v1.0.0/, for what stands under ``geo``.
"""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely
from pyarrow import parquet

from geo_service.export.frames import WGS84
from geo_service.features.columns import Column, Features, Kind

_GEOMETRY = "geometry"
_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    Kind.TEXTS: pa.list_(pa.string()),
}


def write_parquet(features: Features, id_name: str, path: Path) -> None:
    """Write ids, fields and shapes; lists are lists, moments microseconds in UTC.

    Parameters
    ----------
    features : Features
        Perhaps none.
    id_name : str
        What the column of ids is called; the first.
    path : Path
        The file.

    Raises
    ------
    OSError
        If the disk does not take it.
    """
    columns = {one.name: _array(features.columns[one.name]) for one in features.fields}
    shapes = shapely.to_wkb(features.shapes).tolist()
    table = pa.table(
        {
            id_name: pa.array(features.ids.tolist(), pa.string()),
            **columns,
            _GEOMETRY: pa.array(shapes, pa.binary()),
        },
        metadata={"geo": json.dumps(_described(features))},
    )
    parquet.write_table(table, path)


def _array(column: Column) -> pa.Array:
    if column.kind in (Kind.TEXT, Kind.TEXTS):
        held = column.values.copy()
        held[column.missing] = None
        return pa.array(held.tolist(), _TYPES[column.kind])
    return pa.array(column.values, _TYPES[column.kind], mask=column.missing)


def _described(features: Features) -> dict[str, Any]:
    """Say what the shapes are, as the standard asks for."""
    types = {shape.geom_type for shape in features.shapes}
    told: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(types)}
    told["crs"] = gpd.GeoSeries(crs=WGS84).crs.to_json_dict()
    if len(features):
        told["bbox"] = np.asarray(shapely.total_bounds(features.shapes)).tolist()
    return {"version": "1.0.0", "primary_column": _GEOMETRY, "columns": {_GEOMETRY: told}}
