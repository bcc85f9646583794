"""What ``/ogc`` tells of itself and of its collections, as plain JSON."""

from collections.abc import Sequence
from typing import Any

from geo_service.export.feature_files import FORMATS
from geo_service.export.features import iso
from geo_service.features.columns import moment_of
from geo_service.features.selection import Box
from geo_service.flows.collections.collection import Collection
from geo_service.flows.collections.kept import Kept
from geo_service.geometry.reference_systems import CRS84, ReferenceSystem
from geo_service.web.answers import GEOJSON, JSON
from geo_service.web.ogc.addresses import (
    HTML,
    OPENAPI_30,
    QUERYABLES,
    SCHEMA,
    Addresses,
    both_formats,
    link,
    with_query,
)
from geo_service.web.ogc.conformance import CONFORMS_TO

GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
FILES = {
    ".gpkg": "GeoPackage",
    ".fgb": "FlatGeobuf",
    ".parquet": "GeoParquet",
    ".geojson": "GeoJSON",
    ".csv": "CSV",
}
"""Whole collections as files: what each ending is called."""


def landing_page(addresses: Addresses, title: str, here: str) -> dict[str, Any]:
    """Tell where everything is."""
    landing = addresses.landing
    links = [
        *both_formats(landing, "This page", here),
        link(f"{landing}/api", "service-desc", OPENAPI_30, "The API, described in OpenAPI 3.0"),
        link(f"{addresses.base}/docs", "service-doc", HTML, "The API, to read and try"),
        link(f"{landing}/conformance", "conformance", JSON, "What this meets of OGC's standards"),
        link(f"{landing}/collections", "data", JSON, "The collections"),
    ]
    return {
        "title": title,
        "description": "Facilities for riders, reported issues, areas and released counts of "
        "trips, as OGC API - Features.",
        "links": links,
    }


def conformance_page(addresses: Addresses, here: str) -> dict[str, Any]:
    """Tell which requirement classes are met."""
    links = both_formats(f"{addresses.landing}/conformance", "This page", here)
    return {"conformsTo": list(CONFORMS_TO), "links": links}


def collections_page(
    addresses: Addresses,
    told: Sequence[dict[str, Any]],
    systems: Sequence[ReferenceSystem],
    here: str,
) -> dict[str, Any]:
    """Tell of all collections that somebody may see."""
    return {
        "links": both_formats(f"{addresses.landing}/collections", "The collections", here),
        "crs": [system.uri for system in systems],
        "collections": list(told),
    }


def collection_page(
    addresses: Addresses,
    collection: Collection,
    extent: dict[str, Any],
    systems: Sequence[str],
    here: str,
) -> dict[str, Any]:
    """Tell of one collection.

    Parameters
    ----------
    addresses : Addresses
    collection : Collection
    extent : dict
        As `extent_of` writes it.
    systems : sequence of str
        Names of reference systems, or where they stand.
    here : str
        The format in which this is read.
    """
    address, title = addresses.collection(collection.name), collection.title
    items = addresses.items(collection.name)
    links = [
        *both_formats(address, title, here),
        # Without f: GDAL puts the id of a feature that is asked for straight behind it.
        link(items, "items", GEOJSON, f"{title} as GeoJSON"),
        link(with_query(items, [("f", "html")]), "items", HTML, f"{title} as pages"),
        link(
            addresses.queryables(collection.name),
            QUERYABLES,
            SCHEMA,
            "What can be asked by",
        ),
        # Relations mean the same in capitals; GDAL before 3.8 knows this one as it stands here.
        link(f"{address}/schema", "describedBy", SCHEMA, f"{title}: what a feature looks like"),
        *(
            link(
                f"{addresses.base}/files/{collection.name}{ending}", "enclosure", FORMATS[ending],
                f"{title} as one file: {name}",
            )
            for ending, name in FILES.items()
        ),
    ]  # fmt: skip
    return {
        "id": collection.name,
        "title": title,
        "description": collection.description,
        "itemType": "feature",
        "extent": extent,
        "crs": list(systems),
        "storageCrs": CRS84,
        "links": links,
    }


def extent_of(kept: Kept | None, around: Box | None) -> dict[str, Any]:
    """Tell where and when the features of a collection are.

    Parameters
    ----------
    kept : Kept or None
        The collection, if it is read.
    around : tuple of float or None
        West, south, east, north: told where the collection itself is not known, or empty.
    """
    box = None if kept is None else kept.asked.bounds()
    box = box or around
    extent: dict[str, Any] = {}
    if box is not None:
        extent["spatial"] = {"bbox": [[round(number, 7) for number in box]], "crs": CRS84}
    span = None if kept is None else kept.asked.span_us()
    if span is not None:
        interval = [None if one is None else iso(moment_of(one)) for one in span]
        extent["temporal"] = {"interval": [interval], "trs": GREGORIAN}
    return extent
