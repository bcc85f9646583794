"""Frames into files: CSV, GeoJSON, GeoPackage, FlatGeobuf and GeoParquet, by the file's ending."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
from pandas.api.typing import NaTType

from geo_service.errors import WrongUsage
from geo_service.export.frames import texts
from geo_service.export.spreadsheet import safe_cell
from geo_service.export.whole_file import whole_file

ENDINGS = (".csv", ".geojson", ".gpkg", ".fgb", ".parquet")
_DRIVERS = {".gpkg": "GPKG", ".fgb": "FlatGeobuf"}


def check_ending(path: Path) -> None:
    """Refuse a name whose ending names no format, before any work is done.

    Raises
    ------
    WrongUsage
        Naming the endings that are known.
    """
    if path.suffix.lower() not in ENDINGS:
        raise WrongUsage(
            f"{path.name} does not say what to write.",
            where="--out",
            remedy=f"End the name in one of {', '.join(ENDINGS)}.",
        )


def write_table(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a frame whole: under a temporary name first, then renamed.

    A CSV holds ``lon`` and ``lat`` of a point or of the middle of a shape (WGS-84, decimal
    degrees), and text that a spreadsheet would run as a formula is neutralised.

    Raises
    ------
    WrongUsage
        If the name's ending is not known.
    """
    check_ending(path)
    with whole_file(path) as unfinished:
        _write(frame, unfinished, layer=path.stem)


def geojson_text(
    frame: gpd.GeoDataFrame, beside: Mapping[str, str | None] = MappingProxyType({})
) -> str:
    """Write a frame as a GeoJSON FeatureCollection; times as ISO 8601, nothing as null.

    ``beside`` its features it has more members. Raises nothing of its own.
    """
    features = json.loads(_with_text_times(frame).to_json(drop_id=True, na="null"))
    features.pop("crs", None)
    return json.dumps({**features, **beside}, ensure_ascii=False, allow_nan=False)


def _write(frame: gpd.GeoDataFrame, path: Path, *, layer: str) -> None:
    if path.suffix.lower() == ".csv":
        _as_plain_table(frame).to_csv(path, index=False, encoding="utf-8-sig")
    elif path.suffix.lower() == ".parquet":
        _with_typed_texts(frame).to_parquet(path, index=False)
    elif path.suffix.lower() in _DRIVERS:
        driver = _DRIVERS[path.suffix.lower()]
        _with_text_times(frame).to_file(path, layer=layer, driver=driver)
    else:
        path.write_text(geojson_text(frame), encoding="utf-8")


def _as_plain_table(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    middle = frame.geometry.representative_point()
    table = pd.DataFrame(_with_text_times(frame).drop(columns=frame.geometry.name))
    for column in table.select_dtypes(include=["object", "string"]):
        table[column] = [
            safe_cell(cell) if isinstance(cell, str) else cell for cell in table[column]
        ]
    return table.assign(lon=middle.x.round(7), lat=middle.y.round(7))


def _with_text_times(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write times as ISO 8601 with a zone: the one way all readers agree on."""
    times = frame.select_dtypes(include=["datetimetz"]).columns
    return frame.assign(**{name: texts(map(_iso, frame[name])) for name in times})


def _with_typed_texts(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Say of text columns without any text that they are of text; nobody could see it."""
    kinds = frame.dtypes.items()
    blank = [name for name, kind in kinds if kind == np.object_ and frame[name].isna().all()]
    return frame.astype(dict.fromkeys(blank, "str"))


def _iso(moment: pd.Timestamp | NaTType) -> str | None:
    return None if isinstance(moment, NaTType) else moment.isoformat().replace("+00:00", "Z")
