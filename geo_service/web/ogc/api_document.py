"""The description of ``/ogc`` in OpenAPI 3.0, which the clients of OGC API read."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from geo_service.flows.collections.collection import Collection
from geo_service.geometry.reference_systems import ReferenceSystem
from geo_service.web.descriptions import Described
from geo_service.web.ogc import answer_descriptions as answers
from geo_service.web.ogc.addresses import Addresses
from geo_service.web.ogc.item_parameters import LARGEST_LIMIT
from geo_service.web.ogc.openapi_30 import in_openapi_30
from geo_service.web.ogc.parameter_descriptions import CRS, ITEMS, LIMIT, F, describe_properties
from geo_service.web.openapi_document import CONTACT, LICENSE, complete, put_in_order

FEATURE_ID = {
    "name": "featureId",
    "in": "path",
    "required": True,
    "description": "Names the feature; a slash in it is written %2F.",
    "schema": {"type": "string"},
    "example": "cabinet-changhong",
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
    paths = {
        "/": _get(
            "getLandingPage",
            "The landing page",
            "Where the collections, their description and the conformance are.",
            answers.LANDING_PAGE,
        ),
        "/conformance": _get(
            "getConformance",
            "The requirement classes that are met",
            "The classes of requirements of OGC's standards, by their addresses.",
            answers.CONFORMANCE,
        ),
        "/api": _get(
            "getApi",
            "This description",
            "All paths of the collections that whoever asks may see.",
            answers.API,
        ),
        "/collections": _get(
            "getCollections",
            "The collections",
            "Those that whoever asks may see.",
            answers.COLLECTIONS,
        ),
    }
    for one in collections:
        paths |= _paths_of(one, systems)
    document = {
        "openapi": "3.0.3",
        "info": {
            "title": "OGC API - Features of geo_service",
            "description": "The collections of a city: features by place, time and property.",
            "version": "0.1.0",
            "contact": CONTACT,
            "license": {"name": LICENSE["name"]},
        },
        "servers": [{"url": addresses.landing}],
        "tags": [{"name": "features", "description": "Collections and their features."}],
        "paths": paths,
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{}, {"key": []}],
    }
    described: dict[str, Any] = in_openapi_30(put_in_order(complete(document)))
    return described


def _paths_of(collection: Collection, systems: Sequence[ReferenceSystem]) -> dict[str, Any]:
    name, title, meaning = collection.name, collection.title, collection.description
    path = f"/collections/{name}"
    words = "".join(part.capitalize() for part in name.split("_"))
    crs = CRS | {"schema": _known(systems)}
    return {
        path: _get(f"describe{words}", f"{title}: the collection", meaning, answers.COLLECTION),
        f"{path}/queryables": _get(
            f"get{words}Queryables",
            f"{title}: queryables",
            "The properties that filters and parameters may name, as JSON Schema.",
            answers.QUERYABLES,
        ),
        f"{path}/schema": _get(
            f"get{words}Schema",
            f"{title}: what a feature looks like",
            "The properties that features have, as JSON Schema.",
            answers.FEATURE_SCHEMA,
        ),
        f"{path}/items": _get(
            f"get{words}",
            f"{title}: a page of features",
            f"As many as the limit says, and where the rest is. {meaning}",
            answers.FEATURES,
            _of_items(collection, systems),
        ),
        f"{path}/items/{{featureId}}": _get(
            f"get{words}Feature",
            f"{title}: one feature",
            "A feature by its id.",
            answers.FEATURE,
            [FEATURE_ID, crs, F],
        ),
    }


def _of_items(collection: Collection, systems: Sequence[ReferenceSystem]) -> list[dict[str, Any]]:
    """Describe the parameters of a page; what all collections share is told of this one alone."""
    names = [field.name for field in collection.fields]
    own = {
        "limit": LIMIT["schema"] | {"maximum": LARGEST_LIMIT},
        "properties": {"type": "array", "items": {"type": "string", "enum": names}},
        **dict.fromkeys(("crs", "bbox-crs", "filter-crs"), _known(systems)),
    }
    common = [one | {"schema": own.get(one["name"], one["schema"])} for one in ITEMS]
    told = [one | {"example": names[:1]} if one["name"] == "properties" else one for one in common]
    return [*told, *describe_properties(collection.fields)]


def _known(systems: Sequence[ReferenceSystem]) -> dict[str, Any]:
    uris = [system.uri for system in systems]
    return {"type": "string", "format": "uri", "enum": uris, "default": uris[0]}


def _get(
    name: str,
    summary: str,
    description: str,
    told: Described,
    parameters: Sequence[dict[str, Any]] = (F,),
) -> dict[str, Any]:
    # The examples are put into these later, and the other description has the same ones.
    responses = deepcopy({str(status): answer for status, answer in told.items()})
    return {
        "get": {
            "operationId": name,
            "tags": ["features"],
            "summary": summary,
            "description": description,
            "parameters": list(parameters),
            "responses": responses,
        }
    }
