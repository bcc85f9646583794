"""Streets from any kind of file, or from a place's name."""

from collections.abc import Mapping
from pathlib import Path

from geo_service.errors import UnreadableFile, WrongUsage
from geo_service.ingest.osm_file import OSM_ENDINGS
from geo_service.ingest.streets.graph import ways_from_graph
from geo_service.ingest.streets.graphml import read_graphml
from geo_service.ingest.streets.lines import read_lines
from geo_service.ingest.streets.osm import read_osm
from geo_service.ingest.streets.place import fetch_streets
from geo_service.streets.ways import Ways

__all__ = ["fetch_streets", "read_streets", "ways_from_graph"]

GRAPH_ENDINGS = (".graphml",)
LINE_ENDINGS = (".gpkg", ".shp", ".geojson", ".json", ".parquet", ".geoparquet")


def read_streets(path: Path, *, columns: Mapping[str, str] | None = None) -> Ways:
    """Read what a file says of streets.

    Parameters
    ----------
    path : Path
        OpenStreetMap (``.osm``, ``.osm.bz2``, ``.osm.gz``, ``.osm.pbf``), an osmnx graph
        (``.graphml``), or a layer of lines (``.gpkg``, ``.shp``, ``.geojson``, ``.parquet``).
    columns : mapping of str to str, optional
        For a layer of lines: our name of a column (``highway``, ``oneway``, ``maxspeed``,
        ``name``, ``name_en``, ...) to theirs.

    Returns
    -------
    Ways
        Before any profile.

    Raises
    ------
    UnreadableFile
        If it is not there, empty, cut off, or not of a kind known here.
    RefusedData
        If it holds no streets, or streets without places.
    MissingColumn
        If ``columns`` names a column that is not there.
    WrongUsage
        If ``columns`` is given for a file whose tags have fixed names.
    """
    name = path.name.lower()
    if not name.endswith(OSM_ENDINGS + GRAPH_ENDINGS + LINE_ENDINGS):
        raise UnreadableFile(
            f"No streets can be read from files of the kind {path.suffix or 'without ending'!r}.",
            where=path.name,
            remedy=f"Known are: {', '.join(OSM_ENDINGS + GRAPH_ENDINGS + LINE_ENDINGS)}.",
        )
    _check_content(path)
    if name.endswith(LINE_ENDINGS):
        return read_lines(path, columns or {})
    if columns:
        raise WrongUsage(
            "Only a layer of lines has columns to name; this file has tags of OpenStreetMap.",
            where=path.name,
            remedy="Leave --columns out.",
        )
    return read_graphml(path) if name.endswith(GRAPH_ENDINGS) else read_osm(path)


def _check_content(path: Path) -> None:
    if not path.is_file():
        what = "This is a folder, not a file." if path.is_dir() else "There is no such file."
        raise UnreadableFile(what, where=str(path), remedy="Name a file of streets.")
    if path.stat().st_size == 0:
        raise UnreadableFile("The file is empty.", where=path.name, remedy="Get it again.")
