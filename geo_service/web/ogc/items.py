"""``GET /ogc/collections/{id}/items``: features, page by page, and one by its id."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from geo_service.arrays import Flags, Integers
from geo_service.errors import NotFound, WrongUsage
from geo_service.features.columns import Features
from geo_service.features.filters.evaluation import matches
from geo_service.features.filters.reading import parse_filter
from geo_service.flows.collections.kept import Kept
from geo_service.web.answers import GEOJSON
from geo_service.web.auth import SHOWS_KEY
from geo_service.web.etags import tagged_answer
from geo_service.web.ogc import answer_descriptions as answers
from geo_service.web.ogc.addresses import QUERYABLES
from geo_service.web.ogc.boxes import shape_to_wgs84
from geo_service.web.ogc.door import VARIES, Asking, systems_of
from geo_service.web.ogc.formats import Told
from geo_service.web.ogc.item_documents import feature_bytes, page_bytes, page_links
from geo_service.web.ogc.item_parameters import (
    ItemQuestion,
    read_item_question,
    read_one_question,
)
from geo_service.web.ogc.page_map import page_map
from geo_service.web.ogc.parameter_descriptions import DESCRIBE_ITEM, DESCRIBE_ITEMS
from geo_service.web.path_parts import CollectionName, FeatureId
from geo_service.web.problems import BadParameters, Fault

MOST_AT_ONCE = 1_000
"""Features of a page that all other requests may wait for: some 10 ms, when none is written yet."""

router = APIRouter(tags=["ogc"], dependencies=[SHOWS_KEY])


@router.get(
    "/ogc/collections/{collection_id}/items",
    summary="OGC API - Features: a page of features",
    response_class=Response,
    responses=answers.FEATURES,
    openapi_extra=DESCRIBE_ITEMS,
)
async def list_ogc_items(collection_id: CollectionName, request: Request) -> Response:
    """Return the features that are asked for, as many as the limit says, and where the rest is."""
    asking = await run_in_threadpool(Asking.of, request)
    found = asking.find(collection_id)
    systems = systems_of(await run_in_threadpool(asking.service.collections.around))
    pairs = request.query_params.multi_items()
    question = read_item_question(pairs, found.fields, systems)
    kept = await asking.collection(collection_id)
    if _is_quick(question):
        # Found in less time than it takes to hand it to another thread.
        return _page(asking, kept, question, pairs)
    return await run_in_threadpool(_page, asking, kept, question, pairs)


@router.get(
    # An id may hold slashes, as osm/node/123.
    "/ogc/collections/{collection_id}/items/{feature_id:path}",
    summary="OGC API - Features: one feature",
    response_class=Response,
    responses=answers.FEATURE,
    openapi_extra=DESCRIBE_ITEM,
)
async def read_ogc_item(
    collection_id: CollectionName, feature_id: FeatureId, request: Request
) -> Response:
    """Return one feature, and its `ETag`."""
    asking = await run_in_threadpool(Asking.of, request)
    asking.find(collection_id)
    systems = systems_of(await run_in_threadpool(asking.service.collections.around))
    system = read_one_question(request.query_params.multi_items(), systems)
    kept = await asking.collection(collection_id)
    row = kept.asked.row_of(feature_id)
    if row is None:
        raise NotFound("This collection has no feature with this id.")
    (written,) = kept.json.write(np.array([row]), system)
    content = feature_bytes(asking.addresses, kept.collection, feature_id, written, asking.told)
    if asking.told is Told.HTML:
        map_ = _map(asking, kept, np.array([row]))
        feature = json.loads(content)
        names = (feature["properties"][name] for name in kept.collection.called)
        called = next(filter(None, names), feature_id)
        return asking.page(
            "item.html", collection=kept.collection, feature=feature, called=called, map=map_
        )
    answer = tagged_answer(request, content, GEOJSON)
    answer.headers["Content-Crs"] = f"<{system.uri}>"
    answer.headers["Vary"] = f"Accept-Encoding, {VARIES['Vary']}"
    return answer


def answer_at_once(asking: Asking, name: str) -> Response | None:
    """Return a page that takes less time than handing it to another thread would; None: it doesn't.

    Parameters
    ----------
    asking : Asking
    name : str
        Of the collection.

    Raises
    ------
    NotFound, NotAllowed
        As ``flows/collections/kept.py`` says.
    BadParameters
        If a parameter is unknown, repeated or wrong.
    """
    kept = asking.service.collections.current_if_read(name, asking.viewer)
    around = asking.service.collections.around_if_read()
    if kept is None or around is None:
        return None
    pairs = asking.request.query_params.multi_items()
    systems = systems_of(around.box)
    question = read_item_question(pairs, kept.collection.fields, systems)
    return _page(asking, kept, question, pairs) if _is_quick(question) else None


def _is_quick(question: ItemQuestion) -> bool:
    """Say whether a page is found and written in some milliseconds, even for the first time."""
    selection = question.selection
    return (
        question.filter is None
        and not selection.order
        and selection.meets is None
        and selection.limit <= MOST_AT_ONCE
    )


def _page(
    asking: Asking, kept: Kept, question: ItemQuestion, pairs: list[tuple[str, str]]
) -> Response:
    selection = question.selection
    if question.filter is not None:
        selection = replace(selection, condition=_condition(kept, question))
    page = kept.asked.page(selection)
    links = page_links(asking.addresses, kept.collection, pairs, page, asking.told)
    leads = f'<{asking.addresses.queryables(kept.collection.name)}>; rel="{QUERYABLES}"'
    if asking.told is Told.HTML:
        features = [json.loads(one) for one in kept.json.write(page.rows)]
        map_ = _map(asking, kept, page.rows)
        answer = asking.page(
            "items.html",
            collection=kept.collection,
            page=page,
            features=features,
            links=links,
            map=map_,
        )
        answer.headers["Link"] = leads
        return answer
    features = kept.json.write(page.rows, question.system, question.names)
    content = page_bytes(links, page, features, asking.service.clock())
    headers = {**VARIES, "Content-Crs": f"<{question.system.uri}>", "Link": leads}
    return Response(content, media_type=GEOJSON, headers=headers)


def _map(asking: Asking, kept: Kept, rows: Integers) -> str:
    return page_map(asking.service.streets_if_any(), asking.addresses, kept, rows)


def _condition(kept: Kept, question: ItemQuestion) -> Callable[[Features], Flags]:
    """Read the filter; what is wrong with it is a bad request."""
    try:
        wanted = parse_filter(
            question.filter or "",
            question.filter_language,
            kept.collection.fields,
            to_wgs84=lambda shape: shape_to_wgs84(shape, question.filter_system),
        )
    except WrongUsage as wrong:
        detail = f"{wrong.what} {wrong.remedy}".strip()
        raise BadParameters([Fault("filter", detail)]) from wrong
    return lambda features: matches(wanted, features, kept.asked.tree)
