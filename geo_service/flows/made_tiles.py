"""A layer of tiles made of a collection's features, or of streets, and what it was made of."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely

from geo_service.domain.visibility import Viewer
from geo_service.features.columns import Column, Features, Field, Kind
from geo_service.flows.collections.catalogue import COLLECTIONS
from geo_service.flows.collections.collection import Shape
from geo_service.flows.tile_layers import TileSet
from geo_service.flows.wiring import Workspace
from geo_service.geometry.web_mercator import to_square
from geo_service.maps.tiles.cells import CellLayer
from geo_service.maps.tiles.coded import Coded, coded
from geo_service.maps.tiles.cut import Cutter
from geo_service.maps.tiles.lines import LineLayer, on_square
from geo_service.maps.tiles.points import PointLayer
from geo_service.maps.tiles.street_lines import street_lines
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

OSM = "© OpenStreetMap contributors"
"""As its licence asks to be written beside what is made of it."""

Source: TypeAlias = Features | str | None
"""What a layer is made of: features of its collection, or the streets of a version, if any."""
Parts: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Made:
    """A layer, and what it was made of."""

    layer: Cutter
    attribution: str
    """Who is to be named as the maker of what it shows; blank: nobody."""
    parts: Parts
    told: tuple[Coded, ...] = ()
    """What was made of each part but the first."""

    def is_of(self, parts: Parts) -> bool:
        """Say whether it was made of the very same objects, so that it holds. Raises nothing."""
        return all(one is other for one, other in zip(self.parts, parts, strict=True))


def parts_of(asked: TileSet, viewer: Viewer, source: Source) -> Parts:
    """Return the objects that a layer is made of: of features the shapes, ids and columns.

    Features after a change share with those before it whatever is the same. Raises nothing.
    """
    if not isinstance(source, Features):
        return (source,)
    columns = (source.columns[one.name] for one in asked.fields(viewer))
    return source.shapes, source.ids, *columns


def make_layer(
    workspace: Workspace, asked: TileSet, viewer: Viewer, source: Source, before: Made | None
) -> Made:
    """Make a layer.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    asked : TileSet
        Which.
    viewer : Viewer
        For whom.
    source : Source
        What of its collection this viewer may see, or the streets.
    before : Made or None
        The layer as it was; what was made of parts that are the same is taken from it.

    Raises
    ------
    NotReady
        If it is made of streets and none have been loaded.
    """
    parts = parts_of(asked, viewer, source)
    if not isinstance(source, Features):
        network = workspace.streets(Profile.WALK).network
        return Made(street_lines(network), attribution(network), parts)
    made_by = attribution(workspace.streets(Profile.EBIKE).network) if asked.of_streets else ""
    collection, whole = COLLECTIONS[asked.name], np.zeros(len(source), dtype=np.bool_)
    ids = Field(collection.id_name, Kind.TEXT, "The id that it has in its collection.")
    columns = [(ids, Column(Kind.TEXT, source.ids, whole))]
    columns += [(field, source.columns[field.name]) for field in asked.fields(viewer)]
    told = tuple(
        coded(field, column)
        if before is None or before.parts[place] is not parts[place]
        else before.told[place - 1]
        for place, (field, column) in enumerate(columns, 1)
    )
    shown = told
    if asked.still is not None:
        goes_on = source.columns[collection.ends].missing
        shown = *told, coded(asked.still, Column(Kind.FLAG, goes_on, whole))
    return Made(_layer(asked, source, shown), made_by, parts, told)


def attribution(network: Network) -> str:
    """Say who is to be named beside what is made of streets; blank: nobody. Raises nothing."""
    return OSM if (network.edge_from_id >= 0).any() else ""


def _layer(asked: TileSet, features: Features, fields: tuple[Coded, ...]) -> Cutter:
    shapes, shape = features.shapes, COLLECTIONS[asked.name].shape
    if asked.newest and len(features):
        values = features.columns[asked.newest].values
        rows = np.flatnonzero(values == values.max())
        shapes, fields = shapes[rows], tuple(field.of(rows) for field in fields)
    if shape is Shape.POINT:
        return PointLayer(*to_square(*shapely.get_coordinates(shapes).T), fields)
    if shape is Shape.LINE:
        rank, from_afar = features.columns[asked.rank].values, np.zeros(len(shapes), np.int64)
        return LineLayer(on_square(shapes), fields, rank=rank, first_zoom=from_afar)
    return CellLayer(on_square(shapes), fields)
