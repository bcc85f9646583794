"""Parts of paths that name something, each described once."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Path
from pydantic import WithJsonSchema

from geo_service.export.feature_files import FORMATS
from geo_service.flows.collections.catalogue import COLLECTIONS
from geo_service.flows.tile_layers import TILE_SETS
from geo_service.geometry.tile_address import FARTHEST_ZOOM
from geo_service.web.schemas.gbfs import FEEDS

FacilityId = Annotated[
    str,
    Path(
        description="The facility's id; slashes may stand in it as they are.",
        examples=["cabinet-changhuai"],
    ),
]
IssueId = Annotated[
    str,
    Path(
        description="The issue's id; slashes may stand in it as they are.", examples=["issue-006"]
    ),
]
PhotoId = Annotated[
    str,
    Path(
        description="The photo's id, 32 hexadecimal digits.",
        examples=["0123456789abcdef0123456789abcdef"],
    ),
]
TaskId = Annotated[str, Path(description="The task's id.", examples=["t-0123456789ab"])]
TripId = Annotated[
    str,
    Path(
        description="The trip's id, as it was answered; slashes may stand in it as they are.",
        examples=["own-0123456789abcdef0123456789abcdef"],
    ),
]
VoucherCode = Annotated[
    str, Path(description="As it stands on the voucher.", examples=["12-ABCDEFGHIJ"])
]
Period = Annotated[str, Path(description="A month that is released.", examples=["2026-10"])]
ProblemCode = Annotated[
    str, Path(description="The last word of a problem's `type`.", examples=["not-found"])
]
MapName = Annotated[
    str,
    Path(
        description="`public`, `planner`, or the name of a layer.",
        examples=["public", "facilities"],
    ),
]
Drawing = Annotated[
    str, Path(description="Which drawing, as its page says.", examples=["0123456789abcdef"])
]
PartName = Annotated[
    str, Path(description="Which part, as the page says.", examples=["marks_issues"])
]
ReportToken = Annotated[
    str,
    Path(
        description="From the `Location` of the answer to a report.",
        examples=["r-0a1b2c3d4e5f.00112233445566778899aabbccddeeff"],
    ),
]
RequestId = Annotated[
    str, Path(description="The report's id, as it was answered.", examples=["issue-006"])
]
ServiceCode = Annotated[
    str, Path(description="A code of the list of services.", examples=["standing_water"])
]


def _one_of(names: Iterable[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(names)})


def _number(example: int, most: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": 0, "maximum": most, "examples": [example]})


ENDINGS = tuple(ending.removeprefix(".") for ending in FORMATS)
"""Of files of whole collections."""
_LAST_TILE = (1 << FARTHEST_ZOOM) - 1

FeedName = Annotated[str, _one_of(FEEDS), Path(description="A feed's name.")]
LayerName = Annotated[str, _one_of(TILE_SETS), Path(description="A layer's name.")]
TileZoom = Annotated[
    str, _number(15, FARTHEST_ZOOM), Path(description="How near: the world is 2^z tiles wide.")
]
TileColumn = Annotated[str, _number(26_589, _LAST_TILE), Path(description="From 0, in the west.")]
TileRow = Annotated[str, _number(13_287, _LAST_TILE), Path(description="From 0, in the north.")]
CollectionName = Annotated[str, _one_of(COLLECTIONS), Path(description="A collection's name.")]
FileEnding = Annotated[str, _one_of(ENDINGS), Path(description="The format, by its usual ending.")]
FeatureId = Annotated[
    str,
    Path(
        description="The feature's id; slashes may stand in it as they are.",
        examples=["cabinet-changhong"],
    ),
]
