"""GeoPackage and Shapefile as rows, through GDAL."""

import warnings
from pathlib import Path

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from pyproj.exceptions import CRSError, ProjError

from geo_service.errors import UnreadableFile
from geo_service.ingest.files.rows import Rows, rows_of_frame


def read_layer(path: Path, *, geometry: str) -> Rows:
    """Read the layer of a file that holds the shapes wanted.

    Parameters
    ----------
    path : Path
        ``.gpkg`` or ``.shp``.
    geometry : str
        ``Point``, ``LineString`` or ``Polygon``: where a file has several layers, the one that
        holds such shapes (or several of them a record) is read.

    Raises
    ------
    UnreadableFile
        If it is not there, damaged, or several layers could be meant.
    """
    if not path.exists():
        raise UnreadableFile("There is no such file.", where=str(path))
    if path.suffix.lower() == ".shp":
        _check_shapefile(path)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            layer = _layer_of(path, geometry)
            frame = _read(path, layer)
            rows = rows_of_frame(frame, file=path.name)
        except (DataSourceError, DataLayerError, FeatureError, UnicodeDecodeError) as problem:
            raise UnreadableFile(
                f"The file is damaged, cut off, or not what its name says ({problem}).",
                where=path.name,
                remedy="Export it again; a Shapefile needs its .shx and .dbf beside it.",
            ) from problem
        except (CRSError, ProjError) as problem:
            raise UnreadableFile(
                f"Its reference system can't be brought to degrees ({problem}).",
                where=path.name,
                remedy="Export it in EPSG:4326.",
            ) from problem
    said = tuple(dict.fromkeys(f"{path.name}: {entry.message}" for entry in told))
    return Rows(rows.frame, rows.shapes, rows.file, rows.faults, said)


def _check_shapefile(path: Path) -> None:
    """Refuse a Shapefile of which a part is missing or cut off, which GDAL reads without a word.

    Source: ESRI Shapefile Technical Description (1998), p. 3: bytes 24-27 hold the length.
    """
    for ending in (".dbf", ".shx"):
        beside = (path.with_suffix(ending), path.with_suffix(ending.upper()))
        if not any(file.exists() for file in beside):
            raise UnreadableFile(
                f"There is no {beside[0].name} beside it.",
                where=path.name,
                remedy="A Shapefile is several files; bring them all.",
            )
    with path.open("rb") as file:
        header = file.read(28)
    told = 2 * int.from_bytes(header[24:], "big")
    size = path.stat().st_size
    if told > size:
        raise UnreadableFile(
            f"The file is cut off: it has {size} of its {told} bytes.",
            where=path.name,
            remedy="Export it again.",
        )


def _layer_of(path: Path, geometry: str) -> str:
    layers = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(path)]
    fitting = [name for name, kind in layers if geometry in kind] or [name for name, _ in layers]
    if len(fitting) != 1:
        raise UnreadableFile(
            f"The file has {len(fitting)} layers that could be meant: {', '.join(fitting)}."
            if fitting
            else "The file has no layer.",
            where=path.name,
            remedy="Export the one wanted to a file of its own.",
        )
    return fitting[0]


def _read(path: Path, layer: str) -> gpd.GeoDataFrame:
    """Read one layer; a Shapefile that doesn't name its encoding is UTF-8 or GB18030."""
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists():
        return pyogrio.read_dataframe(path, layer=layer, datetime_as_string=True)
    try:
        return pyogrio.read_dataframe(path, layer=layer, datetime_as_string=True, encoding="UTF-8")
    except UnicodeDecodeError:
        return pyogrio.read_dataframe(
            path, layer=layer, datetime_as_string=True, encoding="GB18030"
        )
