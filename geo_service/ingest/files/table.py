"""Any file of records as rows: which reader a file's name asks for."""

from pathlib import Path

from geo_service.errors import UnreadableFile
from geo_service.ingest.files.csv_table import read_csv
from geo_service.ingest.files.geojson import read_geojson
from geo_service.ingest.files.parquet import read_parquet
from geo_service.ingest.files.rows import Rows

TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
FEATURE_ENDINGS = (".geojson", ".json")
LAYER_ENDINGS = (".gpkg", ".shp")
PARQUET_ENDINGS = (".parquet", ".geoparquet")
SHEET_ENDINGS = (".xlsx", ".xls", ".ods")


def read_table(path: Path, *, geometry: str = "Point", also: tuple[str, ...] = ()) -> Rows:
    """Read a file of records.

    Parameters
    ----------
    path : Path
        GeoJSON, GeoPackage, Shapefile, CSV, or Parquet, as its ending says.
    geometry : str
        Which shapes are wanted, where a file has several layers: ``Point``, ``LineString`` or
        ``Polygon``.
    also : tuple of str
        Further endings that the caller reads itself; only named in the error.

    Raises
    ------
    UnreadableFile
        If it is of another kind, not there, empty, cut off, damaged, or holds no record.
    """
    name = path.name.lower()
    if name.endswith(TEXT_ENDINGS):
        rows = read_csv(path)
    elif name.endswith(FEATURE_ENDINGS):
        rows = read_geojson(path)
    elif name.endswith(LAYER_ENDINGS):
        # GDAL takes 30 MB; a server that reads no layers does without it.
        from geo_service.ingest.files.layers import read_layer  # noqa: PLC0415

        rows = read_layer(path, geometry=geometry)
    elif name.endswith(PARQUET_ENDINGS):
        rows = read_parquet(path)
    else:
        known = (*FEATURE_ENDINGS, *LAYER_ENDINGS, *TEXT_ENDINGS, *PARQUET_ENDINGS, *also)
        save = "Save the sheet as CSV (UTF-8). " if name.endswith(SHEET_ENDINGS) else ""
        raise UnreadableFile(
            f"Files of the kind {path.suffix or 'without an ending'!r} are not known here.",
            where=path.name,
            remedy=f"{save}Known are: {', '.join(known)}.",
        )
    if not len(rows):
        raise UnreadableFile("The file holds no records.", where=path.name)
    return rows
