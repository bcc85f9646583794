"""Features into files of the formats people use, told apart by the file's ending."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from geo_service.errors import WrongUsage
from geo_service.export.feature_frames import layer_frame
from geo_service.export.feature_layer import Layer
from geo_service.export.feature_parquet import write_parquet
from geo_service.export.feature_text import write_csv, write_geojson
from geo_service.export.gpx import check_fits, write_gpx
from geo_service.features.columns import Features

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        ".geojson": "application/geo+json",
        ".csv": "text/csv; charset=utf-8",
        ".gpkg": "application/geopackage+sqlite3",
        ".fgb": "application/flatgeobuf",
        ".parquet": "application/vnd.apache.parquet",
        ".gpx": "application/gpx+xml",
    }
)
"""Each ending that is known, and the media type of such a file."""
_DRIVERS = {".gpkg": "GPKG", ".fgb": "FlatGeobuf"}


def check_format(ending: str, layer: Layer, where: str) -> None:
    """Refuse an ending that names no format, or one that can't hold the features.

    Parameters
    ----------
    ending : str
        With its dot, in small letters.
    layer : Layer
        What is to be written.
    where : str
        What was asked with, for the message.

    Raises
    ------
    WrongUsage
        Naming the endings that are known, or what the format lacks.
    """
    if ending not in FORMATS:
        raise WrongUsage(
            "The name does not say which format to write.",
            where=where,
            remedy=f"End it in one of {', '.join(FORMATS)}.",
        )
    if ending == ".gpx":
        check_fits(layer, where)


def write_features(features: Features, layer: Layer, path: Path) -> None:
    """Write features into a file that nobody reads yet.

    Times are told to the microsecond: typed in Parquet, as ISO 8601 in the other formats, some
    of which would keep no more than milliseconds. Lists are lists in Parquet and GeoJSON, and
    text parted by semicolons elsewhere.

    Parameters
    ----------
    features : Features
        Perhaps none.
    layer : Layer
        What they are.
    path : Path
        Its ending is one of ``FORMATS``.

    Raises
    ------
    WrongUsage
        If the ending is not known, or GPX is to hold polygons.
    """
    ending = path.suffix.lower()
    check_format(ending, layer, path.name)
    if ending == ".geojson":
        write_geojson(features, layer.id_name, path)
    elif ending == ".csv":
        write_csv(features, layer.id_name, path, are_points=layer.geometry == "Point")
    elif ending == ".gpx":
        write_gpx(features, layer, path)
    elif ending == ".parquet":
        write_parquet(features, layer.id_name, path)
    else:
        layer_frame(features, layer.id_name).to_file(
            path,
            driver=_DRIVERS[ending],
            layer=layer.name,
            index=False,
            # The same type whether or not some of them are of several parts.
            geometry_type=layer.geometry if layer.geometry == "Point" else f"Multi{layer.geometry}",
            promote_to_multi=layer.geometry != "Point",
        )
