"""``/gbfs``: charging cabinets for trip planners and whoever else reads GBFS 3.0."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from geo_service.errors import NotFound
from geo_service.export.gbfs import discovery, versions
from geo_service.web.answers import JSON
from geo_service.web.descriptions import describe_answer, describe_held, describe_problems
from geo_service.web.etags import tagged_answer
from geo_service.web.kept_gbfs import Feeds, feed_text
from geo_service.web.parameters import NoParameters, read_parameters
from geo_service.web.path_parts import FeedName
from geo_service.web.schemas import gbfs as schemas
from geo_service.web.service import service_of

FOLDER = "/gbfs"
DISCOVERY, VERSIONS = "gbfs", "gbfs_versions"
PROBLEMS = describe_problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)

router = APIRouter(tags=["gbfs"])


@router.get(
    FOLDER,
    summary="GBFS: which feeds there are",
    response_class=Response,
    responses={
        200: describe_answer(schemas.DISCOVERY, "The discovery file.", headers=["ETag"]),
        **describe_held(),
        **PROBLEMS,
    },
)
def read_gbfs_discovery(request: Request) -> Response:
    """Return the discovery file, `/gbfs/gbfs.json`, at the shorter address too."""
    return _answer(request, DISCOVERY)


@router.get(
    f"{FOLDER}/{{feed}}.json",
    summary="GBFS: one feed",
    response_class=Response,
    responses={
        200: describe_answer(schemas.FEED, "The feed.", headers=["ETag"]),
        **describe_held(),
        **describe_problems(HTTPStatus.NOT_FOUND),
        **PROBLEMS,
    },
)
def read_gbfs_feed(feed: FeedName, request: Request) -> Response:
    """Tell one of `gbfs`, `gbfs_versions` and the four that the discovery file lists.

    A charging cabinet is a station, a charged battery ready for a swap an available vehicle, an
    empty working slot an available dock. Nothing is promised of a cabinet of which nothing fresh
    is known: no vehicle, no dock, and it neither rents nor takes returns; `last_reported` is the
    moment of its own report, 1970 if it never reported.
    """
    return _answer(request, feed)


def _answer(request: Request, name: str) -> Response:
    read_parameters(NoParameters, request.query_params.multi_items())
    service = service_of(request)
    feeds = service.gbfs.feeds(service.clock())
    folder = f"{str(request.base_url).rstrip('/')}{FOLDER}"
    if name == DISCOVERY:
        addresses = ((known, f"{folder}/{known}.json") for known in (*feeds.texts, VERSIONS))
        text = feed_text(discovery(addresses), feeds.made_at)
    elif name == VERSIONS:
        text = feed_text(versions(f"{folder}/{DISCOVERY}.json"), feeds.made_at)
    else:
        text = _kept(feeds, name)
    return tagged_answer(request, text, JSON)


def _kept(feeds: Feeds, name: str) -> bytes:
    if name not in feeds.texts:
        raise NotFound("There is no such feed.", remedy=f"See {FOLDER}/{DISCOVERY}.json.")
    return feeds.texts[name]
