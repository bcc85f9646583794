"""Features as the frame that GDAL's formats are written of."""

from typing import Any

import geopandas as gpd
import pandas as pd

from geo_service.export.feature_cells import cells, plain_text
from geo_service.export.frames import WGS84, texts
from geo_service.features.columns import Column, Features, Kind


def layer_frame(features: Features, id_name: str) -> gpd.GeoDataFrame:
    """Take features as a frame of types that each of those formats holds whole.

    Parameters
    ----------
    features : Features
    id_name : str
        What the column of ids is called; the first.

    Returns
    -------
    GeoDataFrame
        EPSG:4326; whole numbers as ``Int64``, flags as ``boolean``; moments as ISO 8601 to the
        microsecond, of which such formats keep no more than milliseconds, and lists as text
        parted by semicolons. Raises nothing.
    """
    columns = {one.name: _series(features.columns[one.name]) for one in features.fields}
    ids = pd.Series(texts(features.ids), dtype=object)
    return gpd.GeoDataFrame({id_name: ids, **columns}, geometry=features.shapes, crs=WGS84)


def _series(column: Column) -> "pd.Series[Any]":
    held, missing = column.values, column.missing  # noqa: PD011 - no column of pandas'
    if column.kind is Kind.INTEGER:
        return pd.Series(pd.arrays.IntegerArray(held, missing))
    if column.kind is Kind.FLAG:
        return pd.Series(pd.arrays.BooleanArray(held, missing))
    if column.kind is Kind.NUMBER:
        return pd.Series(held).mask(missing)
    told = texts(None if cell is None else plain_text(cell) for cell in cells(column))
    return pd.Series(told, dtype=object)
