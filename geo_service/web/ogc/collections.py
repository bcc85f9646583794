"""``GET /ogc/collections``: which collections there are, and what can be asked of each."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from geo_service.features.queryables import queryable_properties
from geo_service.flows.collections.catalogue import collections_for
from geo_service.flows.collections.collection import Collection
from geo_service.web.answers import json_answer
from geo_service.web.auth import SHOWS_KEY
from geo_service.web.ogc import answer_descriptions as answers
from geo_service.web.ogc.addresses import SCHEMA
from geo_service.web.ogc.documents import collection_page, collections_page, extent_of
from geo_service.web.ogc.door import VARIES, Asking, read_only_format, systems_of
from geo_service.web.ogc.feature_schema import feature_schema
from geo_service.web.ogc.formats import Told
from geo_service.web.ogc.parameter_descriptions import DESCRIBE_F
from geo_service.web.path_parts import CollectionName

ALL_SYSTEMS = ("#/crs",)
"""Each collection has all systems of the list of collections."""

router = APIRouter(tags=["ogc"], dependencies=[SHOWS_KEY])


@router.get(
    "/ogc/collections",
    summary="OGC API - Features: the collections",
    response_class=Response,
    responses=answers.COLLECTIONS,
    openapi_extra=DESCRIBE_F,
)
async def list_ogc_collections(request: Request) -> Response:
    """List the collections that whoever asks may see; those of exposure are for analysts."""
    asking = await run_in_threadpool(Asking.of, request)
    read_only_format(request.query_params.multi_items())
    told = [await _told(asking, one, ALL_SYSTEMS) for one in collections_for(asking.viewer)]
    systems = systems_of(await run_in_threadpool(asking.service.collections.around))
    document = collections_page(asking.addresses, told, systems, asking.told)
    return asking.answer("collections.html", document)


@router.get(
    "/ogc/collections/{collection_id}",
    summary="OGC API - Features: one collection",
    response_class=Response,
    responses=answers.COLLECTION,
    openapi_extra=DESCRIBE_F,
)
async def read_ogc_collection(collection_id: CollectionName, request: Request) -> Response:
    """Tell what its features are, where and when, and in which systems they can be asked for."""
    asking = await run_in_threadpool(Asking.of, request)
    found = asking.find(collection_id)
    read_only_format(request.query_params.multi_items())
    systems = [
        system.uri
        for system in systems_of(await run_in_threadpool(asking.service.collections.around))
    ]
    document = await _told(asking, found, systems)
    return asking.answer("collection.html", document, collection=found)


@router.get(
    "/ogc/collections/{collection_id}/queryables",
    summary="OGC API - Features: what a collection's features can be asked by",
    response_class=Response,
    responses=answers.QUERYABLES,
    openapi_extra=DESCRIBE_F,
)
def read_ogc_queryables(collection_id: CollectionName, request: Request) -> Response:
    """Describe each property that filters and parameters may name, as JSON Schema."""
    asking = Asking.of(request)
    found = asking.find(collection_id)
    read_only_format(request.query_params.multi_items())
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": asking.addresses.queryables(found.name),
        "type": "object",
        "title": found.title,
        "description": found.description,
        "properties": queryable_properties(found.fields, found.shape.lower()),
        "additionalProperties": False,
    }
    if asking.told is Told.JSON:
        return json_answer(document, media_type=SCHEMA, headers=VARIES)
    return asking.page("queryables.html", document=document, collection=found)


@router.get(
    "/ogc/collections/{collection_id}/schema",
    summary="OGC API - Features: what a collection's features look like",
    response_class=Response,
    responses=answers.FEATURE_SCHEMA,
    openapi_extra=DESCRIBE_F,
)
def read_ogc_feature_schema(collection_id: CollectionName, request: Request) -> Response:
    """Describe one feature as JSON Schema, from which GDAL takes the fields of a layer."""
    asking = Asking.of(request)
    found = asking.find(collection_id)
    read_only_format(request.query_params.multi_items())
    document = feature_schema(found, f"{asking.addresses.collection(found.name)}/schema")
    if asking.told is Told.JSON:
        return json_answer(document, media_type=SCHEMA, headers=VARIES)
    return asking.page("schema.html", document=document, collection=found)


async def _told(
    asking: Asking, collection: Collection, systems: Sequence[str]
) -> dict[str, object]:
    """Tell of a collection; what takes a while to count is not counted for that."""
    # Asked for first: whether anything has changed is known then, and needs no question of its own.
    around = await run_in_threadpool(asking.service.collections.around)
    if collection.counted:
        kept = asking.service.collections.current_if_read(collection.name, asking.viewer)
    else:
        kept = await asking.collection(collection.name)
    extent = extent_of(kept, around)
    return collection_page(asking.addresses, collection, extent, systems, asking.told)
