"""``/tiles``: the city as vector tiles, for maps that draw them (MapLibre, QGIS)."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from geo_service.domain.role import Role
from geo_service.domain.visibility import Viewer
from geo_service.flows.check_keys import refusing_by_key
from geo_service.flows.tile_layers import TILE_SETS, TileSet, tile_set
from geo_service.geometry.tile_address import FARTHEST_ZOOM, Tile
from geo_service.maps.tiles.encode import MEDIA_TYPE
from geo_service.maps.tiles.tilejson import describe_tiles
from geo_service.web.answers import JSON, json_answer
from geo_service.web.auth import SHOWS_KEY, key_of, viewer_of
from geo_service.web.descriptions import (
    KEY_OPTIONAL,
    WITH_A_KEY,
    describe_answer,
    describe_bytes,
    describe_headers,
    describe_held,
    describe_problems,
    describe_rules,
)
from geo_service.web.etags import ASK_EACH_TIME, tagged_answer
from geo_service.web.parameters import NoParameters, Parameters, WholeNumber, read_parameters
from geo_service.web.path_parts import LayerName, TileColumn, TileRow, TileZoom
from geo_service.web.problems import Fault, WrongParameters
from geo_service.web.schemas import tiles as schemas
from geo_service.web.service import service_of

FOLDER = "/tiles"
PROBLEMS = describe_problems(HTTPStatus.NOT_FOUND, *WITH_A_KEY)

router = APIRouter(tags=["tiles"])


class TileParameters(Parameters):
    """Where a tile lies, as its address says."""

    z: Annotated[WholeNumber, Field(ge=0, le=FARTHEST_ZOOM)]
    x: Annotated[WholeNumber, Field(ge=0)]
    y: Annotated[WholeNumber, Field(ge=0)]


@router.get(
    FOLDER,
    summary="Vector tiles: which layers there are",
    response_class=Response,
    responses={
        200: describe_answer(schemas.LAYERS, "Each with its TileJSON's address."),
        **describe_problems(HTTPStatus.UNPROCESSABLE_ENTITY),
    },
)
def list_tile_layers(request: Request) -> Response:
    """List the layers; `public` says whether one can be had without an analyst's key."""
    read_parameters(NoParameters, request.query_params.multi_items())
    listed = [
        {
            "name": one.name,
            "title": one.title,
            "public": one.public,
            "href": f"{_folder(request)}/{one.name}.json",
        }
        for one in TILE_SETS.values()
    ]
    return json_answer({"layers": listed})


@router.get(
    f"{FOLDER}/{{layer}}.json",
    summary="Vector tiles: one layer as TileJSON (exposure: analyst's key)",
    response_class=Response,
    dependencies=[SHOWS_KEY],
    responses={
        200: describe_answer(schemas.TILE_JSON, "TileJSON 3.0.", headers=["ETag"]),
        **describe_held(),
        **PROBLEMS,
    },
    openapi_extra=KEY_OPTIONAL,
)
def read_tile_json(layer: LayerName, request: Request) -> Response:
    """Tell where a layer's tiles are, which zooms and which place they cover, and their fields."""
    asked, viewer = _asked(request, layer)
    service = service_of(request)
    made = service.tiles.made(asked, viewer)
    address = f"{_folder(request)}/{asked.name}/{{z}}/{{x}}/{{y}}.mvt"
    told = describe_tiles(asked.name, asked.title, made.layer, [address], made.attribution)
    return tagged_answer(request, bytes(json_answer(told).body), JSON)


@router.get(
    f"{FOLDER}/{{layer}}/{{z}}/{{x}}/{{y}}.mvt",
    summary="Vector tiles: one tile (exposure: analyst's key)",
    response_class=Response,
    dependencies=[SHOWS_KEY],
    responses={
        200: {
            **describe_bytes(MEDIA_TYPE, "A Mapbox Vector Tile."),
            **describe_headers("ETag"),
        },
        204: {"description": "Nothing lies there."},
        **describe_held(),
        **PROBLEMS,
    },
    openapi_extra={
        **KEY_OPTIONAL,
        **describe_rules(
            z="A number in place of `{z}` of the TileJSON's template.",
            x="Likewise, and less than 2^z.",
            y="Likewise, and less than 2^z.",
        ),
    },
)
def read_tile(
    layer: LayerName, z: TileZoom, x: TileColumn, y: TileRow, request: Request
) -> Response:
    """Draw one layer's piece of the world, in Web Mercator, row 0 in the north.

    Layers: `facilities`, `issues` (approved ones; with an analyst's key, all), `releases`,
    `streets`, and with an analyst's key `street_exposure` and `cell_exposure`. A point that stands
    for several says so in `count`. Lines are simpler from afar. A tile holds about 400 KB at most,
    before it is zipped.
    """
    asked, viewer = _asked(request, layer)
    wanted = _tile(z, x, y)
    text = service_of(request).tiles.tile(asked, viewer, wanted)
    if not text:
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Cache-Control": ASK_EACH_TIME})
    return tagged_answer(request, text, MEDIA_TYPE)


def _asked(request: Request, layer: str) -> tuple[TileSet, Viewer]:
    """Look up the layer, and the key before anything else of the request."""
    key = key_of(service_of(request), request, cookie=True)
    viewer = viewer_of(key)
    with refusing_by_key(key, Role.ANALYST):
        asked = tile_set(layer, viewer)
    read_parameters(NoParameters, request.query_params.multi_items())
    return asked, viewer


def _tile(z: str, x: str, y: str) -> Tile:
    """Read a tile's address.

    Raises
    ------
    WrongParameters
        Naming what is no number or beyond the world.
    """
    read = read_parameters(TileParameters, [("z", z), ("x", x), ("y", y)])
    last = (1 << read.z) - 1
    faults = [
        Fault(name, f"At this zoom it must be less than or equal to {last}.")
        for name, place in (("x", read.x), ("y", read.y))
        if place > last
    ]
    if faults:
        raise WrongParameters(faults)
    return Tile(read.z, read.x, read.y)


def _folder(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}{FOLDER}"
