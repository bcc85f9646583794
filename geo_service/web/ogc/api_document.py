"""The description of ``/ogc`` in OpenAPI 3.0, which the clients of OGC API read."""

from collections.abc import Sequence
from typing import Any

from geo_service.flows.collections.collection import Collection
from geo_service.geometry.reference_systems import ReferenceSystem
from geo_service.web.answers import GEOJSON, JSON
from geo_service.web.ogc.addresses import HTML, OPENAPI_30, SCHEMA, Addresses
from geo_service.web.ogc.parameter_descriptions import CRS, ITEMS, F, describe_properties
from geo_service.web.problems import MEDIA_TYPE

OBJECT = {"type": "object"}
FEATURE_ID = {
    "name": "featureId",
    "in": "path",
    "required": True,
    "description": "Names the feature; a slash in it is written %2F.",
    "schema": {"type": "string"},
}


def api_document(
    addresses: Addresses, collections: Sequence[Collection], systems: Sequence[ReferenceSystem]
) -> dict[str, Any]:
    """Describe the paths of some collections.

    Parameters
    ----------
    addresses : Addresses
    collections : sequence of Collection
        Those that whoever asks may see.
    systems : sequence of ReferenceSystem
        Those that can be asked for.
    """
    paths: dict[str, Any] = {
        "/": _get("getLandingPage", "The landing page", JSON),
        "/conformance": _get("getConformance", "The requirement classes that are met", JSON),
        "/api": _get("getApi", "This description", OPENAPI_30),
        "/collections": _get("getCollections", "The collections", JSON),
    }
    for one in collections:
        paths |= _paths_of(one, systems)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "OGC API - Features of geo_service",
            "description": "The collections of a city: features by place, time and property.",
            "version": "0.1.0",
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": addresses.landing}],
        "tags": [{"name": "features", "description": "Collections and their features."}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "responses": {"problem": _problem()},
        },
        "security": [{}, {"key": []}],
    }


def _paths_of(collection: Collection, systems: Sequence[ReferenceSystem]) -> dict[str, Any]:
    name, title = collection.name, collection.title
    path = f"/collections/{name}"
    words = "".join(part.capitalize() for part in name.split("_"))
    uris = [system.uri for system in systems]
    known = {"schema": {"type": "string", "format": "uri", "enum": uris, "default": uris[0]}}
    common = [one | known if one["name"].endswith("crs") else one for one in ITEMS]
    pages = {GEOJSON: OBJECT, HTML: {"type": "string"}}
    crs = CRS | known
    of_items = [*common, *describe_properties(collection.fields)]
    return {
        path: _get(f"describe{words}", f"{title}: the collection", JSON),
        f"{path}/queryables": _get(f"get{words}Queryables", f"{title}: queryables", SCHEMA),
        f"{path}/schema": _get(f"get{words}Schema", f"{title}: what a feature looks like", SCHEMA),
        f"{path}/items": {
            "get": _operation(f"get{words}", f"{title}: a page of features", pages, of_items)
        },
        f"{path}/items/{{featureId}}": {
            "get": _operation(
                f"get{words}Feature", f"{title}: one feature", pages, [FEATURE_ID, crs, F]
            )
        },
    }


def _get(name: str, summary: str, media_type: str) -> dict[str, Any]:
    return {"get": _operation(name, summary, {media_type: OBJECT, HTML: {"type": "string"}}, [F])}


def _operation(
    name: str, summary: str, content: dict[str, Any], parameters: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    told = {kind: {"schema": schema} for kind, schema in content.items()}
    return {
        "operationId": name,
        "tags": ["features"],
        "summary": summary,
        "parameters": list(parameters),
        "responses": {
            "200": {"description": summary, "content": told},
            "default": {"$ref": "#/components/responses/problem"},
        },
    }


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    schema = {
        "type": "object",
        "properties": {
            "type": text, "title": text, "status": {"type": "integer"}, "detail": text,
            "errors": {"type": "array", "items": OBJECT},
        },
    }  # fmt: skip
    return {
        "description": "What is wrong, as RFC 9457 has it.",
        "content": {MEDIA_TYPE: {"schema": schema}},
    }
