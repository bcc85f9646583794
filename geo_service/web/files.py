"""``GET /files/{collection}.{ending}``: all features of a collection, to be taken away."""

from asyncio import wrap_future
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from geo_service.domain.role import Role
from geo_service.errors import NotFound
from geo_service.export.feature_files import FORMATS, check_format, write_features
from geo_service.flows.check_keys import refusing_by_key
from geo_service.flows.collections.catalogue import find_collection
from geo_service.flows.collections.collection import Collection, Sight
from geo_service.web.answers import NOT_KEPT
from geo_service.web.auth import SHOWS_KEY, key_of, viewer_of
from geo_service.web.descriptions import (
    BYTES,
    KEY_OPTIONAL,
    WITH_A_KEY,
    describe_headers,
    describe_problems,
    describe_rules,
)
from geo_service.web.head_requests import is_head
from geo_service.web.parameters import NoParameters, read_parameters
from geo_service.web.path_parts import ENDINGS, CollectionName, FileEnding
from geo_service.web.schemas.geojson import FILE
from geo_service.web.service import Service, service_of

CONTENT = {
    media_type.partition(";")[0]: {"schema": FILE if ending == ".geojson" else BYTES}
    # Many generated clients read all answers as the first of their types: as bytes, they can.
    for ending, media_type in sorted(FORMATS.items(), key=lambda one: one[0] != ".gpkg")
}

router = APIRouter(tags=["files"], dependencies=[SHOWS_KEY])


@router.get(
    "/files/{collection}.{ending}",
    summary="All features of a collection in a file; those of exposure with an analyst's key",
    response_class=Response,
    responses={
        200: {
            "description": f"In the format that the ending says: {', '.join(ENDINGS)}.",
            "content": CONTENT,
            **describe_headers("Content-Disposition"),
        },
        **describe_problems(HTTPStatus.NOT_FOUND, *WITH_A_KEY),
    },
    openapi_extra={
        **KEY_OPTIONAL,
        **describe_rules(ending="Polygons can't be had as `gpx`."),
    },
)
async def read_collection_file(
    collection: CollectionName, ending: FileEnding, request: Request
) -> Response:
    """Give what the caller may see, as it stands now, under a name of its own.

    Few files are made at once; whoever is told 503 asks again.
    """
    read_parameters(NoParameters, request.query_params.multi_items())
    found, sight = await run_in_threadpool(_wanted, request, collection, ending)
    name = f"{found.name}.{ending}"
    headers = {**NOT_KEPT, "Content-Disposition": f'attachment; filename="{name}"'}
    media_type = FORMATS[f".{ending}"]
    if is_head(request):
        told = Response(media_type=media_type, headers=headers)
        # How large it will be nobody knows before it is made.
        del told.headers["content-length"]
        return told
    service = service_of(request)
    making = service.files.promise(name, lambda path: _write(service, found, sight, path))
    return service.files.answer(await wrap_future(making), media_type, headers)


def _wanted(request: Request, name: str, ending: str) -> tuple[Collection, Sight]:
    """Look whether whoever asks may see it, and whether the format can hold it."""
    key = key_of(service_of(request), request, cookie=True)
    sight = Sight(viewer_of(key))
    with refusing_by_key(key, Role.ANALYST):
        found = find_collection(name, sight.viewer)
    if ending not in ENDINGS:
        raise NotFound("There is no such format.", remedy=f"There are: {', '.join(ENDINGS)}.")
    check_format(f".{ending}", found.layer, "ending")
    return found, sight


def _write(service: Service, collection: Collection, sight: Sight, path: Path) -> None:
    """Write the features; those that this process holds for other questions are at hand."""
    kept = service.collections.current_if_read(collection.name, sight.viewer)
    features = kept.asked.features if kept else collection.read(service.workspace, sight)
    write_features(features, collection.layer, path)
